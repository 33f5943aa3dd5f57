// Packets waiting in line, beside a plain list.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { IpPacket } from "../../../src/sim/packet.ts";
import { packetOf } from "../../../src/sim/packet-build.ts";
import { PacketFifo } from "../../../src/sim/queue/packet-fifo.ts";

interface Waiting {
  readonly packet: IpPacket;
  readonly entered: number;
  readonly late: number;
  readonly fate: number;
  readonly flip: number;
}

function packet(id: number, length: number): IpPacket {
  const payload = { kind: "udp", sourcePort: 1, destinationPort: 2, payload: new Uint8Array(0) } as const;
  return packetOf(4, "10.0.0.1", "10.0.0.2", 64, 0, false, id, payload, length, -1);
}

test("each packet comes out in its turn with what was decided of it, whichever is the first that anything was decided of", () => {
  const plain = { late: fc.constant(0), fate: fc.constant(0), flip: fc.constant(-1) };
  const judged = { late: fc.nat(1e6), fate: fc.nat(31), flip: fc.integer({ min: -1, max: 500 }) };
  const length = fc.integer({ min: 20, max: 1500 });
  const push = fc.oneof(
    { weight: 6, arbitrary: fc.record({ length, ...plain }) },
    fc.record({ length, ...judged }),
  );
  const step = fc.oneof({ weight: 2, arbitrary: push }, fc.constant("shift" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const fifo = new PacketFifo();
      const model: Waiting[] = [];
      for (const [at, op] of steps.entries()) {
        if (op === "shift") {
          const next = model.shift();
          expect(fifo.shift()).toBe(next?.packet ?? null);
          if (next !== undefined) {
            const { entered, late, fate, flip } = next;
            expect([fifo.enteredNs, fifo.lateNs + 0, fifo.fate, fifo.flip]).toEqual([
              entered,
              late,
              fate,
              flip,
            ]);
          }
        } else {
          const waiting = { packet: packet(at, op.length), entered: at, ...op };
          fifo.push(waiting.packet, op.late, op.fate, op.flip, at);
          model.push(waiting);
        }
        expect(fifo.length).toBe(model.length);
        expect(fifo.bytes).toBe(model.reduce((sum, { packet: { length: bytes } }) => sum + bytes, 0));
      }
    }),
  );
});
