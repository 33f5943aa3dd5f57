// The packet table grows, and no row notices.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { PacketTable } from "../../src/trace/packets.ts";

/** A number that fits each column, another for each row of each. */
function written(column: number, row: number): number {
  return (column * 41 + row * 7) % 251;
}

/** All columns; those of other numbers are written and read alike. */
function columnsOf(table: PacketTable): Uint32Array[] {
  return Object.values(table).filter((value: unknown): value is Uint32Array => ArrayBuffer.isView(value));
}

describe("the packet table", () => {
  it("keeps every number of every row, however it grows", () => {
    const grown = fc.array(fc.oneof(fc.constant("append" as const), fc.integer({ min: 1, max: 3000 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(grown, fc.nat(500), (steps, more) => {
        const table = new PacketTable();
        for (const step of steps) {
          if (step !== "append") {
            table.reserve(step, step + more);
            continue;
          }
          const row = table.append();
          for (const [i, column] of columnsOf(table).entries()) {
            column[row] = written(i, row);
          }
        }
        for (const [i, column] of columnsOf(table).entries()) {
          for (let row = 0; row < table.count; row++) expect(column[row]).toBe(written(i, row));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("gives an appended row no stream and no offsets, in memory made before or now", () => {
    const table = new PacketTable();
    for (let i = 0; i < 100; i++) {
      const row = table.append();
      expect([table.stream[row], table.networkOffset[row], table.payloadOffset[row]]).toEqual([
        -1, 0xffff, 0xffff,
      ]);
      expect([table.seconds[row], table.protocol[row], table.analysis[row]]).toEqual([0, 0, 0]);
    }
  });

  it("tells the time between rows to the nanosecond, however far apart and whichever came first", () => {
    const time = fc.record({
      seconds: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
      nanoseconds: fc.nat(999_999_999),
    });
    fc.assert(
      fc.property(time, time, (one, other) => {
        const table = new PacketTable();
        for (const { seconds, nanoseconds } of [one, other]) {
          const row = table.append();
          table.seconds[row] = seconds;
          table.nanoseconds[row] = nanoseconds;
        }
        const ns = (of: typeof one): bigint => BigInt(of.seconds) * 10n ** 9n + BigInt(of.nanoseconds);
        expect(table.betweenNs(0, 1)).toBe(ns(other) - ns(one));
      }),
    );
  });
});
