// HTTP/2 (RFC 9113) over a TCP stream: where frames end, the headers in them, and the bodies they carry.

import { HpackDecoder } from "./hpack.ts";
import type { HeaderField } from "./hpack.ts";
import { FRAME, FRAME_TYPES, showFrame } from "./http2-frames.ts";
import { HTTP_PORTS } from "./http-lines.ts";
import { inflateBody } from "./inflate.ts";
import { addMedia } from "./media.ts";
import { latin1, messageColumns, PDU, protocolNode, uint } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import { statusPhrase } from "./http-status.ts";
import type { Dissection } from "./tree.ts";

const MAGIC = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADER_LENGTH = 9;

/** Bytes of a frame that are learnt from, of a body kept of one stream, and of everything kept. */
const FRAME_BYTES_MAX = 1024 * 1024;
const BODY_BYTES_MAX = 1024 * 1024;
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
const STREAMS_MAX = 10_000;

export const FLAG = { endStream: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

/** Whether a connection begins as an HTTP/2 client's does (RFC 9113 3.4). */
export function looksLikeHttp2({ bytes, origin, end }: PduScan): boolean {
  return (
    end - origin >= 16 &&
    bytes[origin] === MAGIC.charCodeAt(0) &&
    MAGIC.startsWith(latin1(bytes, origin, Math.min(end, origin + MAGIC.length)))
  );
}

/** A body that one direction of an HTTP/2 stream sends. */
interface Body {
  contentType: string;
  encoding: string;
  chunks: Uint8Array[];
  bytes: number;
}

/** What is known of a frame beyond its bytes. */
export interface FrameFacts {
  /** Header fields whole in or by this frame. */
  readonly fields: readonly HeaderField[];
  /** The body that the frame completes. */
  readonly body: { readonly bytes: Uint8Array; readonly type: string; readonly encoding: string } | null;
}

interface Side {
  readonly hpack: HpackDecoder;
  /** Header bytes that a CONTINUATION goes on from. */
  pending: Uint8Array;
  readonly bodies: Map<number, Body>;
}

export class Http2Stream implements StreamDissector {
  readonly layers: readonly string[];
  readonly isLayerOfBeginning = false;
  readonly title = "HyperText Transfer Protocol 2";
  readonly #sides: readonly [Side, Side] = [newSide(), newSide()];
  readonly #facts = new Map<number, FrameFacts>();
  #kept = 0;

  /** `setup` is `upgrade` where an HTTP/1 connection became this. */
  constructor({ sourcePort, destinationPort }: StreamAbove, setup: string) {
    const isHttp = HTTP_PORTS.has(sourcePort) || HTTP_PORTS.has(destinationPort);
    this.layers = isHttp || setup === "upgrade" ? ["http", "http2"] : ["http2"];
  }

  get cost(): number {
    return this.#kept + this.#facts.size * 100 + this.#sides[0].hpack.cost + this.#sides[1].hpack.cost;
  }

  pduLength({ bytes, origin, end }: PduScan): number {
    const start = latin1(bytes, origin, Math.min(end, origin + MAGIC.length));
    if (start.startsWith("PRI")) return MAGIC.startsWith(start) ? MAGIC.length : PDU.reject;
    if (end - origin < HEADER_LENGTH) return PDU.more;
    return HEADER_LENGTH + uint(bytes, origin, 3);
  }

  completed(pdu: number, _row: number, direction: 0 | 1, read: (max: number) => Uint8Array): void {
    if (this.#kept > KEPT_BYTES_MAX) return;
    const bytes = read(FRAME_BYTES_MAX);
    if (bytes.length < HEADER_LENGTH || bytes[0] === 0x50) return;
    const side = this.#sides[direction];
    const payload = payloadOf(bytes);
    switch (bytes[3]) {
      case FRAME.headers:
      case FRAME.pushPromise:
        this.#headers(pdu, side, bytes, payload);
        return;
      case FRAME.continuation:
        this.#headers(pdu, side, bytes, Buffer.concat([side.pending, payload]));
        return;
      case FRAME.data:
        this.#data(pdu, side, bytes, payload);
        return;
      default:
    }
  }

  #headers(pdu: number, side: Side, frame: Uint8Array, block: Uint8Array): void {
    const { fields, used } = side.hpack.decode(block);
    const isEnd = (frame[4] & FLAG.endHeaders) !== 0;
    side.pending = isEnd || block.length - used > FRAME_BYTES_MAX ? new Uint8Array(0) : block.slice(used);
    this.#facts.set(pdu, { fields, body: null });
    for (const { name, value } of fields) this.#kept += name.length + value.length + 100;
    const id = uint(frame, 5, 4) & 0x7fffffff;
    const value = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
    let body = side.bodies.get(id);
    if (body === undefined) {
      if (side.bodies.size >= STREAMS_MAX) return;
      body = { contentType: "", encoding: "", chunks: [], bytes: 0 };
      side.bodies.set(id, body);
    }
    body.contentType = value("content-type")?.split(";")[0].trim().toLowerCase() ?? body.contentType;
    body.encoding = value("content-encoding")?.trim().toLowerCase() ?? body.encoding;
    // A body follows, unless this is all there is of the stream.
    if ((frame[4] & FLAG.endStream) !== 0 && frame[3] === FRAME.headers) side.bodies.delete(id);
  }

  #data(pdu: number, side: Side, frame: Uint8Array, payload: Uint8Array): void {
    const id = uint(frame, 5, 4) & 0x7fffffff;
    const body = side.bodies.get(id);
    if (body === undefined) return;
    if (body.bytes + payload.length <= BODY_BYTES_MAX) {
      body.chunks.push(Uint8Array.from(payload));
      body.bytes += payload.length;
      this.#kept += payload.length;
    }
    if ((frame[4] & FLAG.endStream) === 0) return;
    side.bodies.delete(id);
    const bytes = Buffer.concat(body.chunks);
    this.#facts.set(pdu, { fields: [], body: { bytes, type: body.contentType, encoding: body.encoding } });
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const { bytes } = d;
    const held = d.captured(end);
    const node = protocolNode(d, shown, this.layers, this.title, start, held - start);
    if (latin1(bytes, start, Math.min(held, start + 3)) === "PRI") {
      const stream = d.add(node.children, "http2.stream", "Stream: Magic", start, held - start);
      const text = latin1(bytes, start, held);
      const label = `Magic: ${text.replaceAll("\r\n", "\\r\\n")}`;
      d.add(stream.children, "http2.magic", label, start, held - start, text);
      messageColumns(d, "HTTP2", "Magic", ", ", ", ");
      return;
    }
    if (!d.has(start, HEADER_LENGTH, end, this.title)) {
      messageColumns(d, "HTTP2", "", ", ", ", ");
      return;
    }
    const facts = this.#facts.get(shown.pdu) ?? { fields: [], body: null };
    const note = headersNote(facts.fields);
    showFrame(d, node.children, start, end, facts, note);
    const type = FRAME_TYPES.get(bytes[start + 3]) ?? "Unknown";
    const id = uint(bytes, start + 5, 4) & 0x7fffffff;
    messageColumns(d, "HTTP2", `${type}[${id}]${note === "" ? "" : `: ${note}`}`, ", ", ", ");
    if (facts.body !== null) showBody(d, facts.body);
    if (held < end) d.stop("cut", this.title, held);
  }

  beginning(): string | null {
    return "";
  }
}

