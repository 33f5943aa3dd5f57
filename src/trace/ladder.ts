// The ladder: a trace as rows between lifelines, one lifeline a host, each row an instant.
//
// A packet that arrives before anything else happens on the ladder is one row; one that is overtaken, crossed or followed
// before it arrives is two, its departure and its arrival, so that order reads downwards however long the way was.
// The rows of a trace are fixed; a cursor shows the first so many of them. Drawing is ladder-text.ts's business.

import { PacketLabels } from "./packet-labels.ts";
import type { Trace } from "./trace.ts";
import { NEVER, countUpTo, indexOf } from "./state-at.ts";
import type { TraceIndex } from "./state-at.ts";
import { SequenceBases } from "./sequence-bases.ts";

/** Rows of a capture have no hosts; at most so many addresses become lifelines, the rest share the last. */
const LIFELINES_MAX = 8;

/** A state a host's connection enters on a row, shown beside the lifeline from `step` on. */
export interface StateNote {
  readonly lifeline: number;
  readonly step: number;
  readonly text: string;
}

export interface PacketRow {
  readonly kind: "packet";
  readonly step: number;
  readonly timeNs: number;
  /** Row in the packet table. */
  readonly packet: number;
  readonly from: number;
  readonly to: number;
  /** Whether the arrival, if there is one, has a row of its own further down. */
  readonly split: boolean;
  readonly retransmission: boolean;
  /** A second copy made by the link. */
  readonly copy: boolean;
  readonly states: StateNote[];
}

export interface ArrivalRow {
  readonly kind: "arrival";
  readonly step: number;
  readonly timeNs: number;
  readonly packet: number;
  readonly from: number;
  readonly to: number;
  readonly states: StateNote[];
}

/** Something on one lifeline alone: states that fit no packet, timers, log lines, exits, interventions. */
export interface NoteRow {
  readonly kind: "note";
  readonly step: number;
  readonly timeNs: number;
  /** -1: the whole network. */
  readonly lifeline: number;
  readonly what: "state" | "timer" | "log" | "error" | "intervention";
  readonly text: string;
}

export type LadderRow = PacketRow | ArrivalRow | NoteRow;

export class Ladder {
  readonly trace: Trace;
  readonly index: TraceIndex;
  readonly lifelines: readonly string[];
  /** Steps whose rows these are: all of the trace's, or of a long one those around a cursor. */
  readonly fromStep: number;
  readonly toStep: number;
  readonly rows: readonly LadderRow[];
  readonly #sequences: SequenceBases;
  readonly #labels: PacketLabels;

  constructor(
    trace: Trace,
    preferredHosts: readonly string[] = [],
    fromStep: number = 0,
    toStep: number = trace.length,
  ) {
    this.trace = trace;
    this.index = indexOf(trace);
    this.lifelines = lifelinesOf(trace, this.index, preferredHosts);
    this.#sequences = sequencesOf(trace);
    this.#labels = new PacketLabels(trace, this.#sequences);
    this.fromStep = fromStep;
    this.toStep = toStep;
    this.rows = buildRows(this);
  }

  /** How many rows there are up to and with `step`. */
  rowsAt(step: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rows[middle].step > step) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether an earlier packet of the flow carried these very sequence numbers. */
  isRetransmission(packet: number): boolean {
    return this.#sequences.repeats(packet);
  }

  /** What `packet` is called. */
  label(packet: number): string {
    return this.#labels.label(packet);
  }
}

interface KeptLadder {
  readonly length: number;
  readonly hosts: readonly string[];
  /** The step it begins at. */
  readonly from: number;
  readonly ladder: Ladder;
}

const ladders = new WeakMap<Trace, KeptLadder>();

/** The ladder of `trace` as it stands; the same object until the trace grows, or its hosts are to stand otherwise. */
export function ladderOf(trace: Trace, hosts: readonly string[] = []): Ladder {
  return kept(ladders, trace, hosts, 0, trace.length);
}

/** The ladder of steps `from` to `to` that `ladders` has of the trace as it stands, or a new one. */
function kept(
  ladders: WeakMap<Trace, KeptLadder>,
  trace: Trace,
  hosts: readonly string[],
  from: number,
  to: number,
): Ladder {
  const { length } = trace;
  const known = ladders.get(trace);
  if (known?.length === length && known.from === from && areSame(known.hosts, hosts)) return known.ladder;
  const ladder = new Ladder(trace, hosts, from, to);
  ladders.set(trace, { length, hosts, from, ladder });
  return ladder;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((host, i) => host === b[i]));
}

/** Traces of so many steps have one ladder; of longer ones there are windows, in parts of so many steps. */
const WHOLE_MAX = 20_000;
const PART = 1024;

const windows = new WeakMap<Trace, KeptLadder>();

/** The ladder with the rows around `step`: of a short trace all of them, of a long one some thousands of steps before and after. */
export function ladderAround(trace: Trace, hosts: readonly string[], step: number): Ladder {
  const { length } = trace;
  if (length <= WHOLE_MAX) return ladderOf(trace, hosts);
  const from = Math.max(0, Math.floor(step / PART) - 1) * PART;
  return kept(windows, trace, hosts, from, Math.min(length, from + 3 * PART));
}

const sequences = new WeakMap<Trace, SequenceBases>();

function sequencesOf(trace: Trace, most?: number): SequenceBases {
  let bases = sequences.get(trace);
  if (bases === undefined) sequences.set(trace, (bases = new SequenceBases(trace.packets, trace.transits)));
  bases.readOn(most);
  return bases;
}

