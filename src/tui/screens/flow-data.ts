// Which TCP stream the Stream and the Graphs screen show, read as far as it is, and the ends' own accounts of it.

import { conversationsOf } from "../../capture/dissect/conversations.ts";
import type { Conversations } from "../../capture/dissect/conversations.ts";
import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import { streamsOf } from "../../trace/run-streams.ts";
import { indexOf } from "../../trace/state-at.ts";
import type { StreamEnd, StreamTable } from "../../trace/streams.ts";
import type { TcpSeries } from "../../trace/tcp-series.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { hasSecrets, isFraming, isLab } from "../session.ts";
import type { Flow } from "../views.ts";
import { CarriedReading } from "./flow-carried.ts";
import { FlowReading } from "./flow-reading.ts";
import type { FlowSide } from "./flow-side.ts";
import type { FlowContents } from "./flow-turns.ts";
import { contextOf, selectedRow, shownTrace } from "./packet-data.ts";
import { forSlice } from "./slice.ts";

/** Packets read between two looks at the clock. */
const PACKETS_A_LOOK = 500;
/** Streams of a trace that stay read. */
const KEPT_MAX = 8;

const readings = new WeakMap<Trace, Map<string, FlowReading>>();
const carried = new WeakMap<Conversations, Map<number, CarriedReading>>();

/** The table that numbered the streams of the trace shown. */
export function streamTable(model: Model): StreamTable {
  const { session } = model;
  if (isLab(session) || isFraming(session)) return streamsOf(shownTrace(model));
  return session.context?.streams ?? streamsOf(shownTrace(model));
}

/** The stream shown: the chosen one, or the first. */
export function streamShown(model: Model): number {
  const chosen = model.flow?.udp === true ? 0 : (model.flow?.stream ?? 0);
  return Math.max(0, Math.min(streamTable(model).tcpCount - 1, chosen));
}

/** Which of its directions: the chosen one, else the one that carries more. */
export function directionShown(model: Model): 0 | 1 {
  const { flow } = model;
  if (flow !== null && flow.direction !== null && flow.udp !== true) return flow.direction;
  const { sides } = contentsShown(model);
  return sides[1].length > sides[0].length ? 1 : 0;
}

export function sideShown(model: Model): FlowSide {
  return contentsShown(model).sides[directionShown(model)];
}

/** The stream's bytes: on the Stream screen what TLS carried, where that is known and TCP's own were not chosen. */
export function contentsShown(model: Model): FlowContents {
  return isCarriedShown(model) ? carriedOf(model) : readingOf(model);
}

/** Whether what TLS carried is shown. */
export function isCarriedShown(model: Model): boolean {
  return model.screen === "stream" && model.stream.decrypted && isDecrypted(model);
}

/** Whether some of what TLS carried over the stream is known. */
export function isDecrypted(model: Model): boolean {
  return hasSecrets(model.session) && carriedOf(model).turns.list.length > 0;
}

/** What TLS carried over the stream shown, as far as it is read. */
function carriedOf(model: Model): CarriedReading {
  const conversations = conversationsIn(model);
  const stream = streamShown(model);
  let kept = carried.get(conversations);
  if (kept === undefined) carried.set(conversations, (kept = new Map()));
  let reading = kept.get(stream);
  if (reading === undefined) {
    const tcp = readingOf(model);
    reading = new CarriedReading(shownTrace(model), (row) => tcp.directionOf(row));
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(stream, reading);
  }
  return reading;
}

function conversationsIn(model: Model): Conversations {
  return contextOf(model).conversations ?? conversationsOf(shownTrace(model));
}

/** Whether secrets are known, and not read what they open. */
function isCarriedUnread(model: Model): boolean {
  if (model.screen !== "stream" || !hasSecrets(model.session)) return false;
  return carriedOf(model).readTo < readingOf(model).lastWithData;
}

/** The stream shown, as far as it is read. */
export function readingOf(model: Model): FlowReading {
  const trace = shownTrace(model);
  const stream = streamShown(model);
  // Bytes alone take a third of what their graphs do.
  const drawn = model.screen === "graphs";
  const key = `${stream} ${drawn}`;
  let kept = readings.get(trace);
  if (kept === undefined) readings.set(trace, (kept = new Map()));
  let reading = kept.get(key);
  if (reading === undefined) {
    // Where the ends tell of themselves, nothing is guessed from their packets.
    const analysis = trace.tcp.length > 0 ? null : (contextOf(model).analysis ?? null);
    reading = new FlowReading(trace, stream, streamTable(model), analysis, drawn);
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(key, reading);
  }
  return reading;
}

