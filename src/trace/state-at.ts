// What holds at a step of a trace: calls begun and answered, socket states, queues, bytes on the way.
//
// One pass over the steps builds an index of short sorted columns; every question about a step is then a binary search,
// so that a view asks at each frame. The index follows a trace that still grows: `indexOf` reads on where it stopped.
// A trace of packets only (a capture) has nothing to index but its packets, and those are steps already.

import type { BuffersEvent, DropEvent, LogEvent, TraceEvent } from "./events.ts";
import type { TcpState } from "../socket/options.ts";
import type { Trace } from "./trace.ts";
import type { TranscriptEntry } from "./transcript.ts";

/** The step of something that has not happened. */
export const NEVER = Infinity;

/** A call, with the steps at which it began and answered. */
export interface CallSpan extends TranscriptEntry {
  readonly beginStep: number;
  /** NEVER while (or because) it did not answer. */
  readonly endStep: number;
}

/** One connection as one host sees it: its states and queues, each with the step from which it holds. */
export interface ConnectionTrack {
  readonly host: string;
  readonly local: string;
  readonly remote: string;
  readonly stateSteps: number[];
  readonly states: TcpState[];
  readonly bufferSteps: number[];
  readonly buffers: BuffersEvent[];
}

/** A connection at a step. */
export interface ConnectionState {
  readonly track: ConnectionTrack;
  readonly state: TcpState | null;
  readonly buffers: BuffersEvent | null;
}

/** What became of a packet, as far as a step knows. Times are nanoseconds since the run began. */
export type Fate =
  | { readonly kind: "in flight" }
  | { readonly kind: "delivered"; readonly timeNs: number; readonly step: number }
  | {
      readonly kind: "dropped";
      readonly timeNs: number;
      readonly step: number;
      readonly where: string;
      readonly reason: string;
      /** Whether it reached a host, which then dropped it. */
      readonly arrived: boolean;
    };

export type MarkKind = "drop" | "error" | "exit" | "intervention" | "state";

/** A step worth seeing on a timeline. */
export interface Mark {
  readonly step: number;
  readonly kind: MarkKind;
}

/** A quantity that changes at steps: `values[i]` holds from `steps[i]` on. */
export interface StepSeries {
  readonly steps: number[];
  readonly values: number[];
}

export class TraceIndex {
  /** Steps read so far. */
  length = 0;
  readonly hosts: string[] = [];
  /** Every call, in the order they began. */
  readonly calls: CallSpan[] = [];
  /** The same, by host. */
  readonly callsByHost = new Map<string, CallSpan[]>();
  readonly connections: ConnectionTrack[] = [];
  readonly logs: { readonly step: number; readonly event: LogEvent }[] = [];
  readonly marks: Mark[] = [];
  /** Bytes of packets under way, by the host that put them there. */
  readonly inFlight = new Map<string, StepSeries>();
  /** Steps at which packets first arrived, ascending. */
  readonly arrivals: number[] = [];
  /** Packets dropped so far. */
  readonly drops: StepSeries = { steps: [], values: [] };
  /** Whether the trace says when packets arrive. Where it does not, they arrive as they are seen. */
  hasArrivals = false;
  /** Whether the trace has events at all. */
  hasEvents = false;

  readonly #callAt = new Map<number, { all: number; host: number }>();
  readonly #connectionAt = new Map<string, ConnectionTrack>();
  /** By packet row: the step of the packet, of its first arrival and of its drop (0 is none), and the drop's event. */
  readonly #packetStep: number[] = [];
  readonly #arriveStep: number[] = [];
  readonly #dropStep: number[] = [];
  readonly #dropEvent: DropEvent[] = [];
  #dropped = 0;

  /** Reads the steps `trace` has gained since the last time, at most `most`. */
  extend(trace: Trace, most: number = Infinity): void {
    const length = Math.min(trace.length, this.length + most);
    if (this.length === length) return;
    if (trace.events.length === 0 && trace.transits.length === 0) {
      this.length = length;
      return;
    }
    this.hasEvents = true;
    for (let step = this.length; step < length; step++) {
      const entry = trace.step(step);
      if ("packet" in entry) this.#packet(trace, step, entry.packet);
      else this.#event(trace, step, trace.events[entry.event]);
    }
    this.length = length;
  }

