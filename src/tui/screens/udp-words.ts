// What is said of a datagram: how it was sent, what became of its packets, what recv gave of it.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import { durationText, millisText } from "../../trace/words.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import type { Span } from "../widgets/spans.ts";
import { arrivalOf } from "./datagrams.ts";
import type { Datagram, DatagramPart } from "./datagrams.ts";
import { shownTrace } from "./packet-data.ts";

export function bytesWords(count: number): string {
  return count === 0 ? "empty" : count === 1 ? "1 byte" : `${count} bytes`;
}

/** `sendTo 3: 10 bytes, client#1, 20.0 ms`. */
export function sendWords({ send, copyOf, length }: Datagram): string {
  if (copyOf !== null) return `a copy of #${copyOf + 1}, made on the way`;
  if (send === null) return `${bytesWords(length)}, by no call that is known`;
  const { number, call, bytes } = send;
  return `${call.call} ${number}: ${bytesWords(bytes)} by ${call.socket}, ${millisText(call.timeNs)} ms`;
}

/** What a recv gave of it, or why none did. */
export function recvSpans(model: Model, theme: Theme, datagram: Datagram): Span[] {
  const { recv, length } = datagram;
  const trace = shownTrace(model);
  const index = indexOf(trace);
  if (recv !== null) {
    const { number, call, bytes } = recv;
    const when = call.endNs === null ? "" : `, ${millisText(call.endNs)} ms`;
    const some = bytes === length ? bytesWords(bytes) : `${bytes} of ${bytesWords(length)}`;
    const spans: Span[] = [{ text: `${call.call} ${number}: ${some}`, attr: theme.ok }];
    if (bytes < length) spans.push({ text: `, ✂ ${length - bytes} gone`, attr: theme.error });
    spans.push({ text: ` by ${call.socket}${when}`, attr: theme.ok });
    return spans;
  }
  const dropped = datagram.parts.find(({ row }) => index.dropStep(row) !== NEVER);
  if (dropped === undefined) {
    const there = index.hasArrivals && arrivalOf(index, datagram) === NEVER ? "not there yet" : "by nobody";
    return [{ text: there, attr: theme.pending }];
  }
  const what = datagram.parts.length > 1 ? "never: one of its fragments is lost" : "never";
  return [{ text: what, attr: theme.error }];
}

/** `#5: 1472 bytes, there after 10 ms`, or why it was not. */
export function partSpans(model: Model, theme: Theme, part: DatagramPart, isFragment: boolean): Span[] {
  const trace = shownTrace(model);
  const index = indexOf(trace);
  const { row, length } = part;
  const spans: Span[] = [
    { text: `#${row + 1}`, attr: theme.strong },
    {
      text: `${isFragment ? "  fragment," : ""}  ${bytesWords(length)} at ${millisText(trace.packetNs(row))} ms`,
      attr: theme.text,
    },
  ];
  const fate = index.fate(trace, row, trace.length - 1);
  if (fate.kind === "dropped") {
    spans.push({ text: `  ✗ ${fate.reason} at ${fate.where}`, attr: theme.error });
  } else if (index.hasArrivals && index.arriveStep(row) !== NEVER) {
    const ns = trace.timeNs(index.arriveStep(row)) - trace.packetNs(row);
    spans.push({ text: `  there after ${durationText(ns)}`, attr: theme.muted });
  }
  return spans;
}

/** `client:57711 → server:7070` of a UDP conversation is said elsewhere; this is how its datagrams fared: `3 sent, 2 read`. */
export function fareWords(side: readonly Datagram[], hasCalls: boolean): string {
  if (side.length > FARES_MAX) return `${side.length} datagrams`;
  const read = side.filter(({ recv }) => recv !== null).length;
  const cut = side.filter(({ recv, length }) => recv !== null && recv.bytes < length).length;
  if (!hasCalls) return `${side.length} seen`;
  return `${side.length} on the wire, ${read} read${cut === 0 ? "" : `, ${cut} cut off`}`;
}

/** Datagrams counted for a frame at most. */
const FARES_MAX = 10_000;
