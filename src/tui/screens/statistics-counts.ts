// What the Statistics screen has counted of a trace, kept as long as the trace is: each table once, however often it is looked at. Limited
// to the filter of the Packets screen, the packets that it has let through so far are counted, and kept as long as they are.

import { ExpertCounts } from "../../capture/statistics/expert.ts";
import { ProtocolCounts } from "../../capture/statistics/hierarchy.ts";
import { IoCounts } from "../../capture/statistics/io-counts.ts";
import { TrafficCounts } from "../../capture/statistics/traffic-counts.ts";
import type { ConversationKind } from "../../capture/statistics/traffic-counts.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { FilterState, Model } from "../model.ts";
import { contextOf, isAnalysisUnread, shownTrace } from "./packet-data.ts";
import { forSlice } from "./slice.ts";

/** Packets read between two looks at the clock: by their columns, by their first bytes, and dissected. */
const COLUMNS_A_LOOK = 500;
const BYTES_A_LOOK = 100;
const DISSECTED_A_LOOK = 10;
/** Packets whose protocols say which layer there is most to say about. */
const LOOKED_AT = 1000;
/** Rows of a terminal that has room for charts below a table. */
const CHARTS_FROM = 30;

/** What is counted, and how far. */
export interface Counting<Counts extends { add(row: number): void }> {
  readonly counts: Counts;
  /** Packets counted so far. */
  read: number;
  /** Packets read between two looks at the clock. */
  readonly aLook: number;
}

interface Kept {
  /** What the user says ports carry. */
  decodeAs: Model["packets"]["decodeAs"];
  readonly traffic: Map<ConversationKind, Counting<TrafficCounts>>;
  /** How many of the first packets have each transport, of those looked at. */
  readonly transports: { looked: number; tcp: number; udp: number };
  protocols?: Counting<ProtocolCounts>;
  io?: Counting<IoCounts>;
  expert?: Counting<ExpertCounts>;
}

/** What is counted: all packets of a trace, or the rows that a filter lets through. */
export type Counted = Trace | readonly number[];

const kept = new WeakMap<Counted, Kept>();

/** The filter that limits what is counted; null where all packets are. */
export function limitOf(model: Model): FilterState | null {
  return model.statistics.limited ? model.packets.filter : null;
}

/** What is counted, the same object as long as it is the same. */
export function countedOf(model: Model): Counted {
  return limitOf(model)?.rows ?? shownTrace(model);
}

/** How many packets there are to count, as far as is known. */
function countedCount(model: Model): number {
  return limitOf(model)?.rows.length ?? shownTrace(model).packets.count;
}

/** Whether the filter has yet to say of some packets whether they are counted. */
function isLimitUnread(model: Model): boolean {
  const limit = limitOf(model);
  return limit !== null && limit.scanned < shownTrace(model).packets.count;
}

function keptOf(model: Model): Kept {
  const counted = countedOf(model);
  const { decodeAs } = model.packets;
  let known = kept.get(counted);
  if (known === undefined)
    kept.set(counted, (known = { decodeAs, traffic: new Map(), transports: { looked: 0, tcp: 0, udp: 0 } }));
  if (known.decodeAs !== decodeAs) {
    known.decodeAs = decodeAs;
    // What is told by dissecting is counted anew.
    delete known.protocols;
    delete known.expert;
  }
  return known;
}

/** The layer whose ends are looked at: the one chosen, else among the first packets the transport that most have, or the highest layer. */
export function layerOf(model: Model): ConversationKind {
  const { layer } = model.statistics;
  if (layer !== null) return layer;
  const { packets } = shownTrace(model);
  const rows = limitOf(model)?.rows;
  const { transports } = keptOf(model);
  const most = Math.min(rows?.length ?? packets.count, LOOKED_AT);
  for (; transports.looked < most; transports.looked++) {
    const protocol = packets.protocol[rows?.[transports.looked] ?? transports.looked];
    if (protocol === PROTOCOL.tcp) transports.tcp++;
    else if (protocol === PROTOCOL.udp) transports.udp++;
  }
  const { tcp, udp } = transports;
  if (tcp + udp > 0) return tcp >= udp ? "tcp" : "udp";
  if (packets.addresses.size === 0) return "eth";
  return packets.addresses.family(1) === 6 ? "ipv6" : "ip";
}

