// TLS records (RFC 8446 5, RFC 5246 6) over a TCP stream: what each carries while that can be read, and the version and keys
// the connection has got to.

import { addExpert } from "./expert.ts";
import { messageColumns, PDU, protocolNode, uint } from "./protocol.ts";
import type { Columns, PduScan, ShownPdu, StreamDissector } from "./protocol.ts";
import { isEncryptedFrom } from "./tls-handshake.ts";
import { CONTENT, CONTENT_TYPES, HANDSHAKE, handshakeName, versionColumn } from "./tls-names.ts";
import { MESSAGES_MAX, RECORD_HEADER_LENGTH, SEPARATOR, showRecord } from "./tls-record.ts";
import type { RecordFacts } from "./tls-record.ts";
import { beginsSsl2Hello, showSsl2Hello, SSL2_COLUMN, SSL2_INFO, ssl2Length } from "./ssl2.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Transport Layer Security";
const LAYERS: readonly string[] = ["tls"];
/** Longer than any record: 2^14 and what encryption and compression may add (RFC 5246 6.2.3). */
const RECORD_BYTES_LIMIT = 16_384 + 2_048;
const TLS_1_2 = 0x0303;
/** Handshake bytes kept of a message in several records. */
const KEPT_BYTES_MAX = 1024 * 1024;

/** Whether a stream is TLS by its bytes alone, as Wireshark sees it: a record of a handshake or of data, of a sound version and length. */
export function looksLikeTls({ bytes, origin, end }: PduScan): boolean {
  if (end - origin < RECORD_HEADER_LENGTH || !beginsRecord(bytes, origin)) return false;
  const type = bytes[origin];
  const length = uint(bytes, origin + 3, 2);
  const isTold = type === CONTENT.handshake || type === CONTENT.applicationData;
  return isTold && length > 0 && length < RECORD_BYTES_LIMIT;
}

/** Whether a record may begin here: TLS 1.3 gives its own the version of TLS 1.2 (RFC 8446 5.1). */
function beginsRecord(bytes: Uint8Array, at: number): boolean {
  return isContentType(bytes[at]) && bytes[at + 1] === 3 && bytes[at + 2] <= 3;
}

function isContentType(type: number): boolean {
  return type >= CONTENT.changeCipherSpec && type <= CONTENT.connectionId;
}

/** Whether a segment begins with four characters of ASCII. */
function isText(bytes: Uint8Array): boolean {
  for (let i = 0; i < 4; i++) if (bytes[i] < 0x20 || bytes[i] > 0x7e) return false;
  return true;
}

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

/** Records of which Info says the same whatever they hold. */
const CHANGE_CIPHER_SPEC = CONTENT_TYPES.get(CONTENT.changeCipherSpec) ?? "";
const APPLICATION_DATA = CONTENT_TYPES.get(CONTENT.applicationData) ?? "";