  /** The step of packet `row`; NEVER when it is not in the trace. */
  packetStep(row: number): number {
    if (!this.hasEvents) return row < this.length ? row : NEVER;
    return this.#packetStep[row] ?? NEVER;
  }

  /** The step at which packet `row` first arrived, NEVER if it did not. */
  arriveStep(row: number): number {
    return this.#arriveStep[row] ?? NEVER;
  }

  /** The step at which packet `row` was dropped, NEVER if it was not. */
  dropStep(row: number): number {
    return this.#dropStep[row] ?? NEVER;
  }

  /** What step `step` knows of packet `row`. */
  fate(trace: Trace, row: number, step: number): Fate {
    const dropped = this.dropStep(row);
    const arrived = this.arriveStep(row);
    if (dropped <= step) {
      const { timeNs, where, reason } = this.#dropEvent[row];
      return { kind: "dropped", timeNs, step: dropped, where, reason, arrived: arrived <= dropped };
    }
    if (arrived <= step) return { kind: "delivered", timeNs: trace.timeNs(arrived), step: arrived };
    if (this.hasArrivals) return { kind: "in flight" };
    return { kind: "delivered", timeNs: trace.packetNs(row), step: this.packetStep(row) };
  }

  /** Packets among the steps up to and with `step`: rows 0 to the answer - 1. */
  packetsAt(step: number): number {
    if (!this.hasEvents) return Math.min(step + 1, this.length);
    return countUpTo(this.#packetStep, step);
  }

  /** Call number `callId`, or null. */
  call(callId: number): CallSpan | null {
    const at = this.#callAt.get(callId);
    return at === undefined ? null : this.calls[at.all];
  }

  /** Calls of `host` begun by `step`: the first so many of `callsByHost`. */
  callsAt(host: string, step: number): number {
    const calls = this.callsByHost.get(host);
    return calls === undefined ? 0 : upper(calls.length, (i) => calls[i].beginStep > step);
  }

  /** Every connection that exists at `step`, in the order they first appeared. */
  connectionsAt(step: number): ConnectionState[] {
    const states: ConnectionState[] = [];
    for (const track of this.connections) {
      const state = countUpTo(track.stateSteps, step);
      const buffers = countUpTo(track.bufferSteps, step);
      if (state + buffers === 0) continue;
      states.push({
        track,
        state: state === 0 ? null : track.states[state - 1],
        buffers: buffers === 0 ? null : track.buffers[buffers - 1],
      });
    }
    return states;
  }

  #packet(trace: Trace, step: number, row: number): void {
    const transit = trace.transits[row];
    this.#packetStep[row] = step;
    this.#arriveStep[row] = NEVER;
    this.#dropStep[row] = NEVER;
    this.#host(transit.from);
    this.#host(transit.to);
    this.#fly(step, transit.from, trace.packets.length[row]);
  }

  #event(trace: Trace, step: number, event: TraceEvent): void {
    switch (event.kind) {
      case "call":
        this.#call(step, event);
        return;
      case "return":
        this.#return(step, event);
        return;
      case "state": {
        const track = this.#connection(event);
        track.stateSteps.push(step);
        track.states.push(event.to);
        this.marks.push({ step, kind: "state" });
        return;
      }
      case "buffers": {
        const track = this.#connection(event);
        track.bufferSteps.push(step);
        track.buffers.push(event);
        return;
      }
      case "arrive":
        this.hasArrivals = true;
        if (this.arriveStep(event.packet) !== NEVER) return;
        this.#arriveStep[event.packet] = step;
        this.arrivals.push(step);
        if (this.dropStep(event.packet) === NEVER) this.#land(trace, step, event.packet);
        return;
      case "drop":
        if (this.dropStep(event.packet) !== NEVER) return;
        this.#dropStep[event.packet] = step;
        this.#dropEvent[event.packet] = event;
        this.marks.push({ step, kind: "drop" });
        push(this.drops, step, ++this.#dropped);
        if (this.arriveStep(event.packet) === NEVER) this.#land(trace, step, event.packet);
        return;
      case "log":
        this.#host(event.host);
        this.logs.push({ step, event });
        return;
      case "exit":
        this.#host(event.host);
        this.marks.push({ step, kind: event.error === null ? "exit" : "error" });
        return;
      case "intervention":
        this.marks.push({ step, kind: "intervention" });
        return;
      case "timer":
        this.#host(event.host);
    }
  }

