import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { LESSONS } from "../../src/scenario/catalogue.ts";
import { interventionText, parseIntervention, parseInterventions } from "../../src/scenario/intervention.ts";
import type { Intervention } from "../../src/scenario/intervention.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { RunResult } from "../../src/scenario/run.ts";
import { firstDifference, traceHash } from "../../src/trace/hash.ts";

const LINKS = [{ between: ["client", "server"] as const }, { between: ["a.b", "c"] as const }];
const hello = LESSONS.find(({ name }) => name === "tcp-hello")!;

function run(...interventions: Intervention[]): Promise<RunResult> {
  return runScenario(hello, { interventions });
}

function drops(result: RunResult): string[] {
  return result.trace.events.flatMap((event) => (event.kind === "drop" ? [event.reason] : []));
}

const anIntervention: fc.Arbitrary<Intervention> = fc.record({
  timeNs: fc.integer({ min: 0, max: 7_200_000_000_000 }),
  link: fc.constantFrom("client-server", "a.b-c", "*"),
  direction: fc.constantFrom("forward", "backward", "both"),
  change: fc.oneof(
    fc.record({ kind: fc.constant("drop" as const), nth: fc.integer({ min: 1, max: 1_000_000 }) }),
    fc.record({
      kind: fc.constant("set" as const),
      settings: fc.oneof(
        fc.record({ loss: fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000) }),
        fc.record({ delayMs: fc.integer({ min: 0, max: 600_000 }) }),
        fc.record({ down: fc.boolean() }),
        fc.record({ queue: fc.constantFrom("codel" as const, "drop-tail" as const) }),
      ),
    }),
  ),
});

describe("the text of an intervention", () => {
  test("law: what it is written as is read back as it was, to the nanosecond", () => {
    fc.assert(
      fc.property(anIntervention, (intervention) => {
        expect(parseIntervention(interventionText(intervention), LINKS)).toEqual(intervention);
      }),
      { numRuns: 300 },
    );
  });

  test("a file has one a line; empty lines and comments are passed over", () => {
    const text =
      "# worse and worse\n20ms:client-server.loss=10%\n\n 1.5s:*.down=true\r\n2s:client-server.forward.drop\n";
    expect(parseInterventions(text, LINKS).map(interventionText)).toEqual([
      "20ms:client-server.loss=10%",
      "1500ms:*.down=true",
      "2000ms:client-server.forward.drop=1",
    ]);
  });

  test.each([
    ["20:client-server.loss=1", "want time:link.field=value"],
    ["3h:client-server.loss=1", "want time:link.field=value"],
    ["99999m:client-server.loss=1", "a run takes at most 120m"],
    ["1s:clent-server.loss=1", "no link clent-server (did you mean client-server?)"],
    ["1s:client-server.lost=1", "a link has no lost (did you mean loss?)"],
    ["1s:client-server.up.loss=1", "up is no direction"],
    ["1s:client-server.loss=2", "is not between 0 and 100%"],
    ["1s:client-server.mtu=1", "must be 68 to 65535"],
    ["1s:client-server.drop=0", "want drop=n"],
    ["1s:client-server.down=yes", "want true or false"],
  ])("%s is refused in one line", (text, why) => {
    expect(() => parseIntervention(text, LINKS)).toThrow(why);
  });
});

describe("a run with interventions", () => {
  test("repeats itself, keeps what was changed and when, and ends differently from one without", async () => {
    const change = parseIntervention("1ms:client-server.delayMs=200", LINKS);
    const [first, second, plain] = [await run(change), await run(change), await run()];
    expect(traceHash(first.trace)).toBe(traceHash(second.trace));
    expect(first.durationNs).toBeGreaterThan(plain.durationNs);
    expect(first.interventions).toEqual([change]);
    expect(first.trace.events.filter(({ kind }) => kind === "intervention")).toMatchObject([
      { timeNs: 1e6, text: expect.stringContaining("-> 200") },
      { timeNs: 1e6 },
    ]);
  });

  test("law: whatever happens before it stays as it was", async () => {
    const plain = await run();
    const { trace } = plain;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: trace.length - 1 }),
        anIntervention,
        async (step, { change, direction }) => {
          const timeNs = trace.timeNs(step) + 1;
          const changed = await run({ timeNs, link: "*", direction, change });
          const difference = firstDifference(trace, changed.trace);
          if (difference === null) return;
          const at = Math.min(difference.step, trace.length - 1, changed.trace.length - 1);
          expect(Math.max(trace.timeNs(at), changed.trace.timeNs(at))).toBeGreaterThanOrEqual(timeNs);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("a link that goes down loses everything until it is up again; TCP gets through then", async () => {
    const result = await run(
      parseIntervention("0ms:client-server.down=true", LINKS),
      parseIntervention("1.5s:client-server.down=false", LINKS),
    );
    expect(new Set(drops(result))).toEqual(new Set(["partition"]));
    expect(result.outcome).toBe("ok");
    expect(result.durationNs).toBeGreaterThan(1.5e9);
  });

  test("the packet named is the one dropped, and it alone", async () => {
    const plain = await run();
    const { trace } = plain;
    for (let row = 0; row < trace.packets.count; row++) {
      const { from, link } = trace.transits[row];
      const timeNs = trace.packetNs(row);
      let nth = 0;
      for (let before = 0; before <= row; before++) {
        if (trace.transits[before].from === from && trace.packetNs(before) === timeNs) nth++;
      }
      const direction = from === "client" ? "forward" : "backward";
      const result = await run({ timeNs, link, direction, change: { kind: "drop", nth } });
      const dropped = result.trace.events.filter(({ kind }) => kind === "drop");
      expect(dropped).toMatchObject([{ packet: row, reason: "intervention" }]);
    }
  });

  test("a link that is not there fails the run before it begins to mean anything", async () => {
    const change: Intervention = {
      timeNs: 0,
      link: "wan",
      direction: "both",
      change: { kind: "drop", nth: 1 },
    };
    await expect(run(change)).rejects.toThrow("link wan: name is not there");
  });
});
