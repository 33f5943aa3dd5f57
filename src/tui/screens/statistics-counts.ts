// What the Statistics screen has counted of a trace, kept as long as the trace is: each table once, however often it is looked at.

import { ExpertCounts } from "../../capture/statistics/expert.ts";
import { ProtocolCounts } from "../../capture/statistics/hierarchy.ts";
import { IoCounts } from "../../capture/statistics/io-counts.ts";
import { TrafficCounts } from "../../capture/statistics/traffic-counts.ts";
import type { ConversationKind } from "../../capture/statistics/traffic-counts.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
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
  protocols?: Counting<ProtocolCounts>;
  io?: Counting<IoCounts>;
  expert?: Counting<ExpertCounts>;
}

const kept = new WeakMap<Trace, Kept>();

function keptOf(model: Model): Kept {
  const trace = shownTrace(model);
  const { decodeAs } = model.packets;
  let known = kept.get(trace);
  if (known === undefined) kept.set(trace, (known = { decodeAs, traffic: new Map() }));
  if (known.decodeAs !== decodeAs) {
    known.decodeAs = decodeAs;
    // What is told by dissecting is counted anew.
    delete known.protocols;
    delete known.expert;
  }
  return known;
}

/** The layer whose ends are looked at: the one chosen, else the highest among the first packets. */
export function layerOf(model: Model): ConversationKind {
  const { layer } = model.statistics;
  if (layer !== null) return layer;
  const { packets } = shownTrace(model);
  let hasUdp = false;
  for (let row = 0; row < Math.min(packets.count, LOOKED_AT); row++) {
    if (packets.protocol[row] === PROTOCOL.tcp) return "tcp";
    hasUdp ||= packets.protocol[row] === PROTOCOL.udp;
  }
  if (hasUdp) return "udp";
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

/** Counts the next slice of `counting`, unless that has to wait for the analysis; answers whether there is one. */
export function countOn(model: Model, counting: Counting<{ add(row: number): void }>): boolean {
  const { count } = shownTrace(model).packets;
  const { counts } = counting;
  const waits = (counts instanceof IoCounts || counts instanceof ExpertCounts) && isAnalysisUnread(model);
  if (waits) return counting.read < count;
  if (counting.read >= count) return false;
  forSlice(() => {
    const end = Math.min(count, counting.read + counting.aLook);
    for (let row = counting.read; row < end; row++) counting.counts.add(row);
    counting.read = end;
    return end < count;
  });
  return true;
}

/** Whether packets are left to count for the table that is shown. */
export function isCounting(model: Model): boolean {
  return countingOf(model).read < shownTrace(model).packets.count;
}

/** Whether the charts over time are on the screen: alone, or below a table where there is room. */
export function showsCharts(model: Model): boolean {
  return model.statistics.table === "io" || model.size.height >= CHARTS_FROM;
}
