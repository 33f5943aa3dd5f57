// The SACK blocks a receiver reports (RFC 2018 section 4): the block of the latest arrival first, then the earlier ones, and
// before all a duplicate once (RFC 2883).

import { after, before } from "./seq.ts";

/** Blocks that fit beside timestamps. */
const BLOCKS_SENT_MAX = 3;
const BLOCKS_KEPT_MAX = 8;

/** Of receivers that have missed nothing yet. */
const NO_EDGES: number[] = [];

export class SackBlocks {
  /** Left and right edges in turn, most recent block first. */
  #edges = NO_EDGES;
  #duplicateLeft = 0;
  #duplicateRight = 0;
  #duplicate = false;

  get empty(): boolean {
    return this.#edges.length === 0 && !this.#duplicate;
  }

  /** Bytes the option takes in a segment. */
  get optionLength(): number {
    if (this.empty) return 0;
    const blocks = this.#edges.length / 2 + (this.#duplicate ? 1 : 0);
    return 4 + 8 * Math.min(blocks, BLOCKS_SENT_MAX);
  }

  /** Bytes from `left` to `right` have arrived out of order. */
  add(left: number, right: number): void {
    if (this.#edges === NO_EDGES) this.#edges = [];
    const edges = this.#edges;
    let from = left;
    let to = right;
    for (let i = 0; i < edges.length;) {
      if (after(edges[i], to) || before(edges[i + 1], from)) {
        i += 2;
        continue;
      }
      if (before(edges[i], from)) from = edges[i];
      if (after(edges[i + 1], to)) to = edges[i + 1];
      edges.splice(i, 2);
    }
    edges.unshift(from, to);
    if (edges.length > 2 * BLOCKS_KEPT_MAX) edges.length = 2 * BLOCKS_KEPT_MAX;
  }

  /** Bytes from `left` to `right` have arrived once more: the next ACK says so. */
  duplicate(left: number, right: number): void {
    this.#duplicate = true;
    this.#duplicateLeft = left;
    this.#duplicateRight = right;
  }

  /** Everything before `rcvNxt` has arrived in order. */
  advance(rcvNxt: number): void {
    const edges = this.#edges;
    for (let i = 0; i < edges.length;) {
      if (after(edges[i + 1], rcvNxt)) i += 2;
      else edges.splice(i, 2);
    }
  }

  /** The option for the next ACK, unsigned; null when there is nothing to say. The report of a duplicate is used up. */
  report(): number[] | null {
    if (this.empty) return null;
    const out: number[] = [];
    if (this.#duplicate) {
      out.push(this.#duplicateLeft >>> 0, this.#duplicateRight >>> 0);
      this.#duplicate = false;
    }
    for (let i = 0; i < this.#edges.length && out.length < 2 * BLOCKS_SENT_MAX; i++)
      out.push(this.#edges[i] >>> 0);
    return out;
  }
}
