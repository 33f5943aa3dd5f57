// A run, and its trace, as JSON.

import { traceHash } from "../trace/hash.ts";
import { valueJson } from "../trace/values.ts";
import type { RunResult } from "../scenario/run.ts";

/** The machine-readable form of a run. */
export function runJson(result: RunResult): unknown {
  return {
    scenario: result.scenario.name,
    seed: result.seed,
    backend: result.backend,
    outcome: result.outcome,
    ...(result.failure === null ? {} : { failure: result.failure }),
    ...(result.waiting.length === 0 ? {} : { waiting: result.waiting }),
    claims: result.claims,
    transcript: result.transcript.map(({ timeNs, host, socket, call, args, result: answer, error }) => ({
      timeNs,
      host,
      socket,
      call,
      args: args.map(valueJson),
      ...(answer === undefined ? {} : { result: valueJson(answer) }),
      ...(error === undefined ? {} : { error }),
    })),
    packets: result.hasPackets ? result.trace.packets.count : null,
    ...(result.packetsNote === null ? {} : { packetsNote: result.packetsNote }),
    dropped: result.dropped,
    traceHash: traceHash(result.trace),
  };
}
