// The clock of runs on real sockets: monotonic time since the run began, timers, and letting time pass without spinning.

import type { DriveEnd } from "../socket/backend.ts";

/** The longest a drive sleeps before it looks again whether the programs are done; network events end the sleep at once. */
const LOOK_MS = 10;

export class RealClock {
  #startNs = process.hrtime.bigint();
  readonly #timers = new Set<NodeJS.Timeout>();
  #look: (() => void) | null = null;
  #looking = false;

  /** Nanoseconds since the run began. */
  now(): number {
    return Number(process.hrtime.bigint() - this.#startNs);
  }

  /** `process.hrtime.bigint()` when the run began. */
  get startNs(): bigint {
    return this.#startNs;
  }

  /** The run begins now: setting up took no time. No timer may be set yet. */
  restart(): void {
    this.#startNs = process.hrtime.bigint();
  }

  /** Calls back once after `ns`, rounded up to whole milliseconds as Node's timers are; answers a function that cancels. */
  after(ns: number, callback: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        callback();
        this.nudge();
      },
      Math.max(0, Math.ceil(ns / 1e6)),
    );
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Says that something happened: a drive looks again once the programs have had their turn. */
  nudge(): void {
    if (this.#look === null || this.#looking) return;
    this.#looking = true;
    setImmediate(this.#look);
  }

  /** As `Backend.drive` has it. */
  async drive(run: {
    finished: () => boolean;
    progress: () => number;
    limitNs: number;
    idleNs: number;
  }): Promise<DriveEnd> {
    let seen = run.progress();
    let sinceNs = this.now();
    for (;;) {
      if (run.finished()) return "finished";
      const now = this.now();
      if (now >= run.limitNs) return "limit";
      const progress = run.progress();
      if (progress !== seen || this.#timers.size > 0) {
        seen = progress;
        sinceNs = now;
      } else if (now - sinceNs >= run.idleNs) {
        return "idle";
      }
      const leftNs = Math.min(run.limitNs - now, sinceNs + run.idleNs - now);
      await this.#sleep(Math.min(LOOK_MS, Math.max(1, Math.ceil(leftNs / 1e6))));
    }
  }

  /** Cancels every timer. */
  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        if (this.#look !== wake) return;
        clearTimeout(timer);
        this.#look = null;
        this.#looking = false;
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#look = wake;
    });
  }
}
