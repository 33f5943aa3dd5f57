// WebSocket frames (RFC 6455, 5.2) as far as a chat needs them: whole text and close messages of up to 65,535 bytes.

export const OPCODE = { text: 1, close: 8 } as const;

export interface Frame {
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
}

const FIN = 0x80;
const MASKED = 0x80;
/** A length of 126 says that two bytes with the real one follow. */
const LENGTH_16 = 126;

/** A frame's bytes. `mask` is four bytes that a client draws anew for each frame; servers send without (5.3). */
export function encodeFrame(opcode: number, payload: Uint8Array, mask: Uint8Array | null): Uint8Array {
  const { length } = payload;
  const maskBit = mask === null ? 0 : MASKED;
  const head =
    length < LENGTH_16
      ? [FIN | opcode, maskBit | length]
      : [FIN | opcode, maskBit | LENGTH_16, length >> 8, length & 0xff];
  const body = mask === null ? payload : unmask(payload, mask);
  return Uint8Array.from([...head, ...(mask ?? []), ...body]);
}

/** Collects bytes and gives the frames that are whole. */
export class FrameReader {
  #bytes = new Uint8Array();

  /** The frames that `data` completes. */
  push(data: Uint8Array): Frame[] {
    this.#bytes = Uint8Array.from([...this.#bytes, ...data]);
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#take();
      if (frame === null) return frames;
      frames.push(frame);
    }
  }

  #take(): Frame | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const masked = (bytes[1] & MASKED) !== 0;
    const long = (bytes[1] & 0x7f) === LENGTH_16;
    const maskAt = long ? 4 : 2;
    const start = maskAt + (masked ? 4 : 0);
    if (bytes.length < start) return null;
    const length = long ? bytes[2] * 256 + bytes[3] : bytes[1] & 0x7f;
    if (bytes.length < start + length) return null;
    this.#bytes = bytes.slice(start + length);
    const payload = bytes.slice(start, start + length);
    return {
      opcode: bytes[0] & 0x0f,
      masked,
      payload: masked ? unmask(payload, bytes.subarray(maskAt, start)) : payload,
    };
  }
}

/** XOR with the mask, which undoes itself. */
function unmask(payload: Uint8Array, mask: Uint8Array): Uint8Array {
  return payload.map((byte, index) => byte ^ mask[index % 4]);
}
