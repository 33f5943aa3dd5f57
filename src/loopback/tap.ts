// The packets of a run on real sockets, as the loopback interface shows them, and the trace made of them and the run's events.
//
// Packets reach the tap some time after the calls that sent them. `drain` gives what has come, stamped by the kernel in the run's
// time; whoever shows a run under way merges by time. `trace` does it for a run that is over.

import type { TraceEvent } from "../trace/events.ts";
import { indexPacket } from "../trace/index-packet.ts";
import type { PacketBytes } from "../trace/packets.ts";
import { StreamTable } from "../trace/streams.ts";
import { Trace } from "../trace/trace.ts";
import { loadLibc } from "./libc.ts";
import type { LoopbackBackend } from "./loopback-backend.ts";
import { openCaptureCommand } from "./tap-command.ts";
import { wayOf } from "./tap-match.ts";
import type { Way } from "./tap-match.ts";
import { openPacketSocket } from "./tap-packet-socket.ts";
import { epochOfStart } from "./tap-source.ts";
import type { PacketSource } from "./tap-source.ts";
import { thisPlatform } from "./platform.ts";

/** How often waiting packets are fetched, so that the kernel's buffer never fills. */
const FETCH_EVERY_MS = 20;

export interface CapturedPacket extends Way {
  /** Nanoseconds since the run began; a little below 0 is possible, the clocks being two. */
  readonly timeNs: number;
  /** From the link header on. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire. */
  readonly length: number;
}

export interface Tap {
  /** What captures. */
  readonly via: PacketSource["via"];
  /** Name of the interface. */
  readonly device: string;
  /** pcap LINKTYPE number of the packets. */
  readonly linkType: number;
  /** Packets of the run that have come since the last call, in the order they were captured. */
  drain(): CapturedPacket[];
  /** Packets the system lost. */
  dropped(): number;
  /** Waits for packets already sent and stops capturing. To be called before the backend's `dispose`. A second call does nothing. */
  close(): Promise<void>;
  /**
   * All packets captured so far and `events`, merged by time; what happened at the same nanosecond, packets first. A packet on
   * loopback is captured where it arrives, so each is followed by its arrival.
   */
  trace(events: readonly TraceEvent[]): Trace;
}

/**
 * Captures a run's packets: by AF_PACKET where the process may, else with tcpdump or dumpcap; or says how to get them. Waits until
 * capturing has begun. The backend's programs must not have started.
 */
export async function openTap(backend: LoopbackBackend): Promise<Tap | { readonly unavailable: string }> {
  const device = thisPlatform()?.loopback ?? "lo";
  const answer = loadLibc();
  const socket =
    "libc" in answer
      ? openPacketSocket(answer.libc, backend.runHosts)
      : { unavailable: "AF_PACKET needs koffi" };
  if (!("unavailable" in socket)) return new RunTap(backend, socket, device);
  const command = await openCaptureCommand(backend, device);
  if (!("unavailable" in command)) return new RunTap(backend, command, device);
  return {
    unavailable:
      "no packets of this run: capturing takes root or CAP_NET_RAW, or a tcpdump or dumpcap on the PATH that may capture; " +
      `run with sudo to see them (${socket.unavailable}; ${command.unavailable})`,
  };
}

class RunTap implements Tap {
  readonly via: PacketSource["via"];
  readonly device: string;
  readonly #backend: LoopbackBackend;
  readonly #source: PacketSource;
  /** Nanoseconds since the epoch at the zero of `process.hrtime`. */
  readonly #epochNs: bigint;
  readonly #packets: CapturedPacket[] = [];
  readonly #timer: NodeJS.Timeout;
  #drained = 0;
  #closed: Promise<void> | null = null;

  constructor(backend: LoopbackBackend, source: PacketSource, device: string) {
    this.#backend = backend;
    this.#source = source;
    this.via = source.via;
    this.device = device;
    this.#epochNs = epochOfStart(backend.clock) - backend.clock.startNs;
    this.#timer = setInterval(() => this.#fetch(), FETCH_EVERY_MS);
    this.#timer.unref();
  }

  get linkType(): number {
    return this.#source.linkType;
  }

  drain(): CapturedPacket[] {
    this.#fetch();
    const fresh = this.#packets.slice(this.#drained);
    this.#drained = this.#packets.length;
    return fresh;
  }

  dropped(): number {
    return this.#source.dropped();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  trace(events: readonly TraceEvent[]): Trace {
    this.#fetch();
    return mergedTrace(this.device, this.linkType, this.#packets, events);
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#source.settle();
    await this.#source.stop();
    this.#fetch();
  }

  #fetch(): void {
    const startNs = this.#epochNs + this.#backend.clock.startNs;
    for (const { epochNs, bytes, length } of this.#source.read()) {
      const way = wayOf(this.#backend.runHosts, bytes, this.linkType);
      if (way === null) continue;
      this.#packets.push({ ...way, timeNs: Number(epochNs - startNs), bytes, length });
    }
  }
}

class CapturedBytes implements PacketBytes {
  readonly rows: Uint8Array[] = [];

  read(index: number): Uint8Array {
    return this.rows[index];
  }
}

function mergedTrace(
  device: string,
  linkType: number,
  packets: readonly CapturedPacket[],
  events: readonly TraceEvent[],
): Trace {
  const bytes = new CapturedBytes();
  const trace = new Trace(bytes);
  const streams = new StreamTable();
  trace.interfaces.push({ name: device, linkType, snapLength: 0 });
  // Packets of two processors may be captured out of order by some nanoseconds.
  const ordered = packets.toSorted((a, b) => a.timeNs - b.timeNs);
  let next = 0;
  for (const packet of ordered) {
    const timeNs = Math.max(0, packet.timeNs);
    while (next < events.length && events[next].timeNs < timeNs) trace.addEvent(events[next++]);
    const row = trace.addPacket(
      timeNs,
      trace.way({ link: device, from: packet.from, to: packet.to, copyOf: null }),
    );
    bytes.rows.push(packet.bytes);
    trace.packets.capturedLength[row] = packet.bytes.length;
    trace.packets.length[row] = packet.length;
    indexPacket(trace.packets, row, packet.bytes, 0, packet.bytes.length, linkType, streams);
    trace.addEvent({ kind: "arrive", timeNs, packet: row, host: packet.to });
  }
  while (next < events.length) trace.addEvent(events[next++]);
  return trace;
}
