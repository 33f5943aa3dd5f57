// The events of a trace. Those that a run has for every packet, arrivals and what queues hold, are numbers in a row until somebody
// looks at events: objects kept for each would cost the run more than the packets do.
//
// Measured with packets kept as columns, too (Node 20, bench/simulate.ts): recorded, 1.5 times the packets a CPU second of TCP, 1.7 of UDP.

import type { TraceEvent } from "./events.ts";

/** The kind of an event, in the low bits of its first number. 0 is none: what is left of a piece. */
const KIND = { other: 1, arrive: 2, buffers: 3 } as const;
const KIND_BITS = 2;
/** Of `buffers`, one bit each for the sizes that are not what they were, and follow; then the number of the end. */
const SIZES = 6;
const SIZE_BITS = (1 << SIZES) - 1;

/** Events with a time in a piece, and numbers: none is ever moved. */
const PIECE_TIMES = 4096;
const PIECE_NUMBERS = 16_384;
/** The most numbers an event takes. */
const EVENT_MAX = 1 + SIZES;

/** Events in a row: their times in ns, and what else there is to say of them. */
interface Piece {
  readonly times: Float64Array;
  readonly numbers: Uint32Array;
}

const NO_PIECE: Piece = { times: new Float64Array(0), numbers: new Uint32Array(0) };

/** One end of a connection, as its host names it. */
interface ConnectionEnd {
  readonly host: string;
  /** As `formatAddress` prints them. */
  readonly local: string;
  readonly remote: string;
}

/** Sizes of the queues and buffers of every end, by its number times SIZES. */
class Sizes {
  #values = new Uint32Array(SIZES * 4);

  get(at: number): number {
    return this.#values[at];
  }

  set(at: number, value: number): void {
    this.#values[at] = value;
  }

  /** Room for so many ends; theirs are 0 before anything is known. */
  reserve(ends: number): void {
    if (ends * SIZES <= this.#values.length) return;
    const larger = new Uint32Array(ends * SIZES * 2);
    larger.set(this.#values);
    this.#values = larger;
  }
}

export class EventLog {
  /** Events so far. */
  length = 0;
  readonly #made: TraceEvent[] = [];
  readonly #hosts: string[] = [];
  readonly #ends: ConnectionEnd[] = [];
  /** Events that are objects already, but come after some that are not. */
  #others: TraceEvent[] = [];
  #pieces: Piece[] = [];
  #times = NO_PIECE.times;
  #numbers = NO_PIECE.numbers;
  /** Used of the last piece. */
  #usedTimes = 0;
  #used = 0;
  /** As the last event of each end told them, written and made. */
  readonly #written = new Sizes();
  readonly #read = new Sizes();

  /** Every event, in order. The list grows with the log; it is the same one each time. */
  get events(): readonly TraceEvent[] {
    if (this.#pieces.length > 0) this.#make();
    return this.#made;
  }

  add(event: TraceEvent): void {
    this.length++;
    if (this.#pieces.length === 0) {
      this.#made.push(event);
      return;
    }
    this.#others.push(event);
    if (this.#used + EVENT_MAX > this.#numbers.length) this.#extend();
    this.#numbers[this.#used++] = KIND.other;
  }

  /** The number by which `arrive` knows `host`. */
  host(host: string): number {
    const known = this.#hosts.indexOf(host);
    return known === -1 ? this.#hosts.push(host) - 1 : known;
  }

  /** Packet `row` reaches a host. */
  arrive(timeNs: number, row: number, host: number): void {
    this.length++;
    this.#begin(timeNs);
    const at = this.#used;
    this.#numbers[at] = KIND.arrive | (host << KIND_BITS);
    this.#numbers[at + 1] = row;
    this.#used = at + 2;
  }

  /** The number by which `buffers` knows an end of a connection. */
  connection(host: string, local: string, remote: string): number {
    const end = this.#ends.push({ host, local, remote }) - 1;
    this.#written.reserve(end + 1);
    this.#read.reserve(end + 1);
    return end;
  }

  /** What the queues of a connection's end hold from now on. Bytes. */
  buffers(
    timeNs: number,
    end: number,
    sendQueue: number,
    inFlight: number,
    receiveQueue: number,
    outOfOrder: number,
    sendBuffer: number,
    receiveBuffer: number,
  ): void {
    this.length++;
    this.#begin(timeNs);
    const head = this.#used++;
    const first = end * SIZES;
    let changes = this.#change(first, 1, sendQueue);
    changes |= this.#change(first + 1, 2, inFlight);
    changes |= this.#change(first + 2, 4, receiveQueue);
    changes |= this.#change(first + 3, 8, outOfOrder);
    changes |= this.#change(first + 4, 16, sendBuffer);
    changes |= this.#change(first + 5, 32, receiveBuffer);
    this.#numbers[head] = KIND.buffers | (changes << KIND_BITS) | (end << (KIND_BITS + SIZES));
  }

  /** Writes a size down if it is another than before. Answers its `bit` then. */
  #change(at: number, bit: number, value: number): number {
    if (this.#written.get(at) === value) return 0;
    this.#written.set(at, value);
    this.#numbers[this.#used++] = value;
    return bit;
  }

  /** Writes the time of an event, and makes room for its numbers. */
  #begin(timeNs: number): void {
    if (this.#usedTimes === this.#times.length || this.#used + EVENT_MAX > this.#numbers.length)
      this.#extend();
    this.#times[this.#usedTimes++] = timeNs;
  }

  #extend(): void {
    const piece = { times: new Float64Array(PIECE_TIMES), numbers: new Uint32Array(PIECE_NUMBERS) };
    this.#pieces.push(piece);
    this.#times = piece.times;
    this.#numbers = piece.numbers;
    this.#usedTimes = 0;
    this.#used = 0;
  }

  /** Makes objects of all numbers, and forgets the numbers. */
  #make(): void {
    let others = 0;
    for (const { times, numbers } of this.#pieces) {
      let events = 0;
      for (let at = 0; at < numbers.length && numbers[at] !== 0;) {
        const head = numbers[at++];
        const kind = head & ((1 << KIND_BITS) - 1);
        if (kind === KIND.other) this.#made.push(this.#others[others++]);
        else if (kind === KIND.arrive) {
          const host = this.#hosts[head >>> KIND_BITS];
          this.#made.push({ kind: "arrive", timeNs: times[events++], packet: numbers[at++], host });
        } else {
          const end = head >>> (KIND_BITS + SIZES);
          const changes = (head >>> KIND_BITS) & SIZE_BITS;
          for (let size = 0; size < SIZES; size++) {
            if ((changes & (1 << size)) !== 0) this.#read.set(end * SIZES + size, numbers[at++]);
          }
          this.#made.push(this.#buffersEvent(times[events++], end));
        }
      }
    }
    this.#others = [];
    this.#pieces = [];
    this.#times = NO_PIECE.times;
    this.#numbers = NO_PIECE.numbers;
    this.#usedTimes = 0;
    this.#used = 0;
  }

  #buffersEvent(timeNs: number, end: number): TraceEvent {
    const { host, local, remote } = this.#ends[end];
    const first = end * SIZES;
    return {
      kind: "buffers",
      timeNs,
      host,
      local,
      remote,
      sendQueue: this.#read.get(first),
      inFlight: this.#read.get(first + 1),
      receiveQueue: this.#read.get(first + 2),
      outOfOrder: this.#read.get(first + 3),
      sendBuffer: this.#read.get(first + 4),
      receiveBuffer: this.#read.get(first + 5),
    };
  }
}
