// WebSocket frames (RFC 6455) after an upgrade: unmasked, fragments put together, messages compressed per message (RFC 7692)
// inflated.

import { inflateMessage } from "./inflate.ts";
import { addPlainData } from "./data.ts";
import {
  addBits,
  addBytes,
  addFlag,
  addText,
  bytesCount,
  lastMessageColumns,
  named,
  PDU,
  protocolNode,
  uint,
  utf8,
} from "./protocol.ts";
import type { PduScan, ShownPdu, StreamDissector } from "./protocol.ts";
import { addTextLines } from "./text-lines.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const OPCODES = new Map<number, string>([
  [OPCODE.continuation, "Continuation"],
  [OPCODE.text, "Text"],
  [OPCODE.binary, "Binary"],
  [OPCODE.close, "Connection Close"],
  [OPCODE.ping, "Ping"],
  [OPCODE.pong, "Pong"],
]);

const CLOSE_CODES = new Map<number, string>([
  [1000, "Normal Closure"],
  [1001, "Going Away"],
  [1002, "Protocol error"],
  [1003, "Unsupported Data"],
  [1005, "No Status Rcvd"],
  [1006, "Abnormal Closure"],
  [1007, "Invalid frame payload data"],
  [1008, "Policy Violation"],
  [1009, "Message Too Big"],
  [1010, "Mandatory Ext."],
  [1011, "Internal Server"],
  [1015, "TLS handshake"],
]);

/** Bytes of messages kept for their meaning: inflated ones, and those put together from fragments. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;
/** DEFLATE looks back this far. */
const WINDOW_BYTES = 32 * 1024;

interface FrameHead {
  readonly isLast: boolean;
  readonly isCompressed: boolean;
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly lengthBytes: 0 | 2 | 8;
  /** Bytes before the payload, and of it. */
  readonly size: number;
  readonly length: number;
}

/** The frame header at `at`, or null where it is not whole. */
function headAt(bytes: Uint8Array, at: number, end: number): FrameHead | null {
  if (at + 2 > end) return null;
  const short = bytes[at + 1] & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = (bytes[at + 1] & 0x80) !== 0;
  const size = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (at + size > end) return null;
  return {
    isLast: (bytes[at] & 0x80) !== 0,
    isCompressed: (bytes[at] & 0x40) !== 0,
    opcode: bytes[at] & 0x0f,
    isMasked,
    lengthBytes,
    size,
    length: lengthBytes === 0 ? short : uint(bytes, at + 2, lengthBytes),
  };
}

/** A message made of several frames, or inflated: shown with its last frame. */
interface Message {
  readonly opcode: number;
  readonly bytes: Uint8Array;
  /** Rows of its frames and bytes of each; one for a message that was only inflated. */
  readonly parts: readonly (readonly [row: number, length: number])[];
  readonly isInflated: boolean;
}

/** What one direction has open. */
interface Open {
  opcode: number;
  isCompressed: boolean;
  parts: [number, number][];
  chunks: Uint8Array[];
  window: Uint8Array;
}

export class WebSocketStream implements StreamDissector {
  readonly layers = ["http", "websocket"];
  readonly isLayerOfBeginning = false;
  readonly title = "WebSocket";
  readonly #open: readonly [Open, Open] = [newOpen(), newOpen()];
  /** By the message number of its last frame. */
  readonly #messages = new Map<number, Message>();
  readonly #isDeflate: boolean;
  readonly #forgets: readonly [client: boolean, server: boolean];
  #kept = 0;

