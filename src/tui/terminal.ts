/** Runs an Elm-shaped program in the terminal: blessed owns the screen, keys and mouse, and is given whole grids. */

import blessed from "blessed";
import type { Widgets } from "blessed";

import type { Grid } from "./render/grid.ts";
import { charWidth } from "./render/width.ts";
import { type RawInput, TerminalInput } from "./terminal-input.ts";

/** In cells. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/**
 * What comes from the terminal. Keys are named as typed (`a`, `G`, `?`, `é`) or by name: space, enter, tab, escape,
 * backspace, delete, insert, up, down, left, right, home, end, pageup, pagedown, f1 to f12, with `C-`, `M-` and `S-`
 * before them in this order (`C-c`, `M-x`, `S-tab`). Mouse positions are cells from 0.
 */
export type TerminalMessage =
  | { readonly kind: "key"; readonly key: string }
  | {
      readonly kind: "mouse";
      /** A button pressed, moved with the button held, let go; the wheel turned one notch. */
      readonly action: "click" | "drag" | "release" | "wheelup" | "wheeldown";
      readonly button: "left" | "middle" | "right";
      readonly x: number;
      readonly y: number;
    }
  | { readonly kind: "resize"; readonly width: number; readonly height: number };

/** What a program's effects are done with. */
export interface TerminalHost<Message> {
  /** Sends a message to `update`, from wherever; ignored once the program has ended. */
  dispatch(message: Message): void;
  /** Sends `message` after `ms`; replaces what waits under the same name. Without it the program sleeps. */
  after(name: string, ms: number, message: Message): void;
  cancel(name: string): void;
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
  perform(effect: Effect, host: TerminalHost<Message>): void;
}

export interface TerminalStreams {
  readonly input: RawInput;
  readonly output: NodeJS.WriteStream;
}

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;

/** Blessed's classes, which its types show as functions only. */
const { widget } = blessed as unknown as {
  widget: { Box: typeof Widgets.BoxElement; Screen: typeof Widgets.Screen };
};

/** Mouse reports off, scroll region whole: while the alternate screen still takes the cursor movement. */
const BEFORE_LEAVING = "\u001B[?1006l\u001B[?1003l\u001B[?1002l\u001B[?1000l\u001B[r";
const AFTER_LEAVING = "\u001B[0m\u001B[?25h";

/**
 * Runs `app` until it quits and resolves with its exit code, the terminal as it was found. An error thrown by the
 * program or anywhere else in the process restores the terminal and rejects with it. SIGTERM, SIGHUP, SIGINT and
 * SIGQUIT restore the terminal and then end the process as they would have.
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
  private readonly screen: Widgets.Screen;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private model: Model;
  private size: TerminalSize = { width: 0, height: 0 };
  private paintDue = false;
  private ended = false;

  private readonly onSignal = (signal: NodeJS.Signals) => this.endBySignal(signal);
  private readonly onError = (error: unknown) => this.fail(error);
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
      screen.program.setMouse({ vt200Mouse: true, cellMotion: true, utfMouse: false, sgrMouse: true }, true);
      for (const effect of this.app.effects ?? []) this.app.perform(effect, this);
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

  quit(code = 0): void {
    if (this.ended) return;
    this.restore();
    this.resolve(code);
  }

  private advance(message: Message): void {
    const [model, effects] = this.app.update(this.model, message);
    this.model = model;
    for (const effect of effects) {
      if (!this.ended) this.app.perform(effect, this);
    }
  }

  private paint(): void {
    if (this.ended) return;
    try {
      this.screen.render();
    } catch (error) {
      this.fail(error);
    }
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
    if (name !== null) this.fromTerminal({ kind: "key", key: name });
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
    process.off("uncaughtException", this.onError);
    process.off("unhandledRejection", this.onError);
    process.off("exit", this.onExit);
    const { program } = this.screen;
    // Each step on its own: a terminal that has gone away must not keep the next from being tried.
    attempt(() => program.flush());
    attempt(() => this.output.write(BEFORE_LEAVING));
    attempt(() => this.screen.destroy());
    attempt(() => this.input.setRawMode(false));
    attempt(() => this.output.write(AFTER_LEAVING));
    this.input.close();
    this.output.off("error", this.onOutputError);
  }
}

/** Writes a grid into blessed's cells; blessed then sends the changed ones to the terminal. */
class GridBox extends widget.Box {
  private readonly frame: () => Grid | null;

  constructor(screen: Widgets.Screen, frame: () => Grid | null) {
    super({ screen, top: 0, left: 0, width: "100%", height: "100%" });
    this.frame = frame;
  }

