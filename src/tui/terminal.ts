/** Runs an Elm-shaped program in the terminal: blessed owns the screen, keys and mouse, and is given whole grids. */

import type { Grid } from "./render/grid.ts";
import {
  type BlessedKey,
  type BlessedMouse,
  type BlessedScreen,
  dropBlessedHandlers,
  GridBox,
  keyName,
  mouseMessage,
  openScreen,
  type TerminalMessage,
} from "./terminal-blessed.ts";
import { type RawInput, TerminalInput } from "./terminal-input.ts";

export type { TerminalMessage } from "./terminal-blessed.ts";

/** In cells. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** What a program's effects are done with. */
export interface TerminalHost<Message> {
  /** Sends a message to `update`, from wherever; ignored once the program has ended. */
  dispatch(message: Message): void;
  /** Sends `message` after `ms`; replaces what waits under the same name. Without it the program sleeps. */
  after(name: string, ms: number, message: Message): void;
  cancel(name: string): void;
  /** Sends the terminal a sequence that shows nothing: for its clipboard, its title. */
  control(sequence: string): void;
  /** Restores the terminal and ends the program. */
  quit(code?: number): void;
}

export interface TerminalApp<Model, Message, Effect> {
  readonly initial: Model;
  /** Effects done at the start. */
  readonly effects?: readonly Effect[];
  /** Pure. */
  update(model: Model, message: Message): readonly [Model, readonly Effect[]];
  /** Pure. The grid should have the size asked for. */
  view(model: Model, size: TerminalSize): Grid;
  /** The program's message for one of the terminal; null for none. A `resize` is also sent at the start. */
  fromTerminal(message: TerminalMessage): Message | null;
  /** What takes its time may give a promise, for those who play the program on a clock of their own. */
  perform(effect: Effect, host: TerminalHost<Message>): Promise<void> | void;
}

export interface TerminalStreams {
  readonly input: RawInput;
  readonly output: NodeJS.WriteStream;
}

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;

/** Mouse reports off, scroll region whole: while the alternate screen still takes the cursor movement. */
const BEFORE_LEAVING = "\u001B[?2026l\u001B[?1006l\u001B[?1003l\u001B[?1002l\u001B[?1000l\u001B[r";
/** Buttons, drags and the wheel, reported by cell (SGR); not every movement of the pointer. */
const MOUSE = { vt200Mouse: true, cellMotion: true, utfMouse: false, sgrMouse: true };

/**
 * Synchronised output: between the two the terminal shows nothing, so that no frame is seen half painted
 * (https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036). The question is answered by those who know the mode.
 */
const ASK_SYNCHRONISED = "\u001B[?2026$p";
const BEGIN_FRAME = "\u001B[?2026h";
const END_FRAME = "\u001B[?2026l";
const SYNCHRONISED = 2026;
/** Settings a report answers with: set, reset; the others are "not known" and "for ever so". */
const CAN_BE_SET: ReadonlySet<number> = new Set([1, 2]);
/** Terminals that know neither the question nor how to pass it over in silence. */
const NOT_TO_BE_ASKED = /^(?:linux|vt\d|ansi|cons|dumb|sun)/;

/** Longer than it takes a stop signal to arrive. */
const STOP_MS = 50;

const AFTER_LEAVING = "\u001B[0m\u001B[?25h";

/**
 * Runs `app` until it quits and resolves with its exit code, the terminal as it was found. An error thrown by the
 * program or anywhere else in the process restores the terminal and rejects with it. SIGTERM, SIGHUP, SIGINT and
 * SIGQUIT restore the terminal and then end the process as they would have; Ctrl-Z restores it until the shell continues.
 *
 * The caller has made sure that the streams are a terminal that understands xterm's sequences.
 */
export function runApp<Model, Message, Effect>(
  app: TerminalApp<Model, Message, Effect>,
  streams: TerminalStreams = { input: process.stdin, output: process.stdout },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = new TerminalSession(app, streams, resolve, reject);
    session.start();
  });
}

