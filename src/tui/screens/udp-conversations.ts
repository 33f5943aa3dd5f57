// The UDP conversations of a trace: pairs of ends in the order they first spoke, datagrams in fragments included. Found in slices.

import { findFragment } from "../../capture/reassembly/fragment-header.ts";
import type { FragmentHeader } from "../../capture/reassembly/fragment-header.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { StreamEnd } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { Sliced } from "./slice.ts";

/** The sender's end first. */
export type Ends = readonly [StreamEnd, StreamEnd];

/** Packets looked at between two looks at the clock, and looks that no frame is too short for. */
const PACKETS_A_LOOK = 200;
const LOOKS_AT_ONCE = 10;
const PORTS_LENGTH = 4;

export class UdpConversations {
  readonly list: Ends[] = [];
  readonly #at = new Map<string, number>();
  readonly #trace: Trace;
  #work: Sliced<void>;
  #read = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#work = new Sliced(this.#find(), LOOKS_AT_ONCE);
  }

  get isDone(): boolean {
    return this.#work.isDone && this.#read === this.#trace.packets.count;
  }

  /** Looks at a slice of packets more. */
  advance(): void {
    if (this.#work.isDone && !this.isDone) this.#work = new Sliced(this.#find());
    this.#work.advance();
  }

  /** The number of the conversation between these ends, which need not have been found yet. */
  numberOf(ends: Ends): number {
    const key = keyOf(ends);
    let number = this.#at.get(key);
    if (number === undefined) this.#at.set(key, (number = this.list.push(ends) - 1));
    return number;
  }

  *#find(): Generator<number, void> {
    const { packets } = this.#trace;
    for (; this.#read < packets.count; this.#read++) {
      const ends = udpEnds(this.#trace, this.#read, null);
      if (ends !== null) this.numberOf(ends);
      if (this.#read % PACKETS_A_LOOK === PACKETS_A_LOOK - 1) yield this.#read / packets.count;
    }
  }
}

/** The ends of a UDP packet, or of a datagram whose first fragment `row` is; null for any other. */
export function udpEnds(trace: Trace, row: number, fragment: FragmentHeader | null): Ends | null {
  const { packets } = trace;
  const [source, destination] = [packets.source[row], packets.destination[row]];
  if (packets.protocol[row] === PROTOCOL.udp) {
    return [
      { address: source, port: packets.sourcePort[row] },
      { address: destination, port: packets.destinationPort[row] },
    ];
  }
  const header = fragment ?? fragmentOf(trace, row);
  if (header === null || header.offset !== 0 || header.protocol !== IP_PROTOCOL.udp) return null;
  if (header.start + PORTS_LENGTH > header.end) return null;
  const bytes = trace.bytes(row);
  return [
    { address: source, port: getUint16(bytes, header.start) },
    { address: destination, port: getUint16(bytes, header.start + 2) },
  ];
}

/** The fragment that packet `row` is, null for none. The last of a datagram may have been given the datagram's columns. */
export function fragmentOf(trace: Trace, row: number): FragmentHeader | null {
  const { packets } = trace;
  if (packets.protocol[row] !== PROTOCOL.fragment) return null;
  return findFragment(trace.bytes(row), packets.networkOffset[row], packets.length[row]);
}

/** Equal for both directions. */
function keyOf([a, b]: Ends): string {
  const [one, other] = [`${a.address}:${a.port}`, `${b.address}:${b.port}`];
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

export function areSameEnd(a: StreamEnd, b: StreamEnd): boolean {
  return a.address === b.address && a.port === b.port;
}