  override render(): Widgets.Coords {
    const grid = this.frame();
    if (grid !== null) copyCells(grid, (this.screen as unknown as { lines: BlessedLine[] }).lines);
    return {} as Widgets.Coords;
  }
}

/** A row of blessed's grid: cells, and whether blessed has to look at them. */
type BlessedLine = [attr: number, char: string][] & { dirty: boolean };

/** The cells of `grid` into blessed's, marking only rows that changed. */
export function copyCells(grid: Grid, lines: BlessedLine[]): void {
  const { chars, attrs, stride } = grid;
  const height = Math.min(grid.height, lines.length);
  for (let y = 0; y < height; y++) {
    const line = lines[y];
    const width = Math.min(grid.width, line.length);
    let at = (grid.originY + y) * stride + grid.originX;
    for (let x = 0; x < width; x++, at++) {
      const cell = line[x];
      if (cell[0] === attrs[at] && cell[1] === chars[at]) continue;
      cell[0] = attrs[at];
      cell[1] = chars[at];
      line.dirty = true;
    }
  }
}

function openScreen(input: TerminalInput, output: NodeJS.WriteStream): Widgets.Screen {
  // Blessed's own table of widths is from 2013; the grid is laid out by ours, and both must agree.
  const unicode = (blessed as unknown as { unicode: { charWidth(text: string, at?: number): number } })
    .unicode;
  unicode.charWidth = (text, at = 0) => Math.max(1, charWidth(text.codePointAt(at) ?? 0x20));
  const screen = blessed.screen({
    input: input as unknown as NodeJS.ReadStream,
    output,
    terminal: "xterm-256color",
    forceUnicode: true,
    fullUnicode: true,
    autoPadding: false,
  });
  // Box characters as themselves: tmux and others show blessed's line drawing mode as letters.
  (screen as unknown as { tput: { brokenACS: boolean } }).tput.brokenACS = true;
  return screen;
}

/** Takes away the handlers blessed installs for the process with its first screen. */
function dropBlessedHandlers(): void {
  const own = widget.Screen as unknown as Record<string, ((...args: never[]) => void) | undefined>;
  const handlers: [string, string][] = [
    ["uncaughtException", "_exceptionHandler"],
    ["SIGTERM", "_sigtermHandler"],
    ["SIGINT", "_sigintHandler"],
    ["SIGQUIT", "_sigquitHandler"],
  ];
  for (const [event, name] of handlers) {
    const handler = own[name];
    if (handler !== undefined) process.removeListener(event, handler as (...args: unknown[]) => void);
  }
}

interface BlessedKey {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

interface BlessedMouse {
  readonly action?: string;
  readonly button?: string;
  readonly x?: number;
  readonly y?: number;
  readonly raw?: readonly [number, ...unknown[]];
}

/** Our name for a key blessed reports, or null for what is not one. */
export function keyName(char: string | undefined, key: BlessedKey): string | null {
  const { name } = key;
  // Blessed reports Return twice, as `enter` and as `return`.
  if (name === "return" || name === "undefined" || name === "mouse") return null;
  const plain = key.ctrl !== true && key.meta !== true;
  if (plain && char !== undefined && char > " " && char !== "\u007F" && isOneCharacter(char)) return char;
  if (name === undefined) return null;
  const known = name === "linefeed" ? "enter" : name;
  // A letter typed with Alt keeps its case; other keys say that shift was held.
  const letter = known.length === 1;
  const shown = letter && key.shift === true ? known.toUpperCase() : known;
  const shift = key.shift === true && !letter ? "S-" : "";
  return `${key.ctrl === true ? "C-" : ""}${key.meta === true ? "M-" : ""}${shift}${shown}`;
}

function isOneCharacter(text: string): boolean {
  const codePoint = text.codePointAt(0) ?? 0;
  return text.length === (codePoint > 0xffff ? 2 : 1) && charWidth(codePoint) !== -1;
}

/** In an SGR report: the button is held while the mouse moves. */
const MOTION = 32;

function mouseMessage(event: BlessedMouse): TerminalMessage | null {
  const { x, y } = event;
  if (x === undefined || y === undefined || x < 0 || y < 0) return null;
  const button = event.button === "right" || event.button === "middle" ? event.button : "left";
  const moved = ((event.raw?.[0] ?? 0) & MOTION) !== 0;
  switch (event.action) {
    case "wheelup":
    case "wheeldown":
      return { kind: "mouse", action: event.action, button: "middle", x, y };
    case "mousedown":
      return { kind: "mouse", action: moved ? "drag" : "click", button, x, y };
    case "mouseup":
      return { kind: "mouse", action: "release", button, x, y };
    default:
      return null;
  }
}

function attempt(step: () => unknown): void {
  try {
    step();
  } catch {
    // The terminal is gone; there is nobody left to tell.
  }
}
