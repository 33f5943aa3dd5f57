// The datagrams of one UDP conversation: what each was sent by, the packets that carried it, and the recv that gave it, or part of it.

import { findFragment } from "../../capture/reassembly/fragment-header.ts";
import type { FragmentHeader } from "../../capture/reassembly/fragment-header.ts";
import { NO_OFFSET, PROTOCOL } from "../../trace/packets.ts";
import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { CallSpan, TraceIndex } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { isBytes } from "../../trace/values.ts";
import type { BytesPreview, EventValue } from "../../trace/events.ts";
import { UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import { Sliced } from "./slice.ts";
import { sorting } from "./sorting.ts";
import { areSameEnd, fragmentOf, udpEnds } from "./udp-conversations.ts";
import type { Ends } from "./udp-conversations.ts";

/** Bytes [start, start + length) of a datagram, `from` there on in packet `row`. */
export interface DatagramPart {
  readonly row: number;
  readonly start: number;
  readonly length: number;
  readonly from: number;
}

/** A call, counted from 1 among those of its kind in its direction, and the bytes it put in or gave. */
export interface DatagramCall {
  readonly number: number;
  readonly call: CallSpan;
  readonly bytes: number;
}

export interface Datagram {
  /** Counted from 1 in its direction. */
  readonly number: number;
  readonly direction: 0 | 1;
  /** Bytes of payload, as its header says. */
  readonly length: number;
  /** One, or its fragments in the order they were sent. */
  readonly parts: DatagramPart[];
  /** The row of the packet a link made this one of; null for one that was sent. */
  readonly copyOf: number | null;
  send: DatagramCall | null;
  recv: DatagramCall | null;
}

/** Looks without a clock: packets or calls in between, and looks that no frame is too short for. */
const ITEMS_A_LOOK = 100;
const LOOKS_AT_ONCE = 20;
/** Datagrams whose first fragment is waited for at most. */
const EARLY_MAX = 1000;
/** Datagrams looked through for the one a call is about: of alike ones the first fits. */
const CANDIDATES_MAX = 200;

export class DatagramReading {
  readonly ends: Ends;
  /** By direction: 0 is from the first end. */
  readonly sides: readonly [Datagram[], Datagram[]] = [[], []];
  /** All of them, in the order they were sent. */
  readonly order: Datagram[] = [];
  readonly #trace: Trace;
  readonly #work: Sliced<void>;
  /** By what fragments of a datagram share: the datagram; the rows of those whose first fragment is still to come. */
  readonly #open = new Map<string, Datagram>();
  readonly #early = new Map<string, number[]>();
  readonly #senders: [string | null, string | null] = [null, null];

  constructor(trace: Trace, ends: Ends) {
    this.#trace = trace;
    this.ends = ends;
    this.#work = new Sliced(this.#read(), LOOKS_AT_ONCE);
  }

  get isDone(): boolean {
    return this.#work.isDone;
  }

  /** 0 to 1. */
  get progress(): number {
    return this.#work.progress;
  }

  advance(): void {
    this.#work.advance();
  }

  *#read(): Generator<number, void> {
    const { count } = this.#trace.packets;
    for (let row = 0; row < count; row++) {
      this.#packet(row);
      if (row % ITEMS_A_LOOK === ITEMS_A_LOOK - 1) yield row / count / 2;
    }
    const { calls } = indexOf(this.#trace);
    const waiting = [
      new Waiting(this.#trace, this.sides[0], yield* this.#arrived(this.sides[0])),
      new Waiting(this.#trace, this.sides[1], yield* this.#arrived(this.sides[1])),
    ];
    for (let at = 0; at < calls.length; at++) {
      const call = calls[at];
      for (const direction of [0, 1] as const) {
        if (isSend(call))
          waiting[direction].sent(call, this.ends[1 - direction].port, this.#senders[direction]);
        else if (isRecv(call))
          waiting[direction].received(call, this.ends[direction].port, this.#senders[direction]);
      }
      if (at % ITEMS_A_LOOK === ITEMS_A_LOOK - 1) yield 0.5 + at / calls.length / 2;
    }
  }

  /** Those that arrived, in the order they did. */
  *#arrived(side: readonly Datagram[]): Generator<number, Datagram[]> {
    const index = indexOf(this.#trace);
    const key = (at: number): number | null => {
      const step = arrivalOf(index, side[at]);
      return step === NEVER ? null : step;
    };
    const arrived: Datagram[] = [];
    const order = yield* halfway(sorting({ length: side.length }, key, false));
    for (let at = 0; at < order.length && key(order[at]) !== null; at++) {
      arrived.push(side[order[at]]);
      if (at % ITEMS_A_LOOK === ITEMS_A_LOOK - 1) yield 0.5;
    }
    return arrived;
  }

  #packet(row: number): void {
    const trace = this.#trace;
    const { packets } = trace;
    const { protocol } = packets;
    if (protocol[row] !== PROTOCOL.udp && protocol[row] !== PROTOCOL.fragment) return;
    const offset = packets.payloadOffset[row];
    if (protocol[row] === PROTOCOL.udp && offset !== NO_OFFSET) {
      const direction = this.#directionOf(udpEnds(trace, row, null));
      if (direction === null || !this.#isOwn(direction, row)) return;
      const length = packets.payloadLength[row];
      this.#add(direction, length, row).parts.push({ row, start: 0, length, from: offset });
      return;
    }
    // Of a datagram in fragments the last may have the columns of the whole.
    const header =
      fragmentOf(trace, row) ??
      findFragment(trace.bytes(row), packets.networkOffset[row], packets.length[row]);
    if (header !== null) this.#fragment(row, header);
  }

  #fragment(row: number, header: FragmentHeader): void {
    const trace = this.#trace;
    const known = this.#open.get(header.key);
    if (header.offset > 0) {
      if (known === undefined) {
        if (this.#early.size >= EARLY_MAX) this.#early.clear();
        const early = this.#early.get(header.key);
        if (early === undefined) this.#early.set(header.key, [row]);
        else early.push(row);
      } else if (this.#isOwn(known.direction, row)) known.parts.push(partOf(row, header));
      return;
    }
    // A hostile first fragment may be shorter than the header it is to hold.
    if (header.end - header.start < UDP_HEADER_LENGTH) return;
    const bytes = trace.bytes(row);
    const { packets } = trace;
    const port = (at: number): number => bytes[header.start + at] * 256 + bytes[header.start + at + 1];
    const direction = this.#directionOf([
      { address: packets.source[row], port: port(0) },
      { address: packets.destination[row], port: port(2) },
    ]);
    if (direction === null || !this.#isOwn(direction, row)) return;
    const datagram = this.#add(direction, Math.max(0, port(4) - UDP_HEADER_LENGTH), row);
    datagram.parts.push(partOf(row, header));
    this.#open.set(header.key, datagram);
    for (const before of this.#early.get(header.key) ?? []) {
      const part = findFragment(trace.bytes(before), packets.networkOffset[before], packets.length[before]);
      if (part !== null) datagram.parts.unshift(partOf(before, part));
    }
    this.#early.delete(header.key);
  }

  #directionOf(ends: Ends | null): 0 | 1 | null {
    if (ends === null) return null;
    const [a, b] = this.ends;
    if (areSameEnd(ends[0], a) && areSameEnd(ends[1], b)) return 0;
    return areSameEnd(ends[0], b) && areSameEnd(ends[1], a) ? 1 : null;
  }

  /** Whether a packet left the end that sends, and was not handed on by a router. */
  #isOwn(direction: 0 | 1, row: number): boolean {
    const from = this.#trace.transits[row]?.from ?? "";
    this.#senders[direction] ??= from;
    return from === this.#senders[direction];
  }

  #add(direction: 0 | 1, length: number, row: number): Datagram {
    const side = this.sides[direction];
    const copyOf = this.#trace.transits[row]?.copyOf ?? null;
    const datagram: Datagram = {
      number: side.length + 1,
      direction,
      length,
      parts: [],
      copyOf,
      send: null,
      recv: null,
    };
    side.push(datagram);
    this.order.push(datagram);
    return datagram;
  }
}

/** The same work, which as a part of another is always as far as the other. */
function* halfway<Result>(steps: Generator<number, Result>): Generator<number, Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield 0.5;
  }
}

