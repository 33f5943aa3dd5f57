// `replay --through sim`: the same payloads between simulated hosts, and what became of them beside what did in the capture.

import { analysisOf } from "../capture/analysis/trace-analysis.ts";
import type { Capture } from "../capture/capture.ts";
import type { Conversation } from "../capture/replay/conversation.ts";
import { goodputMbps, measureStream } from "../capture/replay/measure.ts";
import type { Measure } from "../capture/replay/measure.ts";
import { replayScenario } from "../scenario/replay-scenario.ts";
import { runScenario } from "../scenario/run.ts";
import type { RunResult } from "../scenario/run.ts";
import { durationText } from "../trace/words.ts";
import { runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { runDashboard } from "./dashboard-app.ts";
import { writePcapngFile } from "./output-file.ts";
import { print } from "./print.ts";
import { conversationText } from "./replay-text.ts";
import { screenStart } from "./screen-start.ts";
import type { ScreenFlags } from "./screen-flags.ts";

export interface SimulatedFlags extends ScreenFlags {
  readonly open?: true;
  readonly pcap?: string;
  readonly json?: true;
}

/** Runs and prints the comparison, or opens the run on the dashboard. Exit code 1 where not all arrived. */
export async function replaySimulated(
  capture: Capture,
  conversation: Conversation,
  flags: SimulatedFlags & NetworkFlags,
): Promise<void> {
  const scenario = replayScenario(conversation, capture.path);
  const options = runOptions(scenario, flags);
  if (flags.open === true) {
    await runDashboard(scenario, options, undefined, screenStart(flags));
    return;
  }
  const result = await runScenario(scenario, { ...options, on: "sim" });
  if (flags.pcap !== undefined) writePcapngFile(flags.pcap, result.trace, {}, [capture.path]);
  const { protocol, stream } = conversation;
  analysisOf(result.trace);
  const then = measureStream(capture.trace, protocol, stream);
  const now = measureStream(result.trace, protocol, 0);
  const bytes = [conversation.client.bytes, conversation.server.bytes] as const;
  if (flags.json === true) print(JSON.stringify(comparisonJson(bytes, then, now, result), null, 2));
  else {
    print(conversationText(capture, conversation));
    print("");
    for (const line of comparisonLines(protocol, bytes, then, now, result)) print(line);
  }
  if (result.failure !== null || result.claims.some(({ holds }) => !holds)) process.exitCode = 1;
}

function* comparisonLines(
  protocol: Conversation["protocol"],
  bytes: readonly [number, number],
  then: Measure,
  now: Measure,
  result: RunResult,
): Generator<string> {
  const row = (name: string, before: string, after: string): string =>
    `${name.padEnd(28)}${before.padStart(14)}${after.padStart(14)}`;
  const each = (name: string, of: (measure: Measure) => string): string => row(name, of(then), of(now));
  yield row("", "captured", "simulated");
  yield each("duration", ({ durationNs }) => durationText(durationNs));
  yield each("packets", ({ packets }) => String(packets));
  for (const [side, way] of [
    [0, "client → server"],
    [1, "server → client"],
  ] as const) {
    yield each(`goodput ${way}`, ({ durationNs }) => rateText(goodputMbps(bytes[side], durationNs)));
    if (protocol === "tcp")
      yield each(`retransmissions ${way}`, (measure) => String(measure.retransmissions[side]));
  }
  if (protocol === "tcp") {
    yield each("out of order", ({ outOfOrder }) => String(outOfOrder));
    yield each("duplicate ACKs", ({ duplicateAcks }) => String(duplicateAcks));
  }
  yield row("packets lost on the link", "not known", String(result.dropped));
  yield "";
  if (result.failure !== null) yield `failed: ${result.failure}`;
  for (const { text, holds } of result.claims) yield `${holds ? "✓ holds " : "✗ FAILS "} ${text}`;
}

function rateText(mbps: number): string {
  if (mbps === 0) return "-";
  return mbps < 1 ? `${(mbps * 1000).toFixed(1)} kbit/s` : `${mbps.toFixed(2)} Mbit/s`;
}

function comparisonJson(
  bytes: readonly [number, number],
  then: Measure,
  now: Measure,
  result: RunResult,
): unknown {
  const { outcome, failure, claims, dropped, seed } = result;
  const of = (measure: Measure): unknown => ({
    ...measure,
    goodputMbps: bytes.map((count) => goodputMbps(count, measure.durationNs)),
  });
  return { captured: of(then), simulated: of(now), seed, dropped, outcome, failure, claims };
}
