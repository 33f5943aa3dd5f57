// A tape: what is typed into the dashboard and when, in the manner of VHS, read from text.

import type { MouseAction } from "../messages.ts";
import type { Size } from "../model.ts";

/** What a tape does, one line each. Times are in ms of the tape's own clock. */
export type TapeCommand =
  | { readonly kind: "key"; readonly key: string; readonly times: number; readonly everyMs: number | null }
  | { readonly kind: "type"; readonly text: string; readonly everyMs: number | null }
  | { readonly kind: "sleep"; readonly ms: number }
  /** Goes on once the screen shows `text`. */
  | { readonly kind: "wait"; readonly text: string; readonly withinMs: number }
  | { readonly kind: "resize"; readonly size: Size }
  | { readonly kind: "mouse"; readonly action: MouseAction; readonly x: number; readonly y: number }
  /** The screen as it is, in a file. */
  | { readonly kind: "snapshot"; readonly path: string }
  /** What happens until `show` is not recorded. */
  | { readonly kind: "hide" }
  | { readonly kind: "show" };

export interface TapeLine {
  /** From 1. */
  readonly line: number;
  readonly command: TapeCommand;
}

export interface Tape {
  /** What is opened: a lesson, a scenario's file, a capture, a codec's file. */
  readonly opens: string;
  /** Files for the recording. */
  readonly outputs: readonly string[];
  readonly size: Size;
  readonly theme: string | null;
  readonly screen: string | null;
  readonly seed: number | null;
  /** Between two keys, in ms. */
  readonly typingMs: number;
  /** Whether the run plays from its start, as the dashboard begins; else it stands where it would open. */
  readonly playing: boolean;
  readonly lines: readonly TapeLine[];
}

/** A mistake in a tape. The message begins with line and column, both from 1. */
export class TapeError extends Error {
  override readonly name = "TapeError";

  constructor(line: number, column: number, message: string) {
    super(`${line}:${column}: ${message}`);
  }
}

const KEYS: Readonly<Record<string, string>> = {
  Enter: "enter",
  Tab: "tab",
  Space: "space",
  Up: "up",
  Down: "down",
  Left: "left",
  Right: "right",
  PageUp: "pageup",
  PageDown: "pagedown",
  Home: "home",
  End: "end",
  Escape: "escape",
  Backspace: "backspace",
  Delete: "delete",
};
const MOUSE: Readonly<Record<string, MouseAction>> = {
  Click: "click",
  Drag: "drag",
  WheelUp: "wheelup",
  WheelDown: "wheeldown",
};
const SETTINGS = ["Size", "Width", "Height", "Theme", "Screen", "Seed", "TypingSpeed", "Playing"] as const;
const WORDS: readonly string[] = [
  "Open",
  "Output",
  "Set",
  "Type",
  "Key",
  "Sleep",
  "Wait",
  "Resize",
  "Snapshot",
  "Hide",
  "Show",
  ...Object.keys(KEYS),
  ...Object.keys(MOUSE),
];

const SIZE_DEFAULT: Size = { width: 120, height: 40 };
const CELLS_MAX = 500;
const TYPING_MS = 100;
const WAIT_MS = 10_000;
const TIMES_MAX = 1000;
const MS_MAX = 3_600_000;
const LINES_MAX = 10_000;
const OUTPUT = /\.(?:cast|svg|gif|txt)$/;
const SNAPSHOT = /\.(?:txt|ansi|svg|png)$/;

/** A tape as written. Throws `TapeError` for the first mistake in it. */
export function parseTape(text: string, near: (word: string, words: readonly string[]) => string): Tape {
  const parser = new TapeParser(near);
  const lines = text.split(/\r?\n/);
  if (lines.length > LINES_MAX) throw new TapeError(LINES_MAX + 1, 1, `more than ${LINES_MAX} lines`);
  for (const [index, line] of lines.entries()) parser.line(line, index + 1);
  return parser.tape(lines.length);
}

interface Token {
  readonly text: string;
  /** From 1. */
  readonly column: number;
  readonly isQuoted: boolean;
}

