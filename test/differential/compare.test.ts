// The comparison itself: it must see differences, and only those that are not left open.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runScenario } from "../../src/scenario/run.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { firstDisagreement } from "./compare.ts";
import { execute } from "./execute.ts";
import type { Run } from "./execute.ts";
import { programs } from "./generate.ts";
import type { Program, Step } from "./program.ts";
import { scenarioFile } from "./scenario-file.ts";
import { simStage } from "./stages.ts";

const ECHO: Program = {
  family: "inet",
  bindsAny: true,
  steps: [
    { op: "socket", slot: 0, host: "b", type: "stream" },
    { op: "bind", slot: 0, port: 0, at: "home" },
    { op: "listen", slot: 0, backlog: 5 },
    { op: "socket", slot: 1, host: "a", type: "stream" },
    { op: "connect", slot: 1, host: "b", port: 0, by: "connect" },
    { op: "accept", slot: 0, into: 2 },
    { op: "send", slot: 1, size: 40, flag: "none" },
    { op: "recv", slot: 2, max: 16, peek: false, oob: false },
    { op: "close", slot: 1 },
    { op: "recv", slot: 2, max: 100, peek: false, oob: false },
    { op: "recv", slot: 2, max: 100, peek: false, oob: false },
  ],
};

const onSim = (program: Program, seed = 1): Promise<Run> => execute(program, simStage(program, [], seed));

describe("a run of a program", () => {
  test("writes down every answer, and every socket's state and readiness after it", async () => {
    const { seen, streams } = await onSim(ECHO);
    expect(seen.map(({ answer }) => answer)).toEqual([
      "ok",
      "ok",
      "ok",
      "ok",
      "EINPROGRESS, then ok",
      "ok",
      "40",
      "16 bytes",
      "ok",
      "24 bytes",
      "0 bytes",
      // Reading what is left: the listener and the accepted socket.
      "ENOTCONN",
      "end",
    ]);
    expect(seen[5].sockets.slice(0, 3)).toEqual(["LISTEN ", "ESTABLISHED w", "ESTABLISHED w"]);
    expect(streams[2]).toEqual({ taken: 0, given: 40, damaged: false });
  });

  test("is the same whatever the seed draws (ports, sequence numbers)", async () => {
    await fc.assert(
      fc.asyncProperty(programs({ waits: false, bulk: true }), fc.nat(), async (program, seed) => {
        expect(await onSim(program, seed)).toEqual(await onSim(program));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe("a difference is seen", () => {
  const changed = (run: Run, at: number, change: Partial<Run["seen"][number]>): Run => ({
    ...run,
    seen: run.seen.map((seen, i) => (i === at ? { ...seen, ...change } : seen)),
  });

  test("in an answer, in bytes, in a state, and in a step that only one side made", async () => {
    const run = await onSim(ECHO);
    expect(firstDisagreement(ECHO, run, run)).toBeNull();
    for (const [at, change] of [
      [1, { answer: "EADDRINUSE" }],
      [7, { answer: "15 bytes" }],
      [7, { data: new Uint8Array(16) }],
      [8, { sockets: [] }],
      [9, { step: 10 }],
    ] as const) {
      expect(firstDisagreement(ECHO, run, changed(run, at, change))?.step).toBe(at === 9 ? 9 : at);
    }
    const damaged: Run = { ...run, streams: run.streams.map((totals) => ({ ...totals, damaged: true })) };
    expect(firstDisagreement(ECHO, run, damaged)?.text).toContain("sim: a stream's bytes");
  });

  test("but not in how much a recv takes once more is under way than buffers surely hold", async () => {
    const bulk: Program = {
      ...ECHO,
      steps: ECHO.steps.map((step) => (step.op === "send" ? { ...step, size: 90_000 } : step)),
    };
    const run = await onSim(bulk);
    expect(firstDisagreement(bulk, run, changed(run, 7, { answer: "3 bytes" }))).toBeNull();
    expect(firstDisagreement(bulk, run, changed(run, 7, { answer: "ECONNRESET" }))?.step).toBe(7);
  });
});

/** The outcome of a program's scenario file, and the calls in it, by host. */
async function asScenario(program: Program): Promise<readonly [string, readonly string[]]> {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  try {
    const path = join(folder, "program.ts");
    writeFileSync(path, scenarioFile(program, "an echo that is none"));
    const { outcome, transcript } = await runScenario(await loadScenario(path));
    return [outcome, transcript.map(({ host, call }) => `${host} ${call}`)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a program's scenario file makes the same calls", () => {
  test("of TCP sockets, urgent data among them", async () => {
    const steps = ECHO.steps.flatMap((step): readonly Step[] =>
      step.op === "send"
        ? [step, { ...step, flag: "oob" }, { op: "recv", slot: 2, max: 1, peek: false, oob: true }]
        : [step],
    );
    const [outcome, calls] = await asScenario({ ...ECHO, steps });
    expect(outcome).toBe("ok");
    expect(calls.filter((call) => call.startsWith("a"))).toEqual([
      "a connect",
      "a send",
      "a send",
      "a close",
    ]);
    expect(calls.filter((call) => call.startsWith("b"))).toEqual([
      "b bind",
      "b listen",
      "b accept",
      "b recv",
      "b recv",
      "b recv",
      "b recv",
    ]);
  });

  test("of Unix sockets", async () => {
    const steps = ECHO.steps.map((step) => ("host" in step ? { ...step, host: "a" as const } : step));
    const [outcome, calls] = await asScenario({ ...ECHO, family: "unix", steps });
    expect(outcome).toBe("ok");
    expect(calls).toContain("a connect");
    expect(calls.filter((call) => call === "a recv").length).toBe(3);
  });
});
