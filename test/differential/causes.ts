// Why each TCP segment of a simulated run was sent and what became of it, as the trace knows: what a capture of the run is held against.

import { sightings } from "../../src/capture/write-sightings.ts";
import { LINKTYPE } from "../../src/trace/trace.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { TCP_FLAGS } from "../../src/sim/packet.ts";

/** `new` has not been sent before. What has, was sent again because a timer fired, or because of what ACKs said (`recovery`). */
export type Cause =
  | "new"
  | "timeout"
  | "loss probe"
  | "recovery"
  | "keep-alive"
  | "window probe"
  | "window probe answer"
  | "keep-alive answer"
  | "ack of data in order"
  | "ack of a gap"
  | "ack of old data"
  | "other ack";

export interface SegmentTruth {
  readonly cause: Cause;
  /** Sequence space it takes, and the number after it. */
  readonly length: number;
  readonly end: number;
  readonly closesWindow: boolean;
  /** The segment reaches the edge of the window its sender has been told of. */
  readonly fillsWindow: boolean;
  /** All its bytes had arrived at the other end before it was sent. */
  readonly needless: boolean;
}

interface Side {
  sndMax: number;
  /** What the last ACK to arrive allows, as a sequence number. */
  edge: number;
  scale: number;
  /** Next byte expected, and the spans beyond it that have arrived. */
  rcvNxt: number;
  spans: [number, number][];
  /** Why it will send its next empty ACK. */
  owes: Cause;
}

/** Truths by row. The trace is of one connection, whose numbers do not wrap. */
export function truthsOf(trace: Trace): (SegmentTruth | null)[] {
  const { packets } = trace;
  const sides = new Map<string, Side>();
  const side = (host: string): Side => {
    let found = sides.get(host);
    if (found === undefined) {
      found = { sndMax: -1, edge: Infinity, scale: 0, rcvNxt: -1, spans: [], owes: "other ack" };
      sides.set(host, found);
    }
    return found;
  };
  const truths: (SegmentTruth | null)[] = [];
  let timer: { readonly host: string; readonly timeNs: number; readonly name: string } | null = null;
  for (let i = 0; i < trace.length; i++) {
    const step = trace.step(i);
    if ("event" in step) {
      const event = trace.events[step.event];
      if (event.kind === "timer") timer = { host: event.host, timeNs: event.timeNs, name: event.timer };
      if (event.kind === "arrive" && isTcp(trace, event.packet)) {
        arrive(
          trace,
          event.packet,
          side(event.host),
          sides.get(trace.transits[event.packet].from)?.scale ?? 0,
        );
      }
      continue;
    }
    const row = step.packet;
    truths[row] = null;
    const { from, to, copyOf } = trace.transits[row];
    if (!isTcp(trace, row) || copyOf !== null) continue;
    const own = side(from);
    const fired =
      timer !== null && timer.host === from && timer.timeNs === trace.packetNs(row) ? timer.name : "";
    truths[row] = depart(trace, row, own, side(to), fired);
  }
  return truths;

  function depart(source: Trace, row: number, own: Side, other: Side, fired: string): SegmentTruth {
    const seq = packets.tcpSeq[row];
    const { length, end } = extent(source, row);
    const flags = packets.tcpFlags[row];
    const closesWindow =
      packets.tcpWindow[row] === 0 && (flags & (TCP_FLAGS.SYN | TCP_FLAGS.FIN | TCP_FLAGS.RST)) === 0;
    if ((flags & TCP_FLAGS.SYN) !== 0) own.scale = scaleOf(source, row);
    const probe = length === 0 && own.sndMax !== -1 && seq === own.sndMax - 1;
    let cause: Cause;
    if (length === 0 && !probe) cause = own.owes;
    else if (probe) cause = fired === "keepalive" ? "keep-alive" : "window probe";
    else if (end > own.sndMax) cause = "new";
    else if (fired === "rto") cause = "timeout";
    else if (fired === "loss probe") cause = "loss probe";
    else cause = "recovery";
    if (end > own.sndMax && !probe) own.sndMax = end;
    const fillsWindow = length > 0 && end === own.edge;
    const needless = length > 0 && has(other, seq, end);
    return { cause, length, end, closesWindow, fillsWindow, needless };
  }

  function arrive(source: Trace, row: number, own: Side, scale: number): void {
    const seq = packets.tcpSeq[row];
    const { length, end } = extent(source, row);
    const flags = packets.tcpFlags[row];
    if ((flags & TCP_FLAGS.ACK) !== 0 && (flags & TCP_FLAGS.RST) === 0) {
      const shift = (flags & TCP_FLAGS.SYN) === 0 ? scale : 0;
      own.edge = packets.tcpAck[row] + packets.tcpWindow[row] * 2 ** shift;
    }
    if ((flags & TCP_FLAGS.SYN) !== 0) {
      own.rcvNxt = end;
      own.owes = "other ack";
    } else if (length === 0) {
      const asked = seq === own.rcvNxt - 1;
      const cause = truths[row]?.cause;
      own.owes = !asked ? "other ack" : cause === "keep-alive" ? "keep-alive answer" : "window probe answer";
    } else if (has(own, seq, end)) own.owes = "ack of old data";
    else {
      own.spans.push([seq, end]);
      own.owes = seq > own.rcvNxt ? "ack of a gap" : "ack of data in order";
      for (let again = true; again;) {
        again = false;
        for (const [from, until] of own.spans) {
          if (from > own.rcvNxt || until <= own.rcvNxt) continue;
          own.rcvNxt = until;
          again = true;
        }
      }
    }
  }
}

function isTcp(trace: Trace, row: number): boolean {
  return trace.packets.protocol[row] === PROTOCOL.tcp;
}

/** Sequence space a segment takes. */
function extent({ packets }: Trace, row: number): { readonly length: number; readonly end: number } {
  const flags = packets.tcpFlags[row];
  const syn = (flags & TCP_FLAGS.SYN) === 0 ? 0 : 1;
  const fin = (flags & TCP_FLAGS.FIN) === 0 ? 0 : 1;
  const length = packets.payloadLength[row] + syn + fin;
  return { length, end: packets.tcpSeq[row] + length };
}

/** The window scale option of a SYN in the simulator's order of options. */
function scaleOf(trace: Trace, row: number): number {
  const bytes = trace.bytes(row);
  if (trace.interfaces[trace.packets.interfaceId[row]].linkType !== LINKTYPE.raw) return 0;
  const end = trace.packets.payloadOffset[row];
  for (let at = trace.packets.transportOffset[row] + 20; at < end && bytes[at] !== 0;) {
    if (bytes[at] === 1) at++;
    else if (bytes[at] === 3) return bytes[at + 2];
    else at += Math.max(bytes[at + 1], 2);
  }
  return 0;
}

function has(side: Side, seq: number, end: number): boolean {
  if (end <= side.rcvNxt) return true;
  return side.spans.some(([from, until]) => from <= seq && end <= until);
}

/** The rows a capture on `host` has, in order. */
export function rowsSeenBy(trace: Trace, host: string): number[] {
  return [...sightings(trace, { vantage: host })].map(({ row }) => row);
}
