import { describe, expect, it } from "vitest";
import { tcpHello } from "../../src/scenario/lessons/tcp-hello.ts";
import { CallSites } from "../../src/scenario/call-sites.ts";
import { compareRuns } from "../../src/scenario/compare.ts";
import type { RunResult } from "../../src/scenario/run.ts";
import type { BackendName } from "../../src/socket/backend.ts";
import type { EventValue, TraceEvent } from "../../src/trace/events.ts";
import { Trace } from "../../src/trace/trace.ts";
import { transcriptOf } from "../../src/trace/transcript.ts";

type Call = readonly [socket: string, call: string, args: readonly unknown[], answer: unknown];

function value(raw: unknown): EventValue {
  if (typeof raw !== "string" || !raw.startsWith("b:")) return raw as EventValue;
  const head = new TextEncoder().encode(raw.slice(2));
  return { length: head.length, head };
}

/** A run made of calls; an answer `!ECODE` is an error, `undefined` none at all, `b:text` bytes. */
function run(backend: BackendName, calls: readonly Call[], change: Partial<RunResult> = {}): RunResult {
  const trace = new Trace({ read: () => new Uint8Array() });
  for (const [callId, [socket, call, args, answer]] of calls.entries()) {
    const host = socket.split("#")[0];
    const events: TraceEvent[] = [
      { kind: "call", timeNs: callId, callId, host, socket, call, args: args.map(value) },
    ];
    if (typeof answer === "string" && answer.startsWith("!")) {
      events.push({
        kind: "return",
        timeNs: callId,
        callId,
        error: { code: "ECONNRESET", message: answer.slice(1) },
      });
    } else if (answer !== undefined)
      events.push({ kind: "return", timeNs: callId, callId, result: value(answer) });
    for (const event of events) trace.addEvent(event);
  }
  return {
    scenario: tcpHello,
    seed: 1,
    backend,
    network: backend === "sim" ? "simulated" : "loopback",
    outcome: "ok",
    failure: null,
    waiting: [],
    transcript: transcriptOf(trace.events),
    logs: {},
    trace,
    hasPackets: true,
    dropped: 0,
    claims: [],
    topology: { hosts: {}, links: [] },
    interventions: [],
    packetsNote: null,
    durationNs: 0,
    callSites: new CallSites(),
    ...change,
  };
}

const kinds = (a: RunResult, b: RunResult): string[] => compareRuns(a, b).differences.map(({ kind }) => kind);

describe("comparing two runs", () => {
  it("finds alike runs alike, whatever ports the system drew", () => {
    const calls = (port: number): Call[] => [
      ["s#1", "accept", [], "s#2"],
      ["s#2", "peer", [], `c:${port}`],
      ["s#2", "recv", [16], "b:hello"],
    ];
    expect(compareRuns(run("sim", calls(40_000)), run("kernel", calls(50_123)))).toEqual({
      agreed: true,
      differences: [],
    });
  });

  it("calls the same bytes cut elsewhere a difference of timing", () => {
    const sim = run("sim", [["c#1", "recv", [9], "b:onetwo"]]);
    const kernel = run("kernel", [
      ["c#1", "recv", [9], "b:one"],
      ["c#1", "recv", [9], "b:two"],
    ]);
    expect(kinds(sim, kernel)).toEqual(["timing", "timing"]);
    expect(compareRuns(sim, kernel).agreed).toBe(true);
  });

  it("calls other bytes a disagreement, cut alike or not", () => {
    const sim = run("sim", [["c#1", "recv", [9], "b:onetwo"]]);
    expect(kinds(sim, run("kernel", [["c#1", "recv", [9], "b:onetwx"]]))).toEqual(["disagreement"]);
    expect(kinds(sim, run("kernel", [["c#1", "recv", [9], "b:one"]]))).toEqual(["disagreement"]);
  });

  it("calls an errno on one side a disagreement", () => {
    const sim = run("sim", [["c#1", "recv", [9], "!ECONNRESET"]]);
    expect(kinds(sim, run("kernel", [["c#1", "recv", [9], "b:"]]))).toEqual(["disagreement"]);
  });

  it("calls a call that only one side makes a disagreement", () => {
    const both: Call[] = [["c#1", "connect", ["s:1"], null]];
    const more: Call[] = [...both, ["c#1", "shutdown", ["write"], null]];
    expect(kinds(run("sim", both), run("kernel", more))).toEqual(["disagreement"]);
  });

  it("calls another outcome a disagreement", () => {
    expect(kinds(run("sim", [], { outcome: "deadlock" }), run("kernel", []))).toEqual(["disagreement"]);
  });

  it("excuses datagrams that the simulated link was told to lose, and only there", () => {
    const two: Call[] = [
      ["s#1", "recvFrom", [9], "b:0"],
      ["s#1", "recvFrom", [9], "b:1"],
    ];
    const harmed = run("sim", [two[0]]);
    const drop: TraceEvent = { kind: "drop", timeNs: 1, packet: 0, where: "c-s", reason: "script" };
    harmed.trace.addEvent(drop);
    expect(kinds(harmed, run("kernel", two))).toEqual(["timing"]);
    expect(kinds(run("sim", [two[0]]), run("kernel", two))).toEqual(["disagreement"]);
  });

  it("keeps sockets apart: what one does is not compared with another's", () => {
    const interleaved: Call[] = [
      ["c#1", "recv", [1], "b:a"],
      ["c#2", "recv", [1], "b:b"],
    ];
    expect(compareRuns(run("sim", interleaved), run("kernel", interleaved.toReversed())).agreed).toBe(true);
  });
});
