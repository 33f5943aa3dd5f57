// A decoder without bugs for the tests of the Framing screen.

import * as fc from "fast-check";

import { FramingError } from "../../../src/framing/codec.ts";

class KeepsHalfHeader {
  #rest: Uint8Array = new Uint8Array(0);
  #taken = 0;

  push(chunk: Uint8Array): string[] {
    const bytes = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const frames: string[] = [];
    let at = 0;
    while (at + 2 <= bytes.length) {
      const length = bytes.readUInt16BE(at);
      if (length > 64) throw new FramingError("too long", this.#taken + at, `a length of ${length}`);
      if (at + 2 + length > bytes.length) break;
      frames.push(bytes.toString("latin1", at + 2, at + 2 + length));
      at += 2 + length;
    }
    this.#rest = bytes.subarray(at);
    this.#taken += at;
    return frames;
  }

  end(): string[] {
    if (this.#rest.length > 0)
      throw new FramingError("incomplete", this.#taken, "the stream ends inside a frame");
    return [];
  }
}

export const lengthPrefix = {
  name: "length prefix, 16 bits",
  encode: (text: string): Uint8Array => {
    const body = Buffer.from(text, "latin1");
    return Buffer.concat([Uint8Array.of(body.length >> 8, body.length & 0xff), body]);
  },
  decoder: () => new KeepsHalfHeader(),
  frames: fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 }),
};
