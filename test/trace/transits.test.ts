import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TransitLog } from "../../src/trace/transits.ts";

const transit = fc.record({
  link: fc.constantFrom("a-b", "b-c"),
  from: fc.constantFrom("a", "b"),
  to: fc.constantFrom("b", "c"),
  copyOf: fc.oneof(fc.constant(null), fc.nat(5)),
});

test("ways come out as they went in, row by row, however often somebody looks between them", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(transit, fc.boolean()), { maxLength: 50 }), (rows) => {
      const log = new TransitLog();
      for (const [row, [transit, looks]] of rows.entries()) {
        log.add(log.way(transit));
        if (looks) expect(log.list[row]).toEqual(transit);
      }
      expect(log.list).toEqual(rows.map(([transit]) => transit));
    }),
  );
});

test("packets that go the same way have the same number, and the list grows past its first thousands", () => {
  const log = new TransitLog();
  const there = { link: "a-b", from: "a", to: "b", copyOf: null };
  const way = log.way(there);
  expect(log.way({ ...there })).toBe(way);
  for (let row = 0; row < 5000; row++) log.add(way);
  expect(log.list.length).toBe(5000);
  expect(log.list[4999]).toEqual(there);
});
