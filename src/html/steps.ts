// What a page says happens when: the places its cursor stops at, the marks on its scrubber, the calls, and what stands on the lifelines.

import { NEVER, indexOf } from "../trace/state-at.ts";
import type { Trace } from "../trace/trace.ts";
import type { TraceEvent } from "../trace/events.ts";
import { answerText, callHead } from "../trace/words.ts";
import { nextStop } from "../tui/playback.ts";
import { lastNotable, stepWords } from "../tui/screens/scrubber-pane.ts";
import { darkTheme } from "../tui/theme.ts";
import type { Sources } from "./sources.ts";
import type { PageCall, PageConnection, PageMark, PageNote, PageStop, StopKind } from "./page/data.ts";

/** Where the cursor stops in the part of a trace that a page keeps. */
export class Stops {
  readonly #trace: Trace;
  /** Steps, ascending: the last one is the last step kept. */
  readonly steps: readonly number[];
  /** Packets and steps kept: the first so many. */
  readonly packets: number;
  readonly length: number;

  /** Keeps whole stops, as long as there are at most so many of them and of packets. */
  constructor(trace: Trace, packetsMax: number, stopsMax: number) {
    this.#trace = trace;
    const index = indexOf(trace);
    const steps: number[] = [];
    let packets = 0;
    for (let step = -1; step < trace.length - 1 && steps.length < stopsMax;) {
      step = nextStop(trace, step);
      const seen = index.packetsAt(step);
      if (seen > packetsMax) break;
      packets = seen;
      steps.push(step);
    }
    this.steps = steps;
    this.packets = packets;
    this.length = steps.length === 0 ? 0 : steps[steps.length - 1] + 1;
  }

  /** The stop that step `step` belongs to; -1 for one that is not kept, or never comes. */
  of(step: number): number {
    if (step >= this.length) return -1;
    let low = 0;
    let high = this.steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.steps[middle] < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The stops as a page has them. */
  rows(): PageStop[] {
    const trace = this.#trace;
    return this.steps.map((step, i) => {
      const first = i === 0 ? 0 : this.steps[i - 1] + 1;
      const state = { trace, step, label: () => "", focused: false };
      const words = stepWords(state, darkTheme).slice(2);
      const text = words.map((span) => span.text).join("");
      return [trace.timeNs(step), kindOf(trace, step), packetWithin(trace, first, step), text.trimEnd()];
    });
  }
}

function kindOf(trace: Trace, step: number): StopKind {
  const entry = lastNotable(trace, step);
  if ("packet" in entry) return "packet";
  const event = trace.events[entry.event];
  switch (event.kind) {
    case "arrive":
    case "drop":
    case "call":
      return event.kind;
    case "return":
      return event.error === undefined ? "call" : "failed";
    case "exit":
      return event.error === null ? "event" : "failed";
    default:
      return "event";
  }
}

/** The last packet that steps `first` to `last` are about, -1 for none. */
function packetWithin(trace: Trace, first: number, last: number): number {
  for (let step = last; step >= first; step--) {
    const entry = trace.step(step);
    if ("packet" in entry) return entry.packet;
    const event = trace.events[entry.event];
    if (event.kind === "arrive" || event.kind === "drop") return event.packet;
  }
  return -1;
}

/** Things worth seeing on the scrubber. */
export function marksOf(trace: Trace, stops: Stops): PageMark[] {
  const marks: PageMark[] = [];
  for (const { step, kind } of indexOf(trace).marks) {
    if (step < stops.length) marks.push([stops.of(step), kind]);
  }
  return marks;
}

/** What stands on lifelines beside packets. */
export function notesOf(trace: Trace, stops: Stops, lifeline: (host: string) => number): PageNote[] {
  const notes: PageNote[] = [];
  for (let step = 0; step < stops.length; step++) {
    const entry = trace.step(step);
    if ("packet" in entry) continue;
    const note = noteOf(trace.events[entry.event]);
    if (note === null) continue;
    notes.push([stops.of(step), note.host === null ? -1 : lifeline(note.host), note.kind, note.text]);
  }
  return notes;
}

function noteOf(
  event: TraceEvent,
): { readonly host: string | null; readonly kind: PageNote[2]; readonly text: string } | null {
  switch (event.kind) {
    case "state":
      return { host: event.host, kind: "state", text: event.to };
    case "timer":
      return { host: event.host, kind: "timer", text: `${event.timer} timer` };
    case "log":
      return { host: event.host, kind: "log", text: event.text };
    case "exit":
      return event.error === null ? null : { host: event.host, kind: "error", text: event.error };
    case "intervention":
      return { host: null, kind: "intervention", text: event.text };
    default:
      return null;
  }
}

/** The calls, with the lines that made them where there are `sources`, with what programs said and how they failed between them, in the order they began. */
export function callsOf(trace: Trace, stops: Stops, sources: Sources | null): PageCall[] {
  const index = indexOf(trace);
  const rows: { readonly step: number; readonly call: PageCall }[] = [];
  for (const span of index.calls) {
    if (span.beginStep >= stops.length) break;
    rows.push({
      step: span.beginStep,
      call: {
        stop: stops.of(span.beginStep),
        end: span.endStep === NEVER ? -1 : stops.of(span.endStep),
        host: span.host,
        socket: span.socket,
        text: callHead(span),
        answer: answerText(span),
        kind: span.error === undefined ? "call" : "failed",
        ...sources?.lineOf(span.callId),
      },
    });
  }
  for (let step = 0; step < stops.length; step++) {
    const entry = trace.step(step);
    if ("packet" in entry) continue;
    const said = saidBy(trace.events[entry.event]);
    if (said !== null) {
      const stop = stops.of(step);
      rows.push({ step, call: { stop, end: stop, socket: said.host, answer: null, ...said } });
    }
  }
  return rows.sort((a, b) => a.step - b.step).map(({ call }) => call);
}

function saidBy(event: TraceEvent): Pick<PageCall, "host" | "text" | "kind"> | null {
  switch (event.kind) {
    case "log":
      return { host: event.host, text: event.text, kind: "log" };
    case "exit":
      return event.error === null ? null : { host: event.host, text: event.error, kind: "error" };
    case "intervention":
      return { host: "network", text: event.text, kind: "intervention" };
    default:
      return null;
  }
}

/** Changes of a connection's queues kept at most; of more, every second, third ... */
const QUEUES_MAX = 2000;

/** Connections and what they held. */
export function connectionsOf(trace: Trace, stops: Stops): PageConnection[] {
  return indexOf(trace).connections.map((track) => {
    const queues = track.bufferSteps.flatMap((step, i) => {
      const buffers = track.buffers[i];
      if (step >= stops.length) return [];
      const { sendQueue, inFlight, receiveQueue, sendBuffer, receiveBuffer } = buffers;
      return [[stops.of(step), sendQueue, inFlight, receiveQueue, sendBuffer, receiveBuffer] as const];
    });
    const stride = Math.ceil(queues.length / QUEUES_MAX);
    return {
      host: track.host,
      local: track.local,
      remote: track.remote,
      states: track.stateSteps.flatMap((step, i) =>
        step < stops.length ? [[stops.of(step), track.states[i]] as const] : [],
      ),
      queues: stride <= 1 ? queues : queues.filter((_, i) => i % stride === 0 || i === queues.length - 1),
    };
  });
}
