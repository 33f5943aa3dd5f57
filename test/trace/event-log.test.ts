import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EventLog } from "../../src/trace/event-log.ts";
import type { TraceEvent } from "../../src/trace/events.ts";

const time = fc.nat(2 ** 40);
const event: fc.Arbitrary<TraceEvent> = fc.oneof(
  fc.record({ kind: fc.constant("arrive" as const), timeNs: time, packet: fc.nat(), host: fc.string() }),
  fc.record({
    kind: fc.constant("buffers" as const),
    timeNs: time,
    host: fc.string(),
    local: fc.string(),
    remote: fc.string(),
    sendQueue: fc.nat(),
    inFlight: fc.nat(),
    receiveQueue: fc.nat(),
    outOfOrder: fc.nat(),
    sendBuffer: fc.nat(),
    receiveBuffer: fc.nat(),
  }),
  fc.record({ kind: fc.constant("log" as const), timeNs: time, host: fc.string(), text: fc.string() }),
);

/** Numbers of the ends of one log, by their names. */
const ends = new WeakMap<EventLog, Map<string, number>>();

function endOf(log: EventLog, host: string, local: string, remote: string): number {
  const known = ends.get(log) ?? new Map<string, number>();
  ends.set(log, known);
  const name = JSON.stringify([host, local, remote]);
  const end = known.get(name) ?? log.connection(host, local, remote);
  known.set(name, end);
  return end;
}

/** Of few ends, and of few sizes, so that some stay as they were. */
const queues: fc.Arbitrary<TraceEvent> = fc.record({
  kind: fc.constant("buffers" as const),
  timeNs: fc.double({ min: 0, max: 2 ** 50, noNaN: true }).map(Math.abs),
  host: fc.constantFrom("a", "b"),
  local: fc.constantFrom("a:1", "a:2", "a:3"),
  remote: fc.constantFrom("b:80", "b:81"),
  sendQueue: fc.constantFrom(0, 1, 2 ** 32 - 1),
  inFlight: fc.constantFrom(0, 1),
  receiveQueue: fc.constantFrom(0, 1),
  outOfOrder: fc.constantFrom(0, 1448),
  sendBuffer: fc.constantFrom(16_384, 4_194_304),
  receiveBuffer: fc.constantFrom(65_536, 6_291_456),
});

function write(log: EventLog, event: TraceEvent): void {
  if (event.kind === "arrive") log.arrive(event.timeNs, event.packet, log.host(event.host));
  else if (event.kind === "buffers") {
    const { timeNs, host, local, remote, sendQueue, inFlight, receiveQueue, outOfOrder } = event;
    const end = endOf(log, host, local, remote);
    const { sendBuffer, receiveBuffer } = event;
    log.buffers(timeNs, end, sendQueue, inFlight, receiveQueue, outOfOrder, sendBuffer, receiveBuffer);
  } else log.add(event);
}

test("events come out as they went in, in order, however often somebody looks between them", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(event, queues), fc.boolean())), (steps) => {
      const log = new EventLog();
      const before = log.events;
      steps.forEach(([event, looks], index) => {
        write(log, event);
        expect(log.length).toBe(index + 1);
        if (looks) expect(log.events.at(-1)).toEqual(event);
      });
      expect(log.events).toEqual(steps.map(([event]) => event));
      expect(log.events).toBe(before);
    }),
  );
});

test("many thousand events nobody looks at come out in order", () => {
  const log = new EventLog();
  const events = fc.sample(fc.oneof(event, queues), { seed: 1, numRuns: 20_000 });
  for (const event of events) write(log, event);
  expect(log.events).toEqual(events);
});