/** Where a fragment's bytes are in its datagram's payload: the first has the header before it. */
function partOf(row: number, { offset, start, end }: FragmentHeader): DatagramPart {
  const header = offset === 0 ? UDP_HEADER_LENGTH : 0;
  return {
    row,
    start: offset === 0 ? 0 : offset - UDP_HEADER_LENGTH,
    length: end - start - header,
    from: start + header,
  };
}

/** Finds the datagrams calls are about: of those with the same bytes the first that is left. */
class Waiting {
  readonly #trace: Trace;
  readonly #index: TraceIndex;
  readonly #side: readonly Datagram[];
  readonly #arrived: readonly Datagram[];
  #sends = 0;
  #recvs = 0;
  #firstUnsent = 0;
  #firstUnread = 0;

  constructor(trace: Trace, side: readonly Datagram[], arrived: readonly Datagram[]) {
    this.#trace = trace;
    this.#index = indexOf(trace);
    this.#side = side;
    this.#arrived = arrived;
  }

  sent(call: CallSpan, toPort: number, host: string | null): void {
    const [bytes, to] = call.args;
    if (!isBytes(bytes) || (host !== null && host !== "" && call.host !== host)) return;
    if (typeof to === "string" && !to.endsWith(`:${toPort}`)) return;
    const end = Math.min(this.#side.length, this.#firstUnsent + CANDIDATES_MAX);
    for (let at = this.#firstUnsent; at < end; at++) {
      const datagram = this.#side[at];
      if (datagram.send !== null || datagram.copyOf !== null || datagram.length !== bytes.length) continue;
      if (this.#index.packetStep(datagram.parts[0].row) < call.beginStep) continue;
      if (!beginsWith(this.#trace, datagram, bytes)) continue;
      datagram.send = { number: ++this.#sends, call, bytes: bytes.length };
      while (this.#firstUnsent < end && this.#side[this.#firstUnsent].send !== null) this.#firstUnsent++;
      return;
    }
  }

  received(call: CallSpan, fromPort: number, sender: string | null): void {
    const given = givenBy(call.result);
    if (given === null || call.args.length > 1) return;
    if (call.host === sender) return;
    if (given.from !== null && !given.from.endsWith(`:${fromPort}`)) return;
    const end = Math.min(this.#arrived.length, this.#firstUnread + CANDIDATES_MAX);
    for (let at = this.#firstUnread; at < end; at++) {
      const datagram = this.#arrived[at];
      if (datagram.recv !== null || datagram.length < given.data.length) continue;
      const [max] = call.args;
      if (datagram.length > given.data.length && given.data.length !== max) continue;
      if (arrivalOf(this.#index, datagram) > call.endStep) continue;
      if (!beginsWith(this.#trace, datagram, given.data)) continue;
      datagram.recv = { number: ++this.#recvs, call, bytes: given.data.length };
      while (this.#firstUnread < end && this.#arrived[this.#firstUnread].recv !== null) this.#firstUnread++;
      return;
    }
  }
}

function isSend({ call }: CallSpan): boolean {
  return call === "sendTo" || call === "send" || call === "sendAll";
}

function isRecv({ call }: CallSpan): boolean {
  return call === "recvFrom" || call === "recv";
}

/** What a recv gave: bytes alone, or with whom they are from. */
function givenBy(
  result: EventValue | undefined,
): { readonly data: BytesPreview; readonly from: string | null } | null {
  if (isBytes(result)) return { data: result, from: null };
  if (typeof result !== "object" || result === null || !("data" in result)) return null;
  const { data, from } = result as { readonly data?: EventValue; readonly from?: EventValue };
  return isBytes(data) ? { data, from: typeof from === "string" ? from : null } : null;
}

/** The step at which the last of a datagram's packets was there; NEVER where one was dropped. */
export function arrivalOf(index: TraceIndex, { parts }: Datagram): number {
  let last = -1;
  for (const { row } of parts) {
    if (index.dropStep(row) !== NEVER) return NEVER;
    last = Math.max(last, index.hasArrivals ? index.arriveStep(row) : index.packetStep(row));
  }
  return last;
}

function beginsWith(trace: Trace, datagram: Datagram, { head, length }: BytesPreview): boolean {
  const { bytes } = datagramBytes(trace, datagram, 0, Math.min(head.length, length));
  return bytes.every((byte, at) => byte === head[at]);
}

/** Bytes [start, end) of a datagram; `known` is 1 where a captured packet has them. */
export function datagramBytes(
  trace: Trace,
  { parts }: Datagram,
  start: number,
  end: number,
): { readonly bytes: Uint8Array; readonly known: Uint8Array } {
  const bytes = new Uint8Array(Math.max(0, end - start));
  const known = new Uint8Array(bytes.length);
  for (const part of parts) {
    const from = Math.max(start, part.start);
    const to = Math.min(end, part.start + part.length);
    if (from >= to) continue;
    const packet = trace.bytes(part.row);
    for (let at = from; at < to; at++) {
      const inPacket = part.from + at - part.start;
      if (inPacket >= packet.length) break;
      bytes[at - start] = packet[inPacket];
      known[at - start] = 1;
    }
  }
  return { bytes, known };
}
