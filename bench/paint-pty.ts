// The program in a real pseudo-terminal at 200x60: from its start to the first screen, and from a key to what it changes.
// Compiled code is timed, as it is installed: `npm run bench paint`. Targets: 400 ms and 30 ms.

import { fileURLToPath } from "node:url";

import { spawn } from "@lydell/node-pty";

const STARTS = 5;
const KEYS = 40;
/** Nothing is as slow as this; then there is something else wrong. */
const PATIENCE_MS = 20_000;
/** Output that comes within this belongs to what came before. */
const QUIET_MS = 60;

export interface PtyMeasurement {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** The program as it is installed: `npm run build` makes it. */
const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

class Dashboard {
  readonly #pty;
  #heard: (() => void) | null = null;

  constructor() {
    this.#pty = spawn(process.execPath, [MAIN], {
      cols: 200,
      rows: 60,
      env: { ...process.env, TERM: "xterm-256color", WIRELAB_STATE: "off", TMUX: "" },
    });
    this.#pty.onData((text) => {
      if (text.length > 5) this.#heard?.();
    });
  }

  /** Waits for the next output that paints something. */
  output(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the program paints nothing")), PATIENCE_MS);
      this.#heard = () => {
        clearTimeout(timer);
        this.#heard = null;
        resolve();
      };
    });
  }

  /** Waits until nothing has been painted for a while. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      let timer = setTimeout(done, QUIET_MS);
      const again = (): void => {
        clearTimeout(timer);
        timer = setTimeout(done, QUIET_MS);
      };
      this.#heard = again;
      function done(): void {
        resolve();
      }
    });
  }

  press(key: string): void {
    this.#pty.write(key);
  }

  end(): void {
    this.#pty.kill();
  }
}

/** Starts, then keys: steps to and fro on the Lab. */
export async function measurePty(): Promise<PtyMeasurement[]> {
  const starts: number[] = [];
  let dashboard: Dashboard | null = null;
  for (let i = 0; i < STARTS; i++) {
    dashboard?.end();
    const from = performance.now();
    dashboard = new Dashboard();
    await dashboard.output();
    starts.push(performance.now() - from);
  }
  const keys: number[] = [];
  if (dashboard !== null) {
    // The first lesson plays by itself, and loopback comes later.
    await new Promise((resolve) => {
      setTimeout(resolve, 1500);
    });
    dashboard.press(" ");
    await dashboard.quiet();
    for (let i = 0; i < KEYS; i++) {
      const from = performance.now();
      const painted = dashboard.output();
      dashboard.press(i % 2 === 0 ? "h" : "l");
      await painted;
      keys.push(performance.now() - from);
      await dashboard.quiet();
    }
    dashboard.end();
  }
  return [summary("start to the first screen", starts), summary("key to paint", keys)];
}

function summary(name: string, times: readonly number[]): PtyMeasurement {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    name,
    medianMs: sorted[sorted.length >> 1],
    p95Ms: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))],
  };
}
