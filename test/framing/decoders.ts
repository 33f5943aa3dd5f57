// Decoders for the laws to judge: one that is right, and for each law one with a mistake that only this law is about.

import * as fc from "fast-check";
import { FramingError } from "../../src/framing/codec.ts";
import type { Codec, Decoder } from "../../src/framing/codec.ts";

export const MAX = 20;

/** Texts after a length of one byte; a length above 20 is refused. Frames may be nothing. */
function textCodec(decoder: () => Decoder<string>, changes: Partial<Codec<string>> = {}): Codec<string> {
  return {
    name: "length and text",
    encode: (frame) => {
      const text = Buffer.from(frame);
      return Uint8Array.of(text.length, ...text);
    },
    decoder,
    frames: fc
      .array(fc.constantFrom("a", "b", "é", "€"), { maxLength: 5 })
      .map((characters) => characters.join("")),
    maxLength: MAX,
    frameOfLength: (length) => "x".repeat(length),
    tooLong: (length) => {
      if (length > 255) throw new RangeError("one byte has no room for it");
      return Uint8Array.of(length);
    },
    ...changes,
  };
}

/** Reads byte by byte; each hook is a place for a mistake. */
class TextDecoderByByte implements Decoder<string> {
  need = -1;
  got: number[] = [];
  taken = 0;

  push(chunk: Uint8Array): string[] {
    const frames: string[] = [];
    for (const byte of chunk) {
      this.taken++;
      if (this.need === -1) this.begin(byte);
      else this.got.push(byte);
      if (this.need === this.got.length) frames.push(this.finish());
    }
    return frames;
  }

  begin(length: number): void {
    this.need = length;
    this.got = [];
    if (length > this.max) throw new FramingError("too long", this.taken, `${length} bytes announced`);
  }

  finish(): string {
    const frame = Buffer.from(this.got).toString();
    this.need = -1;
    this.got = [];
    return frame;
  }

  end(): string[] {
    if (this.need !== -1) throw new FramingError("incomplete", this.taken, "ends inside a frame");
    return [];
  }

  get max(): number {
    return MAX;
  }
}

export const right = textCodec(() => new TextDecoderByByte());

let shared = new TextDecoderByByte();
let sharers = 0;

/** All decoders in use at the same time are one. */
class Shared extends TextDecoderByByte {
  constructor() {
    super();
    if (sharers++ === 0) shared = new TextDecoderByByte();
  }
  override push(chunk: Uint8Array): string[] {
    return shared.push(chunk);
  }
  override end(): string[] {
    sharers = 0;
    const ending = shared;
    shared = new TextDecoderByByte();
    return ending.end();
  }
}

/** Loops when a stream ends after a lone header of 3. */
class Hanging extends TextDecoderByByte {
  override end(): string[] {
    while (this.need === 3 && this.got.length === 0);
    return super.end();
  }
}

/** One text comes out as another. */
class Turned extends TextDecoderByByte {
  override finish(): string {
    const frame = super.finish();
    return frame === "b" ? "a" : frame;
  }
}

/** The first frame of a chunk that holds several whole ones is all that comes out of it. */
class OneAChunk extends TextDecoderByByte {
  override push(chunk: Uint8Array): string[] {
    const frames = super.push(chunk);
    const whole = frames.length > 1 && this.need === -1;
    return whole ? frames.slice(0, 1) : frames;
  }
}

/** A header alone in a chunk, the payload still to come, is forgotten if it says 1. */
class ForgetsHeader extends TextDecoderByByte {
  override push(chunk: Uint8Array): string[] {
    const frames = super.push(chunk);
    if (chunk.length === 1 && this.need === 1 && this.got.length === 0) this.need = 2;
    return frames;
  }
}

/** Text is decoded a chunk at a time. */
class TextAChunk implements Decoder<string> {
  need = -1;
  length = 0;
  text = "";
  push(chunk: Uint8Array): string[] {
    const frames: string[] = [];
    for (let at = 0; at < chunk.length;) {
      if (this.need === -1) {
        this.need = chunk[at++];
        this.length = 0;
        this.text = "";
        if (this.need > MAX) throw new FramingError("too long", at, `${this.need} bytes announced`);
      }
      const part = chunk.subarray(at, at + this.need - this.length);
      this.text += Buffer.from(part).toString();
      this.length += part.length;
      at += part.length;
      if (this.length === this.need) {
        frames.push(this.text);
        this.need = -1;
      }
    }
    return frames;
  }
  end(): string[] {
    if (this.need !== -1) throw new FramingError("incomplete", 0, "ends inside a frame");
    return [];
  }
}