class TapeParser {
  readonly #near: (word: string, words: readonly string[]) => string;
  readonly #outputs: string[] = [];
  readonly #lines: TapeLine[] = [];
  #opens: string | null = null;
  #size: Size = SIZE_DEFAULT;
  #theme: string | null = null;
  #screen: string | null = null;
  #seed: number | null = null;
  #typingMs = TYPING_MS;
  #playing = false;
  #line = 0;
  #tokens: readonly Token[] = [];
  #next = 0;

  constructor(near: (word: string, words: readonly string[]) => string) {
    this.#near = near;
  }

  tape(lines: number): Tape {
    if (this.#opens === null)
      throw new TapeError(lines, 1, "nothing is opened: begin with Open and a lesson or a file");
    return {
      opens: this.#opens,
      outputs: this.#outputs,
      size: this.#size,
      theme: this.#theme,
      screen: this.#screen,
      seed: this.#seed,
      typingMs: this.#typingMs,
      playing: this.#playing,
      lines: this.#lines,
    };
  }

  line(text: string, line: number): void {
    this.#line = line;
    this.#tokens = this.#tokensOf(text);
    this.#next = 0;
    const first = this.#tokens.at(0);
    if (first === undefined) return;
    this.#next = 1;
    const [word, every] = this.#paced(first);
    if (word === "Open" || word === "Output" || word === "Set") this.#setting(first, word);
    else this.#lines.push({ line, command: this.#command(first, word, every) });
    const left = this.#tokens.at(this.#next);
    if (left !== undefined) this.#fail(left, `${word} takes no more than that`);
  }

  #setting(first: Token, word: string): void {
    if (this.#lines.length > 0) this.#fail(first, `${word} comes before what is typed`);
    if (word === "Open") {
      if (this.#opens !== null) this.#fail(first, "a tape opens one thing only");
      this.#opens = this.#take("what to open: a lesson or a file").text;
      return;
    }
    if (word === "Output") {
      const token = this.#take("a file");
      if (!OUTPUT.test(token.text))
        this.#fail(token, `${token.text}: want a name that ends in .cast, .svg, .gif or .txt`);
      this.#outputs.push(token.text);
      return;
    }
    const name = this.#take(`one of ${SETTINGS.join(", ")}`);
    switch (name.text) {
      case "Size":
        this.#size = this.#sizeIn(this.#take("a size as in 120x40"));
        break;
      case "Width":
        this.#size = { ...this.#size, width: this.#whole("cells", 1, CELLS_MAX) };
        break;
      case "Height":
        this.#size = { ...this.#size, height: this.#whole("cells", 1, CELLS_MAX) };
        break;
      case "Theme":
        this.#theme = this.#take("a theme's name").text;
        break;
      case "Screen":
        this.#screen = this.#take("a screen's name").text.toLowerCase();
        break;
      case "Seed":
        this.#seed = this.#whole("a seed", 0, 2 ** 32 - 1);
        break;
      case "TypingSpeed":
        this.#typingMs = this.#duration(this.#take("a time as in 50ms"));
        break;
      case "Playing":
        this.#playing = this.#yes();
        break;
      default:
        this.#fail(name, `no setting called ${name.text}${this.#near(name.text, SETTINGS)}`);
    }
  }

  #command(first: Token, word: string, everyMs: number | null): TapeCommand {
    const key = this.#keyNamed(word);
    if (key !== null) return { kind: "key", key, times: this.#times(), everyMs };
    if (word === "Type") return { kind: "type", text: this.#take("a text in quotes").text, everyMs };
    if (word === "Key")
      return { kind: "key", key: this.#take("a key's name").text, times: this.#times(), everyMs };
    if (everyMs !== null) this.#fail(first, `${word} has no pace: only keys and Type have`);
    if (Object.hasOwn(MOUSE, word)) {
      const x = this.#whole("a column, from 0", 0, CELLS_MAX);
      return { kind: "mouse", action: MOUSE[word], x, y: this.#whole("a row, from 0", 0, CELLS_MAX) };
    }
    switch (word) {
      case "Sleep":
        return { kind: "sleep", ms: this.#duration(this.#take("a time as in 500ms")) };
      case "Wait": {
        const { text } = this.#take("a text the screen is to show, in quotes");
        const within = this.#tokens.at(this.#next);
        if (within === undefined) return { kind: "wait", text, withinMs: WAIT_MS };
        this.#next++;
        return { kind: "wait", text, withinMs: this.#duration(within) };
      }
      case "Resize":
        return { kind: "resize", size: this.#sizeIn(this.#take("a size as in 120x40")) };
      case "Snapshot": {
        const token = this.#take("a file");
        if (!SNAPSHOT.test(token.text))
          this.#fail(token, `${token.text}: want a name that ends in .txt, .ansi, .svg or .png`);
        return { kind: "snapshot", path: token.text };
      }
      case "Hide":
        return { kind: "hide" };
      case "Show":
        return { kind: "show" };
      default:
        return this.#fail(first, `no command called ${word}${this.#near(word, WORDS)}`);
    }
  }

  /** `Down@50ms`: the word, and what is behind its `@`. */
  #paced(token: Token): [word: string, everyMs: number | null] {
    const at = token.isQuoted ? -1 : token.text.indexOf("@");
    if (at <= 0) return [token.text, null];
    const pace = { ...token, text: token.text.slice(at + 1), column: token.column + at + 1 };
    return [token.text.slice(0, at), this.#duration(pace)];
  }

  #keyNamed(word: string): string | null {
    if (Object.hasOwn(KEYS, word)) return KEYS[word];
    const held = /^(Ctrl|Shift|Alt)\+(.+)$/.exec(word);
    if (held === null) return null;
    const [, modifier, name] = held;
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : name.toLowerCase();
    return `${{ Ctrl: "C", Shift: "S", Alt: "M" }[modifier] ?? ""}-${key}`;
  }

  #times(): number {
    return this.#next < this.#tokens.length ? this.#whole("how many times", 1, TIMES_MAX) : 1;
  }

  #yes(): boolean {
    const token = this.#take("true or false");
    if (token.text !== "true" && token.text !== "false")
      this.#fail(token, `${token.text}: want true or false`);
    return token.text === "true";
  }

  #sizeIn(token: Token): Size {
    const [, width, height] = (/^(\d{1,4})x(\d{1,4})$/.exec(token.text) ?? []).map(Number);
    const isSize = width >= 1 && width <= CELLS_MAX && height >= 1 && height <= CELLS_MAX;
    if (!isSize) this.#fail(token, `${token.text}: want WIDTHxHEIGHT as in 120x40, up to ${CELLS_MAX} each`);
    return { width, height };
  }

  #whole(what: string, min: number, max: number): number {
    const token = this.#take(what);
    const value = /^\d{1,10}$/.test(token.text) ? Number(token.text) : Number.NaN;
    if (!(value >= min && value <= max)) this.#fail(token, `${token.text}: want ${what}, ${min} to ${max}`);
    return value;
  }

  #duration(token: Token): number {
    const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(token.text);
    const ms = Number(match?.[1]) * ({ ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? "s"] ?? 1);
    if (!(ms >= 0 && ms <= MS_MAX))
      this.#fail(token, `${token.text}: want a time as in 500ms or 2s, up to an hour`);
    return ms;
  }

  #take(what: string): Token {
    const token = this.#tokens.at(this.#next);
    if (token === undefined) {
      const last = this.#tokens[this.#tokens.length - 1];
      throw new TapeError(this.#line, last.column + last.text.length + 1, `want ${what}`);
    }
    this.#next++;
    return token;
  }

  #tokensOf(text: string): Token[] {
    const tokens: Token[] = [];
    for (const match of text.matchAll(/#.*|"([^"]*)"|'([^']*)'|`([^`]*)`|(["'`].*)|([^\s"'`]+)/g)) {
      const column = match.index + 1;
      const [all, double, single, back, open, plain] = match;
      if (all.startsWith("#")) break;
      if (open !== undefined) throw new TapeError(this.#line, column, "this quote has no end");
      const quoted = double ?? single ?? back;
      tokens.push({ text: quoted ?? plain, column, isQuoted: quoted !== undefined });
    }
    return tokens;
  }

  #fail(token: Token, message: string): never {
    throw new TapeError(this.#line, token.column, message);
  }
}