function newSide(): Side {
  return { hpack: new HpackDecoder(), pending: new Uint8Array(0), bodies: new Map() };
}

/** What a frame carries, without padding and without what stands before a header block. */
function payloadOf(frame: Uint8Array): Uint8Array {
  const [type, flags] = [frame[3], frame[4]];
  let start = HEADER_LENGTH;
  let end = frame.length;
  const mayPad = type === FRAME.data || type === FRAME.headers || type === FRAME.pushPromise;
  if (mayPad && (flags & FLAG.padded) !== 0 && start < end) {
    end -= frame[start];
    start++;
  }
  if (type === FRAME.headers && (flags & FLAG.priority) !== 0) start += 5;
  if (type === FRAME.pushPromise) start += 4;
  return start < end ? frame.subarray(start, end) : new Uint8Array(0);
}

/** `GET /path`, `200 OK`. */
function headersNote(fields: readonly HeaderField[]): string {
  const value = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const [method, path, status] = [value(":method"), value(":path"), value(":status")];
  if (method !== undefined) return `${method}${path === undefined ? "" : ` ${path}`}`;
  if (status === undefined) return "";
  const phrase = statusPhrase(Number(status));
  return phrase === null ? status : `${status} ${phrase}`;
}

function showBody(d: Dissection, { bytes, type, encoding }: NonNullable<FrameFacts["body"]>): void {
  if (bytes.length === 0) return;
  const plain = encoding === "" || encoding === "identity" ? bytes : inflateBody(encoding, bytes);
  const name = plain === bytes ? "Reassembled body" : "Uncompressed entity body";
  const body = plain ?? bytes;
  // As in Wireshark: of a body whose type nobody said there are bytes and no layer.
  d.within(name, body, () => {
    if (type !== "") addMedia(d, plain === null ? "" : type, 0, body.length, "HTTP2");
  });
}
