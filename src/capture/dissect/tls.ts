// TLS records (RFC 8446 5, RFC 5246 6) over a TCP stream: what each carries while that can be read, and the version and keys
// the connection has got to.

import type { CarriedStream, Carrier } from "./carried-stream.ts";
import { addExpert } from "./expert.ts";
import { messageColumns, PDU, protocolNode, uint } from "./protocol.ts";
import type { Columns, KeptColumns, PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import { showCarried } from "./tls-carried.ts";
import { isEncryptedFrom } from "./tls-handshake.ts";
import { CONTENT, CONTENT_TYPES, HANDSHAKE, isHelloRetry, messageName, versionColumn } from "./tls-names.ts";
import { aboveByAgreement, aboveByPort } from "./tls-above.ts";
import { agreedIn, announcesEarlyData, readServerHello } from "./tls-hello.ts";
import { TLS_1_3 } from "./tls-ciphers.ts";
import { openAgain, TlsOpening } from "./tls-opening.ts";
import { MESSAGES_MAX, RECORD_HEADER_LENGTH, SEPARATOR, showRecord } from "./tls-record.ts";
import { columnOf, columnsWith, KeptFacts } from "./tls-facts.ts";
import type { RecordFacts, TitlesAbove } from "./tls-record.ts";
import { beginsRecord, isContentType, isText, RECORD_BYTES_LIMIT } from "./tls-beginnings.ts";
import { beginsSsl2Hello, showSsl2Hello, SSL2_COLUMN, SSL2_INFO, ssl2Length } from "./ssl2.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Transport Layer Security";
const LAYERS: readonly string[] = ["tls"];
const TLS_1_2 = 0x0303;
/** Of a message of the handshake. */
const MESSAGE_HEADER_LENGTH = 4;
/** Handshake bytes kept of a message in several records. */
const KEPT_BYTES_MAX = 1024 * 1024;
/** Bytes kept of what opening records takes where it hangs on those before: behind them, records of such suites stay closed. */
const CHAINED_BYTES_MAX = 64 * 1024 * 1024;

/** What is no record: of a connection whose version is known, and of any other. */
const NO_RECORD = { known: "Ignored Unknown Record", unknown: "Continuation Data" } as const;
/** A record without content, and the hello of SSL 2. */
const EMPTY = "empty";
const SSL2_HELLO = "SSL 2";

/** What is out of the ordinary of a message. */
type Other = (typeof NO_RECORD)[keyof typeof NO_RECORD] | typeof EMPTY | typeof SSL2_HELLO;

const IGNORED = {
  severity: "Warning",
  group: "Protocol",
  protocol: "TLS",
  summary: NO_RECORD.known,
} as const;

const NOTHING = new Uint8Array(0);

interface Side {
  held: Uint8Array;
  isEncrypted: boolean;
}

interface RecordBytes {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Records of which Info says the same whatever they hold. */
const CHANGE_CIPHER_SPEC = CONTENT_TYPES.get(CONTENT.changeCipherSpec) ?? "";
const APPLICATION_DATA = CONTENT_TYPES.get(CONTENT.applicationData) ?? "";

export class TlsStream implements StreamDissector, Carrier {
  readonly layers = LAYERS;
  readonly isLayerOfBeginning = true;
  readonly headLength = RECORD_HEADER_LENGTH;
  readonly title = TITLE;
  readonly #sides: readonly [Side, Side] = [
    { held: NOTHING, isEncrypted: false },
    { held: NOTHING, isEncrypted: false },
  ];
  /** The packet that completes the first record that was opened; -1 while none was. */
  firstOpened = -1;
  readonly #above: StreamAbove;
  /** Null where no secrets can be known. */
  readonly #opening: TlsOpening | null;
  /** What opened records carry; null while there is none. */
  #carried: CarriedStream | null = null;
  /** By record that carries: its message number. */
  readonly #carriers: number[] = [];
  /** The content of the newest of them, and of the one opened again last. */
  #newest: RecordBytes | null = null;
  #content: RecordBytes | null = null;
  /** By message number, while something may be learnt. */
  readonly #facts = new KeptFacts();
  /** By message number; all else is records that hold something. Null where all of them are. */
  #others: Map<number, Other> | null = null;
  /** 0 while nothing but Client Hellos were seen: they tell no more than what their sender could speak. */
  #version = 0;
  /** The direction of the server's records, null before its hello, and whether that said it was done: it does not where a session is resumed. */
  #server: 0 | 1 | null = null;
  #isHelloDone = false;
  /** The client announced early data, in packet `#earlyRow` by a record of this version, and its server has not answered. */
  #isEarly = false;
  #earlyRow = -1;
  #earlyVersion = 0;
  #suite = 0;
  /** The version of everything from this message on. */
  #settledFrom = -1;
  #kept = 0;
  #chained = 0;
  /** What both ends call what is above; empty where they did not say. */
  #alpn = "";

  constructor(above: StreamAbove) {
    this.#above = above;
    this.#opening = above.keys === null ? null : new TlsOpening(above.keys);
  }

  get cost(): number {
    const carried = this.#carried === null ? 0 : this.#carried.cost + RECORD_BYTES_LIMIT;
    return this.#facts.cost + (this.#others?.size ?? 0) * 150 + this.#kept + this.#chained + carried;
  }

  /**
   * As in Wireshark: what is no record, as behind a gap, reaches to its segment's end, text that begins a segment is none of TLS's, and up to
   * TLS 1.2 a record is told by its type once the version is known.
   */
  pduLength({ bytes, origin, end }: PduScan, _direction: 0 | 1, pdu: number): number {
    if (end - origin < RECORD_HEADER_LENGTH) return PDU.more;
    if (origin === 0 && isText(bytes)) return PDU.reject;
    const isKnown = this.#version !== 0 && this.#version <= TLS_1_2;
    if (isKnown ? isContentType(bytes[origin]) : beginsRecord(bytes, origin)) {
      this.#others?.delete(pdu);
      const length = uint(bytes, origin + 3, 2);
      if (length === 0) (this.#others ??= new Map()).set(pdu, EMPTY);
      return RECORD_HEADER_LENGTH + length;
    }
    this.#others ??= new Map();
    if (beginsSsl2Hello(bytes, origin)) {
      this.#others.set(pdu, SSL2_HELLO);
      return ssl2Length(bytes, origin);
    }
    this.#others.set(pdu, isKnown ? NO_RECORD.known : NO_RECORD.unknown);
    return end - origin;
  }

  completed(
    pdu: number,
    row: number,
    direction: 0 | 1,
    read: (max: number) => Uint8Array,
    type: number,
  ): void {
    const opening = this.#opening;
    const isOpening = opening !== null && opening.isOpen;
    // Once both sides encrypt nothing is learnt.
    if (this.#settledFrom >= 0 && !isOpening) return;
    const other = this.#others?.get(pdu);
    if (other !== undefined && other !== EMPTY) return;
    const side = this.#sides[direction];
    const before = this.#version;
    const { held } = side;
    // Between early data and a server that will have none of it there is another hello.
    const isEncrypted = side.isEncrypted && !this.#isEarly;
    const isClear = type === CONTENT.handshake && !isEncrypted;
    let bytes: Uint8Array = NOTHING;
    if (isClear || isOpening) bytes = read(RECORD_HEADER_LENGTH + RECORD_BYTES_LIMIT);
    // Of any other the type says enough, but for the first of a stream.
    else if (this.#version === 0) bytes = read(RECORD_HEADER_LENGTH);
    // Keys are made of what is said, and records opened with what went before.
    if (opening !== null) bytes = Uint8Array.from(bytes);
    if (isOpening && this.#opened(pdu, row, direction, bytes)) return;
    let info = type === CONTENT.changeCipherSpec && other === undefined ? CHANGE_CIPHER_SPEC : null;
    if (this.#version === 0 && type !== CONTENT.handshake) this.#version = uint(bytes, 1, 2);
    // In TLS 1.3 a change of ciphers means nothing (RFC 8446 D.4), and another hello may follow it.
    const isChange = type === CONTENT.changeCipherSpec && versionColumn(this.#version) !== "TLSv1.3";
    if (isChange || type === CONTENT.applicationData) {
      side.isEncrypted = true;
      side.held = NOTHING;
      if (isChange) this.#opening?.changeCipher(direction);
    } else if (isClear) {
      const fragment = bytes.subarray(RECORD_HEADER_LENGTH);
      info = this.#handshake(side, direction, fragment, uint(bytes, 1, 2), row);
    }
    if (this.#version !== 0 && this.#sides[0].isEncrypted && this.#sides[1].isEncrypted)
      this.#settledFrom = pdu;
    const after = this.#version === 0 ? uint(bytes, 1, 2) : this.#version;
    const isResumed = isChange && direction === this.#server && !this.#isHelloDone;
    this.#note(pdu, row, { before, after, held, isEncrypted, isResumed, info, opened: null, carries: -1 });
  }

  #note(pdu: number, row: number, told: Omit<RecordFacts, "suite" | "column">): void {
    const { before, after, held, isEncrypted, isResumed, info, opened, carries } = told;
    const suite = this.#suite;
    const column = row === this.#earlyRow ? this.#earlyVersion : after;
    // All of one shape: there are many streams, and more records.
    const facts = { before, after, suite, column, held, isEncrypted, isResumed, info, opened, carries };
    this.#facts.note(pdu, facts);
  }

  /** Takes a record that its direction's keys fit; false for any other. */
  #opened(pdu: number, row: number, direction: 0 | 1, record: Uint8Array): boolean {
    const open = this.#chained > CHAINED_BYTES_MAX ? null : (this.#opening?.open(record, direction) ?? null);
    if (open === null) return false;
    if (this.firstOpened === -1) this.firstOpened = row;
    const side = this.#sides[direction];
    const before = this.#version;
    const isHandshake = open.type === CONTENT.handshake;
    const held = isHandshake ? side.held : NOTHING;
    if (isHandshake) this.#handshake(side, direction, open.plain, uint(record, 1, 2), row);
    else if (open.type === CONTENT.changeCipherSpec) this.#opening?.changeCipher(direction);
    const isData = open.type === CONTENT.applicationData;
    const carries = isData ? this.#carriers.push(pdu) - 1 : -1;
    const told = { before, after: this.#version, held, opened: open.opened, carries };
    this.#chained += open.opened.chain.length;
    this.#note(pdu, row, { ...told, isEncrypted: false, isResumed: false, info: null });
    if (isData) {
      this.#carried ??= this.#above.carry(this, this.#alpn);
      this.#newest = { index: carries, bytes: open.plain };
      this.#carried.add(row, direction, open.plain.length);
    }
    return true;
  }

  /** How many records carry what is above TLS. */
  get carriesCount(): number {
    return this.#carriers.length;
  }

  /** The packet that completes record `index` of them. */
  carriedIn(index: number): number {
    return this.#carried?.rowOf(index) ?? -1;
  }

  /** Bytes of its content. */
  carriedLength(index: number): number {
    return this.#carried?.payloadLength(index) ?? 0;
  }

  content(index: number): Uint8Array {
    if (this.#newest?.index === index) return this.#newest.bytes;
    if (this.#content?.index === index) return this.#content.bytes;
    const pdu = this.#carriers[index];
    const opened = this.#facts.of(pdu)?.opened ?? null;
    const record = this.#above.message(pdu, RECORD_HEADER_LENGTH + RECORD_BYTES_LIMIT);
    const bytes = opened === null ? NOTHING : (openAgain(opened, record)?.plain ?? NOTHING);
    this.#content = { index, bytes };
    return bytes;
  }

  /** Learns from a record of handshake messages; answers their names where all are whole in it. */
  #handshake(
    side: Side,
    direction: 0 | 1,
    fragment: Uint8Array,
    recordVersion: number,
    row: number,
  ): string | null {
    if (side.held.length === 0 && isEncryptedFrom(fragment)) {
      side.isEncrypted = true;
      return null;
    }
    const isNew = side.held.length === 0;
    const names: string[] = [];
    const bytes = side.held.length === 0 ? fragment : Buffer.concat([side.held, fragment]);
    let at = 0;
    for (let i = 0; i < MESSAGES_MAX && at + 4 <= bytes.length; i++) {
      const length = uint(bytes, at + 1, 3);
      if (at + 4 + length > bytes.length) break;
      const message = bytes.subarray(at, at + 4 + length);
      this.#opening?.learn(message, direction);
      if (bytes[at] === HANDSHAKE.serverHello) {
        this.#server = direction;
        this.#isEarly &&= isHelloRetry(message);
        const hello = readServerHello(message);
        this.#version = hello?.version ?? recordVersion;
        this.#suite = hello?.suite ?? 0;
        if (hello !== null) this.#alpn = agreedIn(message, hello.extensionsAt) ?? this.#alpn;
      } else if (bytes[at] === HANDSHAKE.encryptedExtensions) {
        this.#alpn = agreedIn(message, MESSAGE_HEADER_LENGTH) ?? this.#alpn;
      } else if (bytes[at] === HANDSHAKE.clientHello) {
        this.#isEarly = announcesEarlyData(message);
        if (this.#isEarly && this.#version === 0) {
          this.#version = TLS_1_3;
          this.#earlyRow = row;
          this.#earlyVersion = recordVersion;
        }
      } else if (this.#version === 0) {
        this.#version = recordVersion;
      }
      if (bytes[at] === HANDSHAKE.serverHelloDone) this.#isHelloDone = true;
      names.push(messageName(message));
      at += 4 + length;
    }
    side.held = at < bytes.length ? Uint8Array.from(bytes.subarray(at)) : NOTHING;
    this.#kept += side.held.length;
    const isAll = isNew && at === bytes.length && at > 0;
    if (side.held.length > KEPT_BYTES_MAX || this.#kept > 16 * KEPT_BYTES_MAX) side.held = NOTHING;
    return isAll ? names.join(", ") : null;
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const { slice } = shown;
    const facts = this.#facts.of(shown.pdu) ?? {
      before: this.#version,
      after: this.#version,
      suite: this.#suite,
      held: NOTHING,
      isEncrypted: true,
      isResumed: false,
      info: null,
      opened: null,
      carries: -1,
    };
    const held = d.captured(end);
    // All records of a segment are below one line.
    const node =
      slice.node !== null && slice.node.field === "tls"
        ? slice.node
        : protocolNode(d, shown, this.layers, TITLE, start, 0);
    if (node.source === d.source) node.length = Math.max(node.length, held - node.start);
    const other = this.#others?.get(shown.pdu);
    if (other === NO_RECORD.known || other === NO_RECORD.unknown) {
      if (other === NO_RECORD.known) showIgnored(d, node.children, start, held);
      messageColumns(d, this.#noRecordColumn(), other, SEPARATOR, SEPARATOR);
      return;
    }
    if (other === SSL2_HELLO) {
      showSsl2Hello(d, node.children, start, end);
      messageColumns(d, SSL2_COLUMN, SSL2_INFO, SEPARATOR, SEPARATOR);
      return;
    }
    if (!d.has(start, RECORD_HEADER_LENGTH, end, TITLE)) {
      messageColumns(d, columnOf(facts), "", SEPARATOR);
      return;
    }
    const isOpening = this.#opening?.isOpen === true;
    const kept = isOpening ? (slice.kept ??= keptColumns(d)) : null;
    const open = facts.opened === null ? null : openAgain(facts.opened, d.bytes.subarray(start, held));
    const carries = open === null ? -1 : facts.carries;
    const carried = carries === -1 ? null : this.#carried;
    const above = this.#titlesAbove(carried, carries);
    const info = showRecord(d, node.children, start, end, facts, open, above);
    const column = kept?.isCarrying === true ? d.protocol : columnOf(facts);
    // Nothing follows its header, and that is one too few for Wireshark.
    if (other === EMPTY && isLast(d, end)) {
      if (d.messages === 0) d.columns("SSL", d.infoPrefix);
      d.stop("malformed", TITLE, end);
      return;
    }
    // Of the middle of a message Info says nothing.
    if (info !== "") messageColumns(d, column, info, SEPARATOR, SEPARATOR);
    else if (d.messages === 0 && !d.isBehindPart) {
      d.columns(column, d.infoPrefix);
      d.messages++;
    }
    if (open === null || carried === null || kept === null) return;
    const carriedColumn = columnOf(facts);
    const record = { out: node.children, carried, index: carries, plain: open.plain, column: carriedColumn };
    showCarried(d, kept, record);
  }

  /** What is above the record that `carried` has as its `carries`th; null for one that was not opened. */
  #titlesAbove(carried: CarriedStream | null, carries: number): TitlesAbove {
    const { sourcePort, destinationPort } = this.#above;
    const agreed = aboveByAgreement(this.#alpn)?.title ?? null;
    const byPort = aboveByPort(sourcePort, destinationPort)?.title ?? null;
    const titleAt = (index: number): string | null => agreed ?? carried?.titleAt(index) ?? byPort;
    return { before: titleAt(carries - 1), now: titleAt(carries) };
  }

  get opaqueVersion(): number {
    return this.#settledFrom >= 0 && this.#opening?.isOpen !== true ? this.#version : 0;
  }

  columnsOf(pdu: number, firstByte: number): Columns | null {
    // What records carry has a say in what the segment says of all of them.
    if (this.#opening?.isOpen === true) return null;
    const other = this.#others?.get(pdu);
    if (other === EMPTY || other === SSL2_HELLO) return null;
    if (other !== undefined) return columnsWith(this.#noRecordColumn(), other);
    const facts = this.#facts.of(pdu);
    const info = firstByte === CONTENT.applicationData ? APPLICATION_DATA : (facts?.info ?? null);
    if (info === null) return null;
    return columnsWith(facts === undefined ? versionColumn(this.#version) : columnOf(facts), info);
  }

  #noRecordColumn(): string {
    return this.#version === 0 ? "SSL" : versionColumn(this.#version);
  }

  beginning(): string | null {
    return "";
  }
}

/** Whether nothing follows `end` in the segment, or the message put together. */
function isLast(d: Dissection, end: number): boolean {
  return end === (d.source === 0 && d.networkEnd >= 0 ? d.networkEnd : d.reportedEnd);
}

/** What an earlier message of the segment said, before which none of these records is. */
function keptColumns(d: Dissection): KeptColumns {
  if (d.messages === 0) return { info: d.infoPrefix, protocol: null, isCarrying: false };
  return { info: d.info, protocol: d.protocol, isCarrying: false };
}

function showIgnored(d: Dissection, out: DetailNode[], start: number, held: number): void {
  const node = d.add(out, null, NO_RECORD.known, start, held - start);
  addExpert(d, node.children, "tls.ignored_unknown_record", IGNORED, start, held - start);
}
