import { afterEach, describe, expect, it } from "vitest";
import { payloads } from "../../../src/framing/arbitraries/payloads.ts";
import type { Codec, Decoder } from "../../../src/framing/codec.ts";
import { lengthPrefix } from "../../../src/framing/codecs/length-prefix.ts";
import { linearTime } from "../../../src/framing/laws/linear-time.ts";
import { TouchedBytes } from "../../../src/framing/laws/touched-bytes.ts";

const METHODS = [Buffer.concat, Buffer.from, Buffer.prototype.indexOf, Uint8Array.prototype.set];
afterEach(() => {
  expect([Buffer.concat, Buffer.from, Buffer.prototype.indexOf, Uint8Array.prototype.set]).toEqual(METHODS);
});

function prefixed(name: string, decoder: () => Decoder<Uint8Array>): Codec<Uint8Array> {
  return {
    name,
    encode: (frame) =>
      Buffer.concat([Buffer.from([frame.length >> 16, frame.length >> 8, frame.length]), frame]),
    decoder,
    frames: payloads(),
  };
}

function framesOf(bytes: Buffer): { frames: Uint8Array[]; rest: Buffer } {
  const frames: Uint8Array[] = [];
  let rest = bytes;
  while (rest.length >= 3 && rest.length >= 3 + rest.readUIntBE(0, 3)) {
    const end = 3 + rest.readUIntBE(0, 3);
    frames.push(Uint8Array.from(rest.subarray(3, end)));
    rest = rest.subarray(end);
  }
  return { frames, rest };
}

/** As most are written first. */
const joins = prefixed("joins what it has with each chunk", () => {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const read = framesOf(Buffer.concat([rest, chunk]));
      ({ rest } = read);
      return read.frames;
    },
  };
});

const searches: Codec<string> = {
  name: "searches from the start with each chunk",
  encode: (line) => Buffer.from(`${line}\n`),
  decoder() {
    const bytes = Buffer.alloc(1 << 20);
    let length = 0;
    return {
      push(chunk) {
        bytes.set(chunk, length);
        length += chunk.length;
        const lines: string[] = [];
        for (let end = bytes.subarray(0, length).indexOf(10); end !== -1;) {
          lines.push(bytes.toString("latin1", 0, end));
          bytes.copyWithin(0, end + 1, length);
          length -= end + 1;
          end = bytes.subarray(0, length).indexOf(10);
        }
        return lines;
      },
    };
  },
  frames: payloads({ max: 100, special: [] }).map((bytes) => Buffer.from(bytes).toString("hex")),
};

describe("linear time", () => {
  it("is broken by joining all there is with each chunk, which no clock is needed for", async () => {
    const { verdict, counterexample } = await linearTime.check(joins);
    expect(verdict).toBe("broken");
    expect(counterexample?.problem).toBe(
      "one long frame in small chunks: 4 times as many bytes make it copy and search 16 times as many",
    );
  });

  it("is broken by searching from the start with each chunk", async () => {
    const { counterexample } = await linearTime.check(searches);
    expect(counterexample?.problem).toContain("copy and search 14 times as many");
  });

  it("is kept by a decoder that waits for what it was told to come", async () => {
    expect((await linearTime.check(lengthPrefix({ bits: 32 }))).verdict).toBe("kept");
  });
});

describe("touched bytes", () => {
  it("are those copied and searched while a counter runs, in each of several counters", () => {
    const bytes = Buffer.from("0123456789");
    const outer = new TouchedBytes();
    Buffer.concat([bytes, bytes]);
    const inner = new TouchedBytes();
    expect(bytes.indexOf("4")).toBe(4);
    expect(bytes.indexOf("x", 8)).toBe(-1);
    outer.stop();
    bytes.copy(Buffer.alloc(4));
    inner.stop();
    inner.stop();
    bytes.slice();
    new Uint8Array(20).set(bytes);
    expect([outer.bytes, inner.bytes]).toEqual([20 + 5 + 2, 5 + 2 + 4]);
  });
});
