// A tree of counters with averages, rates and bursts, and tshark's table of it: what `-z plen,tree` and its like print.

/** Times are counted in buckets of so many ms, a burst over so many of them: Wireshark's defaults. */
const BUCKET_MS = 5;
const BURST_MS = 100;
const BURST_BUCKETS = BURST_MS / BUCKET_MS;

const COLUMNS = [
  "Count",
  "Average",
  "Min Val",
  "Max Val",
  "Rate (ms)",
  "Percent",
  "Burst Rate",
  "Burst Start",
] as const;
const COLUMN_WIDTH = 14;
const LAST_WIDTH = 13;

interface Bucket {
  readonly number: number;
  startMs: number;
  count: number;
}

/** How a node's values print: whole numbers, or times. */
export type ValueKind = "whole" | "float";

/** What a node shows beside its count. */
interface NodeOptions {
  /** Averages are shown from the start; otherwise once there is a value. */
  readonly averages?: boolean;
  readonly kind?: ValueKind;
}

/** A line of the table. */
export class StatsNode {
  readonly name: string;
  readonly children = new Map<string, StatsNode>();
  count = 0;
  readonly #tree: StatsTree;
  readonly #kind: ValueKind;
  /** Whether it counts values, whose average is shown. */
  #averages: boolean;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  readonly #buckets: Bucket[] = [{ number: 0, startMs: 0, count: 0 }];
  #inBurst = 0;
  #maxBurst = 0;
  #burstMs = 0;

  constructor(tree: StatsTree, name: string, averages: boolean, kind: ValueKind) {
    this.#tree = tree;
    this.name = name;
    this.#averages = averages;
    this.#kind = kind;
  }

  /** The child of that name, made when it is first asked for. */
  child(name: string, { averages = false, kind = "whole" }: NodeOptions = {}): StatsNode {
    let child = this.children.get(name);
    if (child === undefined) {
      child = new StatsNode(this.#tree, name, averages, kind);
      this.children.set(name, child);
    }
    return child;
  }

  /** Counts one more. */
  tick(): void {
    this.count++;
    this.#burst();
  }

  /** Counts one more, of a value. */
  add(value: number): void {
    this.#averages = true;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.tick();
  }

  #burst(): void {
    const ms = this.#tree.nowMs;
    const buckets = this.#buckets;
    const number = Math.floor(ms / BUCKET_MS);
    // The clock may run backwards: what is older than the window is passed over.
    if (number + BURST_BUCKETS <= buckets[buckets.length - 1].number) return;
    const before = buckets.findLastIndex((bucket) => bucket.number <= number);
    const bucket = buckets[before];
    if (bucket !== undefined && bucket.number === number) {
      bucket.count++;
      bucket.startMs = Math.min(bucket.startMs, ms);
    } else buckets.splice(before + 1, 0, { number, startMs: ms, count: 1 });
    this.#inBurst++;
    while (number >= buckets[0].number + BURST_BUCKETS) this.#inBurst -= buckets.shift()?.count ?? 0;
    if (this.#inBurst <= this.#maxBurst) return;
    this.#maxBurst = this.#inBurst;
    this.#burstMs = buckets[0].startMs;
  }

  /** The cells behind the name. */
  cells(parent: StatsNode | null): string[] {
    const { elapsedMs } = this.#tree;
    const none = this.#averages ? "-" : "";
    const has = this.#averages && this.count > 0;
    const whole = (value: number): string => (this.#kind === "whole" ? String(value) : fixed(value, 6));
    return [
      String(this.count),
      has ? fixed(this.#sum / this.count, 2) : none,
      has ? whole(this.#min) : none,
      has ? whole(this.#max) : none,
      elapsedMs > 0 ? fixed(this.count / elapsedMs, 4) : "",
      parent === null ? "100%" : parent.count > 0 ? `${fixed((this.count * 100) / parent.count, 2)}%` : "",
      this.#maxBurst > 0 ? fixed(this.#maxBurst / BURST_MS, 4) : "-",
      this.#maxBurst > 0 ? fixed(this.#burstMs / 1000, 3) : "-",
    ];
  }
}

/** `value` with so many decimals as C prints it: what lies halfway goes to the even digit, and -0.0001 is -0.000. */
function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  // Only an odd multiple of half a binary digit is exactly halfway between two decimals.
  const isHalfway = Math.abs(value * 2 ** (decimals + 1)) % 2 === 1;
  const isOdd = Number(text[text.length - 1]) % 2 === 1;
  const rounded = isHalfway && isOdd ? (Math.abs(value) * (1 - 2 ** -40)).toFixed(decimals) : text;
  return value < 0 ? `-${rounded}` : rounded;
}

export class StatsTree {
  /** The time of the packet being counted, in ms since the capture's first. */
  nowMs = 0;
  readonly #roots: StatsNode[] = [];
  #firstMs: number | null = null;
  #lastMs = 0;

  get elapsedMs(): number {
    return this.#firstMs === null ? 0 : this.#lastMs - this.#firstMs;
  }

  /** A line of the outermost level; they print in the order they are made. */
  root(name: string, { averages = false, kind = "whole" }: NodeOptions = {}): StatsNode {
    const node = new StatsNode(this, name, averages, kind);
    this.#roots.push(node);
    return node;
  }

  /** What is counted next is of a packet at `ns` after the capture's first. */
  at(ns: number): void {
    this.nowMs = ns / 1e6;
    this.#firstMs ??= this.nowMs;
    this.#lastMs = this.nowMs;
  }

  /** The table; children by count, the largest first, and of equal ones by name backwards - unless `keepsOrder`. */
  *lines(title: string, keepsOrder = false): Generator<string> {
    const rows: [name: string, cells: readonly string[]][] = [];
    const walk = (node: StatsNode, parent: StatsNode | null, depth: number): void => {
      rows.push([`${" ".repeat(depth)}${node.name}`, node.cells(parent)]);
      const children = [...node.children.values()];
      if (!keepsOrder) children.sort((a, b) => b.count - a.count || (a.name < b.name ? 1 : -1));
      for (const child of children) walk(child, node, depth + 1);
    };
    for (const root of this.#roots) walk(root, null, 0);
    const head = "Topic / Item";
    // As tshark counts, the title's last part is the name of a line one level further out.
    const ofTitle = title.slice(title.lastIndexOf("/") + 1).length - 1;
    const longest = rows.reduce((most, [name]) => Math.max(most, name.length), ofTitle);
    const nameWidth = Math.max(head.length, longest) + 2;
    const width = nameWidth + COLUMN_WIDTH * (COLUMNS.length - 1) + LAST_WIDTH;
    const line = (name: string, cells: readonly string[]): string =>
      name.padEnd(nameWidth) +
      cells.map((cell, i) => cell.padEnd(i === cells.length - 1 ? LAST_WIDTH : COLUMN_WIDTH)).join("");
    yield "";
    yield "=".repeat(width);
    yield `${title}:`;
    yield line(head, COLUMNS);
    yield "-".repeat(width);
    for (const [name, cells] of rows) yield line(name, cells);
    yield "";
    yield "-".repeat(width);
  }
}
