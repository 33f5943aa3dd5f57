// Streams: which packets are of one conversation, numbered as tshark numbers tcp.stream and udp.stream, and what a TCP stream
// has to remember for its packets to be printed: where sequence numbers begin and by how much windows are shifted.

import { TCP_FLAG } from "../wire/tcp.ts";
import { SEPARATE_MEMORY } from "./columns.ts";
import type { ColumnMemory } from "./columns.ts";
import {
  ConversationTable,
  TcpConversationTable,
  WINDOW_SCALE_NONE,
  WINDOW_SCALE_UNKNOWN,
} from "./conversation-table.ts";
import { NO_STREAM } from "./packets.ts";
import type { PacketTable } from "./packets.ts";

/** RFC 7323 2.3: larger shifts count as this. */
const WINDOW_SCALE_MAX = 14;

/** In place of an option's shift: the capture ends before it is known whether there is one. */
export const WINDOW_SCALE_CUT = -2;

/** Offsets that a packet may have, and one more. */
const OFFSETS = 0x10000;

/** Bits of a side's state. */
const BASE_KNOWN = 1;
const SENT_WINDOW = 4;
/** On the low end's side: the stream began with a SYN on the ends of an earlier one. */
const REUSES_PORTS = 8;

/** One end of a stream; `address` is an id of the packet table's `addresses`. */
export interface StreamEnd {
  readonly address: number;
  readonly port: number;
}

/** A segment's numbers as they are shown: `tcp.seq`, `tcp.ack` and `tcp.window_size`. */
export interface SegmentNumbers {
  seq: number;
  ack: number;
  window: number;
  /** Which direction it is of, numbered through all streams: twice its stream's number, one more from the high end; -1 for no stream. */
  direction: number;
}

/** One direction of a TCP stream. */
export interface TcpDirection {
  /** Sequence number that prints as 0: the SYN's, or one before the first seen. Null for packets before the one that tells. */
  readonly base: number | null;
  /** Shift of its window, 0 to 14; WINDOW_SCALE_UNKNOWN or WINDOW_SCALE_NONE. */
  readonly windowScale: number;
}

export class StreamTable {
  readonly #tcp: TcpConversationTable;
  readonly #udp: ConversationTable;

