// The dashboard in a terminal: does what the model asks of the outside, which is time, runs, and reading on in a capture.

import { openSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { Capture } from "../capture/capture.ts";
import { passes } from "../framing/report/report.ts";
import { LESSONS } from "../scenario/catalogue.ts";
import type { RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { completeLab, openLab } from "../scenario/session.ts";
import { initialEffects, update, view } from "../tui/app.ts";
import { initialModel } from "../tui/model.ts";
import type { Effect, Message, Model } from "../tui/model.ts";
import { gridToText } from "../tui/render/text.ts";
import type { FramingSession, Session } from "../tui/session.ts";
import { renderScreen } from "../tui/snapshot.ts";
import { runApp } from "../tui/terminal.ts";
import type { TerminalApp, TerminalHost, TerminalMessage } from "../tui/terminal.ts";
import type { RawInput } from "../tui/terminal-input.ts";
import { themeFor } from "../tui/theme.ts";
import { write } from "./print.ts";
import { captureSession } from "./source.ts";

type RunSettings = Omit<RunOptions, "on">;

/** Asks for what a session still lacks: the loopback side, the rest of a capture. */
interface CompleteEffect {
  readonly kind: "complete";
}

/** Screen without a terminal, in cells. */
const PLAIN_SIZE = { width: 120, height: 40 };
const READ_SLICE_MS = 20;
/** A replay behind its time by more than this has been paused, and does not hurry after it. */
const LATE_MAX_MS = 100;

/** Whether the dashboard can have the terminal. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb";
}

/** The Lab on `scenario`, until the user quits. */
export async function runDashboard(scenario: Scenario, settings: RunSettings): Promise<void> {
  const session = await openLab(scenario, settings);
  if (!hasTerminal()) {
    printScreen(await completeLab(session, settings));
    return;
  }
  let current = { scenario, settings };
  let run = 0;
  /** Runs `scenario` anew; a run asked for later overtakes one still under way. */
  const start = async (host: TerminalHost<Message>): Promise<void> => {
    const mine = ++run;
    const opened = await openLab(current.scenario, current.settings);
    if (mine === run) host.dispatch({ kind: "open", session: opened });
    await complete(host, opened, mine);
  };
  const complete = async (
    host: TerminalHost<Message>,
    opened: typeof session,
    mine: number,
  ): Promise<void> => {
    const whole = await completeLab(opened, current.settings);
    if (mine === run) host.dispatch({ kind: "update", session: whole });
  };
  await runModel(
    initialModel({ session, lessons: LESSONS, size: PLAIN_SIZE, step: 0, playing: true }),
    (effect, host) => {
      switch (effect.kind) {
        case "complete":
          attempt(host, () => complete(host, session, run));
          break;
        case "rerun":
          current = { ...current, settings: { ...current.settings, seed: effect.seed } };
          attempt(host, () => start(host));
          break;
        case "lesson": {
          const lesson = LESSONS.find(({ name }) => name === effect.name);
          if (lesson === undefined) break;
          // Links changed on the command line are those of the scenario named there.
          const { seed } = current.settings;
          current = { scenario: lesson, settings: seed === undefined ? {} : { seed } };
          attempt(host, () => start(host));
          break;
        }
        default:
          perform(effect, host);
      }
    },
  );
}

/** The terminal's keys where standard input is the capture itself; null where there is no terminal. */
function keysBesideInput(): RawInput | null {
  if (!process.stdout.isTTY || process.env["TERM"] === "dumb") return null;
  try {
    return new ReadStream(openSync("/dev/tty", "r"));
  } catch {
    return null;
  }
}

/** The inspector on a capture, reading it while it is shown. */
export async function runInspector(capture: Capture): Promise<void> {
  const input = capture.path === "-" && !process.stdin.isTTY ? keysBesideInput() : null;
  if (input === null && !hasTerminal()) {
    while (!(await capture.indexSome(1000)));
    printScreen(captureSession(capture));
    return;
  }
  let seen = { packets: -1, problems: -1, done: false };
  const read = async (host: TerminalHost<Message>): Promise<void> => {
    const done = await capture.indexSome(READ_SLICE_MS);
    const now = { packets: capture.trace.packets.count, problems: capture.problems.length, done };
    // Of a live capture most slices bring nothing, and nothing is then drawn anew.
    if (now.packets !== seen.packets || now.problems !== seen.problems || now.done !== seen.done) {
      host.dispatch({ kind: "update", session: captureSession(capture) });
      seen = now;
    }
    // A turn of the event loop between slices lets keys be looked at.
    if (!done) setImmediate(() => attempt(host, () => read(host)));
  };
  await runModel(
    initialModel({ session: captureSession(capture), size: PLAIN_SIZE }),
    (effect, host) => {
      if (effect.kind === "complete") attempt(host, () => read(host));
      else perform(effect, host);
    },
    input ?? process.stdin,
  );
}

/** A capture that has been read whole, played in its own time from step `from` on, `speed` times as fast as it was. */
export async function runReplay(
  capture: Capture,
  speed: number,
  from: number,
  paused: boolean,
): Promise<void> {
  const session = { ...captureSession(capture), replay: { speed } };
  if (!hasTerminal()) {
    write(gridToText(renderScreen(session, { size: PLAIN_SIZE, at: { step: from } })));
    return;
  }
  let due = 0;
  await runModel(
    initialModel({ session, size: PLAIN_SIZE, step: from, playing: !paused }),
    (effect, host) => {
      if (effect.kind !== "wait") {
        perform(effect, host);
        return;
      }
      // Timers are late each time: the next wait is shorter by as much, so that a replay keeps its time.
      const now = performance.now();
      due = Math.min(now, Math.max(due, now - LATE_MAX_MS)) + effect.ms;
      host.after("play", Math.max(0, due - now), { kind: "tick" });
    },
  );
}

/** The Framing screen, the first counterexample playing, until the user quits. */
export async function runFraming(session: FramingSession): Promise<void> {
  if (!hasTerminal()) {
    printScreen(session);
    return;
  }
  const initial = initialModel({ session, size: PLAIN_SIZE, step: 0, playing: hasBroken(session) });
  await runModel(initial, perform);
}

export interface LiveFraming {
  /** More is known. */
  show(session: FramingSession): void;
  close(): void;
  /** When the user has quit, or `close` was called. */
  readonly closed: Promise<void>;
}

/** The Framing screen while laws are tried. Needs a terminal. */
export function runFramingLive(first: FramingSession): LiveFraming {
  let shown = first;
  let ended = false;
  let terminal: TerminalHost<Message> | null = null;
  const closed = runModel(initialModel({ session: first, size: PLAIN_SIZE }), (effect, host) => {
    terminal = host;
    if (effect.kind === "complete") {
      if (ended) host.quit();
      else host.dispatch({ kind: "update", session: shown });
    } else perform(effect, host);
  });
  return {
    show(session) {
      shown = session;
      terminal?.dispatch({ kind: "update", session });
    },
    close() {
      ended = true;
      terminal?.quit();
    },
    closed,
  };
}

function hasBroken({ reports }: FramingSession): boolean {
  return reports.some((report) => !passes(report));
}

function printScreen(session: Session): void {
  write(gridToText(renderScreen(session, { size: PLAIN_SIZE, lessons: LESSONS })));
}

async function runModel(
  initial: Model,
  performEffect: (effect: Effect | CompleteEffect, host: TerminalHost<Message>) => void,
  input: RawInput = process.stdin,
): Promise<void> {
  const theme = themeFor(process.env);
  const app: TerminalApp<Model, Message, Effect | CompleteEffect> = {
    initial,
    effects: [...initialEffects(initial), { kind: "complete" }],
    update,
    view: (model, size) => view(model, size, theme),
    fromTerminal,
    perform: performEffect,
  };
  process.exitCode = await runApp(app, { input, output: process.stdout });
}

function perform(effect: Effect | CompleteEffect, host: TerminalHost<Message>): void {
  if (effect.kind === "quit") host.quit();
  else if (effect.kind === "wait") host.after("play", effect.ms, { kind: "tick" });
  else if (effect.kind === "scan") host.after("scan", 0, { kind: "scan" });
}

/** Runs something that takes time; what goes wrong is shown on the screen. */
function attempt(host: TerminalHost<Message>, work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    host.dispatch({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  });
}

function fromTerminal(message: TerminalMessage): Message | null {
  if (message.kind !== "mouse") return message;
  const { action, x, y } = message;
  return action === "release" ? null : { kind: "mouse", action, x, y };
}
