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

function write(log: EventLog, event: TraceEvent): void {
  if (event.kind === "arrive") log.arrive(event.timeNs, event.packet, log.host(event.host));
  else if (event.kind === "buffers") {
    const { timeNs, host, local, remote, sendQueue, inFlight, receiveQueue, outOfOrder } = event;
    const end = log.connection(host, local, remote);
    const { sendBuffer, receiveBuffer } = event;
    log.buffers(timeNs, end, sendQueue, inFlight, receiveQueue, outOfOrder, sendBuffer, receiveBuffer);
  } else log.add(event);
}

test("events come out as they went in, in order, however often somebody looks between them", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.boolean())), (steps) => {
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
  const events = fc.sample(event, { seed: 1, numRuns: 10_000 });
  for (const event of events) write(log, event);
  expect(log.events).toEqual(events);
});
