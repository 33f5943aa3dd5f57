import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { TraceIndex, countUpTo, indexOf, indexSome, stepAtTime, valueAt } from "../../src/trace/state-at.ts";
import { Trace } from "../../src/trace/trace.ts";
import { transcriptOf } from "../../src/trace/transcript.ts";
import { TraceBuilder, helloTrace } from "../tui/build-trace.ts";

const steps = fc.integer({ min: 0, max: helloTrace().length - 1 });

/** Events among the first `step` + 1 steps. */
function eventsUpTo(trace: Trace, step: number): number {
  let count = 0;
  for (let at = 0; at <= step; at++) if ("event" in trace.step(at)) count++;
  return count;
}

describe("what an index says of a step is what reading the trace up to it says", () => {
  test("calls and their answers", () => {
    fc.assert(
      fc.property(steps, (step) => {
        const trace = helloTrace();
        const index = indexOf(trace);
        const read = transcriptOf(trace.events, eventsUpTo(trace, step));
        for (const host of index.hosts) {
          const own = read.filter((entry) => entry.host === host);
          expect(index.callsAt(host, step)).toBe(own.length);
          const answered = (index.callsByHost.get(host) ?? []).filter(({ endStep }) => endStep <= step);
          expect(answered.map(({ callId }) => callId)).toEqual(
            own.filter(({ endNs }) => endNs !== null).map(({ callId }) => callId),
          );
        }
      }),
    );
  });

  test("socket states and queues", () => {
    fc.assert(
      fc.property(steps, (step) => {
        const trace = helloTrace();
        const states = new Map<string, string>();
        const queues = new Map<string, number>();
        for (const event of trace.events.slice(0, eventsUpTo(trace, step))) {
          if (event.kind === "state") states.set(event.host, event.to);
          if (event.kind === "buffers") queues.set(event.host, event.sendQueue);
        }
        for (const { track, state, buffers } of indexOf(trace).connectionsAt(step)) {
          expect(state).toBe(states.get(track.host));
          expect(buffers?.sendQueue).toBe(queues.get(track.host));
        }
      }),
    );
  });

  test("packets and what became of them", () => {
    fc.assert(
      fc.property(steps, (step) => {
        const trace = helloTrace();
        const index = indexOf(trace);
        const events = trace.events.slice(0, eventsUpTo(trace, step));
        expect(index.packetsAt(step)).toBe(step + 1 - events.length);
        for (let row = 0; row < index.packetsAt(step); row++) {
          const drop = events.find((event) => event.kind === "drop" && event.packet === row);
          const arrive = events.find((event) => event.kind === "arrive" && event.packet === row);
          const expected = drop !== undefined ? "dropped" : arrive !== undefined ? "delivered" : "in flight";
          expect(index.fate(trace, row, step).kind).toBe(expected);
        }
      }),
    );
  });

  test("bytes under way", () => {
    fc.assert(
      fc.property(steps, (step) => {
        const trace = helloTrace();
        const index = indexOf(trace);
        const flying = new Map<string, number>();
        for (let row = 0; row < index.packetsAt(step); row++) {
          if (index.fate(trace, row, step).kind !== "in flight") continue;
          const { from } = trace.transits[row];
          flying.set(from, (flying.get(from) ?? 0) + trace.packets.length[row]);
        }
        for (const [host, series] of index.inFlight)
          expect(valueAt(series, step)).toBe(flying.get(host) ?? 0);
      }),
    );
  });
});

describe("an index follows its trace", () => {
  test("reading a growing trace in pieces comes to the same as reading it at once", () => {
    const grown = new TraceBuilder();
    const index = new TraceIndex();
    for (let i = 0; i < 20; i++) {
      const row = grown.at(i * 10).udp("client", "server", `${i}`);
      index.extend(grown.trace);
      if (i % 3 === 0) grown.drop(row);
      else grown.at(i * 10 + 5).arrive(row);
      index.extend(grown.trace);
    }
    const whole = new TraceIndex();
    whole.extend(grown.trace);
    expect(index).toEqual(whole);
  });

  test("a trace of packets alone has its packets as steps and keeps nothing of them", () => {
    const trace = new Trace({ read: () => new Uint8Array() });
    for (let i = 0; i < 5; i++) trace.packets.append();
    const index = indexOf(trace);
    expect(index.packetsAt(2)).toBe(3);
    expect(index.packetStep(4)).toBe(4);
    expect(index.hasEvents).toBe(false);
  });
});

describe("looking up", () => {
  test("countUpTo counts what is not above the limit", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(60), (numbers, limit) => {
        const ascending = numbers.toSorted((a, b) => a - b);
        expect(countUpTo(ascending, limit)).toBe(ascending.filter((value) => value <= limit).length);
      }),
    );
  });

  test("stepAtTime is the last step of its instant", () => {
    const trace = helloTrace();
    const step = stepAtTime(trace, 10e6);
    expect(trace.timeNs(step)).toBe(10e6);
    expect(trace.timeNs(step + 1)).toBeGreaterThan(10e6);
    expect(stepAtTime(trace, -1)).toBe(-1);
  });
});

test("an index read some steps at a time is the one read at once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }), (slices) => {
      const trace = helloTrace();
      let read = 0;
      for (const slice of slices) {
        read = Math.min(trace.length, read + slice);
        expect(indexSome(trace, slice)).toBe(read === trace.length);
      }
      expect(indexOf(trace)).toEqual(indexOf(helloTrace()));
    }),
  );
});
