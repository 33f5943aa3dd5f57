import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runScenario } from "../../src/scenario/run.ts";
import type { Program, Scenario } from "../../src/scenario/scenario.ts";
import { firstDifference } from "../../src/trace/hash.ts";

function alone(machine: Program, unseeded?: string): Scenario {
  return {
    name: "outside",
    title: "Work outside",
    lesson: "Time waits for it.",
    topology: { hosts: { machine: {}, other: {} }, links: [{ between: ["machine", "other"] }] },
    programs: {
      machine,
      async other(host) {
        for (let i = 0; i < 50; i++) await host.sleep(1);
      },
    },
    ...(unseeded === undefined ? {} : { unseeded }),
    expect: () => [],
  };
}

describe("host.outside", () => {
  it("lets no virtual time pass while its work goes on", async () => {
    const scenario = alone(async (host) => {
      await host.sleep(5);
      const work = (async () => {
        for (let i = 0; i < 20; i++) await turn();
        return "done";
      })();
      host.log(`${await host.outside(work)} at ${host.now()}`);
    });
    expect((await runScenario(scenario)).logs["machine"]).toEqual(["done at 5"]);
  });

  it("passes on what the work throws, and time goes on", async () => {
    const scenario = alone(async (host) => {
      await host.outside(Promise.reject(new Error("no"))).catch((error: Error) => host.log(error.message));
      await host.sleep(5);
      host.log(String(host.now()));
    });
    expect((await runScenario(scenario)).logs["machine"]).toEqual(["no", "5"]);
  });
});

describe("payloads that no seed decides", () => {
  let runs = 0;
  const scenario = alone(async (host) => {
    const socket = host.socket("inet", "dgram");
    await socket.sendTo(`run ${runs++}`, { host: "other", port: 9 });
  });

  it("differ between two runs, and nothing else does", async () => {
    const [a, b] = [(await runScenario(scenario)).trace, (await runScenario(scenario)).trace];
    expect(firstDifference(a, b)).not.toBeNull();
    expect(firstDifference(a, b, "but payloads")).toBeNull();
  });

  it("still show when they differ in length", async () => {
    runs = 9;
    const [a, b] = [(await runScenario(scenario)).trace, (await runScenario(scenario)).trace];
    expect(firstDifference(a, b, "but payloads")).not.toBeNull();
  });
});
