// Segments nobody sane would send.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Segment } from "../../../src/sim/packet.ts";
import { createTcp } from "../../../src/sim/tcp/stack.ts";
import { A, B, inet, must, packetOf, Wire } from "./wire.ts";

/** Numbers near what is expected are the dangerous ones; the rest is anywhere. */
const offset = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.integer(),
);

interface Blow {
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly length: number;
  readonly options: Partial<Segment>;
  readonly act: "none" | "send" | "urgent" | "recv" | "recv urgent" | "shutdown" | "wait";
}

const blow: fc.Arbitrary<Blow> = fc.record({
  flags: fc.oneof(fc.constant(16), fc.nat(255)),
  seq: offset,
  ack: offset,
  window: fc.nat(65_535),
  urgentPointer: fc.nat(65_535),
  length: fc.oneof(fc.constant(0), fc.nat(3000)),
  options: fc.record({
    mss: fc.constantFrom(0, 1, 1460, 65_535),
    windowScale: fc.constantFrom(-1, 0, 7, 14, 255),
    sackPermitted: fc.boolean(),
    sack: fc.oneof(fc.constant(null), fc.array(fc.nat(2 ** 32 - 1), { minLength: 2, maxLength: 8 })),
    timestamps: fc.boolean(),
    tsVal: fc.nat(2 ** 32 - 1),
    tsEcr: fc.nat(2 ** 32 - 1),
  }),
  act: fc.constantFrom("none", "send", "urgent", "recv", "recv urgent", "shutdown", "wait"),
});

/** Throws every blow at one socket and answers how many segments it sent. */
function beat(blows: readonly Blow[], listens: boolean): { sent: number; held: number } {
  const wire = new Wire({ fate: () => [] });
  const stack = createTcp(wire.network(A));
  let socket = stack.socket("inet");
  must(socket.bind(inet(A, 4000)));
  if (listens) must(socket.listen(2));
  else socket.connect(inet(B, 7000));
  let ours = wire.sent[0]?.segment.seq ?? 0;
  let theirs = 1_000_000;
  for (const { flags, seq, ack, window, urgentPointer, length, options, act } of blows) {
    const segment: Segment = {
      kind: "tcp",
      sourcePort: 7000,
      destinationPort: 4000,
      seq: (theirs + seq) >>> 0,
      ack: (ours + 1 + ack) >>> 0,
      flags,
      window,
      urgentPointer,
      payload: new Uint8Array(length),
      mss: 0,
      windowScale: -1,
      sackPermitted: false,
      sack: null,
      timestamps: false,
      tsVal: 0,
      tsEcr: 0,
      fastOpen: null,
      ...options,
    };
    stack.input(packetOf(B, A, segment), segment);
    const last = wire.sent.at(-1)?.segment;
    if (last !== undefined) {
      ours = last.seq;
      if ((last.flags & 16) !== 0) theirs = last.ack;
    }
    const accepted = socket.accept();
    if (typeof accepted === "object" && "recv" in accepted) socket = accepted;
    if (act === "send") socket.send(new Uint8Array(5000));
    else if (act === "urgent") socket.send(new Uint8Array(3), { oob: true });
    else if (act === "recv") socket.recv(2000);
    else if (act === "recv urgent") socket.recv(1, { oob: true });
    else if (act === "shutdown") socket.shutdown("write");
    else if (act === "wait") wire.pass(300);
  }
  const info = must(socket.info());
  socket.close();
  wire.run(Infinity);
  return { sent: wire.sent.length, held: info.bytesReceived };
}

test("whatever arrives, nothing is thrown, replies are bounded and every timer ends", () => {
  fc.assert(
    fc.property(fc.array(blow, { maxLength: 30 }), fc.boolean(), (blows, listens) => {
      const { sent, held } = beat(blows, listens);
      expect(sent).toBeLessThan(2000);
      expect(held).toBeLessThanOrEqual(blows.reduce((sum, { length }) => sum + length, 0));
    }),
    { numRuns: 300 },
  );
});
