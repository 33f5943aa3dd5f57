// Both directions of a stream in the order in which their bytes were first there: whose turn it was, and up to where.

import type { FlowSide } from "./flow-side.ts";

/** Bytes one direction sent before the other did: what was there for the first time. */
export interface Turn {
  readonly direction: 0 | 1;
  readonly start: number;
  end: number;
  /** Bytes of the other direction by then. */
  readonly other: number;
}

/** The bytes of a stream. */
export interface FlowContents {
  /** As in `Flow.direction`. */
  readonly sides: readonly [FlowSide, FlowSide];
  readonly turns: FlowTurns;
}

export class FlowTurns {
  readonly list: Turn[] = [];

  /** Bytes [start, end) of `direction`, the next ones, when there were `other` of the other. */
  add(direction: 0 | 1, start: number, end: number, other: number): void {
    const last = this.list.at(-1);
    if (last?.direction === direction) last.end = end;
    else this.list.push({ direction, start, end, other });
  }

  /** Index of the turn in which byte `offset` of a direction first was sent; the number of turns where it was not. */
  of(direction: 0 | 1, offset: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const turn = this.list[middle];
      if ((turn.direction === direction ? turn.end : turn.other) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
