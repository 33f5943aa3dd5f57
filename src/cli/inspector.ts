// The inspector: the dashboard on a capture.

import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { Capture } from "../capture/capture.ts";
import { gridToText } from "../tui/render/text.ts";
import type { Session } from "../tui/session.ts";
import { renderScreen } from "../tui/snapshot.ts";
import type { TerminalHost } from "../tui/terminal.ts";
import type { Effect, Message } from "../tui/messages.ts";
import { captureSession } from "./capture-session.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";
import { fileOf, hasTerminal, PLAIN_SIZE, printScreen, runSource } from "./dashboard-app.ts";
import { eventLoopTurn, StillSource } from "./dashboard-source.ts";
import type { DashboardSource } from "./dashboard-source.ts";
import { pipeWriters } from "./pipe-writers.ts";
import { write } from "./print.ts";
import { screenStart } from "./screen-start.ts";
import type { ScreenStart } from "./screen-start.ts";

/** The terminal's keys where standard input is the capture itself; null where there is no terminal. */
function keysBesideInput(): ReadStream | null {
  if (!process.stdout.isTTY || process.env["TERM"] === "dumb") return null;
  try {
    return new ReadStream(openSync("/dev/tty", "r"));
  } catch {
    return null;
  }
}

/** The inspector on a capture, reading it while it is shown; with `filter` on the packets that pass it. */
export async function runInspector(
  capture: Capture,
  start: ScreenStart = screenStart({}),
  filter?: string,
  flags: KeyLogFlags = {},
): Promise<void> {
  const filtered = filter === undefined ? {} : ({ filter, screen: "packets" } as const);
  const input = capture.path === "-" && !process.stdin.isTTY ? keysBesideInput() : null;
  if (input === null && !hasTerminal()) {
    while (!(await capture.indexSome(1000)));
    await printScreen(captureSession(capture, flags), filtered);
    return;
  }
  const tellWriters = input === null ? null : pipeWriters();
  try {
    await runSource(new CaptureSource(capture, flags), filtered, {
      input: input ?? process.stdin,
      start,
      path: fileOf(capture.path),
    });
  } finally {
    // Keys that nobody reads any more would keep the process alive, and with it the pipe's other end.
    input?.destroy();
    tellWriters?.();
  }
}

/** A capture that has been read whole, played in its own time from step `from` on, `speed` times as fast as it was. */
export async function runReplay(
  capture: Capture,
  speed: number,
  from: number,
  paused: boolean,
  start: ScreenStart = screenStart({}),
): Promise<void> {
  const session = { ...captureSession(capture), replay: { speed } };
  if (!hasTerminal()) {
    write(gridToText(renderScreen(session, { size: PLAIN_SIZE, at: { step: from } })));
    return;
  }
  await runSource(new StillSource(session), { step: from, playing: !paused }, { inOwnTime: true, start });
}

/** How long a file is read between two looks at the keys, and how long one waits for what is yet to come. */
const READ_SLICE_MS = 10;
const WAIT_SLICE_MS = 20;

/** A capture, read while it is shown. */
export class CaptureSource implements DashboardSource {
  readonly #capture: Capture;
  readonly #flags: KeyLogFlags;
  #isClosed = false;
  #seen = { packets: -1, problems: -1, done: false };

  constructor(capture: Capture, flags: KeyLogFlags = {}) {
    this.#capture = capture;
    this.#flags = flags;
  }

  get session(): Session {
    return captureSession(this.#capture, this.#flags);
  }

  async begin(host: TerminalHost<Message>): Promise<void> {
    const sliceMs = this.#capture.isLive ? WAIT_SLICE_MS : READ_SLICE_MS;
    while (!this.#isClosed) {
      const done = await this.#capture.indexSome(sliceMs);
      if (this.#isClosed) return;
      const { trace, problems } = this.#capture;
      const now = { packets: trace.packets.count, problems: problems.length, done };
      const seen = this.#seen;
      // Of a live capture most slices bring nothing, and nothing is then drawn anew.
      if (now.packets !== seen.packets || now.problems !== seen.problems || now.done !== seen.done) {
        host.dispatch({ kind: "update", session: this.session });
        this.#seen = now;
      }
      if (done) return;
      // One turn paints what is new; keys are looked at before the next, in which more is read.
      await eventLoopTurn();
      await eventLoopTurn();
    }
  }

  perform(effect: Effect, host: TerminalHost<Message>): Promise<void> | null {
    return effect.kind === "write" ? this.#write(effect, host) : null;
  }

  async #write({ path, rows }: Effect & { kind: "write" }, host: TerminalHost<Message>): Promise<void> {
    const { writeShown } = await import("./write-shown.ts");
    const count = await writeShown(this.#capture, rows, path, () => this.#isClosed);
    if (!this.#isClosed) host.dispatch({ kind: "done", what: `wrote ${count} packets to ${path}` });
  }

  close(): void {
    this.#isClosed = true;
    this.#capture.close();
  }
}
