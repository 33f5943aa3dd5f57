// What the Sequence screen shows of a session: its lifelines, which packets run between them, and their words.

import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import { sequenceAround } from "../../trace/sequence.ts";
import type { Sequence } from "../../trace/sequence.ts";
import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { hostsOf, isLab } from "../session.ts";
import { endText } from "./flow-data.ts";
import { contextOf, followsCursor, selectedRow, shownAt, shownTrace } from "./packet-data.ts";

/** Lifelines at most: more do not fit beside each other. */
const LIFELINES_MAX = 8;
/** Packets before and after the cursor that lifelines are found among, where there are no hosts. */
const NEAR = 2000;
const ACK = 0x010;
const PSH = 0x008;
/** Packets whose transit times make the scale, and how far they are looked for. */
const SCALE_PACKETS = 64;
const SCALE_ROWS = 2000;
/** Rows a packet's way takes at the scale a sequence opens with. */
const WAY_ROWS = 2;

export interface Lifelines {
  readonly names: readonly string[];
  readonly from: (packet: number) => number;
  readonly to: (packet: number) => number;
  readonly lifeline: (host: string) => number;
  /** What is left out, for the title; empty for nothing. */
  readonly only: string;
}

/** The hosts of a run, or the addresses around the cursor; of one conversation where that is asked for. */
export function lifelinesOf(model: Model): Lifelines {
  const trace = shownTrace(model);
  const { transits, packets } = trace;
  const row = Math.max(0, selectedRow(model));
  const one = packets.count > 0 && model.sequence.conversation ? row : -1;
  const within = conversationOf(trace, one);
  if (transits.length > 0) {
    const all = isLab(model.session) ? hostsOf(model.session) : indexOf(trace).hosts;
    const names = one < 0 ? all : all.filter((host) => isEnd(trace, one, host));
    const at = new Map(names.map((name, i) => [name, i]));
    const lifeline = (host: string): number => at.get(host) ?? -1;
    return {
      names,
      from: (packet) => (within(packet) ? lifeline(transits[packet].from) : -1),
      to: (packet) => (within(packet) ? lifeline(transits[packet].to) : -1),
      lifeline,
      only: one < 0 ? "" : "one conversation",
    };
  }
  const ends =
    one < 0 ? endsNear(trace, row) : [endOf(trace, one, "source"), endOf(trace, one, "destination")];
  const at = new Map(ends.map((end, i) => [end, i]));
  return {
    names: ends.map((end) => nameOf(trace, end)),
    from: (packet) => (within(packet) ? (at.get(endOf(trace, packet, "source")) ?? -1) : -1),
    to: (packet) => (within(packet) ? (at.get(endOf(trace, packet, "destination")) ?? -1) : -1),
    lifeline: () => -1,
    only: one < 0 ? "" : "one conversation",
  };
}

/** The layout around the cursor. */
export function sequenceOf(model: Model, lifelines: Lifelines): Sequence {
  const trace = shownTrace(model);
  const { zoom, folded } = model.sequence;
  return sequenceAround(trace, shownStep(model), {
    ...lifelines,
    alike: (packet) => alike(trace, packet),
    rowNs: zoom === null ? 0 : scaleOf(trace) * 2 ** zoom,
    folded,
    key: `${zoom} ${folded} ${lifelines.names.join(" ")} ${lifelines.only === "" ? "" : conversationKey(trace, selectedRow(model))}`,
  });
}

/** The cursor's step in the trace shown. */
export function shownStep(model: Model): number {
  const trace = shownTrace(model);
  if (followsCursor(model)) return model.step;
  const row = selectedRow(model);
  return row < 0 ? 0 : Math.min(indexOf(trace).packetStep(row), trace.length - 1);
}

/** The cursor's time in the trace shown, in nanoseconds. */
export function shownNs(model: Model): number {
  const step = shownStep(model);
  return step < 0 || shownTrace(model).length === 0 ? 0 : shownTrace(model).timeNs(step);
}

/** What a packet says, short: the ports of TCP and UDP stand in the details. */
export function sequenceLabel(model: Model, packet: number): string {
  const dissected = shownAt(model, packet);
  if (dissected === null) return "…";
  const { protocol, info } = dissected;
  // Some protocols say their name themselves: `DHCP Discover`, `HTTP/1.1 200 OK`.
  if (protocol !== "TCP")
    return /^\W/.test(info.slice(protocol.length)) && info.startsWith(protocol)
      ? info
      : `${protocol} ${info}`;
  return info
    .replace(/\d+ → \d+ /, "")
    .replace(/\[([A-Z, ]+)\] Seq/, (_, flags: string) => `${flags.replaceAll(",", "")} Seq`)
    .replace(/ (TSval|TSecr|MSS|WS)=\d+| SACK_PERM(=1)?| Len=0(?!\d)/g, "");
}

