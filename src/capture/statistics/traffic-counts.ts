// Who talked to whom, and how much each end: counted a packet at a time, by the addresses and ports of its columns.
//
// Columns instead of objects: a capture may have a million conversations. Ends are numbered as they appear, so a conversation is a pair
// of numbers, or the number of its stream, by which reused ports count apart. Ethernet addresses are in no column and read from the bytes.

import { readMac } from "../../wire/address.ts";
import { LINKTYPE } from "../../wire/link-types.ts";
import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";

export type ConversationKind = "eth" | "ip" | "ipv6" | "tcp" | "udp";

export const CONVERSATION_KINDS: readonly ConversationKind[] = ["eth", "ip", "ipv6", "tcp", "udp"];

/** What `-z` and the screens call the tables. */
export const CONVERSATION_TITLES: Record<ConversationKind, string> = {
  eth: "Ethernet",
  ip: "IPv4",
  ipv6: "IPv6",
  tcp: "TCP",
  udp: "UDP",
};

const CAPACITY_MIN = 64;
/** Ends there may be: two of their numbers make one key. */
const ENDS_MAX = 2 ** 26;
const PORTS = 2 ** 16;

/** Whether ends of this kind have ports. */
export function hasPorts(kind: ConversationKind): boolean {
  return kind === "tcp" || kind === "udp";
}

/** Packets and bytes both ways, a column each; `out` is what was sent first, or by the end. */
class Counts {
  count = 0;
  packetsOut = new Float64Array(CAPACITY_MIN);
  bytesOut = new Float64Array(CAPACITY_MIN);
  packetsIn = new Float64Array(CAPACITY_MIN);
  bytesIn = new Float64Array(CAPACITY_MIN);
  /** Of the line that has the most. */
  bytesMost = 0;

  packets(index: number): number {
    return this.packetsOut[index] + this.packetsIn[index];
  }

  bytes(index: number): number {
    return this.bytesOut[index] + this.bytesIn[index];
  }

  /** Counts a packet of `length` bytes that line `index` sent, or got. */
  tally(index: number, isOut: boolean, length: number): void {
    if (isOut) {
      this.packetsOut[index]++;
      this.bytesOut[index] += length;
    } else {
      this.packetsIn[index]++;
      this.bytesIn[index] += length;
    }
    const bytes = this.bytesOut[index] + this.bytesIn[index];
    if (bytes > this.bytesMost) this.bytesMost = bytes;
  }

  protected grow(size: number): void {
    this.packetsOut = longer(this.packetsOut, size);
    this.bytesOut = longer(this.bytesOut, size);
    this.packetsIn = longer(this.packetsIn, size);
    this.bytesIn = longer(this.bytesIn, size);
  }
}

/** One line an end: packets it sent (`out`) and received (`in`). */
export class EndCounts extends Counts {
  readonly addresses: string[] = [];
  /** 0 for kinds without ports. */
  readonly ports: number[] = [];

  add(address: string, port: number): number {
    if (this.count === this.packetsOut.length) this.grow(this.count * 2);
    this.addresses.push(address);
    this.ports.push(port);
    return this.count++;
  }
}

/** One line a conversation: `out` is from the end that sent its first packet. */
export class PairCounts extends Counts {
  /** Indexes into the ends. */
  from = new Uint32Array(CAPACITY_MIN);
  to = new Uint32Array(CAPACITY_MIN);
  /** As in `tcp.stream`; NO_STREAM for kinds without streams. */
  stream = new Int32Array(CAPACITY_MIN);
  /** Nanoseconds since the first packet; packets may be out of order. */
  startNs = new Float64Array(CAPACITY_MIN);
  endNs = new Float64Array(CAPACITY_MIN);

  add(from: number, to: number, stream: number, atNs: number): number {
    if (this.count === this.from.length) this.grow(this.count * 2);
    const index = this.count++;
    this.from[index] = from;
    this.to[index] = to;
    this.stream[index] = stream;
    this.startNs[index] = atNs;
    this.endNs[index] = atNs;
    return index;
  }

