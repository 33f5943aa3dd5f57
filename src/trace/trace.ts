// The trace: packets and events in one order. Every source of packets makes one, every view is a function of one.

import { SEPARATE_MEMORY } from "./columns.ts";
import type { ColumnMemory } from "./columns.ts";
import { EventLog } from "./event-log.ts";
import type { TraceEvent } from "./events.ts";
import { PacketTable } from "./packets.ts";
import type { PacketBytes } from "./packets.ts";
import type { QueueDepths } from "./queue-depths.ts";
import type { TcpSeries } from "./tcp-series.ts";
import { TransitLog } from "./transits.ts";
import type { Transit } from "./transits.ts";

export { LINKTYPE } from "../wire/link-types.ts";
export type { Transit } from "./transits.ts";

/** Where packets were seen. */
export interface TraceInterface {
  readonly name: string;
  /** pcap LINKTYPE number. */
  readonly linkType: number;
  /** Bytes kept of each packet; 0 for all. */
  readonly snapLength: number;
  readonly description?: string;
}

/** Which connection a program's socket has, as `formatAddress` prints its ends. */
export interface ConnectedSocket {
  readonly host: string;
  /** As calls name it. */
  readonly socket: string;
  readonly local: string;
  readonly remote: string;
}

/** A step: one packet or one event, in the order they happened. */
export type Step = { readonly packet: number } | { readonly event: number };

const STEPS_MIN = 64;

export class Trace {
  readonly packets: PacketTable;
  /** The events, by the numbers by which `addArrival` and `addBuffers` know hosts and ends of connections. */
  readonly log = new EventLog();
  readonly interfaces: TraceInterface[] = [];
  /** Of links whose packets had to wait, in the order they first did; empty where nothing is known of queues. */
  readonly queues: QueueDepths[] = [];
  /** Of each side of a TCP connection, in the order they first had one; empty where nobody told. */
  readonly tcp: TcpSeries[] = [];
  /** Sockets of programs, in the order they were connected; empty where there are no programs. */
  readonly sockets: ConnectedSocket[] = [];
  readonly #bytes: PacketBytes;
  readonly #transits = new TransitLog();
  /** Step to packet row (even: row * 2) or event (odd: index * 2 + 1); null while there are packets only. */
  #order: Uint32Array | null = null;
  #length = 0;

  constructor(bytes: PacketBytes, memory: ColumnMemory = SEPARATE_MEMORY) {
    this.packets = new PacketTable(memory);
    this.#bytes = bytes;
  }

  /** By packet row; empty where nothing is known of the way a packet took. The list grows with the trace. */
  get transits(): readonly Transit[] {
    return this.#transits.list;
  }

  /** Gets `most` of them ready to be looked at, where there is no haste; answers whether all are. */
  transitsSome(most: number): boolean {
    return this.#transits.listSome(most);
  }

  /** Events, in order. The list grows with the trace. */
  get events(): readonly TraceEvent[] {
    return this.log.events;
  }

  /** The captured bytes of packet `row`. Throws RangeError for a row that is not there. */
  bytes(row: number): Uint8Array {
    if (row < 0 || row >= this.packets.count) throw new RangeError(`no packet ${row}`);
    return this.#bytes.read(row);
  }

  /**
   * Of the same `length`, fewer where fewer were captured, from index `start` on, for a look at once and not to be kept: reading a
   * capture further may overwrite them.
   */
  glance(row: number, start: number = 0, length: number = Infinity): Uint8Array {
    if (row < 0 || row >= this.packets.count) throw new RangeError(`no packet ${row}`);
    return this.#bytes.glance?.(row, start, length) ?? this.#bytes.read(row).subarray(start, start + length);
  }

  /** Number of steps. */
  get length(): number {
    return this.#order === null ? this.packets.count : this.#length;
  }

  /** What step `index` is. */
  step(index: number): Step {
    if (this.#order === null) return { packet: index };
    const entry = this.#order[index];
    return entry % 2 === 0 ? { packet: entry / 2 } : { event: (entry - 1) / 2 };
  }

  /** Nanoseconds since the run began (or since the first packet, for a capture) at step `index`. */
  timeNs(index: number): number {
    const step = this.step(index);
    return "event" in step ? this.events[step.event].timeNs : this.packetNs(step.packet);
  }

  /** The same of packet `row`. Runs count time from their own start, captures from their first packet. */
  packetNs(row: number): number {
    if (this.#order === null) return this.packets.relativeNs(row);
    return this.packets.seconds[row] * 1e9 + this.packets.nanoseconds[row];
  }

  /** Appends an event as the next step. */
  addEvent(event: TraceEvent): void {
    this.#append(this.log.length * 2 + 1);
    this.log.add(event);
  }

  /** The same of "packet `row` arrives"; `host` is the log's number for the host. */
  addArrival(timeNs: number, row: number, host: number): void {
    this.#append(this.log.length * 2 + 1);
    this.log.arrive(timeNs, row, host);
  }

  /** The same of what the queues of a connection's end, `end` of the log, hold from now on. Bytes. */
  addBuffers(
    timeNs: number,
    end: number,
    sendQueue: number,
    inFlight: number,
    receiveQueue: number,
    outOfOrder: number,
    sendBuffer: number,
    receiveBuffer: number,
  ): void {
    const { log } = this;
    this.#append(log.length * 2 + 1);
    log.buffers(timeNs, end, sendQueue, inFlight, receiveQueue, outOfOrder, sendBuffer, receiveBuffer);
  }

  /** The number by which `addPacket` knows this way. */
  way(transit: Transit): number {
    return this.#transits.way(transit);
  }

  /** Appends a packet at `timeNs` as the next step of a run and answers its row, for the caller to fill. */
  addPacket(timeNs: number, way: number): number {
    // The step first: until there is one, those of the packets there are go by their rows.
    const row = this.packets.count;
    this.#append(row * 2);
    this.packets.append();
    const seconds = Math.floor(timeNs / 1e9);
    this.packets.seconds[row] = seconds;
    this.packets.nanoseconds[row] = timeNs - seconds * 1e9;
    this.#transits.add(way);
    return row;
  }

  #append(entry: number): void {
    if (this.#order === null || this.#length === this.#order.length) this.#extend();
    (this.#order as Uint32Array)[this.#length++] = entry;
  }

  /** Room for more steps; the first time, all packets there are become steps. */
  #extend(): void {
    const old = this.#order;
    if (old === null) this.#length = this.packets.count;
    this.#order = new Uint32Array(Math.max(this.#length * 2, STEPS_MIN));
    if (old === null) for (let row = 0; row < this.#length; row++) this.#order[row] = row * 2;
    else this.#order.set(old);
  }
}
