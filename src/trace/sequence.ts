// The sequence of a trace around a step, laid out by time: every packet a line from where and when it left to where and when
// it arrived or died, rows further apart where more time passed. Long idle times are cut short and named.
//
// Only the neighbourhood of a step is laid out, and kept for the steps near it: a trace of a million packets costs no more
// than one of a thousand. Drawing is a screen's business.

import type { TraceEvent } from "./events.ts";
import { NEVER, indexOf } from "./state-at.ts";
import type { TraceIndex } from "./state-at.ts";
import type { Trace } from "./trace.ts";

/** Steps laid out before the chunk a step is in and after it; and how many steps share a layout. */
const REACH = 1500;
const CHUNK = 1000;
/** Rows that idle time takes at most. */
const GAP_ROWS = 3;
/** Alike packets in a row that become one line. */
const FOLD_MIN = 8;

/** Rows in `y` count from the top of the layout. */
export interface SequencePacket {
  readonly kind: "packet";
  readonly step: number;
  readonly timeNs: number;
  readonly y: number;
  readonly packet: number;
  readonly from: number;
  readonly to: number;
  /** Row of its end; null while that is beyond the layout, or unknown. */
  endY: number | null;
  end: "arrived" | "died" | "open";
  /** Why it died. */
  readonly reason: string;
}

/** The end of a packet that left before the layout begins. */
export interface SequenceArrival {
  readonly kind: "arrival";
  readonly step: number;
  readonly timeNs: number;
  readonly y: number;
  readonly packet: number;
  readonly from: number;
  readonly to: number;
}

export interface SequenceNote {
  readonly kind: "note";
  readonly step: number;
  readonly timeNs: number;
  readonly y: number;
  /** -1: the whole network. */
  readonly lifeline: number;
  readonly what: "state" | "timer" | "log" | "error" | "intervention";
  readonly text: string;
}

/** Alike packets of a stream, and the acknowledgements between them, as one line. */
export interface SequenceFold {
  readonly kind: "fold";
  readonly step: number;
  readonly lastStep: number;
  readonly timeNs: number;
  readonly y: number;
  readonly packet: number;
  readonly from: number;
  readonly to: number;
  /** Packets from `from`, their payload bytes; and packets the other way. */
  readonly count: number;
  readonly bytes: number;
  readonly answers: number;
}

export type SequenceItem = SequencePacket | SequenceArrival | SequenceNote | SequenceFold;

/** Idle time that was cut short, above row `y`. */
export interface SequenceGap {
  readonly y: number;
  readonly ns: number;
}

export interface Sequence {
  readonly items: readonly SequenceItem[];
  readonly gaps: readonly SequenceGap[];
  readonly rows: number;
  /** The row of `step`: of the last item not after it. */
  rowOf(step: number): number;
}

export interface SequenceOptions {
  /** Lifeline of a packet's sender and receiver, or -1 where the packet is not shown. */
  readonly from: (packet: number) => number;
  readonly to: (packet: number) => number;
  /** Lifeline of a host, or -1. */
  readonly lifeline: (host: string) => number;
  /** What a packet has in common with those it may share a line with; null for one that stands alone. */
  readonly alike: (packet: number) => string | null;
  /** Time that takes a row, in ns; 0 lets time take no room. */
  readonly rowNs: number;
  readonly folded: boolean;
  /** Changes with all of the above: layouts are kept by it. */
  readonly key: string;
}

const kept = new WeakMap<Trace, { readonly key: string; readonly sequence: Sequence }>();

/** The layout around `step`. The same object for neighbouring steps, until the trace grows. */
export function sequenceAround(trace: Trace, step: number, options: SequenceOptions): Sequence {
  const chunk = Math.max(0, Math.floor(step / CHUNK));
  const key = `${options.key}/${chunk}/${trace.length}`;
  const known = kept.get(trace);
  if (known?.key === key) return known.sequence;
  const first = Math.max(0, chunk * CHUNK - REACH);
  const last = Math.min(trace.length - 1, (chunk + 1) * CHUNK + REACH);
  const sequence = new Layout(trace, options, first, last).build();
  kept.set(trace, { key, sequence });
  return sequence;
}

/** What a row is to begin with: its place is still to be found. */
type Mark =
  | { readonly kind: "depart"; readonly step: number; readonly timeNs: number; readonly packet: number }
  | { readonly kind: "end"; readonly step: number; readonly timeNs: number; readonly packet: number }
  | {
      readonly kind: "note";
      readonly step: number;
      readonly timeNs: number;
      readonly lifeline: number;
      readonly what: SequenceNote["what"];
      readonly text: string;
    };

