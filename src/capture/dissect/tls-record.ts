// One TLS record (RFC 8446 5, RFC 5246 6): what it carries while that can be read.

import { addExpert } from "./expert.ts";
import { addBytes, addComputed, bytesCount, named, uint } from "./protocol.ts";
import { TLS_1_3 } from "./tls-ciphers.ts";
import type { OpenRecord } from "./tls-ciphers.ts";
import type { Opened } from "./tls-opening.ts";
import { isEncryptedFrom, showHandshake } from "./tls-handshake.ts";
import type { Agreement } from "./tls-key-exchange.ts";
import {
  ALERT_LEVELS,
  ALERTS,
  CONTENT,
  CONTENT_TYPES,
  messageName,
  versionColumn,
  versionName,
} from "./tls-names.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Bytes before a record's content. */
export const RECORD_HEADER_LENGTH = 5;
/** Handshake messages in one record. */
export const MESSAGES_MAX = 100;
/** Between the parts of Info. */
export const SEPARATOR = ", ";

/** What the stream knew when a record came. */
export interface RecordFacts {
  /** Versions before and after it; 0 while unknown. */
  readonly before: number;
  readonly after: number;
  /** The suite that is agreed on, 0 while none is. */
  readonly suite: number;
  /** What the Protocol column says where that is not `after`. */
  readonly column?: number;
  /** Handshake bytes of earlier records that the record's first message begins with. */
  readonly held: Uint8Array;
  readonly isEncrypted: boolean;
  /** A change of ciphers by which a server takes up a session from before. */
  readonly isResumed: boolean;
  /** What Info says of it, where `dissect` would say no more; null where that has to look. */
  readonly info: string | null;
  /** How it was opened, null where it was not; and its number among those that carry what is above TLS, -1 for none. */
  readonly opened: Opened | null;
  readonly carries: number;
}

/** What the protocol above is called: what was known before a record, and by now. Null where nothing is. */
export interface TitlesAbove {
  readonly before: string | null;
  readonly now: string | null;
}

/** Shows the record in [start, end), whose `content` is null where it is not opened; answers what Info says of it: nothing of a message's middle. */
export function showRecord(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  facts: RecordFacts,
  content: OpenRecord | null,
  above: TitlesAbove,
): string {
  const { bytes } = d;
  const type = content?.type ?? bytes[start];
  const version = uint(bytes, start + 1, 2);
  const length = uint(bytes, start + 3, 2);
  const stop = Math.min(end, start + RECORD_HEADER_LENGTH + length);
  const held = d.captured(stop);
  const name = CONTENT_TYPES.get(type) ?? "Unknown";
  const column = versionColumn(facts.before === 0 ? version : facts.before);
  const record = d.add(out, "tls.record", "", start, held - start);
  const into = record.children;
  const outer = bytes[start];
  const isOpaque = outer === CONTENT.applicationData && versionColumn(facts.after) === "TLSv1.3";
  const typeField = isOpaque ? "tls.record.opaque_type" : "tls.record.content_type";
  const outerName = CONTENT_TYPES.get(outer) ?? "Unknown";
  d.add(into, typeField, `${isOpaque ? "Opaque" : "Content"} Type: ${outerName} (${outer})`, start, 1, outer);
  const versionText = `Version: ${versionName(version)} (${hexText(version, 4)})`;
  d.add(into, "tls.record.version", versionText, start + 1, 2, version);
  d.add(into, "tls.record.length", `Length: ${length}`, start + 3, 2, length);
  if (content !== null && isOpaque)
    d.add(into, "tls.record.content_type", `[Content Type: ${name} (${type})]`, start, 1, type);
  const from = start + RECORD_HEADER_LENGTH;
  /** What is read in the clear: the record's own bytes, or what was in them. */
  const within = (show: (at: number, to: number) => void): void => {
    if (content === null) show(from, stop);
    else d.within("Decrypted TLS", content.plain, () => show(0, content.plain.length));
  };
  let info = name;
  let title = name;
  switch (type) {
    case CONTENT.handshake:
      within((at, to) => ({ info, title } = showHandshakes(d, into, at, to, facts)));
      break;
    case CONTENT.alert:
      within((at, to) => (info = showAlert(d, into, at, to, facts)));
      title = info;
      break;
    case CONTENT.changeCipherSpec: {
      const node = d.add(into, "tls.change_cipher_spec", "Change Cipher Spec Message", from, held - from);
      if (facts.isResumed) addExpert(d, node.children, "tls.resumed", RESUMED, from, held - from);
      break;
    }
    case CONTENT.applicationData:
      addBytes(d, into, "tls.app_data", "Encrypted Application Data", from, stop);
      if (above.before !== null) {
        const label = `Application Data Protocol: ${above.before}`;
        addComputed(d, into, "tls.app_data_proto", label, start, above.before);
      }
      title = above.now ?? name;
      break;
    case CONTENT.heartbeat:
      within((at, to) => (info = showHeartbeat(d, into, at, to)));
      title = info;
      break;
    default:
  }
  if (d.isForColumns) return info;
  // Until a Server Hello has settled the version, a record's own counts; and what it settles is for those after it.
  record.label = `${column} Record Layer: ${recordText(type, name, title, content !== null)}`;
  return info;
}

