// What graphs are made of besides a stream's packets: the ends' own accounts, the queues on the way, what was lost. Read in slices.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import { SSTHRESH_INFINITE } from "../../trace/tcp-series.ts";
import type { TcpSeries, TcpSeriesName } from "../../trace/tcp-series.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { Points } from "../widgets/points.ts";
import { isFlowUnread, readFlow, seriesShown, sideShown } from "./flow-data.ts";
import type { FlowSide } from "./flow-side.ts";
import { shownTrace } from "./packet-data.ts";
import { forSlice } from "./slice.ts";

/** Rows read between two looks at the clock. */
const ROWS_A_LOOK = 100;
/** Queues drawn at most: the fullest. */
const QUEUES_MAX = 4;

export const NO_POINTS = new Points();

/** Lines made of rows that may yet become more. */
interface LineReading {
  /** Whether there are rows it has not read. */
  isUnread(): boolean;
  /** Reads some rows more. */
  readOn(): void;
}

/** The columns of an end's account: times in ns, and thresholds only where there is one. */
export class AccountReading implements LineReading {
  readonly points: Readonly<Record<TcpSeriesName, Points>>;
  readonly #series: TcpSeries;
  readonly #names: readonly TcpSeriesName[];
  #read = 0;

  constructor(series: TcpSeries) {
    this.#series = series;
    this.#names = Object.keys(series.columns) as TcpSeriesName[];
    this.points = Object.fromEntries(this.#names.map((name) => [name, new Points()])) as Record<
      TcpSeriesName,
      Points
    >;
  }

  isUnread(): boolean {
    return this.#read < this.#series.count;
  }

  readOn(): void {
    const { columns, times } = this.#series;
    const end = Math.min(this.#series.count, this.#read + ROWS_A_LOOK);
    for (const name of this.#names) {
      const scale = name === "rttUs" || name === "rtoUs" ? 1000 : 1;
      for (let row = this.#read; row < end; row++) {
        const value = columns[name][row];
        if (value < SSTHRESH_INFINITE) this.points[name].push(times[row], value * scale);
      }
    }
    this.#read = end;
  }
}

interface QueueLine {
  readonly name: string;
  readonly points: Points;
  most: number;
}

/** How long the queues of links were, one after the other. */
export class QueuesReading implements LineReading {
  readonly #trace: Trace;
  readonly #lines: QueueLine[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  isUnread(): boolean {
    return this.#trace.queues.some(({ count }, at) => (this.#lines[at]?.points.count ?? 0) < count);
  }

  readOn(): void {
    for (const [at, { from, to, count, times, packets }] of this.#trace.queues.entries()) {
      const line = (this.#lines[at] ??= { name: `${from} → ${to}`, points: new Points(), most: 0 });
      const { points } = line;
      if (points.count === count) continue;
      const end = Math.min(count, points.count + ROWS_A_LOOK);
      for (let row = points.count; row < end; row++) {
        points.push(times[row], packets[row]);
        line.most = Math.max(line.most, packets[row]);
      }
      return;
    }
  }

  /** Those that were ever longest first. */
  fullest(): readonly QueueLine[] {
    return this.#lines.toSorted((a, b) => b.most - a.most).slice(0, QUEUES_MAX);
  }
}

/** Segments of a direction that were dropped on the way, where a run knows. */
export class LossesReading implements LineReading {
  readonly points = new Points();
  readonly #trace: Trace;
  readonly #side: FlowSide;
  #read = 0;

  constructor(trace: Trace, side: FlowSide) {
    this.#trace = trace;
    this.#side = side;
  }

  isUnread(): boolean {
    return this.#trace.transits.length > 0 && this.#read < this.#side.count;
  }

  readOn(): void {
    const index = indexOf(this.#trace);
    const { rows, starts, count } = this.#side;
    const end = Math.min(count, this.#read + ROWS_A_LOOK);
    for (; this.#read < end; this.#read++) {
      const row = rows[this.#read];
      if (index.dropStep(row) !== NEVER) this.points.push(this.#trace.packetNs(row), starts[this.#read]);
    }
  }
}

const accounts = new WeakMap<TcpSeries, AccountReading>();
const queues = new WeakMap<Trace, QueuesReading>();
const losses = new WeakMap<FlowSide, { readonly steps: number; readonly reading: LossesReading }>();

/** The account of an end as far as it is read; null where it gave none. */
export function accountOf(series: TcpSeries | null): AccountReading | null {
  if (series === null) return null;
  return kept(accounts, series, () => new AccountReading(series));
}

export function queuesOf(trace: Trace): QueuesReading {
  return kept(queues, trace, () => new QueuesReading(trace));
}

/** What was lost of a direction by the trace's last step. */
export function lossesOf(trace: Trace, side: FlowSide): LossesReading {
  const known = losses.get(side);
  if (known?.steps === trace.length) return known.reading;
  const reading = new LossesReading(trace, side);
  losses.set(side, { steps: trace.length, reading });
  reading.readOn();
  return reading;
}

/** What is kept for `key`, or made anew with its first rows: of a short run that is all. */
function kept<Key extends object, Reading extends LineReading>(
  known: WeakMap<Key, Reading>,
  key: Key,
  make: () => Reading,
): Reading {
  let reading = known.get(key);
  if (reading === undefined) {
    known.set(key, (reading = make()));
    reading.readOn();
  }
  return reading;
}

function readingsOf(model: Model): LineReading[] {
  const trace = shownTrace(model);
  const account = accountOf(seriesShown(model));
  return [...(account === null ? [] : [account]), queuesOf(trace), lossesOf(trace, sideShown(model))];
}

/** Whether anything of the graphs is still to be read. */
export function isGraphsUnread(model: Model): boolean {
  return isFlowUnread(model) || readingsOf(model).some((reading) => reading.isUnread());
}

/** Reads a slice more: the packets first, for they say which stream it is, and how much of it there is. */
export function readGraphs(model: Model): void {
  if (isFlowUnread(model)) {
    readFlow(model);
    return;
  }
  const unread = readingsOf(model).filter((reading) => reading.isUnread());
  forSlice(() => {
    const [reading] = unread;
    reading?.readOn();
    if (reading !== undefined && !reading.isUnread()) unread.shift();
    return unread.length > 0;
  });
}
