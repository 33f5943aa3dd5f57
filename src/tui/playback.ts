// How a cursor moves through a trace: which steps it stops at, and how long playing waits at each.

import type { Trace } from "../trace/trace.ts";
import { indexOf } from "../trace/state-at.ts";

const WAIT_MIN_MS = 80;
const WAIT_MAX_MS = 700;
/** A screen is not painted faster than this; faster playing takes several stops at once. */
const FRAME_MS = 16;

/**
 * Whether step `step` belongs to the one before it: the queues a packet changed, the packet's own arrival's state, the
 * answer of a call that answers at once. Nobody wants to press a key for those.
 */
function joins(trace: Trace, step: number): boolean {
  const entry = trace.step(step);
  if ("packet" in entry || step === 0) return false;
  const event = trace.events[entry.event];
  if (event.kind === "buffers" || event.kind === "state") return true;
  if (event.kind !== "return") return false;
  const before = trace.step(step - 1);
  if ("packet" in before) return false;
  const call = trace.events[before.event];
  return call.kind === "call" && call.callId === event.callId;
}

/** The next step to stop at after `step`; the last one when there is none. */
export function nextStop(trace: Trace, step: number): number {
  const last = trace.length - 1;
  let next = Math.min(step + 1, last);
  while (next < last && joins(trace, next + 1)) next++;
  return next;
}

/** The stop before `step`; the first one when there is none. */
export function previousStop(trace: Trace, step: number): number {
  let at = Math.min(step, trace.length - 1);
  while (at > 0 && joins(trace, at)) at--;
  return at <= 0 ? firstStop(trace) : at - 1;
}

/** Where playing starts. */
export function firstStop(trace: Trace): number {
  return trace.length === 0 ? -1 : nextStop(trace, -1);
}

/** How long playing waits at `step` before the next stop, in ms of real time. */
export function waitAt(trace: Trace, step: number, speed: number): number {
  const next = nextStop(trace, step);
  const gapMs = next > step ? (trace.timeNs(next) - trace.timeNs(Math.max(0, step))) / 1e6 : 0;
  const wait = Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, gapMs)) / speed;
  return Math.max(FRAME_MS, Math.round(wait));
}

/** Stops a tick moves on by: more than one where a stop's time is shorter than a frame. */
export function stopsPerTick(speed: number): number {
  return Math.max(1, Math.round((FRAME_MS * speed) / WAIT_MIN_MS));
}

/** Where a capture is next in its own time, `speed` times as fast, and in how many ms: all that happens within a frame comes at once. */
export function nextInOwnTime(
  trace: Trace,
  step: number,
  speed: number,
): { readonly step: number; readonly ms: number } {
  const from = trace.timeNs(Math.max(0, step));
  let next = nextStop(trace, step);
  while (next < trace.length - 1 && trace.timeNs(next) - from < FRAME_MS * 1e6 * speed) {
    next = nextStop(trace, next);
  }
  return { step: next, ms: Math.max(0, (trace.timeNs(next) - from) / 1e6 / speed) };
}

/** The step at which call number `n` of `host` begins, for moving from call to call; null when there is none. */
export function callStop(trace: Trace, host: string, n: number): number | null {
  const call = indexOf(trace).callsByHost.get(host)?.[n];
  return call === undefined ? null : nextStop(trace, call.beginStep - 1);
}
