/** A program in a real pseudo-terminal, its output read by a terminal emulator. */

import * as pty from "@lydell/node-pty";
import type xterm from "@xterm/headless";

import { openTerminal } from "../tui/terminal-grid.ts";

export interface PtyOptions {
  readonly cols: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface PtyExit {
  readonly exitCode: number;
  readonly signal: number;
}

/** A running program, what is on its screen, and everything it wrote. */
export class PtyProgram {
  readonly terminal: xterm.Terminal;
  output = "";
  readonly exited: Promise<PtyExit>;
  private readonly process: pty.IPty;
  private changed: (() => void)[] = [];

  constructor(file: string, args: readonly string[], options: PtyOptions) {
    this.terminal = openTerminal(options.cols, options.rows);
    this.process = pty.spawn(file, [...args], {
      cols: options.cols,
      rows: options.rows,
      name: options.env?.["TERM"] ?? "xterm-256color",
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      // What the dashboard remembers is the user's, and no test's.
      env: { ...(process.env as Record<string, string>), TMUX: "", WIRELAB_STATE: "off", ...options.env },
    });
    this.process.onData((data) => {
      this.output += data;
      this.terminal.write(data, () => {
        for (const changed of this.changed.splice(0)) changed();
      });
    });
    this.exited = new Promise((resolve) => {
      this.process.onExit(({ exitCode, signal }) => {
        // What was written just before the end is still being parsed.
        this.terminal.write("", () => resolve({ exitCode, signal: signal ?? 0 }));
      });
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  write(text: string): void {
    this.process.write(text);
  }

  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
    this.process.resize(cols, rows);
  }

  signal(name: string): void {
    this.process.kill(name);
  }

  /** The visible rows, without spaces at their ends. */
  screen(): string {
    const buffer = this.terminal.buffer.active;
    const rows = Array.from(
      { length: this.terminal.rows },
      (_, y) => buffer.getLine(buffer.baseY + y)?.translateToString(true) ?? "",
    );
    return `${rows.join("\n")}\n`;
  }

  /** Waits until the screen is as `wanted` says; rejects with the screen when that does not come. */
  async until(wanted: (screen: string) => boolean, what: string): Promise<void> {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      for (const changed of this.changed.splice(0)) changed();
    }, 10_000);
    try {
      while (!wanted(this.screen())) {
        if (expired) throw new Error(`${what} did not come; the screen is\n${this.screen()}`);
        await new Promise<void>((resolve) => {
          this.changed.push(resolve);
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async untilText(text: string): Promise<void> {
    await this.until((screen) => screen.includes(text), `"${text}"`);
  }
}