  /** `extensions` is the server's Sec-WebSocket-Extensions. */
  constructor(extensions: string) {
    this.#isDeflate = /permessage-deflate/i.test(extensions);
    this.#forgets = [
      /client_no_context_takeover/i.test(extensions),
      /server_no_context_takeover/i.test(extensions),
    ];
  }

  get cost(): number {
    return this.#kept + this.#messages.size * 200;
  }

  pduLength({ bytes, origin, end }: PduScan): number {
    const head = headAt(bytes, origin, end);
    if (head === null) return PDU.more;
    if (head.length > Number.MAX_SAFE_INTEGER - 100) return PDU.reject;
    return head.size + head.length;
  }

  completed(pdu: number, row: number, direction: 0 | 1, read: (max: number) => Uint8Array): void {
    if (this.#kept > KEPT_BYTES_MAX) return;
    const bytes = read(KEPT_BYTES_MAX);
    const head = headAt(bytes, 0, bytes.length);
    if (head === null || head.opcode >= 8) return;
    const open = this.#open[direction];
    if (head.opcode !== OPCODE.continuation) {
      open.opcode = head.opcode;
      open.isCompressed = this.#isDeflate && head.isCompressed;
      open.parts = [];
      open.chunks = [];
    }
    if (head.isLast && open.parts.length === 0 && !open.isCompressed) return;
    const payload = unmasked(bytes, 0, head);
    open.parts.push([row, payload.length]);
    open.chunks.push(payload);
    this.#kept += payload.length;
    if (head.isLast) this.#message(pdu, open, direction);
  }

  #message(pdu: number, open: Open, direction: 0 | 1): void {
    let bytes: Uint8Array = Buffer.concat(open.chunks);
    if (open.isCompressed) {
      const before = open.window;
      const inflated = inflateMessage(bytes, before);
      open.window = new Uint8Array(0);
      if (inflated === null) return;
      if (!this.#forgets[direction]) open.window = Buffer.concat([before, inflated]).subarray(-WINDOW_BYTES);
      bytes = inflated;
      this.#kept += inflated.length;
    }
    const { opcode, parts, isCompressed } = open;
    this.#messages.set(pdu, { opcode, bytes, parts, isInflated: isCompressed });
    open.parts = [];
    open.chunks = [];
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const { bytes } = d;
    const held = d.captured(end);
    const node = protocolNode(d, shown, this.layers, this.title, start, held - start);
    const head = headAt(bytes, start, held);
    if (head === null) {
      lastMessageColumns(d, shown.slice, "WebSocket", "WebSocket");
      d.has(start, Math.max(2, held - start + 1), end, this.title);
      return;
    }
    // As in Wireshark the layer is the frame's head.
    node.length = Math.min(head.size, held - start);
    const name = OPCODES.get(head.opcode) ?? "Unknown";
    const marks = `${head.isLast ? "[FIN] " : ""}${head.isMasked ? "[MASKED]" : ""}`;
    lastMessageColumns(d, shown.slice, "WebSocket", `WebSocket ${name} ${marks}`);
    addHead(d, node.children, start, head, this.#isDeflate);
    this.#addPayload(d, node.children, start, end, head, shown.pdu);
  }

  #addPayload(
    d: Dissection,
    out: DetailNode[],
    start: number,
    end: number,
    head: FrameHead,
    pdu: number,
  ): void {
    const from = start + head.size;
    if (head.length > 0 && !d.has(from, Math.min(head.length, end - from + 1), end, this.title)) return;
    const length = Math.min(head.length, end - from);
    if (length === 0) return;
    const message = this.#messages.get(pdu);
    if (!head.isMasked) {
      const payload = d.add(out, "websocket.payload", "Payload", from, length);
      showPayload(d, payload.children, head, from, from + length, message !== undefined);
    } else {
      d.add(out, "websocket.masked_payload", "Masked payload", from, length);
      d.within("Unmasked data", unmasked(d.bytes, start, head), () => {
        const payload = d.add(out, "websocket.payload", "Payload", 0, length);
        showPayload(d, payload.children, head, 0, length, message !== undefined);
      });
    }
    if (message !== undefined) showMessage(d, message);
  }

  beginning(): string | null {
    return null;
  }
}

function newOpen(): Open {
  return { opcode: 0, isCompressed: false, parts: [], chunks: [], window: new Uint8Array(0) };
}

/** The payload of the frame at `at`, as far as it is there, without its mask. */
function unmasked(bytes: Uint8Array, at: number, head: FrameHead): Uint8Array {
  const start = at + head.size;
  const payload = bytes.subarray(start, start + head.length);
  if (!head.isMasked) return Uint8Array.from(payload);
  const out = new Uint8Array(payload.length);
  for (let i = 0; i < out.length; i++) out[i] = payload[i] ^ bytes[start - 4 + (i & 3)];
  return out;
}