class Layout {
  readonly #trace: Trace;
  readonly #index: TraceIndex;
  readonly #options: SequenceOptions;
  readonly #first: number;
  readonly #last: number;
  readonly #items: SequenceItem[] = [];
  readonly #gaps: SequenceGap[] = [];
  readonly #byPacket = new Map<number, SequencePacket>();
  readonly #folded = new Set<number>();
  /** Lifelines taken on the last row, and what the last row's time is. */
  readonly #taken = new Set<number>();
  #y = -1;
  #timeNs = 0;

  constructor(trace: Trace, options: SequenceOptions, first: number, last: number) {
    this.#trace = trace;
    this.#index = indexOf(trace);
    this.#options = options;
    this.#first = first;
    this.#last = last;
  }

  build(): Sequence {
    const marks = this.#marks();
    for (let at = 0; at < marks.length; at++) {
      const mark = marks[at];
      if (mark.kind === "note") this.#note(mark);
      else if (mark.kind === "end") this.#end(mark);
      else {
        const folded = this.#options.folded ? this.#fold(marks, at) : 0;
        if (folded === 0) this.#depart(mark);
        else at += folded - 1;
      }
    }
    const items = this.#items;
    return {
      items,
      gaps: this.#gaps,
      rows: this.#y + 1,
      rowOf: (step) => {
        let row = 0;
        for (const item of items) {
          if (item.step <= step && item.y >= row) row = item.y;
          if (item.kind === "packet" && item.endY !== null && this.#endStep(item.packet) <= step) {
            row = Math.max(row, item.endY);
          }
        }
        return row;
      },
    };
  }

  /** The step at which a packet arrived or died on its way, NEVER for neither. */
  #endStep(packet: number): number {
    return Math.min(this.#index.arriveStep(packet), this.#index.dropStep(packet));
  }

  #marks(): Mark[] {
    const trace = this.#trace;
    const marks: Mark[] = [];
    for (let step = this.#first; step <= this.#last; step++) {
      const entry = trace.step(step);
      const timeNs = trace.timeNs(step);
      if ("packet" in entry) {
        if (this.#shown(entry.packet)) marks.push({ kind: "depart", step, timeNs, packet: entry.packet });
        continue;
      }
      const event = trace.events[entry.event];
      if (event.kind === "arrive" || event.kind === "drop") {
        if (this.#shown(event.packet) && this.#endStep(event.packet) === step)
          marks.push({ kind: "end", step, timeNs, packet: event.packet });
        continue;
      }
      const note = noteOf(event);
      if (note === null) continue;
      const lifeline = note.host === null ? -1 : this.#options.lifeline(note.host);
      marks.push({ kind: "note", step, timeNs, lifeline, what: note.what, text: note.text });
    }
    return marks;
  }

  #shown(packet: number): boolean {
    return this.#options.from(packet) >= 0 && this.#options.to(packet) >= 0;
  }

