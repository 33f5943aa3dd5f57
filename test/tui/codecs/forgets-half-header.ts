// A decoder with a bug for the tests of the Framing screen: of a header that two reads share, it forgets the first half.

import * as fc from "fast-check";

import { FramingError } from "../../../src/framing/codec.ts";

class ForgetsHalfHeader {
  #rest: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): string[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const frames: string[] = [];
    let at = 0;
    while (at + 2 <= bytes.length) {
      const length = bytes.readUInt16BE(at);
      if (length > 64) throw new FramingError("too long", at, `a length of ${length}`);
      if (at + 2 + length > bytes.length) break;
      frames.push(bytes.toString("latin1", at + 2, at + 2 + length));
      at += 2 + length;
    }
    // The bug: one byte left over is half a header, and is not kept.
    this.#rest = at + 2 <= bytes.length ? bytes.subarray(at) : new Uint8Array(0);
    return frames;
  }

  end(): string[] {
    if (this.#rest.length > 0) throw new FramingError("incomplete", 0, "the stream ends inside a frame");
    return [];
  }
}

export const lengthPrefix = {
  name: "length prefix that forgets half a header",
  encode: (text: string): Uint8Array => {
    const body = Buffer.from(text, "latin1");
    return Buffer.concat([Uint8Array.of(body.length >> 8, body.length & 0xff), body]);
  },
  decoder: () => new ForgetsHalfHeader(),
  frames: fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 }),
};