  #call(step: number, event: TraceEvent & { kind: "call" }): void {
    const { callId, timeNs, host, socket, call, args } = event;
    const span = { callId, timeNs, endNs: null, host, socket, call, args, beginStep: step, endStep: NEVER };
    this.#host(host);
    let own = this.callsByHost.get(host);
    if (own === undefined) this.callsByHost.set(host, (own = []));
    this.#callAt.set(callId, { all: this.calls.push(span) - 1, host: own.push(span) - 1 });
  }

  #return(step: number, event: TraceEvent & { kind: "return" }): void {
    const at = this.#callAt.get(event.callId);
    if (at === undefined) return;
    const { timeNs: endNs, result, error } = event;
    const begun = this.calls[at.all];
    const span: CallSpan = {
      ...begun,
      endNs,
      endStep: step,
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
    };
    this.calls[at.all] = span;
    const own = this.callsByHost.get(begun.host);
    if (own !== undefined) own[at.host] = span;
    if (error !== undefined) this.marks.push({ step, kind: "error" });
  }

  #connection(event: { host: string; local: string; remote: string }): ConnectionTrack {
    const key = `${event.host} ${event.local} ${event.remote}`;
    let track = this.#connectionAt.get(key);
    if (track === undefined) {
      const { host, local, remote } = event;
      track = { host, local, remote, stateSteps: [], states: [], bufferSteps: [], buffers: [] };
      this.#host(host);
      this.#connectionAt.set(key, track);
      this.connections.push(track);
    }
    return track;
  }

  #host(name: string): void {
    if (!this.hosts.includes(name)) this.hosts.push(name);
  }

  #fly(step: number, host: string, bytes: number): void {
    let series = this.inFlight.get(host);
    if (series === undefined) this.inFlight.set(host, (series = { steps: [], values: [] }));
    push(series, step, (series.values.at(-1) ?? 0) + bytes);
  }

  #land(trace: Trace, step: number, packet: number): void {
    this.#fly(step, trace.transits[packet].from, -trace.packets.length[packet]);
  }
}

const indexes = new WeakMap<Trace, TraceIndex>();

/** The index of `trace`, up to date with it. One a trace, kept as long as the trace is. */
export function indexOf(trace: Trace): TraceIndex {
  const index = keptIndex(trace);
  index.extend(trace);
  return index;
}

/** Goes on with the index of `trace` by at most `steps`, where there is no haste; answers whether it is up to date. */
export function indexSome(trace: Trace, steps: number): boolean {
  const index = keptIndex(trace);
  index.extend(trace, steps);
  return index.length === trace.length;
}

function keptIndex(trace: Trace): TraceIndex {
  let index = indexes.get(trace);
  if (index === undefined) indexes.set(trace, (index = new TraceIndex()));
  return index;
}

/** The last step at or before `timeNs`; -1 before the first. Steps must be in order of time, as runs record them. */
export function stepAtTime(trace: Trace, timeNs: number): number {
  return upper(trace.length, (step) => trace.timeNs(step) > timeNs) - 1;
}

/** The series' value at `step`; 0 before its first. */
export function valueAt(series: StepSeries, step: number): number {
  const count = countUpTo(series.steps, step);
  return count === 0 ? 0 : series.values[count - 1];
}

/** How many of the ascending `steps` are at most `step`. */
export function countUpTo(steps: readonly number[], step: number): number {
  return upper(steps.length, (i) => steps[i] > step);
}

/** The first index in [0, length) for which `beyond` holds, or `length`; `beyond` must stay true once it is. */
function upper(length: number, beyond: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (beyond(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function push(series: StepSeries, step: number, value: number): void {
  const last = series.steps.length - 1;
  if (last >= 0 && series.steps[last] === step) series.values[last] = value;
  else {
    series.steps.push(step);
    series.values.push(value);
  }
}
