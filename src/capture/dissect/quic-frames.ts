// The frames that QUIC's Initial packets may hold (RFC 9000 12.4 and 19), and the TLS messages in them.

import { addComputed, named, uint, utf8 } from "./protocol.ts";
import type { CryptoMessages } from "./quic-connection.ts";
import { quicVarint } from "./quic-packets.ts";
import type { Span } from "./quic-packets.ts";
import { showHandshake } from "./tls-handshake.ts";
import { ALERTS, handshakeName } from "./tls-names.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const FRAME = { padding: 0x00, ping: 0x01, ack: 0x02, ackEcn: 0x03, crypto: 0x06, close: 0x1c } as const;

const FRAMES_MAX = 500;
const RANGES_MAX = 500;
const HANDSHAKES_MAX = 20;

/** RFC 9000 20.1. */
const ERRORS = new Map<number, string>([
  [0, "NO_ERROR"],
  [1, "INTERNAL_ERROR"],
  [2, "CONNECTION_REFUSED"],
  [3, "FLOW_CONTROL_ERROR"],
  [4, "STREAM_LIMIT_ERROR"],
  [5, "STREAM_STATE_ERROR"],
  [6, "FINAL_SIZE_ERROR"],
  [7, "FRAME_ENCODING_ERROR"],
  [8, "TRANSPORT_PARAMETER_ERROR"],
  [9, "CONNECTION_ID_LIMIT_ERROR"],
  [10, "PROTOCOL_VIOLATION"],
  [11, "INVALID_TOKEN"],
  [12, "APPLICATION_ERROR"],
  [13, "CRYPTO_BUFFER_EXCEEDED"],
  [14, "KEY_UPDATE_ERROR"],
  [15, "AEAD_LIMIT_REACHED"],
  [16, "NO_VIABLE_PATH"],
]);
const CRYPTO_ERROR = 0x100;