export function isFlowUnread(model: Model): boolean {
  return readingOf(model).read < shownTrace(model).packets.count || isCarriedUnread(model);
}

export function readFlow(model: Model): void {
  const reading = readingOf(model);
  const { packets } = shownTrace(model);
  forSlice(() => {
    if (reading.read < packets.count) reading.readOn(PACKETS_A_LOOK);
    else if (isCarriedUnread(model)) carriedOf(model).readOn(conversationsIn(model), reading.lastWithData);
    else return false;
    return true;
  });
  // Whoever reads nothing else of the capture has not looked for secrets yet.
  if (!hasSecrets(model.session)) contextOf(model).keys?.refresh();
}

/** The stream's ends: first the sender of its first packet. Null where there is no stream. */
export function endsShown(model: Model): readonly [StreamEnd, StreamEnd] | null {
  const table = streamTable(model);
  if (table.tcpCount === 0) return null;
  return table.ends(shownTrace(model).packets, "tcp", streamShown(model));
}

/** `10.0.0.1:80`, as sockets' addresses are written. */
export function endText(trace: Trace, { address, port }: StreamEnd): string {
  const text = trace.packets.addresses.text(address);
  return text.includes(":") ? `[${text}]:${port}` : `${text}:${port}`;
}

/** What an end is called: its host's name with the port where hosts have names. */
export function endName(model: Model, side: 0 | 1): string {
  const ends = endsShown(model);
  if (ends === null) return "";
  const trace = shownTrace(model);
  const host = hostOfEnd(trace, ends[side], ends[1 - side]);
  return host === null ? endText(trace, ends[side]) : `${host}:${ends[side].port}`;
}

/** The host that has an end of a run's connection, as its sockets and its own account name it; null where nobody says. */
function hostOfEnd(trace: Trace, own: StreamEnd, other: StreamEnd): string | null {
  const local = endText(trace, own);
  const remote = endText(trace, other);
  const is = (ends: { readonly local: string; readonly remote: string }): boolean =>
    ends.local === local && ends.remote === remote;
  return (trace.sockets.find(is) ?? trace.tcp.find(is) ?? indexOf(trace).connections.find(is))?.host ?? null;
}

/** The account of the end that sends in the direction shown; null where it gave none. */
export function seriesShown(model: Model): TcpSeries | null {
  const ends = endsShown(model);
  if (ends === null) return null;
  const trace = shownTrace(model);
  const direction = directionShown(model);
  const local = endText(trace, ends[direction]);
  const remote = endText(trace, ends[1 - direction]);
  const { endNs } = readingOf(model);
  // Ports used again have an account a connection: the latest that had begun.
  return (
    trace.tcp.findLast(
      (series) => series.local === local && series.remote === remote && (series.times[0] ?? 0) <= endNs,
    ) ?? null
  );
}

/** The next or previous stream; its direction is found anew. */
export function flowBy(model: Model, by: 1 | -1): Model {
  const count = streamTable(model).tcpCount;
  if (count === 0) return model;
  return { ...model, flow: { stream: (streamShown(model) + by + count) % count, direction: null } };
}

/** The other direction of the same stream. */
export function turnFlow(model: Model): Model {
  const direction = directionShown(model) === 0 ? 1 : 0;
  return { ...model, flow: { stream: streamShown(model), direction } };
}

/** The stream of the packet selected, in its direction where it carries data: what a screen about streams opens with. */
export function flowOfSelected(model: Model): Flow | null {
  const row = selectedRow(model);
  const { packets } = shownTrace(model);
  if (row < 0 || packets.protocol[row] !== PROTOCOL.tcp || packets.stream[row] === NO_STREAM) return null;
  const stream = packets.stream[row];
  if (model.flow?.stream === stream) return model.flow;
  if (packets.payloadLength[row] === 0) return { stream, direction: null };
  const [first] = streamTable(model).ends(packets, "tcp", stream);
  const isOwn = packets.source[row] === first.address && packets.sourcePort[row] === first.port;
  return { stream, direction: isOwn ? 0 : 1 };
}

/** Opens a screen about streams at the stream of the packet selected. */
export function enterFlow(model: Model): Model {
  const flow = flowOfSelected(model);
  return flow === null ? model : { ...model, flow };
}