class TerminalSession<Model, Message, Effect> implements TerminalHost<Message> {
  private readonly app: TerminalApp<Model, Message, Effect>;
  private readonly output: NodeJS.WriteStream;
  private readonly input: TerminalInput;
  private readonly resolve: (code: number) => void;
  private readonly reject: (error: unknown) => void;
  private readonly screen: BlessedScreen;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private model: Model;
  private size: TerminalSize = { width: 0, height: 0 };
  private paintDue = false;
  private ended = false;
  private suspended = false;
  /** Whether the terminal has said that it knows synchronised output. */
  private synchronised = false;

  private readonly onSignal = (signal: NodeJS.Signals) => this.endBySignal(signal);
  private readonly onError = (error: unknown) => this.fail(error);
  private readonly onStop = () => this.suspend();
  private readonly onContinue = () => this.wake();
  private readonly onMode = (mode: number, setting: number) => {
    if (mode === SYNCHRONISED) this.synchronised = CAN_BE_SET.has(setting);
  };
  private readonly onExit = () => this.restore();
  /** The terminal has gone away (EIO, EPIPE): nothing can be restored or shown any more. */
  private readonly onOutputError = () => this.quit(1);

  constructor(
    app: TerminalApp<Model, Message, Effect>,
    streams: TerminalStreams,
    resolve: (code: number) => void,
    reject: (error: unknown) => void,
  ) {
    this.app = app;
    this.output = streams.output;
    this.resolve = resolve;
    this.reject = reject;
    this.model = app.initial;
    this.input = new TerminalInput(streams.input);
    this.screen = openScreen(this.input, streams.output);
  }

  start(): void {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
    this.heedStops();
    process.on("uncaughtException", this.onError);
    process.on("unhandledRejection", this.onError);
    process.on("exit", this.onExit);
    this.output.on("error", this.onOutputError);
    // Blessed's own handlers leave the mouse on, and end the process before ours could.
    dropBlessedHandlers();
    try {
      const { screen } = this;
      screen.append(new GridBox(screen, () => this.frame()));
      screen.program.on("keypress", (char: string | undefined, key: BlessedKey) => this.onKey(char, key));
      screen.program.on("mouse", (event: BlessedMouse) => this.onMouse(event));
      screen.program.setMouse({ ...MOUSE }, true);
      this.input.on("mode", this.onMode);
      // Asked before anything is painted: what a terminal may make of the question is painted over.
      if (!NOT_TO_BE_ASKED.test(process.env["TERM"] ?? "")) this.output.write(ASK_SYNCHRONISED);
      for (const effect of this.app.effects ?? []) void this.app.perform(effect, this);
      screen.render();
    } catch (error) {
      this.fail(error);
    }
  }

  dispatch(message: Message): void {
    if (this.ended) return;
    try {
      this.advance(message);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.ended || this.paintDue) return;
    // One frame for all that arrives in one turn of the event loop.
    this.paintDue = true;
    setImmediate(() => {
      this.paintDue = false;
      this.paint();
    });
  }

  after(name: string, ms: number, message: Message): void {
    this.cancel(name);
    if (this.ended) return;
    const timer = setTimeout(() => {
      this.timers.delete(name);
      this.dispatch(message);
    }, ms);
    this.timers.set(name, timer);
  }

  cancel(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }

  control(sequence: string): void {
    if (this.ended || this.suspended) return;
    // Behind what blessed has yet to send, so that no sequence is cut in two.
    this.screen.program.flush();
    this.output.write(sequence);
  }

  quit(code = 0): void {
    if (this.ended) return;
    this.restore();
    this.resolve(code);
  }

  private advance(message: Message): void {
    const [model, effects] = this.app.update(this.model, message);
    this.model = model;
    for (const effect of effects) {
      if (!this.ended) void this.app.perform(effect, this);
    }
  }

  private paint(): void {
    if (this.ended || this.suspended) return;
    try {
      this.render();
    } catch (error) {
      this.fail(error);
    }
  }

  private render(): void {
    if (!this.synchronised) {
      this.screen.render();
      return;
    }
    this.output.write(BEGIN_FRAME);
    this.screen.render();
    this.screen.program.flush();
    this.output.write(END_FRAME);
  }

  /** Stops sent from outside (kill -TSTP, a shell's job control) are what Ctrl-Z is; Windows has none. */
  private heedStops(): void {
    if (process.platform === "win32") return;
    process.on("SIGTSTP", this.onStop);
    process.on("SIGCONT", this.onContinue);
  }

