// The cursor in a stream's bytes, and how far the bytes have come: sent, on the wire, read.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Model } from "../model.ts";
import { nextStop } from "../playback.ts";
import { isFlowUnread, readFlow, sideShown } from "./flow-data.ts";
import { segmentsWithin } from "./flow-bytes.ts";
import { atCursor, shownTrace } from "./packet-data.ts";
import { shownStep } from "./sequence-data.ts";
import { bytesBy, callsOf, pieceOf } from "./stream-calls.ts";
import { areFramesUnread, readFrames } from "./stream-frames.ts";
import { isUdpShown, isUdpUnread, readUdp } from "./udp-data.ts";

/** How far the bytes of the direction shown have come at a step: each the number of bytes from the first. */
export interface Progress {
  readonly step: number;
  /** In sends that had begun; of a capture what was seen. */
  readonly sent: number;
  /** In segments that had left. */
  readonly onWire: number;
  /** Out of recvs; of a capture what was seen. */
  readonly read: number;
  /** Bytes of the whole stream, as sends or segments tell. */
  readonly length: number;
}

/** Whether packets or bytes are left to read for this screen. */
export function isStreamUnread(model: Model): boolean {
  if (isUdpShown(model)) return isUdpUnread(model);
  return isTcpUnread(model) || isUdpUnread(model);
}

function isTcpUnread(model: Model): boolean {
  return isFlowUnread(model) || callsOf(model)?.isDone === false || areFramesUnread(model);
}

export function readStream(model: Model): void {
  if (isUdpShown(model) || !isTcpUnread(model)) {
    readUdp(model);
    return;
  }
  const calls = callsOf(model);
  if (isFlowUnread(model)) readFlow(model);
  else if (calls?.isDone === false) calls.advance();
  else readFrames(model);
}

/** Bytes there are: of segments, and of sends that did not reach the wire. */
export function lengthShown(model: Model): number {
  const sends = callsOf(model)?.sends ?? [];
  return Math.max(sideShown(model).length, sends[sends.length - 1]?.end ?? 0);
}

export function progressShown(model: Model): Progress {
  const trace = shownTrace(model);
  const step = shownStep(model);
  const side = sideShown(model);
  const calls = callsOf(model);
  const left = side.sentBy(step < 0 || trace.length === 0 ? -1 : trace.timeNs(step));
  const index = indexOf(trace);
  let count = left;
  // Segments of the cursor's instant that come after it.
  while (count > 0 && index.packetStep(side.rows[count - 1]) > step) count--;
  const onWire = count === 0 ? 0 : side.reach[count - 1];
  const length = lengthShown(model);
  if (calls === null) return { step, sent: onWire, onWire, read: onWire, length };
  return {
    step,
    sent: bytesBy(calls.sends, step, "sends"),
    onWire,
    read: bytesBy(calls.recvs, step, "recvs"),
    length,
  };
}

/** The byte the cursor is on; -1 in an empty stream. */
export function byteShown(model: Model): number {
  const length = lengthShown(model);
  const { byte } = model.stream;
  if (byte !== null && byte.at === shownStep(model)) return Math.min(byte.offset, length - 1);
  const { read } = progressShown(model);
  return Math.min(Math.max(0, read - 1), length - 1);
}

/** Puts the cursor on byte `offset`, and the run where that byte is in its reader's hands, or as near as it came. */
export function toByte(model: Model, offset: number): Model {
  const last = lengthShown(model) - 1;
  if (last < 0) return model;
  const to = Math.max(0, Math.min(last, offset));
  const moved = atCursor(model, stepOfByte(model, to));
  return { ...moved, stream: { ...model.stream, byte: { offset: to, at: shownStep(moved) } } };
}

/** The step at which byte `offset` was read; else arrived; else left; else was sent. */
function stepOfByte(model: Model, offset: number): number {
  const trace = shownTrace(model);
  const index = indexOf(trace);
  const calls = callsOf(model);
  const recv = calls === null ? null : pieceOf(calls.recvs, offset);
  if (recv !== null && recv.call.endStep !== NEVER) return nextStop(trace, recv.call.endStep - 1);
  const side = sideShown(model);
  const rows = segmentsWithin(side, offset, offset + 1).map((at) => side.rows[at]);
  const arrived = rows.map((row) => index.arriveStep(row)).filter((step) => step !== NEVER);
  if (arrived.length > 0) return nextStop(trace, Math.min(...arrived) - 1);
  if (rows.length > 0) return nextStop(trace, index.packetStep(rows[0]) - 1);
  const send = calls === null ? null : pieceOf(calls.sends, offset);
  return send === null ? shownStep(model) : nextStop(trace, send.call.beginStep - 1);
}
