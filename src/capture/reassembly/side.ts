// One direction of a followed TCP stream: puts segments in order as its receiver would.
//
// Sequence numbers are unwrapped to plain numbers that only grow, relative to where the direction began.

import { Heap } from "./heap.ts";
import type { DataSegment, Direction, FollowSegment, PayloadPlace } from "./follow.ts";

/** A segment that waits for what comes before it. */
interface Waiting {
  readonly seq: number;
  /** Bytes on the wire. */
  readonly length: number;
  readonly payload: PayloadPlace;
  readonly arrival: number;
}

export class SideReader {
  /** Bytes of data so far. */
  bytes = 0;
  readonly #direction: Direction;
  readonly #out: FollowSegment[];
  /** The next sequence number in order, as on the wire and unwrapped; null before the first segment. */
  #wireSeq: number | null = null;
  #seq = 0;
  #arrivals = 0;
  readonly #waiting = new Heap<Waiting>((a, b) => a.seq - b.seq || a.arrival - b.arrival);
  /** Those of them that no longer wait: the one that arrived first goes first. */
  readonly #ready = new Heap<Waiting>((a, b) => a.arrival - b.arrival);

  /** Appends what it finds to `out`. */
  constructor(direction: Direction, out: FollowSegment[]) {
    this.#direction = direction;
    this.#out = out;
  }

  /** A datagram: nothing to order. */
  datagram(payload: PayloadPlace): void {
    this.#data(payload, 0);
  }

  /** A segment of `length` bytes of which `payload` says what was captured; `seq` is its first byte's (behind a SYN). */
  segment(wireSeq: number, length: number, payload: PayloadPlace): void {
    if (this.#wireSeq === null) this.#wireSeq = wireSeq;
    if (length === 0) return;
    const arrival = this.#arrivals++;
    this.#waiting.push({ seq: this.#unwrap(wireSeq), length, payload, arrival });
    this.#deliver();
  }

  /** The other side has acknowledged everything before `wireAck`, in packet `row`. */
  acknowledged(wireAck: number, row: number): void {
    if (this.#wireSeq === null) return;
    const ack = this.#unwrap(wireAck);
    for (let next = this.#waiting.peek(); next !== undefined && ack > next.seq; next = this.#waiting.peek()) {
      this.#gap(next.seq - this.#seq, row, "missing packets");
      this.#advance(next.seq - this.#seq);
      this.#deliver();
    }
  }

  /** Data still waiting, by sequence number. */
  held(): DataSegment[] {
    const held: DataSegment[] = [];
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      if (next.payload.length > 0) held.push({ kind: "data", direction: this.#direction, ...next.payload });
    }
    return held;
  }

  /** Hands out all that begins at or before the next byte in order. */
  #deliver(): void {
    for (;;) {
      for (let next = this.#waiting.peek(); next !== undefined && next.seq <= this.#seq;) {
        this.#ready.push(next);
        this.#waiting.pop();
        next = this.#waiting.peek();
      }
      const segment = this.#ready.pop();
      if (segment === undefined) return;
      const { seq, length, payload } = segment;
      const known = this.#seq - seq;
      if (known >= length) continue;
      if (payload.length > known) this.#data(payload, known);
      const cut = length - Math.max(known, payload.length);
      if (cut > 0) this.#gap(cut, payload.row, "cut by snap length");
      this.#advance(length - known);
    }
  }

  #data({ row, start, length, inDatagram }: PayloadPlace, skip: number): void {
    this.bytes += length - skip;
    this.#out.push({
      kind: "data",
      direction: this.#direction,
      row,
      start: start + skip,
      length: length - skip,
      inDatagram,
    });
  }

  #gap(length: number, row: number, reason: "missing packets" | "cut by snap length"): void {
    this.#out.push({ kind: "gap", direction: this.#direction, row, length, reason });
  }

  #advance(bytes: number): void {
    this.#seq += bytes;
    this.#wireSeq = ((this.#wireSeq ?? 0) + bytes) >>> 0;
  }

  #unwrap(wire: number): number {
    return this.#seq + ((wire - (this.#wireSeq ?? 0)) | 0);
  }
}
