// What TLS carried over a stream, where its records were opened: each record's content in the place that a segment's payload has elsewhere. The
// bytes stay in the packets; a record is opened again when it is looked at.

import type { Conversations } from "../../capture/dissect/conversations.ts";
import type { TlsStream } from "../../capture/dissect/tls.ts";
import { tlsOf } from "../../capture/statistics/follow-tls.ts";
import type { Trace } from "../../trace/trace.ts";
import { FlowSide } from "./flow-side.ts";
import { FlowTurns } from "./flow-turns.ts";
import type { FlowContents } from "./flow-turns.ts";

/** Packets of the stream read between two looks at the clock. */
const PACKETS_A_LOOK = 50;

export class CarriedReading implements FlowContents {
  readonly sides: readonly [FlowSide, FlowSide];
  readonly turns = new FlowTurns();
  /** The packet of the stream up to which it is read, -1 for none. */
  readTo = -1;
  readonly #directionOf: (row: number) => 0 | 1;
  /** By direction: the numbers of its records. */
  readonly #records: readonly [number[], number[]] = [[], []];
  #tls: TlsStream | null = null;
  #taken = 0;

  constructor(trace: Trace, directionOf: (row: number) => 0 | 1) {
    const side = (direction: 0 | 1): FlowSide =>
      new FlowSide(trace, false, (at) => this.#content(this.#records[direction][at]));
    this.sides = [side(0), side(1)];
    this.#directionOf = directionOf;
  }

  #content(index: number): Uint8Array {
    return this.#tls?.content(index) ?? new Uint8Array(0);
  }

  /** Reads on towards packet `row` of the stream, for a look at the clock. */
  readOn(conversations: Conversations, row: number): void {
    if (!conversations.approach(row, PACKETS_A_LOOK)) return;
    const conversation = conversations.tcp(row);
    const tls = conversation === null ? null : tlsOf(conversation);
    this.readTo = row;
    if (tls === null) return;
    // Conversations that were let go of are read again, to the same records.
    this.#tls = tls;
    for (; this.#taken < tls.carriesCount; this.#taken++) this.#add(tls, this.#taken);
  }

  #add(tls: TlsStream, index: number): void {
    const row = tls.carriedIn(index);
    const length = tls.carriedLength(index);
    const direction = this.#directionOf(row);
    if (length === 0) return;
    const side = this.sides[direction];
    const start = side.length;
    this.#records[direction].push(index);
    side.segment(row, start + 1, (start + 1) >>> 0, length, "");
    this.turns.add(direction, start, side.length, this.sides[1 - direction].length);
  }
}
