// Followed streams and statistics beside tshark's text: one run of tshark answers them all.

import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { findStatistic } from "../../src/capture/statistics/statistics.ts";
import { NO_STREAM, PROTOCOL } from "../../src/trace/packets.ts";
import { tshark } from "../capture/shared-captures.ts";
import { BROKEN } from "./known.ts";
import type { Hints } from "./packets.ts";
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

/** Seconds that a capture asked for its seconds may last: tshark takes all memory there is for one of years. */
const SPAN_MAX_S = 1000;

/** Nanoseconds of longer captures are no longer exact in a double. */
const SPAN_DOUBLE_S = 2 ** 53 / 1e9;

/** Compares all; the hints say why some of it may differ. */
export function compareStreams(capture: Capture, path: string, hints: Hints): StreamParity {
  const follows = [
    ...streamsOf(capture, PROTOCOL.tcp).map((stream) => `follow,tcp,raw,${stream}`),
    ...streamsOf(capture, PROTOCOL.udp).map((stream) => `follow,udp,raw,${stream}`),
  ];
  const asked = [...STATISTICS, ...(hints.spanS <= SPAN_MAX_S ? ["io,stat,1"] : []), ...follows];
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
      () => reasonOfStatistic(name, hints),
      () => firstMissing(ours, theirs, name),
    );
  }
  return { follow, statistics };
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
function reasonOfStatistic(name: string, hints: Hints): string | null {
  if (hints.hasFrames) return "tshark makes frames of custom blocks";
  if (hints.hasBroken && /^(conv|endpoints),tcp$/.test(name)) return BROKEN;
  if (hints.hasRouting && /^(conv|endpoints),/.test(name)) return "routers that IPv6 headers name";
  if (hints.spanS === 0 && name.startsWith("io,stat")) return "tshark has no interval where no time passes";
  if (hints.spanS > SPAN_DOUBLE_S && /^(conv|io,stat|plen)/.test(name)) {
    return "nanoseconds of more than a hundred days";
  }
  if (name === "io,phs") return "protocols not dissected here, or where the segments of a message stand";
  if (name === "expert") return "notes of dissectors and of reassembly that are not made here";
  if (name === "http,tree") return "payloads that tshark's HTTP looked at and gave to another";
  return null;
}

function firstMissing(ours: readonly string[], theirs: readonly string[], name: string): string {
  const known = new Set(theirs);
  return `-z ${name}: ${ours.find((line) => !known.has(line)) ?? "another order of lines"}`;
}
