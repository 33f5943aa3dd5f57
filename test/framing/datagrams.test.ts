import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDatagrams } from "../../src/framing/check-datagrams.ts";
import { FramingError } from "../../src/framing/codec.ts";
import type { DatagramCodec } from "../../src/framing/codec.ts";
import { DATAGRAM_LAWS } from "../../src/framing/laws/datagram/all.ts";

/** A length and as many bytes, and nothing behind them. */
const right: DatagramCodec<Uint8Array> = {
  name: "length and bytes",
  encode: (frame) => Uint8Array.of(frame.length, ...frame),
  decode: (datagram) => {
    if (datagram.length === 0) throw new FramingError("incomplete", 0, "nothing");
    if (datagram.length !== datagram[0] + 1) throw new FramingError("malformed", 0, "the length is another");
    return Uint8Array.from(datagram.subarray(1));
  },
  frames: fc.uint8Array({ maxLength: 6 }),
};

let last = new Uint8Array();
let count = 0;

const breaking: Readonly<Record<string, Partial<DatagramCodec<Uint8Array>>>> = {
  "datagram-round-trip": { decode: (datagram) => (right.decode(datagram), datagram.subarray(1)) },
  "datagram-empty": {
    decode: (datagram) => (datagram.length === 0 ? Uint8Array.of(1) : right.decode(datagram)),
  },
  // Zeros that are missing are taken for granted.
  "datagram-truncated": {
    decode: (datagram) => {
      if (datagram.length === 0 || datagram.length > datagram[0] + 1) return right.decode(datagram);
      return Uint8Array.from({ length: datagram[0] }, (_, i) => datagram[i + 1] ?? 0);
    },
  },
  // The same datagram again is something else.
  "datagram-duplicated": {
    decode: (datagram) => {
      const same = Buffer.compare(last, datagram) === 0 && datagram.length > 1 && count++ % 2 === 0;
      last = Uint8Array.from(datagram);
      return same ? Uint8Array.of(9, 9) : right.decode(datagram);
    },
  },
  "datagram-garbage": {
    decode: (datagram) => {
      if (datagram.length > 1 && datagram.length > datagram[0] + 1) throw new TypeError("x is undefined");
      return right.decode(datagram);
    },
  },
};

describe("the laws for datagrams", () => {
  it("are all kept by a codec that is right", async () => {
    const report = await checkDatagrams(right);
    expect(report.laws.map(({ law, verdict }) => [law, verdict])).toEqual(
      DATAGRAM_LAWS.map(({ name }) => [name, "kept"]),
    );
  });

  for (const [law, changes] of Object.entries(breaking)) {
    it(`${law} is broken by its own mistake`, async () => {
      const names = [law];
      const report = await checkDatagrams({ ...right, ...changes }, { names });
      expect(report.laws.map(({ law: name, verdict }) => [name, verdict])).toEqual([[law, "broken"]]);
    });
  }

  it("datagram-reordered is broken by a codec that goes by what came before", async () => {
    let before = 0;
    const follows: DatagramCodec<Uint8Array> = {
      ...right,
      decode: (datagram) => {
        const frame = right.decode(datagram);
        const follows = before > frame.length;
        before = frame.length;
        return follows && frame.length === 0 ? Uint8Array.of(1) : frame;
      },
    };
    const report = await checkDatagrams(follows, { names: ["datagram-reordered"], runs: 300 });
    expect(report.laws[0].verdict).toBe("broken");
  });
});
