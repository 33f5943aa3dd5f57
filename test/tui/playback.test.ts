import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { firstStop, nextStop, previousStop, stopsPerTick, waitAt } from "../../src/tui/playback.ts";
import { Trace } from "../../src/trace/trace.ts";
import { helloTrace } from "./build-trace.ts";

function stops(trace: Trace): number[] {
  const found = [firstStop(trace)];
  for (;;) {
    const next = nextStop(trace, found[found.length - 1]);
    if (next === found[found.length - 1]) return found;
    found.push(next);
  }
}

describe("moving through a run", () => {
  test("forward stops once for each thing that happens, and ends at the end", () => {
    const trace = helloTrace();
    const all = stops(trace);
    expect(all.at(-1)).toBe(trace.length - 1);
    expect(all.length).toBeLessThan(trace.length);
  });

  test("backward stops at the same places as forward", () => {
    const trace = helloTrace();
    const forward = stops(trace);
    const backward = [trace.length - 1];
    while (backward[0] !== forward[0]) backward.unshift(previousStop(trace, backward[0]));
    expect(backward).toEqual(forward);
  });

  test("never leaves the trace", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 100 }), (step) => {
        const trace = helloTrace();
        for (const to of [nextStop(trace, step), previousStop(trace, step)]) {
          expect(to).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThan(trace.length);
        }
      }),
    );
  });

  test("an empty trace has nowhere to go", () => {
    const empty = new Trace({ read: () => new Uint8Array() });
    expect([firstStop(empty), nextStop(empty, -1), previousStop(empty, -1)]).toEqual([-1, -1, -1]);
  });
});

describe("the pace of playing", () => {
  test("short gaps are drawn out and long ones cut, both scaled by speed", () => {
    const trace = helloTrace();
    const gap = (ms: number): number => {
      for (const step of stops(trace)) {
        const next = nextStop(trace, step);
        if (next > step && trace.timeNs(next) - trace.timeNs(step) === ms * 1e6) return step;
      }
      return -1;
    };
    expect(waitAt(trace, gap(10), 1)).toBe(80);
    expect(waitAt(trace, gap(190), 1)).toBe(190);
    expect(waitAt(trace, gap(190), 0.25)).toBe(760);
  });

  test("what is faster than a frame takes several stops a frame", () => {
    expect(stopsPerTick(1)).toBe(1);
    expect(stopsPerTick(16)).toBeGreaterThan(1);
    expect(waitAt(helloTrace(), 0, 16)).toBe(16);
  });
});