/** A frame is kept until the next chunk or the end comes. */
class Late extends TextDecoderByByte {
  kept: string[] = [];
  override push(chunk: Uint8Array): string[] {
    const frames = super.push(chunk);
    if (chunk.length > 1) return [...this.kept.splice(0), ...frames];
    return this.kept.splice(0, this.kept.length, ...frames);
  }
  override end(): string[] {
    super.end();
    return this.kept.splice(0);
  }
}

/** A stream that ends with a header alone is fine by it. */
class SilentAtEnd extends TextDecoderByByte {
  override end(): string[] {
    return this.need !== -1 && this.got.length === 0 ? [] : super.end();
  }
}

/** Keeps views into the chunks. */
class Views implements Decoder<Uint8Array> {
  parts: Uint8Array[] = [];
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    this.parts.push(chunk);
    let all: Uint8Array = this.parts.length === 1 ? chunk : Uint8Array.from(Buffer.concat(this.parts));
    while (all.length > 0 && all.length > all[0]) {
      frames.push(all.subarray(1, 1 + all[0]));
      all = all.subarray(1 + frames.at(-1)!.length);
    }
    this.parts = all.length > 0 ? [all.slice()] : [];
    return frames;
  }
  end(): Uint8Array[] {
    if (this.parts.length > 0) throw new FramingError("incomplete", 0, "ends inside a frame");
    return [];
  }
}

/** A payload that is no UTF-8 makes it throw what nobody expects. */
class Throws extends TextDecoderByByte {
  override finish(): string {
    new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(this.got));
    return super.finish();
  }
}

/** Takes lengths up to 21. */
class OffByOne extends TextDecoderByByte {
  override get max(): number {
    return MAX + 1;
  }
}

/** Refuses the payload byte 0xff, if it is not alone in its chunk. */
class ChecksTogether extends TextDecoderByByte {
  override push(chunk: Uint8Array): string[] {
    if (chunk.length > 1 && chunk.includes(0xff))
      throw new FramingError("malformed", this.taken, "0xff is no text");
    return super.push(chunk);
  }
}

/** Joins all it has for each chunk. */
class Quadratic implements Decoder<Uint8Array> {
  rest: Uint8Array = new Uint8Array();
  push(chunk: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.rest.length + chunk.length);
    all.set(this.rest);
    all.set(chunk, this.rest.length);
    const frames: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const end = all.indexOf(10, at);
      if (end === -1) break;
      frames.push(all.slice(at, end));
      at = end + 1;
    }
    this.rest = all.subarray(at);
    return frames;
  }
  end(): Uint8Array[] {
    if (this.rest.length > 0) throw new FramingError("incomplete", 0, "ends inside a line");
    return [];
  }
}

/** Decoders that break one law, by its name. */
export const breaking: Readonly<Record<string, Codec<never>>> = {
  independence: textCodec(() => new Shared()),
  completion: textCodec(() => new Hanging()),
  "round-trip": textCodec(() => new Turned()),
  coalesced: textCodec(() => new OneAChunk()),
  "any-chunking": textCodec(() => new ForgetsHeader()),
  "split-text": textCodec(() => new TextAChunk()),
  "prompt-delivery": textCodec(() => new Late()),
  "end-of-stream": textCodec(() => new SilentAtEnd()),
  "no-reaching-back": {
    name: "length and bytes",
    encode: (frame: Uint8Array) => Uint8Array.of(frame.length, ...frame),
    decoder: () => new Views(),
    frames: fc.uint8Array({ maxLength: 6 }),
  },
  garbage: textCodec(() => new Throws(), {
    errorKind: (error) => (error instanceof FramingError ? error.kind : null),
  }),
  "same-verdict": textCodec(() => new ChecksTogether()),
  limits: textCodec(() => new OffByOne()),
  "linear-time": {
    name: "lines",
    encode: (frame: Uint8Array) => Uint8Array.of(...frame, 10),
    decoder: () => new Quadratic(),
    frames: fc.uint8Array({ max: 9, maxLength: 6 }),
    frameOfLength: (length) => new Uint8Array(length),
  } as Codec<Uint8Array>,
  reference: textCodec(() => new TextDecoderByByte(), {
    reference: {
      encode: (frame) => Uint8Array.of(0, Buffer.byteLength(frame), ...Buffer.from(frame)),
      decoder: () => new TextDecoderByByte(),
    },
  }),
} as unknown as Readonly<Record<string, Codec<never>>>;