export function trafficOf(model: Model): Counting<TrafficCounts> {
  const trace = shownTrace(model);
  const layer = layerOf(model);
  const { traffic } = keptOf(model);
  let known = traffic.get(layer);
  if (known === undefined) {
    const aLook = layer === "eth" ? BYTES_A_LOOK : COLUMNS_A_LOOK;
    traffic.set(layer, (known = { counts: new TrafficCounts(trace, layer), read: 0, aLook }));
  }
  return known;
}

export function protocolsOf(model: Model): Counting<ProtocolCounts> {
  const trace = shownTrace(model);
  return (keptOf(model).protocols ??= {
    counts: new ProtocolCounts(trace, contextOf(model)),
    read: 0,
    aLook: DISSECTED_A_LOOK,
  });
}

export function ioOf(model: Model): Counting<IoCounts> {
  const trace = shownTrace(model);
  // The errors it counts are the analysis': of a run it is made when something asks.
  contextOf(model);
  return (keptOf(model).io ??= { counts: new IoCounts(trace), read: 0, aLook: COLUMNS_A_LOOK });
}

export function expertOf(model: Model): Counting<ExpertCounts> {
  const trace = shownTrace(model);
  const known = keptOf(model).expert;
  // What it counts is the analysis', which a long run has only after a while.
  if (known !== undefined && known.read > 0) return known;
  return (keptOf(model).expert = {
    counts: new ExpertCounts(trace, contextOf(model)),
    read: 0,
    aLook: DISSECTED_A_LOOK,
  });
}

/** What the table that is shown is counted by. */
export function countingOf(model: Model): Counting<{ add(row: number): void }> {
  switch (model.statistics.table) {
    case "conversations":
    case "endpoints":
      return trafficOf(model);
    case "protocols":
      return protocolsOf(model);
    case "io":
      return ioOf(model);
    case "expert":
      return expertOf(model);
  }
}

/** Whether `counting` asks for what the analysis of a long run has yet to find: that is read meanwhile. */
function waits(model: Model, { counts }: Counting<{ add(row: number): void }>): boolean {
  return (counts instanceof IoCounts || counts instanceof ExpertCounts) && isAnalysisUnread(model);
}

/** Counts the next slice of `counting`, unless that has to wait for the analysis; answers whether there was one. */
export function countOn(model: Model, counting: Counting<{ add(row: number): void }>): boolean {
  const limit = limitOf(model);
  const count = countedCount(model);
  const { counts } = counting;
  if (!isUncounted(model, counting)) return false;
  forSlice(() => {
    const end = Math.min(count, counting.read + counting.aLook);
    for (let i = counting.read; i < end; i++) counts.add(limit === null ? i : limit.rows[i]);
    counting.read = end;
    return end < count;
  });
  return true;
}

/** Whether there are packets to count now. */
export function isUncounted(model: Model, counting: Counting<{ add(row: number): void }>): boolean {
  return counting.read < countedCount(model) && !waits(model, counting);
}

/** Whether `counting` has not come to its end. */
export function isCounting(
  model: Model,
  counting: Counting<{ add(row: number): void }> = countingOf(model),
): boolean {
  return counting.read < countedCount(model) || isLimitUnread(model);
}

/** How far it has come, in words; empty where it has come to its end. */
export function countingWords(model: Model, counting: Counting<{ add(row: number): void }>): string {
  if (!isCounting(model, counting)) return "";
  const limit = limitOf(model);
  const { count } = shownTrace(model).packets;
  // What the filter has let through is counted before it goes on.
  const share =
    limit !== null && isLimitUnread(model) ? limit.scanned / count : counting.read / countedCount(model);
  return `counting ${Math.floor(share * 100)} %`;
}

/** What the counts are limited to, behind a title: `, limited to dns`; empty where all packets are counted. */
export function limitWords(model: Model): string {
  const limit = limitOf(model);
  return limit === null ? "" : `, limited to ${limit.text}`;
}

/** What `f` would do, where there is a filter. */
export function limitHint(model: Model): string {
  if (model.packets.filter === null) return "";
  return model.statistics.limited ? "f: count all packets" : "f: limit to the filter";
}

/** Whether the charts over time are on the screen: alone, or below a table where there is room. */
export function showsCharts(model: Model): boolean {
  return model.statistics.table === "io" || model.size.height >= CHARTS_FROM;
}
