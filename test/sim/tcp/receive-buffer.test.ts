import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiveBuffer } from "../../../src/sim/tcp/receive-buffer.ts";

const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("push" as const), size: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("read" as const), size: fc.integer({ min: 1, max: 30 }) }),
  },
  fc.record({
    kind: fc.constantFrom("peek" as const, "release" as const),
    size: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({ kind: fc.constantFrom("skip" as const, "clear" as const), size: fc.constant(0) }),
);

test("bytes are read in the order they came, whatever is pushed, read, peeked at, skipped and forgotten", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const buffer = new ReceiveBuffer();
      let held: number[] = [];
      let next = 0;
      for (const { kind, size } of acts) {
        if (kind === "push") {
          const part = Uint8Array.from({ length: size }, () => next++);
          buffer.push(part);
          held.push(...part);
        } else if (kind === "clear") {
          buffer.clear();
          held = [];
        } else if (kind === "skip") {
          if (held.length === 0) continue;
          buffer.skip();
          held.shift();
        } else {
          const bytes = buffer.read(size, kind === "peek", kind === "release");
          const wanted = held.slice(0, size);
          expect([...bytes]).toEqual(wanted);
          if (kind !== "peek") held = held.slice(wanted.length);
        }
        expect(buffer.length).toBe(held.length);
      }
    }),
  );
});