/** A frame's numbers, one after another. */
class Numbers {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  /** The next one; -1 where it is not there, and ever after. */
  next(): number {
    const read = this.at < 0 ? null : quicVarint(this.#bytes, this.at, this.#end);
    if (read === null) {
      this.at = -1;
      return -1;
    }
    this.at += read.size;
    return read.value;
  }
}

/** A CRYPTO frame in an opened packet: where it begins, and what of the stream it has. */
interface CryptoFrame {
  readonly at: number;
  readonly offset: number;
  readonly data: Span;
}

/** The CRYPTO frames of an opened packet, as far as it can be read. */
export function cryptoFrames(plain: Uint8Array): readonly CryptoFrame[] {
  const found: CryptoFrame[] = [];
  let at = 0;
  for (let i = 0; i < FRAMES_MAX && at < plain.length; i++) {
    const end = frameEnd(plain, at);
    if (end === null) break;
    if (plain[at] === FRAME.crypto) {
      const numbers = new Numbers(plain, at + 1);
      const offset = numbers.next();
      numbers.next();
      found.push({ at, offset, data: { from: numbers.at, to: end } });
    }
    at = end;
  }
  return found;
}

/** Where the frame at `at` ends; null for one that is cut or has no place in an Initial packet. */
function frameEnd(bytes: Uint8Array, at: number): number | null {
  const type = bytes[at];
  const numbers = new Numbers(bytes, at + 1);
  switch (type) {
    case FRAME.padding: {
      let end = at;
      while (end < bytes.length && bytes[end] === 0) end++;
      return end;
    }
    case FRAME.ping:
      return at + 1;
    case FRAME.ack:
    case FRAME.ackEcn: {
      for (let i = 0; i < 2; i++) numbers.next();
      const ranges = numbers.next();
      if (ranges > RANGES_MAX) return null;
      const rest = 1 + ranges * 2 + (type === FRAME.ackEcn ? 3 : 0);
      for (let i = 0; i < rest; i++) numbers.next();
      return numbers.at === -1 ? null : numbers.at;
    }
    case FRAME.crypto:
      numbers.next();
      break;
    case FRAME.close:
      for (let i = 0; i < 2; i++) numbers.next();
      break;
    default:
      return null;
  }
  const length = numbers.next();
  return numbers.at === -1 || length > bytes.length - numbers.at ? null : numbers.at + length;
}

/** Shows the frames of an opened packet, which is `d.bytes` now; answers their names for Info. */
export function showQuicFrames(
  d: Dissection,
  out: DetailNode[],
  messages: ReadonlyMap<number, CryptoMessages>,
): string {
  const { bytes } = d;
  let names = "";
  let at = 0;
  for (let i = 0; i < FRAMES_MAX && at < bytes.length; i++) {
    const end = frameEnd(bytes, at);
    if (end === null) {
      d.add(out, "quic.frame", "Unknown frame", at, bytes.length - at);
      break;
    }
    names += `, ${showFrame(d, out, at, end, messages.get(at) ?? null)}`;
    at = end;
  }
  return names;
}

function showFrame(
  d: Dissection,
  out: DetailNode[],
  at: number,
  end: number,
  messages: CryptoMessages | null,
): string {
  const type = d.bytes[at];
  const node = d.add(out, "quic.frame", "", at, end - at);
  const into = node.children;
  const frame = new FrameNumbers(d, into, at + 1, end);
  const typeText = `0x${type.toString(16).padStart(16, "0")}`;
  const begin = (label: string, name: string): void => {
    node.label = label;
    d.add(into, "quic.frame_type", `Frame Type: ${name} (${typeText})`, at, 1, type);
  };
  switch (type) {
    case FRAME.padding:
      begin(`PADDING Length: ${end - at}`, "PADDING");
      addComputed(d, into, "quic.padding_length", `Padding Length: ${end - at}`, at, end - at);
      return "PADDING";
    case FRAME.ping:
      begin("PING", "PING");
      return "PING";
    case FRAME.crypto:
      begin("CRYPTO", "CRYPTO");
      showCrypto(frame, messages);
      return "CRYPTO";
    case FRAME.close:
      begin("", "CONNECTION_CLOSE (Transport)");
      node.label = `CONNECTION_CLOSE (Transport) Error code: ${showClose(frame)}`;
      return "CC";
    default:
      begin("ACK", "ACK");
      showAck(frame, type === FRAME.ackEcn);
      return type === FRAME.ackEcn ? "ACK_ECN" : "ACK";
  }
}

/** A frame's numbers being shown. */
class FrameNumbers {
  readonly d: Dissection;
  readonly out: DetailNode[];
  readonly end: number;
  at: number;

  constructor(d: Dissection, out: DetailNode[], at: number, end: number) {
    this.d = d;
    this.out = out;
    this.at = at;
    this.end = end;
  }