  protected override grow(size: number): void {
    super.grow(size);
    this.from = longer(this.from, size);
    this.to = longer(this.to, size);
    this.stream = longer(this.stream, size);
    this.startNs = longer(this.startNs, size);
    this.endNs = longer(this.endNs, size);
  }
}

export class TrafficCounts {
  readonly kind: ConversationKind;
  readonly ends = new EndCounts();
  readonly pairs = new PairCounts();
  readonly #trace: Trace;
  readonly #endAt = new Map<number, number>();
  readonly #pairAt = new Map<number, number>();
  readonly #streamAt = new Map<number, number>();

  constructor(trace: Trace, kind: ConversationKind) {
    this.#trace = trace;
    this.kind = kind;
  }

  /** Counts packet `row`, if it has this kind of ends. */
  add(row: number): void {
    const { packets } = this.#trace;
    if (this.kind === "eth") {
      this.#addEthernet(row);
      return;
    }
    const from = packets.source[row];
    const to = packets.destination[row];
    const family = packets.addresses.family(from);
    if (family === 0) return;
    if (this.kind === "ip" || this.kind === "ipv6") {
      // tshark counts a datagram in IPv6 fragments once, with its last; in IPv4 each of them.
      const isPart = family === 6 && packets.protocol[row] === PROTOCOL.fragment;
      if (family === (this.kind === "ip" ? 4 : 6) && !isPart) {
        this.#count(row, this.#ipEnd(from, 0), this.#ipEnd(to, 0), NO_STREAM);
      }
      return;
    }
    if (packets.protocol[row] !== (this.kind === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp)) return;
    const sender = this.#ipEnd(from, packets.sourcePort[row]);
    this.#count(row, sender, this.#ipEnd(to, packets.destinationPort[row]), packets.stream[row]);
  }

  #addEthernet(row: number): void {
    const trace = this.#trace;
    if (trace.interfaces[trace.packets.interfaceId[row]]?.linkType !== LINKTYPE.ethernet) return;
    const bytes = trace.bytes(row);
    if (bytes.length >= 12) this.#count(row, this.#macEnd(bytes, 6), this.#macEnd(bytes, 0), NO_STREAM);
  }

  #macEnd(bytes: Uint8Array, at: number): number {
    const high = bytes[at] * 256 + bytes[at + 1];
    const low = ((bytes[at + 2] << 24) | (bytes[at + 3] << 16) | (bytes[at + 4] << 8) | bytes[at + 5]) >>> 0;
    const key = high * 2 ** 32 + low;
    const known = this.#endAt.get(key);
    if (known !== undefined) return known;
    const end = this.ends.add(readMac(bytes, at), 0);
    this.#endAt.set(key, end);
    return end;
  }

  #ipEnd(address: number, port: number): number {
    const key = address * PORTS + port;
    const known = this.#endAt.get(key);
    if (known !== undefined) return known;
    const end = this.ends.add(this.#trace.packets.addresses.text(address), port);
    this.#endAt.set(key, end);
    return end;
  }

  #count(row: number, from: number, to: number, stream: number): void {
    const { ends, pairs } = this;
    const length = this.#trace.packets.length[row];
    const atNs = this.#trace.packets.relativeNs(row);
    ends.tally(from, true, length);
    ends.tally(to, false, length);
    const known = stream === NO_STREAM ? this.#pairAt : this.#streamAt;
    const key = stream === NO_STREAM ? Math.min(from, to) * ENDS_MAX + Math.max(from, to) : stream;
    let pair = known.get(key);
    if (pair === undefined) known.set(key, (pair = pairs.add(from, to, stream, atNs)));
    if (atNs < pairs.startNs[pair]) pairs.startNs[pair] = atNs;
    if (atNs > pairs.endNs[pair]) pairs.endNs[pair] = atNs;
    pairs.tally(pair, pairs.from[pair] === from, length);
  }
}

type Column = Float64Array | Uint32Array | Int32Array;

function longer<T extends Column>(from: T, size: number): T {
  const to = new (from.constructor as new (length: number) => T)(size);
  to.set(from);
  return to;
}