export class TlsStream implements StreamDissector {
  readonly layers = LAYERS;
  readonly isLayerOfBeginning = true;
  readonly headLength = RECORD_HEADER_LENGTH;
  readonly title = TITLE;
  readonly #sides: readonly [Side, Side] = [
    { held: NOTHING, isEncrypted: false },
    { held: NOTHING, isEncrypted: false },
  ];
  /** By message number; records like the one before them are not in it. */
  readonly #facts: (RecordFacts | undefined)[] = [];
  #factsCount = 0;
  /** By message number; all else is records that hold something. Null where all of them are. */
  #others: Map<number, Other> | null = null;
  /** 0 while nothing but Client Hellos were seen: they tell no more than what their sender could speak. */
  #version = 0;
  /** The version of everything from this message on. */
  #settledFrom = -1;
  #kept = 0;

  get cost(): number {
    return (this.#factsCount + (this.#others?.size ?? 0)) * 150 + this.#kept;
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

  completed(pdu: number, _row: number, direction: 0 | 1, read: (max: number) => Uint8Array): void {
    const side = this.#sides[direction];
    const before = this.#version;
    const other = this.#others?.get(pdu);
    if (other !== undefined && other !== EMPTY) return;
    // Of what is encrypted nothing is learnt.
    if (side.isEncrypted && this.#settledFrom >= 0) return;
    const { held, isEncrypted } = side;
    // Only of handshakes in the clear more than the header counts; before encryption nearly all records are.
    const bytes = read(isEncrypted ? RECORD_HEADER_LENGTH : RECORD_HEADER_LENGTH + RECORD_BYTES_LIMIT);
    const type = bytes[0];
    const isClear = type === CONTENT.handshake && !isEncrypted;
    let info = type === CONTENT.changeCipherSpec && other === undefined ? CHANGE_CIPHER_SPEC : null;
    if (this.#version === 0 && type !== CONTENT.handshake) this.#version = uint(bytes, 1, 2);
    if (type === CONTENT.changeCipherSpec || type === CONTENT.applicationData) {
      side.isEncrypted = true;
      side.held = NOTHING;
    } else if (isClear) {
      info = this.#handshake(side, bytes);
    }
    if (this.#version !== 0 && this.#sides[0].isEncrypted && this.#sides[1].isEncrypted)
      this.#settledFrom = pdu;
    const after = this.#version === 0 ? uint(bytes, 1, 2) : this.#version;
    this.#factsCount++;
    this.#facts[pdu] = { before, after, held, isEncrypted, info };
  }

  /** Learns from a record of handshake messages; answers their names where all are whole in it. */
  #handshake(side: Side, record: Uint8Array): string | null {
    const fragment = record.subarray(RECORD_HEADER_LENGTH);
    if (side.held.length === 0 && isEncryptedFrom(fragment)) {
      side.isEncrypted = true;
      return null;
    }
    const isNew = side.held.length === 0;
    const names: string[] = [];
    const bytes = side.held.length === 0 ? fragment : Buffer.concat([side.held, fragment]);
    const recordVersion = uint(record, 1, 2);
    let at = 0;
    for (let i = 0; i < MESSAGES_MAX && at + 4 <= bytes.length; i++) {
      const length = uint(bytes, at + 1, 3);
      if (at + 4 + length > bytes.length) break;
      if (bytes[at] === HANDSHAKE.serverHello) {
        this.#version = helloVersion(bytes.subarray(at + 4, at + 4 + length)) ?? recordVersion;
      } else if (this.#version === 0 && bytes[at] !== HANDSHAKE.clientHello) {
        this.#version = recordVersion;
      }
      names.push(handshakeName(bytes[at]));
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
    const facts = this.#facts[shown.pdu] ?? {
      before: this.#version,
      after: this.#version,
      held: NOTHING,
      isEncrypted: true,
      info: null,
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
      messageColumns(d, versionColumn(facts.after), "", SEPARATOR);
      return;
    }
    const info = showRecord(d, node.children, start, end, facts);
    const column = versionColumn(facts.after);
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
  }

  columnsOf(pdu: number, firstByte: number): Columns | null {
    const other = this.#others?.get(pdu);
    if (other === EMPTY || other === SSL2_HELLO) return null;
    if (other !== undefined)
      return { protocol: this.#noRecordColumn(), info: other, separator: SEPARATOR, lead: SEPARATOR };
    const facts = this.#facts[pdu];
    const info = firstByte === CONTENT.applicationData ? APPLICATION_DATA : (facts?.info ?? null);
    if (info === null) return null;
    const protocol = versionColumn(facts?.after ?? this.#version);
    return { protocol, info, separator: SEPARATOR, lead: SEPARATOR };
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

/** The version a Server Hello settles on (RFC 8446 4.2.1), or null where it is too short to say. */
function helloVersion(hello: Uint8Array): number | null {
  if (hello.length < 38) return null;
  const version = uint(hello, 0, 2);
  let at = 35 + hello[34] + 3;
  const end = at + 2 <= hello.length ? Math.min(hello.length, at + 2 + uint(hello, at, 2)) : 0;
  for (at += 2; at + 4 <= end;) {
    const type = uint(hello, at, 2);
    const length = uint(hello, at + 2, 2);
    if (type === 43 && length === 2 && at + 6 <= end) return uint(hello, at + 4, 2);
    at += 4 + length;
  }
  return version;
}

function showIgnored(d: Dissection, out: DetailNode[], start: number, held: number): void {
  const node = d.add(out, null, NO_RECORD.known, start, held - start);
  addExpert(d, node.children, "tls.ignored_unknown_record", IGNORED, start, held - start);
}