  add(field: string, name: string, text: (value: number) => string = String): number {
    const read = quicVarint(this.d.bytes, this.at, this.end);
    if (read === null) return 0;
    const { value, size } = read;
    this.d.add(this.out, field, () => `${name}: ${text(value)}`, this.at, size, value);
    this.at += size;
    return value;
  }
}

function showAck(frame: FrameNumbers, hasCounts: boolean): void {
  frame.add("quic.ack.largest_acknowledged", "Largest Acknowledged");
  frame.add("quic.ack.ack_delay", "ACK Delay");
  const ranges = frame.add("quic.ack.ack_range_count", "ACK Range Count");
  frame.add("quic.ack.first_ack_range", "First ACK Range");
  for (let i = 0; i < ranges; i++) {
    frame.add("quic.ack.gap", "Gap");
    frame.add("quic.ack.ack_range", "ACK Range");
  }
  if (!hasCounts) return;
  frame.add("quic.ack.ect0_count", "ECT(0) Count");
  frame.add("quic.ack.ect1_count", "ECT(1) Count");
  frame.add("quic.ack.ecn_ce_count", "ECN-CE Count");
}

/** Answers what the frame's line says of the error. */
function showClose(frame: FrameNumbers): string {
  const { d, out } = frame;
  const at = frame.at;
  const name = (code: number): string =>
    code >= CRYPTO_ERROR && code < CRYPTO_ERROR + 256 ? "CRYPTO_ERROR" : (ERRORS.get(code) ?? "Unknown");
  const code = frame.add("quic.cc.error_code", "Error code", (value) => `${name(value)} (${value})`);
  let text = name(code);
  if (text === "CRYPTO_ERROR") {
    const alert = code - CRYPTO_ERROR;
    const label = `TLS Alert Description: ${named(ALERTS, alert)}`;
    d.add(out, "quic.cc.error_code.tls_alert", label, at, frame.at - at, alert);
    text += ` (${ALERTS.get(alert) ?? "Unknown"})`;
  }
  frame.add("quic.cc.frame_type", "Frame Type");
  const length = frame.add("quic.cc.reason_phrase.length", "Reason phrase Length");
  if (length === 0) return text;
  const to = Math.min(frame.end, frame.at + length);
  const reason = utf8(d.bytes, frame.at, to);
  d.add(out, "quic.cc.reason_phrase", `Reason phrase: ${reason}`, frame.at, to - frame.at, reason);
  return text;
}

function showCrypto(frame: FrameNumbers, messages: CryptoMessages | null): void {
  const { d, out } = frame;
  frame.add("quic.crypto.offset", "Offset");
  frame.add("quic.crypto.length", "Length");
  d.add(out, "quic.crypto.crypto_data", "Crypto Data", frame.at, frame.end - frame.at);
  if (messages === null) return;
  const { isPart, bytes, parts } = messages;
  if (isPart) {
    showTlsPart(d, out, bytes[0], frame.at, frame.end);
    return;
  }
  if (parts.length === 1 && bytes.length === frame.end - frame.at) {
    showTls(d, out, frame.at, frame.end);
    return;
  }
  d.within("Reassembled QUIC CRYPTO", bytes, () => {
    const list = parts.map(({ row, length }) => `#${row + 1}(${length})`).join(", ");
    const title = `[${parts.length} Reassembled QUIC CRYPTO Data Fragments (${bytes.length} bytes): ${list}]`;
    const node = d.add(out, "quic.crypto.fragments", title, 0, bytes.length);
    let at = 0;
    for (const { row, length } of parts) {
      const to = Math.min(bytes.length, at + length);
      const label = `[Frame: ${row + 1}, payload: ${at}-${to - 1} (${to - at} bytes)]`;
      d.add(node.children, "quic.crypto.fragment", label, at, to - at, row + 1);
      at = to;
    }
    const count = `[Fragment count: ${parts.length}]`;
    d.add(node.children, "quic.crypto.fragment.count", count, 0, 0, parts.length);
    showTls(d, out, 0, bytes.length);
  });
}

/** A part of a TLS message of `type`. */
function showTlsPart(d: Dissection, out: DetailNode[], type: number, start: number, end: number): void {
  d.layers.push("tls");
  const name = `Handshake Protocol: ${handshakeName(type)} (fragment)`;
  const node = d.add(out, "tls", `TLSv1.3 Record Layer: ${name}`, start, end - start);
  d.add(node.children, null, name, start, end - start);
}

const TLS_1_3 = { before: 0x0304, version: 0x0304, suite: 0 };

/** TLS messages without records (RFC 9001 4.1.3); the version can only be 1.3. */
function showTls(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const { bytes } = d;
  d.layers.push("tls");
  const node = d.add(out, "tls", "", start, end - start);
  const names: string[] = [];
  for (let i = 0, at = start; i < HANDSHAKES_MAX && at + 4 <= end; i++) {
    const to = Math.min(end, at + 4 + uint(bytes, at + 1, 3));
    names.push(handshakeName(bytes[at]));
    showHandshake(d, node.children, at, to, TLS_1_3);
    at = to;
  }
  const what = names.length > 1 ? "Multiple Handshake Messages" : names.join("");
  node.label = `TLSv1.3 Record Layer: Handshake Protocol: ${what}`;
}