  /** Somebody stopped us in a way that nobody can heed, and lets us go on: the terminal may be in any state. */
  private wake(): void {
    if (this.suspended || this.ended) return;
    const { screen } = this;
    // What was asked for once is asked for again, though neither stream knows that it was undone.
    this.input.setRawMode(false).setRawMode(true);
    (screen.program as unknown as { isAlt: boolean }).isAlt = false;
    screen.enter();
    screen.program.setMouse({ ...MOUSE }, true);
    this.paint();
    process.kill(process.pid, "SIGWINCH");
  }

  /** The grid to show now; a changed size goes through `update` first, so that no frame is of the old size. */
  private frame(): Grid | null {
    const width = this.screen.cols;
    const height = this.screen.rows;
    try {
      if (width !== this.size.width || height !== this.size.height) {
        this.size = { width, height };
        const message = this.app.fromTerminal({ kind: "resize", width, height });
        if (message !== null) this.advance(message);
      }
      return this.ended ? null : this.app.view(this.model, this.size);
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  private onKey(char: string | undefined, key: BlessedKey): void {
    const name = keyName(char, key);
    if (name === "C-z" && process.platform !== "win32") this.suspend();
    else if (name !== null) this.fromTerminal({ kind: "key", key: name });
  }

  private onMouse(event: BlessedMouse): void {
    const message = mouseMessage(event);
    if (message !== null) this.fromTerminal(message);
  }

  private fromTerminal(message: TerminalMessage): void {
    if (this.ended) return;
    try {
      const own = this.app.fromTerminal(message);
      if (own !== null) this.dispatch(own);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Job control: gives the terminal back and stops, as Ctrl-Z does to programs that leave it to the terminal. */
  private suspend(): void {
    if (this.suspended) return;
    this.suspended = true;
    const { screen } = this;
    const { program } = screen;
    // A resize seen on waking must not clear the shell's screen before ours is back.
    const onResize = program.listeners("resize") as ((...args: unknown[]) => void)[];
    program.removeAllListeners("resize");
    this.leaveScreen(() => screen.leave());
    // With a handler the signal would stop nobody.
    process.off("SIGTSTP", this.onStop);
    process.kill(process.pid, "SIGTSTP");
    // Runs when the shell continues us; and at once where there is no shell to stop for.
    setTimeout(() => {
      this.suspended = false;
      if (this.ended) return;
      process.on("SIGTSTP", this.onStop);
      for (const listener of onResize) program.on("resize", listener);
      this.input.setRawMode(true);
      screen.enter();
      program.setMouse({ ...MOUSE }, true);
      this.paint();
      // Resizes are told to the foreground only: look again, now that it is us.
      process.kill(process.pid, "SIGWINCH");
    }, STOP_MS);
  }

  private fail(error: unknown): void {
    if (this.ended) return;
    this.restore();
    this.reject(error);
  }

  private endBySignal(signal: NodeJS.Signals): void {
    this.restore();
    // With no handler left the signal does what it does to any program, so that the parent sees why it ended.
    process.kill(process.pid, signal);
  }

  private restore(): void {
    if (this.ended) return;
    this.ended = true;
    // A paint that is due stays due and finds `ended`: Node 20 crashes when an immediate is cleared after another threw.
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
    process.off("SIGTSTP", this.onStop);
    process.off("SIGCONT", this.onContinue);
    process.off("uncaughtException", this.onError);
    process.off("unhandledRejection", this.onError);
    process.off("exit", this.onExit);
    this.input.off("mode", this.onMode);
    this.leaveScreen(() => this.screen.destroy());
    this.input.close();
    this.output.off("error", this.onOutputError);
  }

  /** Puts the terminal into the state it was found in; `leave` is how blessed lets go of it. */
  private leaveScreen(leave: () => void): void {
    // Each step on its own: a terminal that has gone away must not keep the next from being tried.
    attempt(() => this.screen.program.flush());
    attempt(() => this.output.write(BEFORE_LEAVING));
    attempt(leave);
    attempt(() => this.input.setRawMode(false));
    attempt(() => this.output.write(AFTER_LEAVING));
  }
}

function attempt(step: () => unknown): void {
  try {
    step();
  } catch {
    // The terminal is gone; there is nobody left to tell.
  }
}
