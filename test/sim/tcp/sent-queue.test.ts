// The queue of segments on their way, beside a plain list; two queues at a time, since those at rest lend their memory.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SentQueue } from "../../../src/sim/tcp/sent-queue.ts";

interface Sent {
  start: number;
  end: number;
}

function listed(queue: SentQueue): Sent[] {
  return Array.from({ length: queue.count }, (_, index) => {
    const slot = queue.slot(index);
    return { start: queue.starts[slot], end: queue.ends[slot] };
  });
}

/** Sequence numbers of segments, the one that left longest ago first. */
function inTime(queue: SentQueue): number[] {
  const starts: number[] = [];
  for (let slot = queue.oldest; slot !== -1; slot = queue.nextInTime(slot)) starts.push(queue.starts[slot]);
  return starts;
}

test("keeps sequence order and order of time through sending, acknowledging, cutting and resting", () => {
  const step = fc.record({
    queue: fc.integer({ min: 0, max: 1 }),
    op: fc.constantFrom("push", "push", "push", "shift", "split", "resend", "drain"),
    at: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const queues = [new SentQueue(), new SentQueue()];
      const models: Sent[][] = [[], []];
      const times: number[][] = [[], []];
      const next = [0, 0];
      let now = 0;
      for (const { queue: which, op, at } of steps) {
        const queue = queues[which];
        const model = models[which];
        const index = model.length === 0 ? 0 : at % model.length;
        const forget = ({ start }: Sent): void => {
          times[which] = times[which].filter((other) => other !== start);
        };
        now++;
        if (op === "push") {
          const sent = { start: next[which], end: next[which] + 10 };
          next[which] = sent.end;
          queue.push(sent.start, sent.end, now, 0);
          model.push(sent);
          times[which].push(sent.start);
        } else if (model.length === 0) {
          queue.rest();
        } else if (op === "shift") {
          queue.shift();
          forget(model.splice(0, 1)[0]);
        } else if (op === "drain") {
          for (const sent of model.splice(0)) {
            queue.shift();
            forget(sent);
          }
          queue.rest();
        } else if (op === "resend") {
          queue.resent(queue.slot(index), now);
          forget(model[index]);
          times[which].push(model[index].start);
        } else if (model[index].end - model[index].start > 1) {
          const { start, end } = model[index];
          queue.split(index, start + 1);
          model.splice(index, 1, { start, end: start + 1 }, { start: start + 1, end });
          times[which].splice(times[which].indexOf(start) + 1, 0, start + 1);
        }
        for (const i of [0, 1]) {
          expect(listed(queues[i])).toEqual(models[i]);
          expect(inTime(queues[i])).toEqual(times[i]);
        }
      }
    }),
  );
});

test("holds no memory of its own while nothing is on its way", () => {
  const queue = new SentQueue();
  expect(queue.starts.length).toBe(0);
  queue.push(0, 10, 1, 0);
  queue.shift();
  queue.rest();
  expect(queue.starts.length).toBe(0);
});
