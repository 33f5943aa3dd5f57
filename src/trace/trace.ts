// The trace: packets and events in one order. Every source of packets makes one, every view is a function of one.

import type { TraceEvent } from "./events.ts";
import { PacketTable } from "./packets.ts";
import type { PacketBytes } from "./packets.ts";
import type { QueueDepths } from "./queue-depths.ts";
import type { TcpSeries } from "./tcp-series.ts";

export { LINKTYPE } from "../wire/link-types.ts";

/** Where packets were seen. */
export interface TraceInterface {
  readonly name: string;
  /** pcap LINKTYPE number. */
  readonly linkType: number;
  /** Bytes kept of each packet; 0 for all. */
  readonly snapLength: number;
  readonly description?: string;
}

/** How a packet travelled, known where wirelab carried it: rows a capture file cannot have. */
export interface Transit {
  readonly link: string;
  /** Host names. */
  readonly from: string;
  readonly to: string;
  /** A copy made by the link: the row it copies. */
  readonly copyOf: number | null;
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

export class Trace {
  readonly packets = new PacketTable();
  readonly events: TraceEvent[] = [];
  readonly interfaces: TraceInterface[] = [];
  /** By packet row; empty where nothing is known of the way a packet took. */
  readonly transits: Transit[] = [];
  /** Of links whose packets had to wait, in the order they first did; empty where nothing is known of queues. */
  readonly queues: QueueDepths[] = [];
  /** Of each side of a TCP connection, in the order they first had one; empty where nobody told. */
  readonly tcp: TcpSeries[] = [];
  /** Sockets of programs, in the order they were connected; empty where there are no programs. */
  readonly sockets: ConnectedSocket[] = [];
  readonly #bytes: PacketBytes;
  /** Step to packet row (even: row * 2) or event (odd: index * 2 + 1); null while there are packets only. */
  #order: number[] | null = null;

  constructor(bytes: PacketBytes) {
    this.#bytes = bytes;
  }

  /** The captured bytes of packet `row`. Throws RangeError for a row that is not there. */
  bytes(row: number): Uint8Array {
    if (row < 0 || row >= this.packets.count) throw new RangeError(`no packet ${row}`);
    return this.#bytes.read(row);
  }

  /** Number of steps. */
  get length(): number {
    return this.#order === null ? this.packets.count : this.#order.length;
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
    this.#ordered().push(this.events.push(event) * 2 - 1);
  }

  /** Appends a packet at `timeNs` as the next step of a run and answers its row, for the caller to fill. */
  addPacket(timeNs: number, transit: Transit): number {
    const order = this.#ordered();
    const row = this.packets.append();
    this.packets.seconds[row] = Math.floor(timeNs / 1e9);
    this.packets.nanoseconds[row] = timeNs % 1e9;
    this.transits[row] = transit;
    order.push(row * 2);
    return row;
  }

  #ordered(): number[] {
    this.#order ??= Array.from({ length: this.packets.count }, (_, row) => row * 2);
    return this.#order;
  }
}
