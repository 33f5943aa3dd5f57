// The packet table: one row a packet, one typed array a column, grown by doubling.
//
// A row costs 73 bytes however large its packet is; the packet's own bytes stay where they are (a file, a simulated
// segment) and come through `PacketBytes` when something shows them. Rows are only ever appended.

import { AddressTable } from "./addresses.ts";
import { grown, SEPARATE_MEMORY } from "./columns.ts";
import type { ColumnMemory } from "./columns.ts";

/** Where a table's packets have their bytes. */
export interface PacketBytes {
  /** The captured bytes of row `index`, from the link header (or the IP header, by the interface's link type) on. */
  read(index: number): Uint8Array;
  /** `length` of them, fewer where fewer were captured, from index `start` on; what is read of their source may overwrite them. */
  glance?(index: number, start: number, length: number): Uint8Array;
}

/** What a row's highest understood layer is. */
export const PROTOCOL = {
  unknown: 0,
  arp: 1,
  ipv4: 2,
  ipv6: 3,
  icmp: 4,
  icmpv6: 5,
  tcp: 6,
  udp: 7,
  /** An IP fragment, the first included: its transport header belongs to the datagram put together from all of them. */
  fragment: 8,
} as const;

/** No stream: a row that is neither TCP nor UDP, or too short to say. */
export const NO_STREAM = -1;

/** No offset: the layer is not there, or not within the captured bytes. */
export const NO_OFFSET = 0xffff;

/** Small, so that tables grow before what reads them is compiled: the engine takes a field that never changed for constant, and compiles anew once it does. */
const CAPACITY_MIN = 32;

const COLUMNS = 21;
/** Of all columns together. */
const ROW_BYTES = 73;
/** Between columns, without which one row's numbers would drive each other out of the cache where the table's size is a power of two. */
const CACHE_LINE_BYTES = 64;

export class PacketTable {
  /** Rows in use. Row `i` is frame number `i + 1`. */
  count = 0;
  readonly addresses: AddressTable;
  /** Where the columns are, and those of who follows the table. */
  readonly memory: ColumnMemory;
  /** All columns' memory, once it has grown. */
  #piece: Uint8Array | null = null;

