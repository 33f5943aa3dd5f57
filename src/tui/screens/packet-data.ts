// What the Packets screen shows of a session: which rows its list has, their dissections, their fates.
//
// Only rows on the screen are dissected, and the last ones are kept: a list of a million packets costs what fits on it. What is to be shown
// is dissected a slice at a time: a packet may want its whole stream read before it, and the first ones are slow whatever they are.

import { analysisOf, unanalysed } from "../../capture/analysis/trace-analysis.ts";
import { decodingAs } from "../../capture/context.ts";
import type { Decoding } from "../../capture/context.ts";
import { conversationsOf } from "../../capture/dissect/conversations.ts";
import type { DecodeAs } from "../../capture/dissect/decode-as.ts";
import { dissect } from "../../capture/dissect/dissect.ts";
import type { DissectContext, DissectedPacket } from "../../capture/dissect/dissect.ts";
import { countUpTo, indexOf } from "../../trace/state-at.ts";
import type { Fate } from "../../trace/state-at.ts";
import { streamsOf } from "../../trace/run-streams.ts";
import type { Trace } from "../../trace/trace.ts";
import type { RunResult } from "../../scenario/run.ts";
import type { Model } from "../model.ts";
import { isFraming, isLab, loopbackRun, traceOf } from "../session.ts";
import { forSlice } from "./slice.ts";

const KEPT_MAX = 1000;
/** Packets of a run that is analysed at once, and of a longer one between two looks at the clock: their bytes have to be made. */
const ANALYSED_AT_ONCE = 500;
const ANALYSED_A_LOOK = 20;
/** Packets of a stream read between two looks at the clock. */
const READ_A_LOOK = 50;

/** Packets dissected of one trace. */
interface Kept {
  /** What was known beside the trace. */
  readonly context: DissectContext;
  readonly rows: Map<number, DissectedPacket>;
  /** Those from before that was known: better than nothing until they are dissected anew. */
  readonly before: ReadonlyMap<number, DissectedPacket>;
}

const kept = new WeakMap<Trace, Kept>();

/** The loopback run whose packets are shown, or null where the list is of the simulation or of a capture. */
export function shownLoopback(model: Model): RunResult | null {
  if (!isLab(model.session) || model.packets.side === "sim") return null;
  const run = loopbackRun(model.session);
  return run?.hasPackets === true ? run : null;
}

/** The trace whose packets are shown. */
export function shownTrace(model: Model): Trace {
  return shownLoopback(model)?.trace ?? traceOf(model.session);
}

function keptOf(model: Model): Kept {
  const trace = shownTrace(model);
  const context = contextOf(model);
  const known = kept.get(trace);
  if (known?.context === context) return known;
  const next = { context, rows: new Map(), before: known?.rows ?? new Map() };
  kept.set(trace, next);
  return next;
}

/** Packet `row` of the trace shown, dissected; null while it is one of those that are about to be. */
export function shownAt(model: Model, row: number): DissectedPacket | null {
  if (!model.counting) return dissectedAt(model, row);
  const { rows, before } = keptOf(model);
  return rows.get(row) ?? before.get(row) ?? null;
}

/** Whether one of `rows` is still to be dissected. */
export function isUndissected(model: Model, rows: readonly number[]): boolean {
  const known = keptOf(model).rows;
  return rows.some((row) => !known.has(row));
}

/** Dissects those of `rows`, fewer than are kept, that are not, for `ms` milliseconds; `dissected` is told of each. */
export function dissectSome(
  model: Model,
  rows: readonly number[],
  dissected: (row: number) => void = () => {},
  ms?: number,
): void {
  const known = keptOf(model).rows;
  const wanted = rows.filter((row) => !known.has(row));
  let at = 0;
  forSlice(() => {
    if (at === wanted.length) return false;
    if (!approach(model, wanted[at])) return true;
    dissectedAt(model, wanted[at]);
    dissected(wanted[at++]);
    return true;
  }, ms);
}

/** Reads on towards packet `row` in its stream; answers whether dissecting it would read nothing further. */
export function approach(model: Model, row: number): boolean {
  const { conversations = conversationsOf(shownTrace(model)) } = contextOf(model);
  return conversations.approach(row, READ_A_LOOK);
}

/** Packet `row` of the trace shown, dissected now, however much of its stream is to be read for it. */
export function dissectedAt(model: Model, row: number): DissectedPacket {
  const trace = shownTrace(model);
  const { rows } = keptOf(model);
  const known = rows.get(row);
  if (known !== undefined) return known;
  const packet = dissect(trace, row, contextOf(model));
  if (rows.size >= KEPT_MAX) {
    const oldest = rows.keys().next();
    if (oldest.done !== true) rows.delete(oldest.value);
  }
  rows.set(row, packet);
  return packet;
}

/** What the user does that packets show: their marks, which of them the filter lets through, what their ports carry. */
interface Seen {
  readonly isAnalysed: boolean;
  readonly marks: Model["packets"]["marks"];
  readonly shown: readonly number[] | null;
  readonly decoding: Decoding | null;
  readonly context: DissectContext;
}

const seen = new WeakMap<Trace, Seen>();

