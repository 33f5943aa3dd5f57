import { describe, expect, test } from "vitest";

import { LESSONS } from "../../src/scenario/catalogue.ts";
import { BackendUnavailable } from "../../src/scenario/backend-unavailable.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { RunResult } from "../../src/scenario/run.ts";

async function echoOn(on: "sim" | "kernel"): Promise<RunResult> {
  const scenario = LESSONS.find(({ name }) => name === "tcp-echo-recv16");
  if (scenario === undefined) throw new Error("no such lesson");
  return runScenario(scenario, { on, capture: false });
}

describe("a run", () => {
  test("knows which socket has which connection: both ends name the same two addresses", async () => {
    const { trace } = await echoOn("sim");
    const [one, other] = trace.sockets;
    expect(trace.sockets.map(({ socket }) => socket).toSorted()).toEqual(["client#1", "server#2"]);
    expect([one.local, one.remote]).toEqual([other.remote, other.local]);
  });

  test("on real sockets has what TCP_INFO said at its calls, a series a connected socket", async ({
    skip,
  }) => {
    let run: RunResult;
    try {
      run = await echoOn("kernel");
    } catch (error) {
      if (error instanceof BackendUnavailable) skip(`no kernel sockets here: ${error.message}`);
      throw error;
    }
    const { trace } = run;
    expect(trace.tcp.map(({ host }) => host).toSorted()).toEqual(["client", "server"]);
    for (const { host, local, remote, count, times, columns } of trace.tcp) {
      expect(trace.sockets).toContainEqual(expect.objectContaining({ host, local, remote }));
      expect(count).toBeGreaterThan(0);
      expect([...times.subarray(0, count)]).toEqual([...times.subarray(0, count)].toSorted((a, b) => a - b));
      expect(columns.cwnd[count - 1]).toBeGreaterThan(1000);
      expect(columns.rtoUs[count - 1]).toBeGreaterThan(0);
    }
    const client = trace.tcp.find(({ host }) => host === "client");
    // The SYN counts as one.
    expect(client?.columns.acked[client.count - 1]).toBe(41);
  });
});
