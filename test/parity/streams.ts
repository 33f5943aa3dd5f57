// Followed streams and statistics beside tshark's text: one run of tshark answers them all.

import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { findStatistic } from "../../src/capture/statistics/statistics.ts";
import { NO_STREAM, PROTOCOL } from "../../src/trace/packets.ts";
import { tshark } from "../capture/shared-captures.ts";
import { Tally } from "./tally.ts";

/** What prints the same in tshark. */
const STATISTICS: readonly string[] = [
  ...["eth", "ip", "ipv6", "tcp", "udp"].flatMap((kind) => [`conv,${kind}`, `endpoints,${kind}`]),
  "io,phs",
  "io,stat,0",
  "expert",
  "plen,tree",
  "http,tree",
  "dns,tree",
];

/** Streams followed of each transport, the first ones. */
const STREAMS_MAX = 30;

export interface StreamParity {
  readonly follow: Tally;
  readonly statistics: Tally;
}

export function compareStreams(capture: Capture, path: string): StreamParity {
  const follows = [
    ...streamsOf(capture, PROTOCOL.tcp).map((stream) => `follow,tcp,raw,${stream}`),
    ...streamsOf(capture, PROTOCOL.udp).map((stream) => `follow,udp,raw,${stream}`),
  ];
  const asked = [...STATISTICS, `io,stat,${intervalOf(capture)}`, ...follows];
  const theirs = tshark(["-n", "-q", "-r", path, ...asked.flatMap((name) => ["-z", name])]) ?? [];
  const text = `\n${theirs.join("\n")}\n`;
  const statistics = new Tally();
  const follow = new Tally();
  for (const name of asked) {
    const ours = linesOf(capture, name);
    const tally = name.startsWith("follow") ? follow : statistics;
    const isEqual = text.includes(`\n${ours.join("\n")}\n`);
    const kind = /^(follow|io,stat)/.test(name) ? name.split(",").slice(0, 2).join(",") : name;
    tally.take(
      isEqual,
      kind,
      () => reasonOfStatistic(name),
      () => firstMissing(ours, theirs, name),
    );
  }
  return { follow, statistics };
}

/** Seconds of which some twenty make up the capture: tshark takes all memory for the intervals of a capture of years. */
function intervalOf({ trace: { packets } }: Capture): number {
  let most = 0;
  for (let row = 0; row < packets.count; row++) most = Math.max(most, packets.relativeNs(row));
  return Math.max(1, Math.ceil(most / 20e9));
}

function streamsOf({ trace }: Capture, protocol: number): number[] {
  const { packets } = trace;
  const found = new Set<number>();
  for (let row = 0; row < packets.count && found.size < STREAMS_MAX; row++) {
    if (packets.protocol[row] === protocol && packets.stream[row] !== NO_STREAM)
      found.add(packets.stream[row]);
  }
  return [...found];
}

function linesOf(capture: Capture, name: string): string[] {
  const statistic = findStatistic(name);
  if (typeof statistic !== "function") throw new Error(statistic.problem);
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  return [...statistic(capture.trace, rows, contextOf(capture), "")];
}

/** Statistics count what dissectors say, so a protocol not dissected here makes them differ. */
function reasonOfStatistic(name: string): string | null {
  if (name === "io,phs") return "protocols not dissected here";
  if (name === "expert") return "notes of dissectors and of reassembly that are not made here";
  if (name === "http,tree") return "payloads that tshark's HTTP looked at and gave to another";
  return null;
}

function firstMissing(ours: readonly string[], theirs: readonly string[], name: string): string {
  const known = new Set(theirs);
  return `-z ${name}: ${ours.find((line) => !known.has(line)) ?? "another order of lines"}`;
}
