// How often blocks of the project's code run: work counted by the engine itself, the same on every machine.

import { Session } from "node:inspector";
import type { Profiler } from "node:inspector";

export interface BlockCount {
  /** Below `src/`. */
  readonly file: string;
  readonly name: string;
  readonly count: number;
}

/** Counts how often each block of the files under `src/` runs. */
export class BlockCounts {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    this.take();
  }

  /** The busiest block of every function since the last time. */
  take(): BlockCount[] {
    let scripts: Profiler.ScriptCoverage[] = [];
    // In one process the answer is there when the question has been asked.
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      scripts = answer.result;
    });
    const found: BlockCount[] = [];
    for (const { url, functions } of scripts) {
      const file = /\/src\/((?:[\w-]+\/)*[\w-]+\.ts)/.exec(url)?.[1];
      if (file === undefined) continue;
      for (const { functionName, ranges } of functions) {
        const count = Math.max(...ranges.map((range) => range.count));
        if (count > 0) found.push({ file, name: functionName === "" ? "a function" : functionName, count });
      }
    }
    return found;
  }

  stop(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.disconnect();
  }
}