/** What is known beside the trace, and what the user did; the same object until some of it changes. */
export function contextOf(model: Model): DissectContext {
  const trace = shownTrace(model);
  // A run's analysis is made when something asks.
  const own = ownContext(model);
  const isAnalysed = !isAnalysisUnread(model);
  const { decodeAs, filter, marks } = model.packets;
  const shown = filter?.rows ?? null;
  const known = seen.get(trace);
  const decoding = decodeAs === null ? null : decodingIn(trace, own, decodeAs, known?.decoding ?? null);
  if (
    known?.isAnalysed === isAnalysed &&
    known.marks === marks &&
    known.shown === shown &&
    known.decoding === decoding
  ) {
    return known.context;
  }
  const context: DissectContext = {
    ...own,
    ...decoding,
    isMarked: (row) => marks.has(row),
    shownBefore: (row) => (shown === null ? row - 1 : (shown[countUpTo(shown, row - 1) - 1] ?? -1)),
  };
  seen.set(trace, { isAnalysed, marks, shown, decoding, context });
  return context;
}

/** What the streams hold by the user's rules: what is known already, as long as those are the same. */
function decodingIn(
  trace: Trace,
  own: DissectContext,
  decodeAs: readonly DecodeAs[],
  known: Decoding | null,
): Decoding {
  return known?.decodeAs === decodeAs ? known : decodingAs(trace, own, decodeAs);
}

/** The rules by which ports carry what the user says, their own or those of the command line. */
export function decodingRules(model: Model): readonly DecodeAs[] {
  return contextOf(model).decodeAs ?? [];
}

/** A simulated trace's streams are numbered here, a capture brings its own. A long run's analysis comes later. */
function ownContext(model: Model): DissectContext {
  if (!isLab(model.session) && !isFraming(model.session)) return model.session.context ?? {};
  const trace = shownTrace(model);
  const streams = streamsOf(trace);
  return isAnalysisUnread(model) ? { streams } : { streams, analysis: analysisOf(trace) };
}

/** Whether a long run's packets are still to be analysed. */
export function isAnalysisUnread(model: Model): boolean {
  if (!isLab(model.session) && !isFraming(model.session)) return false;
  const trace = shownTrace(model);
  return trace.packets.count > ANALYSED_AT_ONCE && unanalysed(trace) > 0;
}

/** Analyses some packets more; when all are, those shown are to be dissected anew in the light of it. */
export function readAnalysis(model: Model): void {
  if (!isAnalysisUnread(model)) return;
  const trace = shownTrace(model);
  forSlice(() => {
    analysisOf(trace, ANALYSED_A_LOOK);
    return unanalysed(trace) > 0;
  });
}

/** Rows in the list: all packets, or the ones the filter lets through. */
export function listCount(model: Model): number {
  return model.packets.filter?.rows.length ?? shownTrace(model).packets.count;
}

/** The line of the list the cursor is on: the last packet that has left by then; the first one before any has. */
export function lineAtCursor(model: Model): number {
  const row = indexOf(shownTrace(model)).packetsAt(model.step) - 1;
  const { filter, sort } = model.packets;
  const line = Math.max(0, filter === null ? row : countUpTo(filter.rows, row) - 1);
  const places = sort?.places ?? null;
  if (places === null || listCount(model) === 0) return line;
  return places[filter === null ? line : filter.rows[line]];
}

/** The packet row of line `index` of the list. */
export function listRow(model: Model, index: number): number {
  const { filter, sort } = model.packets;
  if (sort?.order != null) return sort.order[index];
  return filter === null ? index : filter.rows[index];
}

/** The packet row selected, -1 when the list is empty. */
export function selectedRow(model: Model): number {
  return listCount(model) === 0 ? -1 : listRow(model, model.packets.selected);
}

/** Whether the selected packet's details can be had in no time; where there is no packet there is nothing to wait for. */
export function isSelectedReady(model: Model): boolean {
  const row = selectedRow(model);
  return row < 0 || !isUndissected(model, [row]) || approach(model, row);
}

/** What became of a packet by the cursor, in the end for one the cursor has not reached; null where nobody knows, as in a capture. */
export function fateOf(model: Model, row: number): Fate | null {
  if (!isLab(model.session) || !followsCursor(model)) return null;
  const trace = shownTrace(model);
  return indexOf(trace).fate(trace, row, isAhead(model, row) ? trace.length - 1 : model.step);
}

/** Whether packet `row` is yet to leave at the cursor, in a run that is stepped through. */
export function isAhead(model: Model, row: number): boolean {
  if (!isLab(model.session) || !followsCursor(model)) return false;
  return indexOf(shownTrace(model)).packetStep(row) > model.step;
}

/** Stands at `step` of the trace shown; where that is not the cursor's, selects the packet there. */
export function atCursor(model: Model, step: number): Model {
  const trace = shownTrace(model);
  const at = Math.max(Math.min(0, trace.length - 1), Math.min(step, trace.length - 1));
  if (followsCursor(model)) return { ...model, step: at, playing: false };
  const selected = Math.max(0, indexOf(trace).packetsAt(at) - 1);
  return { ...model, playing: false, packets: { ...model.packets, selected } };
}

/** Whether the list is of what the cursor is in. Real time cannot be stepped through: loopback has a selection of its own. */
export function followsCursor(model: Model): boolean {
  return !isFraming(model.session) && shownLoopback(model) === null;
}