/** Whether the analysis calls a packet a retransmission of some kind. */
export function isAgain(model: Model, packet: number): boolean {
  const { analysis } = shownTrace(model).packets;
  contextOf(model);
  const again = ANALYSIS.retransmission | ANALYSIS.fastRetransmission | ANALYSIS.spuriousRetransmission;
  return (analysis[packet] & again) !== 0;
}

/** Time per row, in ns, at which a packet's way takes two rows. */
export function scaleOf(trace: Trace): number {
  const known = scales.get(trace);
  if (known !== undefined && known.length === trace.length) return known.ns;
  const index = indexOf(trace);
  const ways: number[] = [];
  const rows = index.hasArrivals ? Math.min(trace.packets.count, SCALE_ROWS) : 0;
  for (let row = 0; row < rows && ways.length < SCALE_PACKETS; row++) {
    const arrived = index.arriveStep(row);
    if (arrived === NEVER) continue;
    const ns = trace.timeNs(arrived) - trace.packetNs(row);
    if (ns > 0) ways.push(ns);
  }
  ways.sort((a, b) => a - b);
  const ns = ways.length > 0 ? ways[ways.length >> 1] / WAY_ROWS : spacingOf(trace);
  scales.set(trace, { length: trace.length, ns });
  return ns;
}

const scales = new WeakMap<Trace, { readonly length: number; readonly ns: number }>();

/** Without arrivals: the median time between packets, so that half of them leave a row free. */
function spacingOf(trace: Trace): number {
  const gaps: number[] = [];
  for (let row = 1; row < trace.packets.count && gaps.length < SCALE_PACKETS; row++) {
    gaps.push(Math.max(0, trace.packetNs(row) - trace.packetNs(row - 1)));
  }
  gaps.sort((a, b) => a - b);
  return Math.max(1, gaps[gaps.length >> 1] ?? 1);
}

/** Packets that may share a line: data of one length and direction, bare acknowledgements, datagrams of one length. */
function alike(trace: Trace, packet: number): string | null {
  const { protocol, tcpFlags, payloadLength, stream, source, sourcePort, analysis } = trace.packets;
  const way = `${stream[packet]} ${source[packet]} ${sourcePort[packet]} ${payloadLength[packet]}`;
  if (protocol[packet] === PROTOCOL.udp) return `udp ${way}`;
  if (protocol[packet] !== PROTOCOL.tcp || (tcpFlags[packet] & ~PSH) !== ACK) return null;
  return (analysis[packet] & ~ANALYSIS.unshown & ~ANALYSIS.windowUpdate) === 0 ? `tcp ${way}` : null;
}

function conversationOf(trace: Trace, row: number): (packet: number) => boolean {
  if (row < 0) return () => true;
  const key = conversationKey(trace, row);
  return (packet) => conversationKey(trace, packet) === key;
}

/** Equal for packets of one stream; where there is none, of two addresses. */
function conversationKey(trace: Trace, row: number): number {
  if (row < 0) return -1;
  const { stream, protocol, source, destination } = trace.packets;
  if (stream[row] >= 0) return stream[row] * 64 + protocol[row];
  const [low, high] =
    source[row] < destination[row] ? [source[row], destination[row]] : [destination[row], source[row]];
  return -2 - (low * 1e6 + high);
}

function isEnd(trace: Trace, row: number, host: string): boolean {
  const { from, to } = trace.transits[row];
  return host === from || host === to;
}

/** Ends are told apart by this many numbers an address: none of its ports, or one of them. */
const ENDS_AN_ADDRESS = 2 ** 17;

/** Where a packet comes from or goes to: an address; and its port, where an address talks to itself, as programs on one machine do. */
function endOf(trace: Trace, row: number, side: "source" | "destination"): number {
  const { packets } = trace;
  const own = packets.source[row] === packets.destination[row] && packets.stream[row] >= 0;
  const port = side === "source" ? packets.sourcePort[row] : packets.destinationPort[row];
  return packets[side][row] * ENDS_AN_ADDRESS + (own ? 1 + port : 0);
}

function nameOf(trace: Trace, end: number): string {
  const port = (end % ENDS_AN_ADDRESS) - 1;
  const address = Math.floor(end / ENDS_AN_ADDRESS);
  if (address === 0) return "link";
  return port < 0 ? trace.packets.addresses.text(address) : endText(trace, { address, port });
}

function endsNear(trace: Trace, row: number): number[] {
  const { count } = trace.packets;
  const ends: number[] = [];
  const from = Math.max(0, row - NEAR);
  for (let at = from; at < Math.min(count, row + NEAR); at++) {
    for (const side of ["source", "destination"] as const) {
      const end = endOf(trace, at, side);
      if (!ends.includes(end)) ends.push(end);
      if (ends.length === LIFELINES_MAX) return ends;
    }
  }
  return ends;
}
