// Which echo reply (ping) answers which request: the latest one before it, unanswered, between the same two addresses, with the same identifier,
// number and data, which the checksum tells. As in Wireshark.

import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { ICMP_HEADER_LENGTH, ICMP_TYPE, ICMPV6_TYPE } from "../../wire/icmp.ts";
import { addComputed } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Requests remembered that nobody has answered, and pairs. */
const OPEN_MAX = 100_000;
const PAIRS_MAX = 1_000_000;

export class EchoPairs {
  readonly #trace: Trace;
  readonly #ahead: number;
  /** Rows read. */
  #read = 0;
  readonly #open = new Map<string, number>();
  readonly #partners = new Map<number, number>();

  /** `ahead` rows beyond the one asked about are read for its answer. */
  constructor(trace: Trace, ahead: number) {
    this.#trace = trace;
    this.#ahead = ahead;
  }

  /** Reads on towards packet `row`, over at most `most` packets; answers whether `partner` has nothing more to read. */
  approach(row: number, most: number): boolean {
    const kind = this.#trace.packets.protocol[row];
    return (kind !== PROTOCOL.icmp && kind !== PROTOCOL.icmpv6) || this.#readTo(row, most);
  }

  /** The row of the reply to the request in `row`, or of the request that the reply in it answers; -1 where none is known. */
  partner(row: number): number {
    this.#readTo(row, Infinity);
    const partner = this.#partners.get(row) ?? -1;
    // Whoever read on meanwhile, what is said of a packet stays the same.
    return partner > row + this.#ahead ? -1 : partner;
  }

  /** Reads what `row` and those before it ask and answer, over at most `most` packets; answers whether it came so far. */
  #readTo(row: number, most: number): boolean {
    const { count, protocol } = this.#trace.packets;
    const until = Math.min(count, row + 1 + this.#ahead);
    const end = Math.min(until, this.#read + most);
    for (; this.#read < end; this.#read++) {
      const kind = protocol[this.#read];
      if (kind === PROTOCOL.icmp || kind === PROTOCOL.icmpv6)
        this.#take(this.#read, kind === PROTOCOL.icmpv6);
    }
    return this.#read >= until;
  }

  #take(row: number, isV6: boolean): void {
    const { source, destination, transportOffset } = this.#trace.packets;
    const bytes = this.#trace.bytes(row);
    const at = transportOffset[row];
    if (at + ICMP_HEADER_LENGTH > bytes.length) return;
    const [request, reply] = isV6
      ? [ICMPV6_TYPE.echoRequest, ICMPV6_TYPE.echoReply]
      : [ICMP_TYPE.echoRequest, ICMP_TYPE.echoReply];
    const type = bytes[at];
    if (type !== request && type !== reply) return;
    const isReply = type === reply;
    // One's complement: what a request's checksum would be of which only the type is another.
    const checksum = getUint16(bytes, at + 2) + (isReply ? (reply - request) * 256 : 0);
    const same = (((checksum % 0xffff) + 0xffff) % 0xffff).toString(36);
    // The same conversation, whichever end speaks.
    const [from, to] = [source[row], destination[row]];
    const ends = from < to ? `${from} ${to}` : `${to} ${from}`;
    const key = `${ends} ${getUint32(bytes, at + 4)} ${same}`;
    if (!isReply) {
      if (this.#open.size < OPEN_MAX || this.#open.has(key)) this.#open.set(key, row);
      return;
    }
    const asked = this.#open.get(key);
    if (asked === undefined || this.#partners.size >= PAIRS_MAX) return;
    this.#open.delete(key);
    this.#partners.set(row, asked);
    this.#partners.set(asked, row);
  }
}

/** Names and words of the lines about a ping's other packet. */
export interface EchoWords {
  readonly fields: "icmp" | "icmpv6";
  readonly request: string;
  readonly response: string;
  readonly time: string;
}

/** Adds the frame of the reply or the request, where it is known, and answers what Info says of it. */
export function addEchoPartner(
  d: Dissection,
  out: DetailNode[],
  {
    isReply,
    at,
    fields,
    request,
    response,
    time,
  }: EchoWords & { readonly isReply: boolean; readonly at: number },
): string {
  if (d.quoted > 0) return "";
  const { conversations, row, trace } = d.around;
  const partner = conversations.echoes.partner(row);
  if (partner === -1) return "";
  if (!isReply) {
    addComputed(d, out, `${fields}.resp_in`, `${response}: ${partner + 1}`, at, partner + 1);
    return ` (reply in ${partner + 1})`;
  }
  addComputed(d, out, `${fields}.resp_to`, `${request}: ${partner + 1}`, at, partner + 1);
  const { seconds, nanoseconds } = trace.packets;
  const ns = (seconds[row] - seconds[partner]) * 1e9 + nanoseconds[row] - nanoseconds[partner];
  addComputed(d, out, `${fields}.resptime`, `${time}: ${(ns / 1e6).toFixed(3)} ms`, at, ns / 1e6);
  return ` (request in ${partner + 1})`;
}
