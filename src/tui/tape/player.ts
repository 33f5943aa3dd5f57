// Plays a tape: drives a program as the terminal would, on a clock of its own, and keeps every screen it shows.

import type { CastFrame } from "../render/asciicast.ts";
import type { Grid } from "../render/grid.ts";
import { gridToText } from "../render/text.ts";
import type { TerminalApp, TerminalHost, TerminalMessage, TerminalSize } from "../terminal.ts";
import { TapeError } from "./tape.ts";
import type { Tape, TapeCommand } from "./tape.ts";

/** A screen that the tape asked for by name. */
export interface TapeSnapshot {
  readonly path: string;
  readonly grid: Grid;
}

export interface Played {
  /** Ascending in time; frames that change nothing are among them. */
  readonly frames: readonly CastFrame[];
  readonly snapshots: readonly TapeSnapshot[];
  /** How long the tape runs, in seconds. */
  readonly seconds: number;
}

/** A recording of more frames is refused. */
const FRAMES_MAX = 20_000;
/** Messages that follow from one another without time passing. */
const AT_ONCE_MAX = 1_000_000;

/**
 * Plays `tape` on `app`. The same app and tape give the same frames, as far as what the app asks of the outside does. Rejects with `TapeError`
 * for what the tape waits for in vain.
 */
export async function playTape<Model, Message, Effect>(
  app: TerminalApp<Model, Message, Effect>,
  tape: Tape,
): Promise<Played> {
  const player = new TapePlayer(app, tape);
  await player.play();
  return player.played();
}

interface Timer<Message> {
  readonly name: string;
  readonly dueMs: number;
  readonly message: Message;
}

class TapePlayer<Model, Message, Effect> implements TerminalHost<Message> {
  readonly #app: TerminalApp<Model, Message, Effect>;
  readonly #tape: Tape;
  readonly #frames: CastFrame[] = [];
  readonly #snapshots: TapeSnapshot[] = [];
  readonly #timers = new Map<string, Timer<Message>>();
  /** What the program does outside and has yet to come back from. */
  readonly #outside = new Set<Promise<void>>();
  #model: Model;
  #size: TerminalSize;
  #nowMs = 0;
  /** How much of the time so far is not shown. */
  #hiddenMs = 0;
  #isHidden = false;
  #ended = false;
  #failure: unknown = null;

  constructor(app: TerminalApp<Model, Message, Effect>, tape: Tape) {
    this.#app = app;
    this.#tape = tape;
    this.#model = app.initial;
    this.#size = tape.size;
  }

  async play(): Promise<void> {
    this.#perform(this.#app.effects ?? []);
    this.#send({ kind: "resize", ...this.#size });
    await this.#settle();
    this.#show();
    for (const { line, command } of this.#tape.lines) {
      if (this.#ended) return;
      await this.#do(command, line);
    }
  }

  played(): Played {
    return {
      frames: this.#frames,
      snapshots: this.#snapshots,
      seconds: (this.#nowMs - this.#hiddenMs) / 1000,
    };
  }

  // What the program asks of its terminal.

  dispatch(message: Message): void {
    if (this.#ended) return;
    const [model, effects] = this.#app.update(this.#model, message);
    this.#model = model;
    this.#perform(effects);
  }

  after(name: string, ms: number, message: Message): void {
    this.#timers.set(name, { name, dueMs: this.#nowMs + Math.max(0, ms), message });
  }

  cancel(name: string): void {
    this.#timers.delete(name);
  }

  control(): void {}

  quit(): void {
    this.#ended = true;
  }

  // The tape.

  async #do(command: TapeCommand, line: number): Promise<void> {
    switch (command.kind) {
      case "key":
        for (let i = 0; i < command.times; i++) await this.#press(command.key, command.everyMs);
        return;
      case "type":
        for (const char of command.text) await this.#press(char === " " ? "space" : char, command.everyMs);
        return;
      case "sleep":
        await this.#pass(command.ms);
        return;
      case "wait":
        await this.#waitFor(command.text, command.withinMs, line);
        return;
      case "resize":
        this.#size = command.size;
        await this.#answer({ kind: "resize", ...command.size });
        return;
      case "mouse":
        await this.#answer({
          kind: "mouse",
          action: command.action,
          button: "left",
          x: command.x,
          y: command.y,
        });
        return;
      case "snapshot":
        this.#snapshots.push({ path: command.path, grid: this.#view() });
        return;
      case "hide":
        this.#isHidden = true;
        return;
      case "show":
        this.#isHidden = false;
        this.#show();
    }
  }

  async #press(key: string, everyMs: number | null): Promise<void> {
    if (this.#ended) return;
    await this.#answer({ kind: "key", key });
    await this.#pass(everyMs ?? this.#tape.typingMs);
  }

  /** Lets the program answer a message of the terminal's, and shows what it makes of it. */
  async #answer(message: TerminalMessage): Promise<void> {
    this.#send(message);
    await this.#settle();
    this.#show();
  }

  async #waitFor(text: string, withinMs: number, line: number): Promise<void> {
    const untilMs = this.#nowMs + withinMs;
    while (!gridToText(this.#view()).includes(text)) {
      const next = this.#earliest();
      if (this.#ended || next === null || next.dueMs > untilMs)
        throw new TapeError(line, 1, `the screen does not come to show "${text}" within ${withinMs} ms`);
      await this.#pass(next.dueMs - this.#nowMs);
    }
  }

  /** Lets time pass. */
  async #pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#earliest();
      if (this.#ended || next === null || next.dueMs > untilMs) break;
      this.#goTo(next.dueMs);
      this.#ring(next);
      await this.#settle();
      this.#show();
    }
    this.#goTo(untilMs);
  }

  #goTo(ms: number): void {
    if (this.#isHidden) this.#hiddenMs += ms - this.#nowMs;
    this.#nowMs = ms;
  }

  /** All that needs no time: what is outside comes back, and timers that are due ring. */
  async #settle(): Promise<void> {
    for (let i = 0; i < AT_ONCE_MAX; i++) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#outside.size > 0) {
        await Promise.all(this.#outside);
        continue;
      }
      const next = this.#earliest();
      if (this.#ended || next === null || next.dueMs > this.#nowMs) return;
      this.#ring(next);
    }
    throw new RangeError("the program goes on and on while no time passes");
  }

  #ring(timer: Timer<Message>): void {
    this.#timers.delete(timer.name);
    this.dispatch(timer.message);
  }

  #earliest(): Timer<Message> | null {
    let earliest: Timer<Message> | null = null;
    for (const timer of this.#timers.values())
      if (earliest === null || timer.dueMs < earliest.dueMs) earliest = timer;
    return earliest;
  }

  #send(message: TerminalMessage): void {
    const own = this.#app.fromTerminal(message);
    if (own !== null) this.dispatch(own);
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (this.#ended) return;
      const done = this.#app.perform(effect, this);
      if (!(done instanceof Promise)) continue;
      const outside: Promise<void> = done
        .catch((error: unknown) => {
          this.#failure = error;
        })
        .finally(() => this.#outside.delete(outside));
      this.#outside.add(outside);
    }
  }

  #view(): Grid {
    return this.#app.view(this.#model, this.#size);
  }

  #show(): void {
    if (this.#isHidden || this.#ended) return;
    if (this.#frames.length >= FRAMES_MAX)
      throw new RangeError(`a recording of more than ${FRAMES_MAX} frames`);
    this.#frames.push({ time: (this.#nowMs - this.#hiddenMs) / 1000, grid: this.#view() });
  }
}
