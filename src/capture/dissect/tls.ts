// TLS records (RFC 8446 5, RFC 5246 6) over a TCP stream: what each carries while that can be read, and the version and keys
// the connection has got to.

import { addExpert } from "./expert.ts";
import { isEncryptedFrom, showHandshake } from "./tls-handshake.ts";
import {
  ALERTS,
  ALERT_LEVELS,
  CONTENT,
  CONTENT_TYPES,
  HANDSHAKE,
  HANDSHAKE_TYPES,
  versionColumn,
  versionName,
} from "./tls-names.ts";
import { addBytes, messageColumns, named, PDU, protocolNode, uint } from "./protocol.ts";
import type { Columns, PduScan, ShownPdu, StreamDissector } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Transport Layer Security";
const LAYERS: readonly string[] = ["tls"];
const HEADER_LENGTH = 5;
/** Longer than any record: 2^14 and what encryption and compression may add (RFC 5246 6.2.3). */
const RECORD_BYTES_LIMIT = 16_384 + 2_048;
const TLS_1_2 = 0x0303;
/** Handshake bytes kept of a message in several records. */
const KEPT_BYTES_MAX = 1024 * 1024;
/** Handshake messages in one record. */
const MESSAGES_MAX = 100;

/** Whether a stream is TLS by its bytes alone, as Wireshark sees it: a record of a handshake or of data, of a sound version and length. */
export function looksLikeTls({ bytes, origin, end }: PduScan): boolean {
  if (end - origin < HEADER_LENGTH || !beginsRecord(bytes, origin)) return false;
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
type NoRecord = (typeof NO_RECORD)[keyof typeof NO_RECORD];

const IGNORED = {
  severity: "Warning",
  group: "Protocol",
  protocol: "TLS",
  summary: NO_RECORD.known,
} as const;

/** Between Info's parts, and between them and what TCP says of the segment. */
const SEPARATOR = ", ";

/** What the stream knew when a record came. */
interface RecordFacts {
  /** Versions before and after it; 0 while unknown. */
  readonly before: number;
  readonly after: number;
  /** Handshake bytes of earlier records that the record's first message begins with. */
  readonly held: Uint8Array;
  readonly isEncrypted: boolean;
  /** What Info says of it, where `dissect` would say no more; null where that has to look. */
  readonly info: string | null;
}

const NOTHING = new Uint8Array(0);

interface Side {
  held: Uint8Array;
  isEncrypted: boolean;
}

/** Records of which Info says the same whatever they hold. */
const CONSTANT_INFO = new Map([
  [CONTENT.changeCipherSpec, CONTENT_TYPES.get(CONTENT.changeCipherSpec)],
  [CONTENT.heartbeat, "Heartbeat"],
]);
const APPLICATION_DATA = CONTENT_TYPES.get(CONTENT.applicationData) ?? "";

export class TlsStream implements StreamDissector {
  readonly layers = LAYERS;
  readonly isLayerOfBeginning = true;
  readonly title = TITLE;
  readonly #sides: readonly [Side, Side] = [
    { held: NOTHING, isEncrypted: false },
    { held: NOTHING, isEncrypted: false },
  ];
  /** By message number; records like the one before them are not in it. */
  readonly #facts: (RecordFacts | undefined)[] = [];
  #factsCount = 0;
  /** By message number; all else is records. Null where all of them are. */
  #noRecords: Map<number, NoRecord> | null = null;
  /** 0 while nothing but Client Hellos were seen: they tell no more than what their sender could speak. */
  #version = 0;
  /** The version of everything from this message on. */
  #settledFrom = -1;
  #kept = 0;

  get cost(): number {
    return (this.#factsCount + (this.#noRecords?.size ?? 0)) * 150 + this.#kept;
  }

  /**
   * As in Wireshark: what is no record, as behind a gap, reaches to its segment's end, text that begins a segment is none of TLS's, and up to
   * TLS 1.2 a record is told by its type once the version is known.
   */
  pduLength({ bytes, origin, end }: PduScan, _direction: 0 | 1, pdu: number): number {
    if (end - origin < HEADER_LENGTH) return PDU.more;
    if (origin === 0 && isText(bytes)) return PDU.reject;
    const isKnown = this.#version !== 0 && this.#version <= TLS_1_2;
    if (isKnown ? isContentType(bytes[origin]) : beginsRecord(bytes, origin)) {
      this.#noRecords?.delete(pdu);
      return HEADER_LENGTH + uint(bytes, origin + 3, 2);
    }
    this.#noRecords ??= new Map();
    this.#noRecords.set(pdu, isKnown ? NO_RECORD.known : NO_RECORD.unknown);
    return end - origin;
  }

  completed(pdu: number, _row: number, direction: 0 | 1, read: (max: number) => Uint8Array): void {
    const side = this.#sides[direction];
    const before = this.#version;
    if (this.#noRecords?.has(pdu) === true) return;
    // Of what is encrypted nothing is learnt.
    if (side.isEncrypted && this.#settledFrom >= 0) return;
    const { held, isEncrypted } = side;
    // Only of handshakes in the clear more than the header counts; before encryption nearly all records are.
    const bytes = read(isEncrypted ? HEADER_LENGTH : HEADER_LENGTH + RECORD_BYTES_LIMIT);
    const type = bytes[0];
    const isClear = type === CONTENT.handshake && !isEncrypted;
    let info = bytes.length < HEADER_LENGTH ? null : (CONSTANT_INFO.get(type) ?? null);
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
    const fragment = record.subarray(HEADER_LENGTH);
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
    node.length = Math.max(node.length, held - node.start);
    const noRecord = this.#noRecords?.get(shown.pdu);
    if (noRecord !== undefined) {
      if (noRecord === NO_RECORD.known) showIgnored(d, node.children, start, held);
      messageColumns(d, this.#noRecordColumn(), noRecord, SEPARATOR, SEPARATOR);
      return;
    }
    if (!d.has(start, HEADER_LENGTH, end, TITLE)) {
      messageColumns(d, versionColumn(facts.after), "", SEPARATOR);
      return;
    }
    const info = showRecord(d, node.children, start, end, facts);
    messageColumns(d, versionColumn(facts.after), info, SEPARATOR, SEPARATOR);
  }

  columnsOf(pdu: number, firstByte: number): Columns | null {
    const noRecord = this.#noRecords?.get(pdu);
    if (noRecord !== undefined)
      return { protocol: this.#noRecordColumn(), info: noRecord, separator: SEPARATOR, lead: SEPARATOR };
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

function handshakeName(type: number): string {
  return HANDSHAKE_TYPES.get(type) ?? "Unknown Handshake Type";
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

/** Shows one record; answers what Info says of it. */
function showRecord(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  facts: RecordFacts,
): string {
  const { bytes } = d;
  const type = bytes[start];
  const version = uint(bytes, start + 1, 2);
  const length = uint(bytes, start + 3, 2);
  const stop = Math.min(end, start + HEADER_LENGTH + length);
  const held = d.captured(stop);
  const name = CONTENT_TYPES.get(type) ?? "Unknown";
  const column = versionColumn(facts.before === 0 ? version : facts.before);
  const record = d.add(out, "tls.record", "", start, held - start);
  const into = record.children;
  const isOpaque = type === CONTENT.applicationData && versionColumn(facts.after) === "TLSv1.3";
  const typeField = isOpaque ? "tls.record.opaque_type" : "tls.record.content_type";
  d.add(into, typeField, `${isOpaque ? "Opaque" : "Content"} Type: ${name} (${type})`, start, 1, type);
  const versionText = `Version: ${versionName(version)} (${hexText(version, 4)})`;
  d.add(into, "tls.record.version", versionText, start + 1, 2, version);
  d.add(into, "tls.record.length", `Length: ${length}`, start + 3, 2, length);
  const from = start + HEADER_LENGTH;
  let info = name;
  switch (type) {
    case CONTENT.handshake:
      info = showHandshakes(d, into, from, stop, facts);
      break;
    case CONTENT.alert:
      info = showAlert(d, into, from, stop, facts);
      break;
    case CONTENT.changeCipherSpec:
      d.add(into, "tls.change_cipher_spec", "Change Cipher Spec Message", from, held - from);
      break;
    case CONTENT.applicationData:
      addBytes(d, into, "tls.app_data", "Encrypted Application Data", from, stop);
      break;
    case CONTENT.heartbeat:
      info = "Heartbeat";
      break;
    default:
  }
  if (d.isForColumns) return info;
  // Until a Server Hello has settled the version, a record's own counts; and what it settles is for those after it.
  const isHello = type === CONTENT.handshake && /^(Client|Server) Hello\b/.test(info);
  record.label = `${isHello ? versionColumn(version) : column} Record Layer: ${recordText(type, name, info)}`;
  return info;
}

/** What a record's line says of its content. */
function recordText(type: number, name: string, info: string): string {
  if (type === CONTENT.applicationData || type === CONTENT.heartbeat) return `${name} Protocol`;
  if (info === "Encrypted Alert") return info;
  return `${name} Protocol: ${info.includes(", ") ? "Multiple Handshake Messages" : info}`;
}

function showAlert(d: Dissection, out: DetailNode[], start: number, end: number, facts: RecordFacts): string {
  const held = d.captured(end);
  if (end - start !== 2 || held < end || (facts.isEncrypted && !ALERT_LEVELS.has(d.bytes[start]))) {
    d.add(out, "tls.alert_message", "Alert Message: Encrypted Alert", start, held - start);
    return "Encrypted Alert";
  }
  const [level, description] = [d.bytes[start], d.bytes[start + 1]];
  const into = d.add(out, "tls.alert_message", "Alert Message", start, 2).children;
  d.add(into, "tls.alert_message.level", `Level: ${named(ALERT_LEVELS, level)}`, start, 1, level);
  const text = `Description: ${named(ALERTS, description)}`;
  d.add(into, "tls.alert_message.desc", text, start + 1, 1, description);
  const levelName = ALERT_LEVELS.get(level) ?? "Unknown";
  return `Alert (Level: ${levelName}, Description: ${ALERTS.get(description) ?? "Unknown"})`;
}

/** The messages that end in a record; answers their names. */
function showHandshakes(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  facts: RecordFacts,
): string {
  const held = d.captured(end);
  const isNew = facts.held.length === 0;
  if (facts.isEncrypted || (isNew && isEncryptedFrom(d.bytes.subarray(start, held)))) {
    d.add(out, "tls.handshake", "Handshake Protocol: Encrypted Handshake Message", start, held - start);
    return "Encrypted Handshake Message";
  }
  if (isNew) return showMessages(d, out, start, end);
  let names = "";
  const whole = Buffer.concat([facts.held, d.bytes.subarray(start, held)]);
  d.within("Reassembled TLS Handshake", whole, () => {
    names = showMessages(d, out, 0, whole.length);
  });
  return names;
}

function showMessages(d: Dissection, out: DetailNode[], start: number, end: number): string {
  const { bytes } = d;
  const names: string[] = [];
  let at = start;
  for (let i = 0; i < MESSAGES_MAX && at < end; i++) {
    if (at + 4 > d.captured(end)) break;
    const type = bytes[at];
    const stop = at + 4 + uint(bytes, at + 1, 3);
    const name = handshakeName(type);
    if (stop > end) {
      const text = `Handshake Protocol: ${name} (fragment)`;
      d.add(out, "tls.handshake", text, at, d.captured(end) - at);
      if (names.length === 0) names.push(`${name} (fragment)`);
      return names.join(", ");
    }
    names.push(name);
    showHandshake(d, out, at, stop);
    at = stop;
  }
  return names.join(", ");
}