/** Reads what ladders know of sequence numbers for at most `rows` packets more, where there is no haste; answers whether all is read. */
export function sequencesSome(trace: Trace, rows: number): boolean {
  return sequencesOf(trace, rows).readOn(0);
}

function lifelinesOf(trace: Trace, index: TraceIndex, preferred: readonly string[]): string[] {
  if (index.hasEvents) {
    const known = preferred.filter((host) => index.hosts.includes(host));
    return [...known, ...index.hosts.filter((host) => !known.includes(host))];
  }
  const names: string[] = [];
  const { source, destination, addresses, count } = trace.packets;
  for (let row = 0; row < count; row++) {
    for (const id of [source[row], destination[row]]) {
      const name = id === 0 ? "link" : addresses.text(id);
      if (names.includes(name)) continue;
      if (names.length === LIFELINES_MAX) return [...names.slice(0, -1), "others"];
      names.push(name);
    }
  }
  return names;
}

function buildRows(ladder: Ladder): LadderRow[] {
  const { trace, index, lifelines, fromStep, toStep } = ladder;
  const at = new Map(lifelines.map((name, i) => [name, i]));
  const lifeline = (name: string): number => at.get(name) ?? lifelines.length - 1;
  const rows: LadderRow[] = [];
  /** States entered at this instant that no row has taken yet. */
  let pending: (StateNote & { readonly timeNs: number })[] = [];
  const flush = (): void => {
    for (const { lifeline, step, timeNs, text } of pending) {
      rows.push({ kind: "note", step, timeNs, lifeline, what: "state", text });
    }
    pending = [];
  };
  for (let step = fromStep; step < toStep; step++) {
    const entry = trace.step(step);
    const timeNs = trace.timeNs(step);
    if (pending.length > 0 && pending[0].timeNs !== timeNs) flush();
    if ("packet" in entry) {
      const packet = entry.packet;
      const transit = trace.transits[packet];
      const { source, destination, addresses } = trace.packets;
      const from = lifeline(transit?.from ?? (addresses.text(source[packet]) || "link"));
      const to = lifeline(transit?.to ?? (addresses.text(destination[packet]) || "link"));
      const own = pending.findLast((note) => note.lifeline === from);
      if (own !== undefined) pending = pending.filter((note) => note !== own);
      flush();
      const copy = (transit?.copyOf ?? null) !== null;
      const retransmission = !copy && ladder.isRetransmission(packet);
      const split = isSplit(index, packet);
      const states = own === undefined ? [] : [own];
      rows.push({ kind: "packet", step, timeNs, packet, from, to, split, retransmission, copy, states });
      continue;
    }
    const event = trace.events[entry.event];
    switch (event.kind) {
      case "arrive": {
        const transit = trace.transits[event.packet];
        if (transit === undefined || index.arriveStep(event.packet) !== step || !isSplit(index, event.packet))
          break;
        flush();
        const [from, to] = [lifeline(transit.from), lifeline(transit.to)];
        rows.push({ kind: "arrival", step, timeNs, packet: event.packet, from, to, states: [] });
        break;
      }
      case "state": {
        const note = { lifeline: lifeline(event.host), step, timeNs, text: event.to };
        const last = rows.at(-1);
        if (last !== undefined && pending.length === 0 && takes(index, last, note, trace))
          last.states.push(note);
        else pending.push(note);
        break;
      }
      case "timer":
        rows.push({
          kind: "note",
          step,
          timeNs,
          lifeline: lifeline(event.host),
          what: "timer",
          text: `${event.timer} timer`,
        });
        break;
      case "log":
        rows.push({
          kind: "note",
          step,
          timeNs,
          lifeline: lifeline(event.host),
          what: "log",
          text: event.text,
        });
        break;
      case "exit":
        if (event.error !== null) {
          rows.push({
            kind: "note",
            step,
            timeNs,
            lifeline: lifeline(event.host),
            what: "error",
            text: event.error,
          });
        }
        break;
      case "intervention":
        rows.push({ kind: "note", step, timeNs, lifeline: -1, what: "intervention", text: event.text });
        break;
      case "call":
      case "return":
      case "buffers":
      case "drop":
        break;
    }
  }
  flush();
  return rows;
}

/** Whether the row's packet reached (or left) the note's lifeline at the note's instant, and its place there is free. */
function takes(
  index: TraceIndex,
  row: LadderRow,
  note: StateNote & { readonly timeNs: number },
  trace: Trace,
): row is PacketRow | ArrivalRow {
  if (row.kind === "note" || row.states.some((state) => state.lifeline === note.lifeline)) return false;
  const arrive = index.arriveStep(row.packet);
  const arrived = row.kind === "arrival" || !row.split;
  if (arrived && row.to === note.lifeline && arrive !== NEVER && arrive < note.step) {
    return trace.timeNs(arrive) === note.timeNs;
  }
  return row.kind === "packet" && row.from === note.lifeline && row.timeNs === note.timeNs;
}

/** Whether something else is on the ladder between a packet's departure and its arrival. */
function isSplit(index: TraceIndex, packet: number): boolean {
  const arrive = index.arriveStep(packet);
  if (arrive === NEVER) return false;
  const left = index.packetStep(packet);
  if (index.packetsAt(arrive) > index.packetsAt(left)) return true;
  return countUpTo(index.arrivals, arrive - 1) > countUpTo(index.arrivals, left);
}
