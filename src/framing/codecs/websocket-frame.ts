// The frame of WebSocket: two bytes, an extended length, a mask, the payload (RFC 6455 section 5.2).

import type { ByteQueue } from "../byte-queue.ts";
import { FramingError } from "../codec.ts";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A `FramingError` that knows the status code to close with (section 7.4.1). */
export class WebSocketError extends FramingError {
  readonly closeCode: number;

  constructor(closeCode: 1002 | 1007 | 1009, offset: number, message: string) {
    super(closeCode === 1009 ? "too long" : "malformed", offset, message);
    this.closeCode = closeCode;
  }
}

export interface FrameHeader {
  readonly fin: boolean;
  readonly opcode: number;
  /** Bytes of the payload. */
  readonly length: number;
  /** The masking key as a big-endian number, null for none. */
  readonly mask: number | null;
}

/** Control frames have at most so many bytes of payload (section 5.5). */
export const CONTROL_MAX = 125;

/** Takes a header from the head, or gives null when it is not all there; what is wrong with it is an error with the byte that shows it. */
export function takeHeader(queue: ByteQueue, masked: boolean): FrameHeader | null {
  if (queue.length === 0) return null;
  const first = queue.at(0);
  const fin = first >= 0x80;
  const opcode = first & 0x0f;
  if ((first & 0x70) !== 0)
    throw protocolError(queue, 0, "a reserved bit is set and no extension has been agreed on");
  if ((opcode > 2 && opcode < 8) || opcode > 10)
    throw protocolError(queue, 0, `opcode ${opcode} is reserved`);
  if (opcode >= 8 && !fin) throw protocolError(queue, 0, "a control frame is fragmented");
  if (queue.length === 1) return null;
  const second = queue.at(1);
  if (second >= 0x80 !== masked)
    throw protocolError(queue, 1, masked ? "a client's frame is not masked" : "a server's frame is masked");
  const short = second & 0x7f;
  if (opcode >= 8 && short > CONTROL_MAX)
    throw protocolError(queue, 1, "a control frame has more than 125 bytes");
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (queue.length < 2 + extended) return null;
  const length = extended === 0 ? short : extendedLength(queue, extended);
  const size = 2 + extended + (masked ? 4 : 0);
  if (queue.length < size) return null;
  const mask = masked ? maskAt(queue, size - 4) : null;
  queue.skip(size);
  return { fin, opcode, length, mask };
}

function extendedLength(queue: ByteQueue, size: number): number {
  if (size === 8 && queue.at(2) >= 0x80)
    throw protocolError(queue, 2, "the most significant bit of the length is set");
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + queue.at(2 + i);
  // "The minimal number of bytes MUST be used to encode the length."
  if (length < (size === 2 ? 126 : 65_536))
    throw protocolError(queue, 1 + size, `a length of ${length} is not in its shortest form`);
  return length;
}

function maskAt(queue: ByteQueue, at: number): number {
  return ((queue.at(at) << 24) | (queue.at(at + 1) << 16) | (queue.at(at + 2) << 8) | queue.at(at + 3)) >>> 0;
}

/** The byte of the key for byte `index` of the payload (section 5.3). */
export function maskByte(mask: number, index: number): number {
  return (mask >>> (24 - 8 * (index & 3))) & 0xff;
}

export function protocolError(queue: ByteQueue, index: number, message: string): WebSocketError {
  return new WebSocketError(1002, queue.taken + index, message);
}

/** The bytes of a frame. */
export function frameBytes(header: FrameHeader, payload: Uint8Array): Uint8Array {
  const { fin, opcode, length, mask } = header;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const at = 2 + extended + (mask === null ? 0 : 4);
  const bytes = new Uint8Array(at + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = (fin ? 0x80 : 0) | opcode;
  bytes[1] = (mask === null ? 0 : 0x80) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, length);
  else if (extended === 8) view.setBigUint64(2, BigInt(length));
  if (mask === null) bytes.set(payload, at);
  else {
    view.setUint32(at - 4, mask);
    for (let i = 0; i < payload.length; i++) bytes[at + i] = payload[i] ^ maskByte(mask, i);
  }
  return bytes;
}