function addHead(d: Dissection, out: DetailNode[], at: number, head: FrameHead, isDeflate: boolean): void {
  addFlag(d, out, "websocket.fin", at, 1, 0x80, "Fin", ["True", "False"]);
  addBits(d, out, "websocket.rsv", at, 1, 0x70, "Reserved", (value) => `0x${value.toString(16)}`);
  if (isDeflate && head.opcode < 8)
    addFlag(d, out, "websocket.pmc", at, 1, 0x40, "Per-Message Compressed", ["True", "False"]);
  addBits(d, out, "websocket.opcode", at, 1, 0x0f, "Opcode", (value) => named(OPCODES, value));
  addFlag(d, out, "websocket.mask", at + 1, 1, 0x80, "Mask", ["True", "False"]);
  const extended = (value: number): string =>
    value < 126 ? String(value) : `${value} Extended Payload Length (${value === 126 ? 16 : 64} bits)`;
  addBits(d, out, "websocket.payload_length", at + 1, 1, 0x7f, "Payload length", extended);
  const { lengthBytes, length } = head;
  if (lengthBytes !== 0) {
    const bits = lengthBytes * 8;
    const label = `Extended Payload length (${bits} bits): ${length}`;
    d.add(out, `websocket.payload_length_ext_${bits}`, label, at + 2, lengthBytes, length);
  }
  if (head.isMasked) {
    const from = at + 2 + lengthBytes;
    addBytes(d, out, "websocket.masking_key", "Masking-Key", from, from + 4);
  }
}

/** What [start, end) is by the frame's opcode. With `isLater` the whole message is shown after it. */
function showPayload(
  d: Dissection,
  out: DetailNode[],
  head: FrameHead,
  start: number,
  end: number,
  isLater: boolean,
): void {
  switch (head.opcode) {
    case OPCODE.text:
      if (isLater || !head.isLast) return;
      addText(d, out, "websocket.payload.text", "Text", start, end);
      addTextLines(d, "", start, end);
      return;
    case OPCODE.binary:
      if (!isLater && head.isLast) addPlainData(d, start, end);
      return;
    case OPCODE.continuation:
      if (!isLater) addBytes(d, out, "websocket.payload.continue", "Continue", start, end);
      return;
    case OPCODE.close: {
      const close = d.add(out, "websocket.payload.close", "Close", start, end - start).children;
      if (end - start < 2) return;
      const code = uint(d.bytes, start, 2);
      const label = `Status code: ${named(CLOSE_CODES, code)}`;
      d.add(close, "websocket.payload.close.status_code", label, start, 2, code);
      if (end - start > 2) addText(d, close, "websocket.payload.close.reason", "Reason", start + 2, end);
      return;
    }
    case OPCODE.ping:
      addBytes(d, out, "websocket.payload.ping", "Ping", start, end);
      return;
    case OPCODE.pong:
      addBytes(d, out, "websocket.payload.pong", "Pong", start, end);
      return;
    default:
      addBytes(d, out, "websocket.payload.unknown", "Unknown", start, end);
  }
}

/** A message put together from fragments, or inflated. */
function showMessage(d: Dissection, { opcode, bytes, parts, isInflated }: Message): void {
  const name = isInflated ? "Decompressed payload" : "Reassembled websocket Payload";
  d.within(name, bytes, () => {
    if (parts.length > 1) {
      const list = parts.slice(0, 100).map(([row, length]) => `#${row + 1}(${length})`);
      const total = parts.reduce((sum, [, length]) => sum + length, 0);
      const title = `[${parts.length} Reassembled websocket Fragments (${bytesCount(total)}): ${list.join(", ")}]`;
      const out = d.add(d.root, "websocket.fragments", title, 0, 0).children;
      for (const [row] of parts.slice(0, 1000))
        d.add(out, "websocket.fragment", `[Frame: ${row + 1}]`, 0, 0, row + 1);
      d.add(out, "websocket.fragment.count", `[Fragment count: ${parts.length}]`, 0, 0, parts.length);
      const length = `[Reassembled websocket Payload length: ${total}]`;
      d.add(out, "websocket.reassembled.length", length, 0, 0, total);
    }
    if (opcode === OPCODE.text) {
      const text = utf8(bytes, 0, bytes.length);
      if (isInflated) d.add(d.root, "websocket.payload.text", `Text: ${text}`, 0, bytes.length, text);
      addTextLines(d, "", 0, bytes.length);
    } else {
      addPlainData(d, 0, bytes.length);
    }
  });
}