const RESUMED = {
  severity: "Note",
  group: "Sequence",
  protocol: "TLS",
  summary: "This session reuses previously negotiated keys (Session resumption)",
} as const;

/** What a record's line says of its content. */
function recordText(type: number, name: string, title: string, isOpen: boolean): string {
  const isAlone =
    type === CONTENT.heartbeat || title === ENCRYPTED_ALERT || (type === CONTENT.alert && isOpen);
  return isAlone ? title : `${name} Protocol: ${title}`;
}

function showAlert(d: Dissection, out: DetailNode[], start: number, end: number, facts: RecordFacts): string {
  const held = d.captured(end);
  if (end - start !== 2 || held < end || (facts.isEncrypted && !ALERT_LEVELS.has(d.bytes[start]))) {
    d.add(out, "tls.alert_message", `Alert Message: ${ENCRYPTED_ALERT}`, start, held - start);
    return ENCRYPTED_ALERT;
  }
  const [level, description] = [d.bytes[start], d.bytes[start + 1]];
  const into = d.add(out, "tls.alert_message", "Alert Message", start, 2).children;
  d.add(into, "tls.alert_message.level", `Level: ${named(ALERT_LEVELS, level)}`, start, 1, level);
  const text = `Description: ${named(ALERTS, description)}`;
  d.add(into, "tls.alert_message.desc", text, start + 1, 1, description);
  const levelName = ALERT_LEVELS.get(level) ?? "Unknown";
  return `Alert (Level: ${levelName}, Description: ${ALERTS.get(description) ?? "Unknown"})`;
}

const ENCRYPTED_ALERT = "Encrypted Alert";
const ENCRYPTED_HANDSHAKE = "Encrypted Handshake Message";
const MULTIPLE = "Multiple Handshake Messages";

/** What Info, and what a record's line, say of its messages. */
interface MessagesWords {
  readonly info: string;
  readonly title: string;
}

/** The messages in a record. */
function showHandshakes(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  facts: RecordFacts,
): MessagesWords {
  const held = d.captured(end);
  const isNew = facts.held.length === 0;
  const agreed = { before: settled(facts.before), version: settled(facts.after), suite: facts.suite };
  if (facts.isEncrypted || (isNew && isEncryptedFrom(d.bytes.subarray(start, held)))) {
    d.add(out, "tls.handshake", `Handshake Protocol: ${ENCRYPTED_HANDSHAKE}`, start, held - start);
    return { info: ENCRYPTED_HANDSHAKE, title: ENCRYPTED_HANDSHAKE };
  }
  if (isNew) return showMessages(d, out, start, end, true, agreed);
  let words: MessagesWords = { info: "", title: MULTIPLE };
  const whole = Buffer.concat([facts.held, d.bytes.subarray(start, held)]);
  d.within("Reassembled TLS Handshake", whole, () => {
    words = showMessages(d, out, 0, whole.length, false, agreed);
  });
  return words;
}

