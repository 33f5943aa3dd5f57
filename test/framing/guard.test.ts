import { describe, expect, it } from "vitest";
import { guarded, guardedTurn } from "../../src/framing/guard.ts";

function spin(): never {
  for (;;);
}

describe("guarded", () => {
  it("ends a loop that does not end, and lets later work run", () => {
    expect(guarded(spin, 20)).toBe(false);
    let ran = false;
    expect(guarded(() => (ran = true), 1000)).toBe(true);
    expect(ran).toBe(true);
  });

  it("lets what the work throws through", () => {
    expect(() =>
      guarded(() => {
        throw new RangeError("its own");
      }, 1000),
    ).toThrow(new RangeError("its own"));
  });
});

describe("guardedTurn", () => {
  it("runs the promise callbacks of the work before it comes back", async () => {
    let answer = 0;
    let inside = 0;
    const work = async (): Promise<void> => {
      await Promise.resolve();
      await Promise.resolve();
      answer = 5;
    };
    const done = await guardedTurn((settle) => {
      void work();
      settle();
      inside = answer;
    }, 1000);
    expect([done, inside]).toEqual([true, 5]);
  });

  it("ends a loop in a promise callback, and promises go on working afterwards", async () => {
    const work = async (): Promise<void> => {
      await Promise.resolve();
      spin();
    };
    const done = await guardedTurn((settle) => {
      void work();
      settle();
    }, 20);
    expect(done).toBe(false);
    await expect(Promise.resolve(1).then((value) => value + 1)).resolves.toBe(2);
  });
});
