// How programs cut a stream: each send of its sender and each recv of its reader, as ranges of the stream's bytes.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { CallSpan } from "../../trace/state-at.ts";
import { isBytes } from "../../trace/values.ts";
import type { ConnectedSocket, Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { directionShown, endsShown, endText } from "./flow-data.ts";
import { shownTrace } from "./packet-data.ts";
import { Sliced } from "./slice.ts";

/** One call, and the bytes it put in or took out. */
export interface CallPiece {
  /** Counted from 1, sends and recvs each. */
  readonly number: number;
  readonly call: CallSpan;
  readonly start: number;
  readonly end: number;
}

/** The calls on both ends of a direction, as far as they are found. */
export class StreamCalls {
  readonly sends: CallPiece[] = [];
  readonly recvs: CallPiece[] = [];
  readonly #work: Sliced<void>;

  /** `from` and `to` are the ends' addresses, as sockets have them. */
  constructor(trace: Trace, from: string, to: string) {
    this.#work = new Sliced(this.#find(trace, from, to), LOOKS_AT_ONCE);
  }

  get isDone(): boolean {
    return this.#work.isDone;
  }

  /** Looks at a slice of calls more. */
  advance(): void {
    this.#work.advance();
  }

  *#find(trace: Trace, from: string, to: string): Generator<number, void> {
    const sender = trace.sockets.find(({ local, remote }) => local === from && remote === to);
    const reader = trace.sockets.find(({ local, remote }) => local === to && remote === from);
    /** Bytes sent as urgent, which reads pass over. */
    const urgent = new Set<number>();
    let at = 0;
    for (const call of callsOn(trace, sender)) {
      if (call === null) {
        yield 0;
        continue;
      }
      const length = bytesSent(call);
      if (length === null) continue;
      this.sends.push({ number: this.sends.length + 1, call, start: at, end: at + length });
      at += length;
      if (length > 0 && call.args[1] === "MSG_OOB") urgent.add(at - 1);
    }
    at = 0;
    for (const call of callsOn(trace, reader)) {
      if (call === null) {
        yield 0.5;
        continue;
      }
      const length = bytesReceived(call);
      if (length === null) continue;
      while (urgent.has(at)) at++;
      this.recvs.push({ number: this.recvs.length + 1, call, start: at, end: at + length });
      at += length;
    }
  }
}

/** Calls looked at between two looks at the clock, and looks that no frame is too short for. */
const CALLS_A_LOOK = 200;
const LOOKS_AT_ONCE = 10;

/** The calls on a socket, none for none; null between them where it is time to look at the clock. */
function* callsOn(trace: Trace, end: ConnectedSocket | undefined): Generator<CallSpan | null> {
  if (end === undefined) return;
  const calls = indexOf(trace).callsByHost.get(end.host) ?? [];
  for (let i = 0; i < calls.length; i++) {
    if (calls[i].socket === end.socket) yield calls[i];
    if (i % CALLS_A_LOOK === CALLS_A_LOOK - 1) yield null;
  }
}

const kept = new WeakMap<Trace, { readonly length: number; readonly calls: Map<string, StreamCalls> }>();

/** The calls on both ends of the direction shown; null where nobody recorded calls, as in a capture. */
export function callsOf(model: Model): StreamCalls | null {
  const trace = shownTrace(model);
  const ends = endsShown(model);
  if (trace.sockets.length === 0 || ends === null) return null;
  const direction = directionShown(model);
  const from = endText(trace, ends[direction]);
  const to = endText(trace, ends[1 - direction]);
  let known = kept.get(trace);
  if (known === undefined || known.length !== trace.length) {
    kept.set(trace, (known = { length: trace.length, calls: new Map() }));
  }
  const key = `${from} ${to}`;
  let calls = known.calls.get(key);
  if (calls === undefined) known.calls.set(key, (calls = new StreamCalls(trace, from, to)));
  return calls;
}

/** Bytes a call put into the stream; null where it is no call that does. One that still waits may take them all. */
function bytesSent(call: CallSpan): number | null {
  if (call.call !== "send" && call.call !== "sendAll") return null;
  if (typeof call.result === "number") return call.result;
  const [bytes] = call.args;
  return call.endStep === NEVER && call.call === "sendAll" && isBytes(bytes) ? bytes.length : null;
}

/** Bytes a call took out of the stream; 0 for its end, null where it took none: it failed, waits, or only looked. */
function bytesReceived(call: CallSpan): number | null {
  if (call.call !== "recv" || call.args.length > 1) return null;
  return isBytes(call.result) ? call.result.length : null;
}

/** Index of the last piece that begins at or before `offset`, -1 for none. */
export function pieceAt(pieces: readonly CallPiece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle].start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The piece that holds byte `offset`, or null. */
export function pieceOf(pieces: readonly CallPiece[], offset: number): CallPiece | null {
  for (let at = pieceAt(pieces, offset); at >= 0; at--) {
    const piece = pieces[at];
    if (piece.end > offset) return piece;
    if (piece.end > piece.start) return null;
  }
  return null;
}

/** Pieces with any of bytes [start, end); empty ones at `start` too. */
export function piecesWithin(pieces: readonly CallPiece[], start: number, end: number): CallPiece[] {
  const found: CallPiece[] = [];
  for (let at = Math.max(0, pieceAt(pieces, start)); at < pieces.length && pieces[at].start < end; at++) {
    if (pieces[at].end > start) found.push(pieces[at]);
  }
  return found;
}

/** Bytes that sends had begun to put in, and recvs had taken out, by `step`. */
export function bytesBy(pieces: readonly CallPiece[], step: number, kind: "sends" | "recvs"): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { call } = pieces[middle];
    if ((kind === "sends" ? call.beginStep : call.endStep) <= step) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : pieces[low - 1].end;
}
