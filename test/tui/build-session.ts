// Sessions made by hand for tests of screens: the hello conversation as a finished lab, with a loopback run beside it.

import { CallSites } from "../../src/scenario/call-sites.ts";
import type { LabSession } from "../../src/scenario/session.ts";
import type { RunResult } from "../../src/scenario/run.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { transcriptOf } from "../../src/trace/transcript.ts";
import { TraceBuilder, helloTrace, preview } from "./build-trace.ts";

const helloScenario: Scenario = {
  name: "tcp-hello",
  title: "Hello over TCP",
  lesson:
    "A client connects, says hello and reads the answer. TCP carries bytes and not messages: what was sent in one call " +
    "arrives in order, however often packets are lost on the way. Here the greeting is lost once; nobody but the " +
    "retransmission timer notices.",
  topology: { hosts: { client: {}, server: {} }, links: [{ between: ["client", "server"], delayMs: 10 }] },
  programs: { client: async () => {}, server: async () => {} },
  expect: () => [],
};

export function runOf(
  trace: Trace,
  backend: RunResult["backend"],
  change: Partial<RunResult> = {},
): RunResult {
  return {
    scenario: helloScenario,
    backend,
    network: backend === "sim" ? "simulated" : "loopback",
    seed: 7,
    outcome: "ok",
    failure: null,
    waiting: [],
    transcript: transcriptOf(trace.events),
    logs: {},
    trace,
    hasPackets: true,
    topology: helloScenario.topology,
    interventions: [],
    packetsNote: null,
    dropped: trace.events.filter(({ kind }) => kind === "drop").length,
    claims: [
      { text: "the server reads exactly what the client sent", holds: true },
      { text: "the client reads the answer and then the end of the stream", holds: true },
    ],
    durationNs: 240e6,
    callSites: new CallSites(),
    ...change,
  };
}

/** What loopback did: the same calls without packets, one recv cut elsewhere. */
function loopbackTrace(): Trace {
  const b = new TraceBuilder();
  b.did("server#1", "bind", [":80"]).did("server#1", "listen", [128]);
  const accept = b.call("server#1", "accept");
  b.did("client#1", "connect", ["server:80"]).answer(accept, "server#2");
  b.did("client#1", "send", [preview("Hello, server!")], 14);
  b.did("server#2", "recv", [1024], preview("Hello, server!"));
  b.did("server#2", "send", [preview("Hello, client!")], 14);
  b.did("client#1", "recv", [1024], preview("Hello, cl"));
  b.did("server#2", "close", []).exit("server").did("client#1", "close", []).exit("client");
  return b.trace;
}

export function helloSession(change: Partial<LabSession> = {}): LabSession {
  const sim = runOf(helloTrace(), "sim");
  const loopback = runOf(loopbackTrace(), "kernel", {
    hasPackets: false,
    packetsNote: "run as root, or put dumpcap on PATH",
  });
  const callOf = (run: RunResult, host: string): number =>
    run.transcript.find((entry) => entry.call === "recv" && entry.host === host)?.callId ?? -1;
  return {
    scenario: helloScenario,
    sim,
    loopback,
    differences: [
      {
        kind: "timing",
        host: "client",
        socket: "client#1",
        left: callOf(sim, "client"),
        right: callOf(loopback, "client"),
        text: "sim: recv(1024) = 14 bytes; kernel: 9 bytes (the same bytes, cut elsewhere)",
      },
    ],
    ...change,
  };
}
