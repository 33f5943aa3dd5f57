// Which bytes of one direction of a TCP stream have been seen: counts what a segment brings that is new.

/** Gaps remembered at most; what fills a forgotten one counts as seen before. */
const GAPS_MAX = 10_000;

interface Gap {
  start: number;
  end: number;
}

export class SeenBytes {
  /** The sequence number behind the highest byte, as on the wire and unwrapped; null before the first segment. */
  #wire: number | null = null;
  #highest = 0;
  /** By position, apart from each other, all below the highest byte. */
  readonly #gaps: Gap[] = [];

  /** Takes a segment of `length` bytes, the first of which is `wireSeq` on the wire; answers how many had not been seen. */
  add(wireSeq: number, length: number): number {
    if (this.#wire === null) this.#wire = wireSeq;
    const start = this.#highest + ((wireSeq - this.#wire) | 0);
    const end = start + length;
    let fresh = this.#fill(start, Math.min(end, this.#highest));
    if (end > this.#highest) {
      if (start > this.#highest) {
        this.#gaps.push({ start: this.#highest, end: start });
        if (this.#gaps.length > GAPS_MAX) this.#gaps.shift();
      }
      fresh += end - Math.max(start, this.#highest);
      this.#wire = (wireSeq + length) >>> 0;
      this.#highest = end;
    }
    return fresh;
  }

  /** Takes [start, end) out of the gaps; answers how much that was. */
  #fill(start: number, end: number): number {
    let filled = 0;
    for (let i = this.#gaps.length - 1; i >= 0; i--) {
      const gap = this.#gaps[i];
      if (gap.end <= start) break;
      const from = Math.max(start, gap.start);
      const to = Math.min(end, gap.end);
      if (from >= to) continue;
      filled += to - from;
      const rest = [
        { start: gap.start, end: from },
        { start: to, end: gap.end },
      ].filter((part) => part.start < part.end);
      this.#gaps.splice(i, 1, ...rest);
    }
    return filled;
  }
}
