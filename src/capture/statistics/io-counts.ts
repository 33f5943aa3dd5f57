// Packets and bytes over time, counted a packet at a time: for graphs of a whole capture, whose length is not known before its end.
//
// Intervals start at a microsecond and become ten times as long whenever there would be too many, so any power of ten from there on can
// be asked for afterwards.

import { ANALYSIS, ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import type { Trace } from "../../trace/trace.ts";

const STEP_MIN_NS = 1000;
const INTERVALS_MAX = 40_000;
/** What Wireshark's graph calls TCP errors: every flag of the analysis but window updates. */
const ERRORS = ANALYSIS_FLAGS & ~ANALYSIS.windowUpdate;

/** What is counted of each interval. */
export interface IoInterval {
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  /** Packets the TCP analysis found fault with. */
  readonly errors: Float64Array;
}

export class IoCounts {
  /** Length of an interval. */
  stepNs = STEP_MIN_NS;
  /** Time of the last packet, in nanoseconds since the first. */
  endNs = 0;
  readonly #trace: Trace;
  readonly #kept: IoInterval = {
    packets: new Float64Array(INTERVALS_MAX),
    bytes: new Float64Array(INTERVALS_MAX),
    errors: new Float64Array(INTERVALS_MAX),
  };

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Counts packet `row`; one from before the first packet counts as at its time. */
  add(row: number): void {
    const { packets } = this.#trace;
    const atNs = Math.max(0, this.#trace.packetNs(row));
    while (atNs / this.stepNs >= INTERVALS_MAX) this.#coarser();
    if (atNs > this.endNs) this.endNs = atNs;
    const slot = Math.floor(atNs / this.stepNs);
    this.#kept.packets[slot]++;
    this.#kept.bytes[slot] += packets.length[row];
    if ((packets.analysis[row] & ERRORS) !== 0) this.#kept.errors[slot]++;
  }

  /** Sums over intervals of `stepNs`, a multiple of this one's, that begin in [fromNs, toNs]. */
  over(stepNs: number, fromNs: number, toNs: number): IoInterval {
    const first = Math.floor(fromNs / stepNs);
    const count = Math.max(0, Math.floor(Math.min(toNs, this.endNs) / stepNs) - first + 1);
    const sums = {
      packets: new Float64Array(count),
      bytes: new Float64Array(count),
      errors: new Float64Array(count),
    };
    const each = Math.round(stepNs / this.stepNs);
    for (let i = 0; i < count; i++) {
      const from = (first + i) * each;
      for (let slot = from; slot < Math.min(from + each, INTERVALS_MAX); slot++) {
        sums.packets[i] += this.#kept.packets[slot];
        sums.bytes[i] += this.#kept.bytes[slot];
        sums.errors[i] += this.#kept.errors[slot];
      }
    }
    return sums;
  }

  #coarser(): void {
    this.stepNs *= 10;
    for (const column of Object.values(this.#kept) as Float64Array[]) {
      for (let i = 0; i < INTERVALS_MAX / 10; i++) {
        let sum = 0;
        for (let part = 0; part < 10; part++) sum += column[i * 10 + part];
        column[i] = sum;
      }
      column.fill(0, INTERVALS_MAX / 10);
    }
  }
}
