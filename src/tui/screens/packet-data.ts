// What the Packets screen shows of a session: which rows its list has, their dissections, their fates.
//
// Only rows on the screen are dissected, and the last ones are kept: a list of a million packets costs what fits on it.

import { dissect } from "../../capture/dissect/dissect.ts";
import type { DissectContext, DissectedPacket } from "../../capture/dissect/dissect.ts";
import { countUpTo, indexOf } from "../../trace/state-at.ts";
import type { Fate } from "../../trace/state-at.ts";
import { streamsOf } from "../../trace/run-streams.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { isLab, traceOf } from "../session.ts";
import type { Session } from "../session.ts";

const KEPT_MAX = 1000;

const kept = new WeakMap<Trace, Map<number, DissectedPacket>>();

/** Packet `row` of the session's trace, dissected. */
export function dissectedAt(session: Session, row: number): DissectedPacket {
  const trace = traceOf(session);
  let rows = kept.get(trace);
  if (rows === undefined) kept.set(trace, (rows = new Map()));
  const known = rows.get(row);
  if (known !== undefined) return known;
  const packet = dissect(trace, row, contextOf(session));
  if (rows.size >= KEPT_MAX) {
    const oldest = rows.keys().next();
    if (oldest.done !== true) rows.delete(oldest.value);
  }
  rows.set(row, packet);
  return packet;
}

/** What is known beside the trace; a run's streams are numbered here, a capture brings its own. */
export function contextOf(session: Session): DissectContext {
  if (!isLab(session)) return session.context ?? {};
  return { streams: streamsOf(session.sim.trace) };
}

/** Rows in the list: packets up to the cursor, of those the ones the filter lets through. */
export function listCount(model: Model): number {
  const trace = traceOf(model.session);
  const seen = isLab(model.session) ? indexOf(trace).packetsAt(model.step) : trace.packets.count;
  const { filter } = model.packets;
  return filter === null ? seen : countUpTo(filter.rows, seen - 1);
}

/** The packet row of line `index` of the list. */
export function listRow(model: Model, index: number): number {
  return model.packets.filter === null ? index : model.packets.filter.rows[index];
}

/** The packet row selected, -1 when the list is empty. */
export function selectedRow(model: Model): number {
  return listCount(model) === 0 ? -1 : listRow(model, model.packets.selected);
}

/** What became of a packet by the cursor; null where nobody knows, as in a capture. */
export function fateOf(model: Model, row: number): Fate | null {
  if (!isLab(model.session)) return null;
  const { trace } = model.session.sim;
  return indexOf(trace).fate(trace, row, model.step);
}
