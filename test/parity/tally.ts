// What a comparison found: how much was asked, how much is equal, and what differs, by kind.

/** Differences of one kind. */
export interface Kind {
  /** The field, flag, statistic or stream. */
  readonly what: string;
  /** Why it differs, or null where nobody knows. */
  readonly why: string | null;
  count: number;
  /** The first of them. */
  readonly example: string;
}

export class Tally {
  asked = 0;
  equal = 0;
  readonly kinds = new Map<string, Kind>();

  /** Counts one comparison; `why` and `example` are asked only where it differs. */
  take(isEqual: boolean, what: string, why: () => string | null, example: () => string): void {
    this.asked++;
    if (isEqual) {
      this.equal++;
      return;
    }
    const reason = why();
    const key = `${what} ${reason}`;
    const kind = this.kinds.get(key);
    if (kind === undefined) this.kinds.set(key, { what, why: reason, count: 1, example: example() });
    else kind.count++;
  }

  /** Takes over what another found in capture `name`. */
  add(other: Tally, name: string): void {
    this.asked += other.asked;
    this.equal += other.equal;
    for (const [key, kind] of other.kinds) {
      const known = this.kinds.get(key);
      if (known === undefined) this.kinds.set(key, { ...kind, example: `${name} ${kind.example}` });
      else known.count += kind.count;
    }
  }

  /** `equal/asked`, and where they are not the same the share. */
  get text(): string {
    if (this.asked === 0) return "-";
    if (this.equal === this.asked) return `${this.equal}`;
    const share = Math.floor((this.equal / this.asked) * 100_000) / 1000;
    return `${this.equal}/${this.asked} ${share.toFixed(3)}%`;
  }

  get unexplained(): number {
    let count = 0;
    for (const kind of this.kinds.values()) if (kind.why === null) count += kind.count;
    return count;
  }
}
