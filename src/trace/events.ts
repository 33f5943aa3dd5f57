// What happens besides packets: socket calls, state changes, fates of packets, timers, notes.
//
// Times are nanoseconds since the run began. Events are plain data: they print, compare and replay.

import type { Errno } from "../socket/errno.ts";
import type { TcpState } from "../socket/options.ts";

/** Bytes as an event keeps them: their number and at most the first 256. */
export interface BytesPreview {
  readonly length: number;
  readonly head: Uint8Array;
}

/** An argument or result of a call: plain values, bytes as previews, sockets by label, addresses as text. */
export type EventValue =
  | null
  | boolean
  | number
  | string
  | BytesPreview
  | { readonly [key: string]: EventValue };

export type DropReason =
  | "loss"
  | "burst loss"
  | "script"
  /** Whoever watched the run took it off the wire. */
  | "intervention"
  | "queue full"
  | "codel"
  | "partition"
  | "mtu"
  | "ttl"
  | "no route"
  | "no host"
  | "checksum"
  | "malformed"
  | "backlog"
  | "no listener"
  | "receive buffer"
  | "reassembly timeout"
  | "not for us"
  /** A host that lets no ICMP through. */
  | "filtered";

interface At {
  readonly timeNs: number;
}

/** A call begins. `callId` counts calls over the whole run. */
export interface CallEvent extends At {
  readonly kind: "call";
  readonly callId: number;
  readonly host: string;
  readonly socket: string;
  readonly call: string;
  readonly args: readonly EventValue[];
}

/** A call ends, well or badly. */
export interface ReturnEvent extends At {
  readonly kind: "return";
  readonly callId: number;
  readonly result?: EventValue;
  readonly error?: { readonly code: Errno; readonly message: string };
}

/** A TCP connection changes state. `local` and `remote` are as `formatAddress` prints them. */
export interface StateEvent extends At {
  readonly kind: "state";
  readonly host: string;
  readonly local: string;
  readonly remote: string;
  readonly from: TcpState;
  readonly to: TcpState;
}

/** A connection's queues, after something changed them. Bytes. */
export interface BuffersEvent extends At {
  readonly kind: "buffers";
  readonly host: string;
  readonly local: string;
  readonly remote: string;
  /** Written by the program, not yet acknowledged. */
  readonly sendQueue: number;
  /** Of those, sent and not yet acknowledged. */
  readonly inFlight: number;
  /** Received in order, not yet read. */
  readonly receiveQueue: number;
  /** Received out of order, held back. */
  readonly outOfOrder: number;
  readonly sendBuffer: number;
  readonly receiveBuffer: number;
}

/** A packet reaches the other end of a link. */
export interface ArriveEvent extends At {
  readonly kind: "arrive";
  /** Row in the packet table. */
  readonly packet: number;
  readonly host: string;
}

/** A packet is lost: `where` is a link's or a host's name. */
export interface DropEvent extends At {
  readonly kind: "drop";
  readonly packet: number;
  readonly where: string;
  readonly reason: DropReason;
}

/** A protocol timer fires: `rto`, `persist`, `delayed ack`, `time wait`, `reassembly`, ... */
export interface TimerEvent extends At {
  readonly kind: "timer";
  readonly host: string;
  readonly local: string;
  readonly remote: string;
  readonly timer: string;
}

/** `host.log`. */
export interface LogEvent extends At {
  readonly kind: "log";
  readonly host: string;
  readonly text: string;
}

/** A program ends; `error` when it threw. */
export interface ExitEvent extends At {
  readonly kind: "exit";
  readonly host: string;
  readonly error: string | null;
}

/** A setting changed during the run: by the scenario, or by whoever watches. */
export interface InterventionEvent extends At {
  readonly kind: "intervention";
  readonly text: string;
}

export type TraceEvent =
  | CallEvent
  | ReturnEvent
  | StateEvent
  | BuffersEvent
  | ArriveEvent
  | DropEvent
  | TimerEvent
  | LogEvent
  | ExitEvent
  | InterventionEvent;