  /** Seconds since the epoch (or since the run began, for a simulation), whole; may be negative. */
  seconds: Float64Array;
  /** Nanoseconds within the second, 0 to 999,999,999. */
  nanoseconds: Uint32Array;
  /** Where the bytes begin in their source; what it counts is the source's business. */
  offset: Float64Array;
  /** Bytes captured. */
  capturedLength: Uint32Array;
  /** Bytes on the wire: `frame.len`. */
  length: Uint32Array;
  /** Index into the trace's interfaces. */
  interfaceId: Uint16Array;
  /** One of `PROTOCOL`. */
  protocol: Uint8Array;
  /** Network addresses, interned in `addresses`; 0 is none. */
  source: Uint32Array;
  destination: Uint32Array;
  /** Offsets within the captured bytes of the (outermost) network header, the transport header and its payload; NO_OFFSET is none. */
  networkOffset: Uint16Array;
  transportOffset: Uint16Array;
  payloadOffset: Uint16Array;
  sourcePort: Uint16Array;
  destinationPort: Uint16Array;
  /** `tcp.len`, or the UDP payload's length, by the headers: it may be more than was captured. */
  payloadLength: Uint32Array;
  tcpSeq: Uint32Array;
  tcpAck: Uint32Array;
  /** The twelve flag bits as `tcp.flags` shows them. */
  tcpFlags: Uint16Array;
  /** `tcp.window_size_value`: as on the wire, not scaled. */
  tcpWindow: Uint16Array;
  /** `tcp.stream` or `udp.stream`, each counted from 0; NO_STREAM is none. */
  stream: Int32Array;
  /** `tcp.analysis.*` flags, a bit each; 0 where no analysis has run. */
  analysis: Uint32Array;

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    const size = CAPACITY_MIN;
    this.memory = memory;
    this.addresses = new AddressTable(memory);
    this.seconds = memory.make(Float64Array, size);
    this.nanoseconds = memory.make(Uint32Array, size);
    this.offset = memory.make(Float64Array, size);
    this.capturedLength = memory.make(Uint32Array, size);
    this.length = memory.make(Uint32Array, size);
    this.interfaceId = memory.make(Uint16Array, size);
    this.protocol = memory.make(Uint8Array, size);
    this.source = memory.make(Uint32Array, size);
    this.destination = memory.make(Uint32Array, size);
    this.networkOffset = memory.make(Uint16Array, size);
    this.transportOffset = memory.make(Uint16Array, size);
    this.payloadOffset = memory.make(Uint16Array, size);
    this.sourcePort = memory.make(Uint16Array, size);
    this.destinationPort = memory.make(Uint16Array, size);
    this.payloadLength = memory.make(Uint32Array, size);
    this.tcpSeq = memory.make(Uint32Array, size);
    this.tcpAck = memory.make(Uint32Array, size);
    this.tcpFlags = memory.make(Uint16Array, size);
    this.tcpWindow = memory.make(Uint16Array, size);
    this.stream = memory.make(Int32Array, size);
    this.analysis = memory.make(Uint32Array, size);
  }

  /** Appends an empty row (no addresses, no offsets, no stream) and answers its index. */
  append(): number {
    const row = this.count;
    if (row === this.seconds.length) this.#grow(row * 2);
    this.count = row + 1;
    this.networkOffset[row] = NO_OFFSET;
    this.transportOffset[row] = NO_OFFSET;
    this.payloadOffset[row] = NO_OFFSET;
    this.stream[row] = NO_STREAM;
    return row;
  }

  /**
   * Makes room for `rows` rows in all, so that appending them copies nothing; where there is none, for `room`, since pages nobody writes to
   * cost no memory and making room again does.
   */
  reserve(rows: number, room: number = rows): void {
    if (rows > this.seconds.length) this.#grow(room);
  }

  /** Time of `row` in nanoseconds relative to the first row's; exact up to 2^53 ns (104 days), which is what a view needs. */
  relativeNs(row: number): number {
    return (this.seconds[row] - this.seconds[0]) * 1e9 + (this.nanoseconds[row] - this.nanoseconds[0]);
  }

  /** Nanoseconds from row `earlier` to `row`, exact; negative where the clock ran backwards. */
  betweenNs(earlier: number, row: number): bigint {
    const seconds = this.seconds[row] - this.seconds[earlier];
    const nanoseconds = this.nanoseconds[row] - this.nanoseconds[earlier];
    const ns = seconds * 1e9 + nanoseconds;
    // Within a hundred days, where no big number has to be worked with.
    if (Number.isSafeInteger(ns)) return BigInt(ns);
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  }

  #grow(size: number): void {
    // One piece of memory for all, the widest columns first: the engine looks for garbage before it makes a large one.
    const piece = this.memory.make(Uint8Array, size * ROW_BYTES + COLUMNS * CACHE_LINE_BYTES);
    const memory = piece.buffer;
    const { count } = this;
    let end = piece.byteOffset;
    const next = (width: number): number => {
      const start = end;
      end += size * width + CACHE_LINE_BYTES;
      return start;
    };
    this.seconds = grown(this.seconds, new Float64Array(memory, next(8), size), count);
    this.offset = grown(this.offset, new Float64Array(memory, next(8), size), count);
    this.nanoseconds = grown(this.nanoseconds, new Uint32Array(memory, next(4), size), count);
    this.capturedLength = grown(this.capturedLength, new Uint32Array(memory, next(4), size), count);
    this.length = grown(this.length, new Uint32Array(memory, next(4), size), count);
    this.source = grown(this.source, new Uint32Array(memory, next(4), size), count);
    this.destination = grown(this.destination, new Uint32Array(memory, next(4), size), count);
    this.payloadLength = grown(this.payloadLength, new Uint32Array(memory, next(4), size), count);
    this.tcpSeq = grown(this.tcpSeq, new Uint32Array(memory, next(4), size), count);
    this.tcpAck = grown(this.tcpAck, new Uint32Array(memory, next(4), size), count);
    this.stream = grown(this.stream, new Int32Array(memory, next(4), size), count);
    this.analysis = grown(this.analysis, new Uint32Array(memory, next(4), size), count);
    this.interfaceId = grown(this.interfaceId, new Uint16Array(memory, next(2), size), count);
    this.networkOffset = grown(this.networkOffset, new Uint16Array(memory, next(2), size), count);
    this.transportOffset = grown(this.transportOffset, new Uint16Array(memory, next(2), size), count);
    this.payloadOffset = grown(this.payloadOffset, new Uint16Array(memory, next(2), size), count);
    this.sourcePort = grown(this.sourcePort, new Uint16Array(memory, next(2), size), count);
    this.destinationPort = grown(this.destinationPort, new Uint16Array(memory, next(2), size), count);
    this.tcpFlags = grown(this.tcpFlags, new Uint16Array(memory, next(2), size), count);
    this.tcpWindow = grown(this.tcpWindow, new Uint16Array(memory, next(2), size), count);
    this.protocol = grown(this.protocol, new Uint8Array(memory, next(1), size), count);
    if (this.#piece !== null) this.memory.drop(this.#piece);
    this.#piece = piece;
  }
}
