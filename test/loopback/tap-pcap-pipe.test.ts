// Classic pcap out of a pipe: any cut gives the same packets, and no bytes make it throw.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PcapPipe } from "../../src/loopback/tap-pcap-pipe.ts";
import type { SourcePacket } from "../../src/loopback/tap-source.ts";

interface Record {
  readonly seconds: number;
  readonly fraction: number;
  readonly bytes: Uint8Array;
}

const records = fc.array(
  fc.record({
    seconds: fc.nat(2_000_000_000),
    fraction: fc.nat(999_999),
    bytes: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 6 },
);

function encode(list: readonly Record[], little: boolean, nano: boolean): Uint8Array {
  const size = 24 + list.reduce((sum, { bytes }) => sum + 16 + bytes.length, 0);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, nano ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint32(20, 1, little);
  let at = 24;
  for (const { seconds, fraction, bytes } of list) {
    view.setUint32(at, seconds, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, bytes.length, little);
    view.setUint32(at + 12, bytes.length + 1, little);
    new Uint8Array(view.buffer).set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return new Uint8Array(view.buffer);
}

function pushAll(file: Uint8Array, cuts: readonly number[]): SourcePacket[] {
  const pipe = new PcapPipe();
  const packets: SourcePacket[] = [];
  let from = 0;
  for (const cut of [...cuts.map((at) => at % (file.length + 1)), file.length].sort((a, b) => a - b)) {
    packets.push(...pipe.push(file.subarray(from, cut)));
    from = cut;
  }
  return packets;
}

describe("pcap from a pipe", () => {
  test("gives every record, however the bytes are cut", () => {
    const cutsOf = fc.array(fc.nat(1000), { maxLength: 8 });
    fc.assert(
      fc.property(records, fc.boolean(), fc.boolean(), cutsOf, (list, little, nano, cuts) => {
        const packets = pushAll(encode(list, little, nano), cuts);
        expect(packets).toStrictEqual(
          list.map(({ seconds, fraction, bytes }) => ({
            epochNs: BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * (nano ? 1n : 1000n),
            bytes,
            length: bytes.length + 1,
          })),
        );
      }),
    );
  });

  test("gives nothing for bytes that are no pcap", () => {
    const cutsOf = fc.array(fc.nat(200), { maxLength: 4 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cutsOf, (bytes, cuts) => {
        expect(pushAll(Uint8Array.of(0, ...bytes), cuts)).toStrictEqual([]);
      }),
    );
  });
});
