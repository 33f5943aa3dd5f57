import { expect, test } from "vitest";
import { LESSONS } from "../../../src/scenario/catalogue.ts";
import { runScenario } from "../../../src/scenario/run.ts";
import { streamsOf } from "../../../src/trace/run-streams.ts";
import { Trace } from "../../../src/trace/trace.ts";
import { FlowReading } from "../../../src/tui/screens/flow-reading.ts";
import { FlowSide } from "../../../src/tui/screens/flow-side.ts";

test("a router hands segments on and sends none: each byte is new once from its sender, and at most once from the router", async () => {
  const scenario = LESSONS.find(({ name }) => name === "fair-share")!;
  const { trace } = await runScenario(scenario);
  const reading = new FlowReading(trace, 0, streamsOf(trace), null);
  reading.readOn(Infinity);
  const [side] = reading.sides;
  const fresh = { own: 0, handedOn: 0 };
  for (let at = 0; at < side.count; at++) {
    const { from } = trace.transits[side.rows[at]];
    fresh[from === "router" ? "handedOn" : "own"] += side.fresh[at];
  }
  expect(fresh).toEqual({ own: side.length, handedOn: side.length });
  expect(side.leftFresh.ys[side.leftFresh.count - 1]).toBe(side.length);
  const isAgain = (at: number): boolean => side.fresh[at] < side.lengths[at];
  const again = [...side.rows.subarray(0, side.count)].filter((_, at) => isAgain(at));
  expect(again.length).toBeGreaterThan(0);
  expect(again.length).toBeLessThan(side.count / 4);
});

test("bytes alone take some forty bytes a segment, room to grow included: a stream may have millions", () => {
  const trace = new Trace({ read: () => new Uint8Array(0) });
  const side = new FlowSide(trace, false);
  const segments = 100_000;
  for (let i = 0; i < segments; i++) side.segment(i, 1 + i * 1448, 1 + i * 1448, 1448, "");
  expect(side.length).toBe(segments * 1448);
  const columns = [side.rows, side.starts, side.lengths, side.fresh, side.reach];
  const bytes = columns.reduce((sum, column) => sum + column.byteLength, 0);
  expect(bytes / segments).toBeLessThanOrEqual(28 * 1.5);
  for (const points of [side.sent, side.acked, side.allowed, side.inFlight]) expect(points.count).toBe(0);
});
