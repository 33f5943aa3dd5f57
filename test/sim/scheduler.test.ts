import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Scheduler, TIME_MAX_NS } from "../../src/sim/scheduler.ts";

describe("scheduler", () => {
  test("events of one instant run in the order they were set", () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    for (const name of ["a", "b", "c"]) scheduler.at(5, () => seen.push(name));
    scheduler.at(1, () => seen.push("first"));
    scheduler.run();
    expect(seen).toEqual(["first", "a", "b", "c"]);
    expect(scheduler.now).toBe(5);
  });

  test("a timer moved later takes the place in its instant that it got when it was moved", () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    const moved = scheduler.at(1, () => seen.push("moved"));
    scheduler.at(9, () => seen.push("before"));
    moved.setAt(9);
    scheduler.at(9, () => seen.push("after"));
    scheduler.run();
    expect(seen).toEqual(["before", "moved", "after"]);
  });

  test("a cleared timer neither fires nor moves the clock, and can be set again", () => {
    const scheduler = new Scheduler();
    let fired = 0;
    const timer = scheduler.at(10, () => fired++);
    timer.clear();
    expect(scheduler.pending).toBe(0);
    scheduler.run();
    expect([scheduler.now, fired]).toEqual([0, 0]);
    timer.setAt(3);
    scheduler.run();
    expect([scheduler.now, fired]).toEqual([3, 1]);
  });

  test("a time in the past is now, and one that is no time is refused", () => {
    const scheduler = new Scheduler();
    scheduler.run(100);
    const times: number[] = [];
    scheduler.at(7, () => times.push(scheduler.now));
    scheduler.run();
    expect(times).toEqual([100]);
    expect(() => scheduler.at(Number.NaN, () => undefined)).toThrow(RangeError);
    expect(() => scheduler.at(TIME_MAX_NS * 2, () => undefined)).toThrow(RangeError);
  });

  const step = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), timer: fc.nat(7), in: fc.nat(50) }),
    fc.record({ kind: fc.constant("clear" as const), timer: fc.nat(7), in: fc.nat(50) }),
    fc.record({ kind: fc.constant("step" as const), timer: fc.nat(7), in: fc.nat(50) }),
  );
  test("any setting, moving and clearing fires what a sorted list would", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const scheduler = new Scheduler();
        const fired: string[] = [];
        const timers = Array.from({ length: 8 }, (_, i) =>
          scheduler.timer(() => fired.push(`${i}@${scheduler.now}`)),
        );
        const model = new Map<number, { time: number; order: number }>();
        const expected: string[] = [];
        let now = 0;
        const next = (): void => {
          const first = [...model].sort((a, b) => a[1].time - b[1].time || a[1].order - b[1].order)[0];
          if (first === undefined) return;
          now = first[1].time;
          model.delete(first[0]);
          expected.push(`${first[0]}@${now}`);
        };
        for (const [order, action] of steps.entries()) {
          if (action.kind === "set") {
            timers[action.timer].setAt(now + action.in);
            model.set(action.timer, { time: now + action.in, order });
          } else if (action.kind === "clear") {
            timers[action.timer].clear();
            model.delete(action.timer);
          } else {
            scheduler.step();
            next();
          }
          expect(scheduler.pending).toBe(model.size);
        }
        scheduler.run();
        while (model.size > 0) next();
        expect(fired).toEqual(expected);
      }),
    );
  });

  test("what timers set, move and clear as they fire comes as from a sorted list", () => {
    const action = fc.record({ timer: fc.nat(5), in: fc.nat(9), clears: fc.nat(4).map((n) => n === 0) });
    fc.assert(
      fc.property(fc.array(fc.array(action, { maxLength: 3 }), { maxLength: 60 }), (script) => {
        const scheduler = new Scheduler();
        const model = new Map<number, { time: number; order: number }>();
        const fired: number[] = [];
        const expected: number[] = [];
        let order = 0;
        const play = (): void => {
          for (const { timer, in: delay, clears } of script[fired.length] ?? []) {
            if (clears) {
              timers[timer].clear();
              model.delete(timer);
            } else {
              timers[timer].setAt(scheduler.now + delay);
              model.set(timer, { time: scheduler.now + delay, order: order++ });
            }
          }
        };
        const timers = Array.from({ length: 6 }, (_, i) =>
          scheduler.timer(() => {
            const first = [...model].sort((a, b) => a[1].time - b[1].time || a[1].order - b[1].order)[0];
            model.delete(first[0]);
            expected.push(first[0]);
            fired.push(i);
            play();
          }),
        );
        play();
        scheduler.run();
        expect(fired).toEqual(expected);
        expect(model.size).toBe(0);
        expect(scheduler.pending).toBe(0);
      }),
    );
  });

  test("timers set earlier again and again leave no pile behind", () => {
    const scheduler = new Scheduler();
    let fired = 0;
    const timers = Array.from({ length: 4 }, () => scheduler.timer(() => fired++));
    for (let round = 100_000; round > 0; round--) for (const timer of timers) timer.setAt(round);
    expect(scheduler.pending).toBe(4);
    scheduler.run();
    expect([fired, scheduler.now, scheduler.fired]).toEqual([4, 1, 4]);
  });
});