  /** Streams of transport headers that are not their row's own, by row and offset in it. */
  readonly #besides = new Map<number, number>();

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    this.#tcp = new TcpConversationTable(memory);
    this.#udp = new ConversationTable(memory);
  }

  /** What conversations are looked up in, and what is known of each. */
  get tables(): { readonly tcp: TcpConversationTable; readonly udp: ConversationTable } {
    return { tcp: this.#tcp, udp: this.#udp };
  }

  /** Notes the stream of a header at `offset` of `row` that the row's columns do not hold: one that is quoted, or around a tunnel. */
  noteBesides(row: number, offset: number, stream: number): void {
    if (stream !== NO_STREAM && offset < OFFSETS) this.#besides.set(row * OFFSETS + offset, stream);
  }

  /** The stream noted for the transport header at `offset` of `row`, or NO_STREAM. */
  streamBesides(row: number, offset: number): number {
    return this.#besides.get(row * OFFSETS + offset) ?? NO_STREAM;
  }

  /** Streams so far: their numbers are 0 to one less. */
  get tcpCount(): number {
    return this.#tcp.count;
  }

  get udpCount(): number {
    return this.#udp.count;
  }

  /**
   * Numbers a UDP datagram's stream. Addresses are ids of the packet table's `addresses`.
   */
  udp(row: number, source: number, sourcePort: number, destination: number, destinationPort: number): number {
    const swapped = isHigh(source, sourcePort, destination, destinationPort);
    const low = swapped ? destination : source;
    const lowPort = swapped ? destinationPort : sourcePort;
    const high = swapped ? source : destination;
    const highPort = swapped ? sourcePort : destinationPort;
    const known = this.#udp.find(low, lowPort, high, highPort);
    return known === NO_STREAM ? this.#udp.add(row, low, lowPort, high, highPort) : known;
  }

  /**
   * Numbers a TCP segment's stream and takes from it what the stream's packets need to be printed. A SYN on a known pair of ends
   * begins a new stream when its sequence number is another than that side's first, as in Wireshark 4.0; with the same one it is
   * taken for a retransmission even after the connection ended. `windowScale` is the option's shift, -1 without one, WINDOW_SCALE_CUT where nobody knows: it holds for later packets, in Wireshark
   * outside of SYNs too. Sequence numbers may have a sign: below 2^31 they are small
   * integers to the engine, which it need not put into memory. `whole` is false for what has no complete header or is quoted by an ICMP error: it has a number, and teaches nothing.
   */
  tcp(
    row: number,
    source: number,
    sourcePort: number,
    destination: number,
    destinationPort: number,
    seq: number,
    ack: number,
    flags: number,
    windowScale: number,
    whole: boolean = true,
  ): number {
    const tcp = this.#tcp;
    const swapped = isHigh(source, sourcePort, destination, destinationPort);
    const low = swapped ? destination : source;
    const lowPort = swapped ? destinationPort : sourcePort;
    const high = swapped ? source : destination;
    const highPort = swapped ? sourcePort : destinationPort;
    let stream = tcp.find(low, lowPort, high, highPort);
    const side = swapped ? 1 : 0;
    if (stream === NO_STREAM) {
      stream = tcp.add(row, low, lowPort, high, highPort);
    } else if ((flags & (TCP_FLAG.syn | TCP_FLAG.ack)) === TCP_FLAG.syn) {
      const at = stream * 2 + side;
      if ((tcp.state[at] & BASE_KNOWN) !== 0 && tcp.base[at] !== seq >>> 0) {
        stream = tcp.add(row, low, lowPort, high, highPort);
        tcp.state[stream * 2] |= REUSES_PORTS;
      }
    }
    // A socket connected to itself has one direction, which is Wireshark's reading too.
    if (whole) this.#learn(row, stream * 2 + side, seq, ack, flags, windowScale);
    return stream;
  }

  #learn(row: number, forward: number, seq: number, ack: number, flags: number, windowScale: number): void {
    const tcp = this.#tcp;
    const reverse = forward ^ 1;
    const syn = (flags & TCP_FLAG.syn) !== 0;
    const acks = (flags & TCP_FLAG.ack) !== 0;
    if ((tcp.state[forward] & BASE_KNOWN) === 0) {
      tcp.base[forward] = syn ? seq : seq - 1;
      tcp.baseRow[forward] = row;
      tcp.state[forward] |= BASE_KNOWN;
    } else if (syn && acks && tcp.base[forward] !== seq >>> 0) {
      // An answer of other numbers than what was seen or guessed: what follows belongs to it.
      tcp.keep(forward, row);
      tcp.base[forward] = seq;
    }
    if (acks && (tcp.state[reverse] & BASE_KNOWN) === 0) {
      tcp.base[reverse] = ack - 1;
      tcp.baseRow[reverse] = row;
      tcp.state[reverse] |= BASE_KNOWN;
    }
    if (!syn) tcp.state[forward] |= SENT_WINDOW;
    // A shift holds for the packets after the one that says it.
    if (windowScale >= 0) this.#setWindowScale(row + 1, forward, Math.min(windowScale, WINDOW_SCALE_MAX));
    if (syn && windowScale !== WINDOW_SCALE_CUT) this.#agreeOnWindowScale(row + 1, forward, acks);
  }

  /** After a SYN: a side that offered no shift will not scale, and neither may the other. */
  #agreeOnWindowScale(row: number, forward: number, acks: boolean): void {
    const { windowScale } = this.#tcp;
    const reverse = forward ^ 1;
    if (windowScale[forward] === WINDOW_SCALE_UNKNOWN) {
      this.#setWindowScale(row, forward, WINDOW_SCALE_NONE);
      this.#setWindowScale(row, reverse, WINDOW_SCALE_NONE);
    } else if (acks && windowScale[reverse] === WINDOW_SCALE_NONE) {
      this.#setWindowScale(row, forward, WINDOW_SCALE_NONE);
    }
  }

  #setWindowScale(row: number, direction: number, scale: number): void {
    const tcp = this.#tcp;
    if (tcp.windowScale[direction] === scale) return;
    if ((tcp.state[direction] & SENT_WINDOW) !== 0) tcp.keep(direction, row);
    tcp.windowScale[direction] = scale;
  }

  /** Whether a TCP stream is between the same ends as an earlier one of the trace. */
  reusesPorts(stream: number): boolean {
    return (this.#tcp.state[stream * 2] & REUSES_PORTS) !== 0;
  }

  /** Shift of one direction's window for its packet `row`, as `tcpDirection` gives it. */
  windowScale(stream: number, direction: number, row: number): number {
    return this.#tcp.windowScaleAt(stream * 2 + direction, row);
  }

  /** Row of the stream's first packet. */
  tcpFirstRow(stream: number): number {
    return this.#tcp.firstRow[stream];
  }

  udpFirstRow(stream: number): number {
    return this.#udp.firstRow[stream];
  }

  /** The two ends of a stream: first the sender of its first packet, by that packet's columns. */
  ends(table: PacketTable, kind: "tcp" | "udp", stream: number): readonly [StreamEnd, StreamEnd] {
    const conversations = kind === "tcp" ? this.#tcp : this.#udp;
    const low = { address: conversations.lowAddress[stream], port: conversations.lowPort[stream] };
    const high = { address: conversations.highAddress[stream], port: conversations.highPort[stream] };
    const row = conversations.firstRow[stream];
    const first = table.source[row] === low.address && table.sourcePort[row] === low.port;
    return first ? [low, high] : [high, low];
  }

  /** Whether `row`, a TCP or UDP packet, goes from the high end of its stream to the low: which of its two directions it is of. */
  direction(table: PacketTable, row: number): 0 | 1 {
    return isHigh(
      table.source[row],
      table.sourcePort[row],
      table.destination[row],
      table.destinationPort[row],
    )
      ? 1
      : 0;
  }

  /**
   * What is known of one direction of a TCP stream, as `direction` numbers them, for its packet `row`; by default for the latest.
   * The two differ where a packet came before the SYN that explains it.
   */
  tcpDirection(stream: number, direction: 0 | 1, row: number = Infinity): TcpDirection {
    const at = stream * 2 + direction;
    const isKnown = (this.#tcp.state[at] & BASE_KNOWN) !== 0 && row >= this.#tcp.baseRow[at];
    return {
      base: isKnown ? this.#tcp.baseAt(at, row) : null,
      windowScale: this.#tcp.windowScaleAt(at, row),
    };
  }

  /** All three numbers of a TCP row at once, as `relativeSeq`, `relativeAck` and `scaledWindow` give each. */
  numbers(table: PacketTable, row: number, into: SegmentNumbers): void {
    const tcp = this.#tcp;
    const stream = table.stream[row];
    const flags = table.tcpFlags[row];
    into.seq = table.tcpSeq[row];
    into.ack = table.tcpAck[row];
    into.window = table.tcpWindow[row];
    into.direction = NO_STREAM;
    if (stream === NO_STREAM) return;
    const own = stream * 2 + this.direction(table, row);
    into.direction = own;
    into.seq = (into.seq - tcp.baseAt(own, row)) >>> 0;
    if ((flags & TCP_FLAG.ack) !== 0) into.ack = (into.ack - tcp.baseAt(own ^ 1, row)) >>> 0;
    if ((flags & TCP_FLAG.syn) !== 0) return;
    const scale = tcp.windowScaleAt(own, row);
    if (scale > 0) into.window <<= scale;
  }

  /** `tcp.seq` of a TCP row: relative to the stream's base, or raw for a row without a stream. */
  relativeSeq(table: PacketTable, row: number): number {
    const stream = table.stream[row];
    if (stream === NO_STREAM) return table.tcpSeq[row];
    return (table.tcpSeq[row] - this.#tcp.baseAt(stream * 2 + this.direction(table, row), row)) >>> 0;
  }

  /** `tcp.ack` of a TCP row: relative where the ACK flag says that it means something, else as it is. */
  relativeAck(table: PacketTable, row: number): number {
    const stream = table.stream[row];
    if (stream === NO_STREAM || (table.tcpFlags[row] & TCP_FLAG.ack) === 0) return table.tcpAck[row];
    return (table.tcpAck[row] - this.#tcp.baseAt(stream * 2 + (1 - this.direction(table, row)), row)) >>> 0;
  }

  /** `tcp.window_size` of a TCP row: the window in bytes, scaled where the handshake was seen and agreed to it. */
  scaledWindow(table: PacketTable, row: number): number {
    const window = table.tcpWindow[row];
    const stream = table.stream[row];
    if (stream === NO_STREAM || (table.tcpFlags[row] & TCP_FLAG.syn) !== 0) return window;
    const scale = this.#tcp.windowScaleAt(stream * 2 + this.direction(table, row), row);
    return scale >= 0 ? window << scale : window;
  }
}

/** Whether the source is the high end of the pair. */
function isHigh(source: number, sourcePort: number, destination: number, destinationPort: number): boolean {
  return source > destination || (source === destination && sourcePort > destinationPort);
}
