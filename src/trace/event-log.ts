// The events of a trace. Those that a run has for every packet, arrivals and what queues hold, are numbers in a row until somebody
// looks at events: objects kept for each would cost the run more than the packets do.
//
// Measured with packets kept as columns, too (Node 20, bench/simulate.ts): recorded, 1.5 times the packets a CPU second of TCP, 1.7 of UDP.

import type { TraceEvent } from "./events.ts";

/** What a row of numbers begins with. */
const KIND = { other: 0, arrive: 1, buffers: 2 } as const;

/** Numbers in a piece of the row; none is ever moved. */
const PIECE = 8192;
/** The most numbers an event takes. */
const EVENT_MAX = 9;

/** One end of a connection, as its host names it. */
interface ConnectionEnd {
  readonly host: string;
  /** As `formatAddress` prints them. */
  readonly local: string;
  readonly remote: string;
}

export class EventLog {
  /** Events so far. */
  length = 0;
  readonly #made: TraceEvent[] = [];
  readonly #hosts: string[] = [];
  readonly #ends: ConnectionEnd[] = [];
  /** Events that are objects already, but come after some that are not. */
  #others: TraceEvent[] = [];
  #pieces: Float64Array[] = [];
  #piece = new Float64Array(0);
  /** Numbers used of the last piece. */
  #used = 0;

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
    this.#begin(KIND.other);
  }

  /** The number by which `arrive` knows `host`. */
  host(host: string): number {
    const known = this.#hosts.indexOf(host);
    return known === -1 ? this.#hosts.push(host) - 1 : known;
  }

  /** Packet `row` reaches a host. */
  arrive(timeNs: number, row: number, host: number): void {
    this.length++;
    const at = this.#begin(KIND.arrive);
    const piece = this.#piece;
    piece[at] = timeNs;
    piece[at + 1] = row;
    piece[at + 2] = host;
    this.#used = at + 3;
  }

  /** The number by which `buffers` knows an end of a connection. */
  connection(host: string, local: string, remote: string): number {
    return this.#ends.push({ host, local, remote }) - 1;
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
    const at = this.#begin(KIND.buffers);
    const piece = this.#piece;
    piece[at] = timeNs;
    piece[at + 1] = end;
    piece[at + 2] = sendQueue;
    piece[at + 3] = inFlight;
    piece[at + 4] = receiveQueue;
    piece[at + 5] = outOfOrder;
    piece[at + 6] = sendBuffer;
    piece[at + 7] = receiveBuffer;
    this.#used = at + 8;
  }

  /** Answers where the numbers of an event of that kind go. */
  #begin(kind: number): number {
    if (this.#used + EVENT_MAX > this.#piece.length) {
      // What is left of the last piece stays NaN, which is no kind.
      this.#piece = new Float64Array(PIECE).fill(NaN);
      this.#pieces.push(this.#piece);
      this.#used = 0;
    }
    this.#piece[this.#used++] = kind;
    return this.#used;
  }

  /** Makes objects of all numbers, and forgets the numbers. */
  #make(): void {
    let others = 0;
    for (const piece of this.#pieces) {
      const end = piece === this.#piece ? this.#used : piece.length;
      for (let at = 0; at < end;) {
        const kind = piece[at];
        if (kind === KIND.other) {
          this.#made.push(this.#others[others++]);
          at += 1;
        } else if (kind === KIND.arrive) {
          const host = this.#hosts[piece[at + 3]];
          this.#made.push({ kind: "arrive", timeNs: piece[at + 1], packet: piece[at + 2], host });
          at += 4;
        } else if (kind === KIND.buffers) {
          this.#made.push(this.#buffersEvent(piece, at + 1));
          at += 9;
        } else break;
      }
    }
    this.#others = [];
    this.#pieces = [];
    this.#piece = new Float64Array(0);
    this.#used = 0;
  }

  #buffersEvent(piece: Float64Array, at: number): TraceEvent {
    const { host, local, remote } = this.#ends[piece[at + 1]];
    return {
      kind: "buffers",
      timeNs: piece[at],
      host,
      local,
      remote,
      sendQueue: piece[at + 2],
      inFlight: piece[at + 3],
      receiveQueue: piece[at + 4],
      outOfOrder: piece[at + 5],
      sendBuffer: piece[at + 6],
      receiveBuffer: piece[at + 7],
    };
  }
}