/** A version, that of a draft as the one it became. */
function settled(version: number): number {
  return versionColumn(version) === "TLSv1.3" ? TLS_1_3 : version;
}

/** Shows the messages in [start, end), the first of which begins in this record or, where not `isNew`, in one before. */
function showMessages(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  isNew: boolean,
  agreed: Agreement,
): MessagesWords {
  const { bytes } = d;
  const names: string[] = [];
  let at = start;
  for (let i = 0; i < MESSAGES_MAX && at < end && at < bytes.length; i++) {
    const name = messageName(bytes.subarray(at));
    const isHead = at + 4 <= d.captured(end);
    const stop = isHead ? at + 4 + uint(bytes, at + 1, 3) : end + 1;
    if (stop > end) {
      const text = `${name} (fragment)`;
      d.add(out, "tls.handshake", `Handshake Protocol: ${text}`, at, d.captured(end) - at);
      if (names.length > 0) return { info: names.join(SEPARATOR), title: MULTIPLE };
      return isNew ? { info: `[${name} Fragment]`, title: text } : { info: "", title: MULTIPLE };
    }
    names.push(name);
    showHandshake(d, out, at, stop, agreed);
    at = stop;
  }
  const info = names.join(SEPARATOR);
  return { info, title: names.length > 1 ? MULTIPLE : info };
}

const HEARTBEATS = new Map([
  [1, "Request"],
  [2, "Response"],
]);

/** A heartbeat (RFC 6520 4): one that asks for more than it has is the attack that was called Heartbleed. */
function showHeartbeat(d: Dissection, out: DetailNode[], start: number, end: number): string {
  const held = d.captured(end);
  const type = start < held ? (HEARTBEATS.get(d.bytes[start]) ?? null) : null;
  if (type === null || start + 3 > held) {
    d.add(out, "tls.heartbeat_message", "Encrypted Heartbeat Message", start, held - start);
    return "Encrypted Heartbeat";
  }
  const into = d.add(out, "tls.heartbeat_message", "Heartbeat Message", start, held - start).children;
  d.add(into, "tls.heartbeat_message.type", `Type: ${type} (${d.bytes[start]})`, start, 1, d.bytes[start]);
  const length = uint(d.bytes, start + 1, 2);
  const from = start + 3;
  const size = Math.min(length, end - from);
  const invalid = size < length ? ` (invalid, using ${size} to decode payload)` : "";
  const label = `Payload Length: ${length}${invalid}`;
  const node = d.add(into, "tls.heartbeat_message.payload_length", label, start + 1, 2, length);
  if (size < length) {
    const summary = `Invalid heartbeat payload length (${length})`;
    const item = { severity: "Error", group: "Malformed", protocol: "TLS", summary } as const;
    addExpert(d, node.children, "tls.heartbeat_message.payload_length.invalid", item, start + 1, 2);
  }
  addCounted(d, into, "tls.heartbeat_message.payload", "Payload", from, from + size);
  addCounted(d, into, "tls.heartbeat_message.padding", "Padding and HMAC", from + size, end);
  return `Heartbeat ${type}`;
}

/** Bytes that are no more than so many. */
function addCounted(
  d: Dissection,
  out: DetailNode[],
  field: string,
  name: string,
  start: number,
  end: number,
): void {
  const size = d.captured(end) - start;
  if (size <= 0) return;
  d.add(out, field, `${name} (${bytesCount(size)})`, start, size, d.bytes.subarray(start, start + size));
}
