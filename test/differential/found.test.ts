// Every disagreement random programs have found, now agreed upon: on the simulator, and on the live kernel.

import { describe, expect, test } from "vitest";
import { judge } from "./campaign.ts";
import { execute } from "./execute.ts";
import { FOUND } from "./found.ts";
import { KernelStages, simStage } from "./stages.ts";

describe("found and repaired", () => {
  for (const { claim, program, answer, slot } of FOUND) {
    test(`repaired: ${claim}`, async () => {
      const { seen } = await execute(program, simStage(program, [], 1));
      const last = seen.find(({ step }) => step === program.steps.length - 1);
      expect(last?.answer).toBe(answer);
      const [number, state] = slot ?? [0, last?.sockets[0]];
      expect(last?.sockets[number]).toBe(state);
    });
  }

  test("and the kernel agrees with each", async ({ skip }) => {
    const kernel = await KernelStages.create();
    if (typeof kernel === "string") {
      skip(kernel);
      return;
    }
    try {
      for (const { claim, program } of FOUND) {
        // What a tick of the kernel's clock decides is tried again.
        let text: string | null = null;
        for (let tries = 0; tries < 4 && (tries === 0 || text !== null); tries++) {
          text = (await judge(program, kernel))?.text ?? null;
        }
        expect({ claim, text }).toEqual({ claim, text: null });
      }
    } finally {
      await kernel.dispose();
    }
  });
});
