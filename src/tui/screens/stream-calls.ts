// How programs cut a stream: each send of its sender and each recv of its reader, as ranges of the stream's bytes.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { CallSpan } from "../../trace/state-at.ts";
import { isBytes } from "../../trace/values.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { directionShown, endsShown, endText } from "./flow-data.ts";
import { shownTrace } from "./packet-data.ts";

/** One call, and the bytes it put in or took out. */
export interface CallPiece {
  /** Counted from 1, sends and recvs each. */
  readonly number: number;
  readonly call: CallSpan;
  readonly start: number;
  readonly end: number;
}

export interface StreamCalls {
  readonly sends: readonly CallPiece[];
  readonly recvs: readonly CallPiece[];
}

const NO_CALLS: StreamCalls = { sends: [], recvs: [] };

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
  if (calls === undefined) known.calls.set(key, (calls = makeCalls(trace, from, to)));
  return calls;
}

function makeCalls(trace: Trace, from: string, to: string): StreamCalls {
  const sender = trace.sockets.find(({ local, remote }) => local === from && remote === to);
  const reader = trace.sockets.find(({ local, remote }) => local === to && remote === from);
  if (sender === undefined && reader === undefined) return NO_CALLS;
  const index = indexOf(trace);
  const of = (end: typeof sender): readonly CallSpan[] =>
    end === undefined
      ? []
      : (index.callsByHost.get(end.host) ?? []).filter((call) => call.socket === end.socket);
  const sends: CallPiece[] = [];
  /** Bytes sent as urgent, which reads pass over. */
  const urgent = new Set<number>();
  let at = 0;
  for (const call of of(sender)) {
    const length = bytesSent(call);
    if (length === null) continue;
    sends.push({ number: sends.length + 1, call, start: at, end: at + length });
    at += length;
    if (length > 0 && call.args[1] === "MSG_OOB") urgent.add(at - 1);
  }
  const recvs: CallPiece[] = [];
  at = 0;
  for (const call of of(reader)) {
    const length = bytesReceived(call);
    if (length === null) continue;
    while (urgent.has(at)) at++;
    recvs.push({ number: recvs.length + 1, call, start: at, end: at + length });
    at += length;
  }
  return { sends, recvs };
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
