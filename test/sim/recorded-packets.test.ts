import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodePacket } from "../../src/sim/encode.ts";
import { Recorder } from "../../src/sim/record.ts";
import { packet } from "./packets.ts";

test("the bytes of recorded packets are those of the packets sent, whatever they are and however often they are read", () => {
  const damaged = fc.tuple(packet, fc.nat(159)).map(([packet, flippedBit]) => ({ ...packet, flippedBit }));
  fc.assert(
    fc.property(fc.array(fc.oneof(packet, damaged), { maxLength: 20 }), (packets) => {
      const recorder = new Recorder();
      const track = recorder.track("a-b", "a", "b");
      packets.forEach((packet, index) => expect(recorder.sent(track, packet, index, -1)).toBe(index));
      for (const [row, packet] of [...packets.entries(), ...packets.entries()]) {
        expect(recorder.trace.bytes(row)).toEqual(encodePacket(packet));
      }
    }),
  );
});

test("a long run's packets keep their bytes while the columns grow", () => {
  const recorder = new Recorder();
  const track = recorder.track("a-b", "a", "b");
  const packets = fc.sample(packet, { seed: 1, numRuns: 3000 });
  packets.forEach((packet, index) => recorder.sent(track, packet, index, -1));
  for (const [row, packet] of packets.entries()) {
    if (row % 97 === 0) expect(recorder.trace.bytes(row)).toEqual(encodePacket(packet));
  }
});