  /** Goes on to the row of `timeNs`: the same one where no time passed and `lifelines` are free on it. */
  #advance(timeNs: number, lifelines: readonly number[], alone: boolean): void {
    const idleNs = timeNs - this.#timeNs;
    const free = !alone && this.#y >= 0 && lifelines.every((lifeline) => !this.#taken.has(lifeline));
    if (this.#y >= 0 && idleNs === 0 && free) {
      for (const lifeline of lifelines) this.#taken.add(lifeline);
      return;
    }
    const { rowNs } = this.#options;
    const wanted = rowNs > 0 && this.#y >= 0 ? Math.round(idleNs / rowNs) : 1;
    const rows = Math.max(1, Math.min(GAP_ROWS, wanted));
    this.#y += this.#y < 0 ? 1 : rows;
    if (rowNs > 0 && wanted > 2 * GAP_ROWS) this.#gaps.push({ y: this.#y - 1, ns: idleNs });
    this.#timeNs = timeNs;
    this.#taken.clear();
    for (const lifeline of lifelines) this.#taken.add(lifeline);
  }

  #depart(mark: Mark & { kind: "depart" }): void {
    const { packet, step, timeNs } = mark;
    const from = this.#options.from(packet);
    const to = this.#options.to(packet);
    // The label stands on the row a packet leaves on: no other may leave there.
    this.#advance(timeNs, [from], true);
    const fate = this.#index.fate(this.#trace, packet, this.#trace.length - 1);
    const item: SequencePacket = {
      kind: "packet",
      step,
      timeNs,
      y: this.#y,
      packet,
      from,
      to,
      endY: null,
      end: "open",
      reason: fate.kind === "dropped" ? fate.reason : "",
    };
    if (!this.#index.hasArrivals) {
      item.endY = this.#y;
      item.end = "arrived";
      this.#taken.add(to);
    }
    this.#byPacket.set(packet, item);
    this.#items.push(item);
  }

  #end({ packet, step, timeNs }: Mark & { kind: "end" }): void {
    if (this.#folded.has(packet)) return;
    const item = this.#byPacket.get(packet);
    const from = this.#options.from(packet);
    const to = this.#options.to(packet);
    const died = this.#index.dropStep(packet) <= step && this.#index.arriveStep(packet) === NEVER;
    if (item === undefined) {
      if (died) return;
      this.#advance(timeNs, [to], false);
      this.#items.push({ kind: "arrival", step, timeNs, y: this.#y, packet, from, to });
      return;
    }
    // What dies as it leaves takes no row of its own.
    if (died && timeNs === item.timeNs) item.endY = item.y;
    else {
      this.#advance(timeNs, died ? [] : [to], false);
      item.endY = this.#y;
    }
    item.end = died ? "died" : "arrived";
  }

  #note({ step, timeNs, lifeline, what, text }: Mark & { kind: "note" }): void {
    const beside = what === "state" && this.#y >= 0 && timeNs === this.#timeNs;
    const last = this.#items.at(-1);
    const already = last?.kind === "note" && last.y === this.#y && last.lifeline === lifeline;
    if (!beside || already) this.#advance(timeNs, [lifeline], true);
    this.#items.push({ kind: "note", step, timeNs, y: this.#y, lifeline, what, text });
  }

  /** Makes one line of the alike packets that begin at mark `at`; answers how many marks they are, 0 for too few. */
  #fold(marks: readonly Mark[], at: number): number {
    const head = marks[at];
    if (head.kind !== "depart") return 0;
    const alike = this.#options.alike(head.packet);
    if (alike === null) return 0;
    const { payloadLength } = this.#trace.packets;
    let answer: string | null = null;
    let count = 0;
    let answers = 0;
    let bytes = 0;
    let until = at;
    let lastStep = head.step;
    const inside: number[] = [];
    const ended: SequencePacket[] = [];
    for (let next = at; next < marks.length; next++) {
      const mark = marks[next];
      if (mark.kind === "note") break;
      if (mark.kind === "end") {
        const before = this.#byPacket.get(mark.packet);
        if (before !== undefined) ended.push(before);
        until = next;
        lastStep = mark.step;
        continue;
      }
      const kind = this.#options.alike(mark.packet);
      if (kind === null || this.#index.dropStep(mark.packet) !== NEVER) break;
      if (kind === alike) {
        count++;
        bytes += payloadLength[mark.packet];
      } else if (payloadLength[mark.packet] === 0 && (answer === null || answer === kind)) {
        answer = kind;
        answers++;
      } else break;
      inside.push(mark.packet);
      until = next;
      lastStep = mark.step;
    }
    if (count + answers < FOLD_MIN || count < 2) return 0;
    this.#advance(head.timeNs, [], true);
    this.#items.push({
      kind: "fold",
      step: head.step,
      lastStep,
      timeNs: head.timeNs,
      y: this.#y,
      packet: head.packet,
      from: this.#options.from(head.packet),
      to: this.#options.to(head.packet),
      count,
      bytes,
      answers,
    });
    this.#timeNs = this.#trace.timeNs(lastStep);
    for (const packet of inside) this.#folded.add(packet);
    for (const item of ended) {
      item.endY = this.#y;
      item.end = this.#index.arriveStep(item.packet) === NEVER ? "died" : "arrived";
    }
    return until - at + 1;
  }
}

function noteOf(
  event: TraceEvent,
): { readonly host: string | null; readonly what: SequenceNote["what"]; readonly text: string } | null {
  switch (event.kind) {
    case "state":
      return { host: event.host, what: "state", text: event.to };
    case "timer":
      return { host: event.host, what: "timer", text: `${event.timer} timer` };
    case "log":
      return { host: event.host, what: "log", text: event.text };
    case "exit":
      return event.error === null ? null : { host: event.host, what: "error", text: event.error };
    case "intervention":
      return { host: null, what: "intervention", text: event.text };
    default:
      return null;
  }
}
