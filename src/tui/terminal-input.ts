/**
 * The stream of bytes from a terminal, cut into whole keys and mouse reports before blessed reads them: blessed takes
 * each read for a unit, and loses what is split over two reads or comes together with a mouse report.
 */

import { EventEmitter } from "node:events";
import { StringDecoder } from "node:string_decoder";

/** Longest sequence waited for; what is longer is no key and is dropped. */
const MAX_SEQUENCE = 64;

/** Longest answer of the terminal (OSC, DCS ...) swallowed before giving up on its end. */
const MAX_STRING = 4096;

/** How long an Esc may be the beginning of a sequence before it is the key. */
const ESCAPE_MS = 50;

const ESC = "\u001B";

/** Cuts text into tokens: one character, or one whole escape sequence. Keeps what is not whole yet. */
export class KeySplitter {
  private rest = "";

  /** Whether the beginning of a sequence is held back. */
  get pending(): boolean {
    return this.rest !== "";
  }

  /** The tokens completed by `text`, in order. Concatenating all pushes and cutting once gives the same tokens. */
  push(text: string): string[] {
    const input = this.rest + text;
    const tokens: string[] = [];
    let at = 0;
    while (at < input.length) {
      const length = tokenLength(input, at);
      if (length === 0) break;
      const token = input.slice(at, at + Math.abs(length));
      if (length > 0) tokens.push(token);
      at += token.length;
    }
    this.rest = input.slice(at);
    return tokens;
  }

  /** No more is coming soon: what is held back is an Esc key, followed by plain characters. */
  flush(): string[] {
    const { rest } = this;
    this.rest = "";
    if (rest === "") return [];
    // The beginning of a report that never went on is not text somebody typed.
    return rest === ESC || rest.length > 2 ? [ESC] : [rest];
  }
}

/** Length of the token at `at`; 0 when it is not whole yet, negative when it is to be dropped. */
function tokenLength(input: string, at: number): number {
  if (input[at] !== ESC) {
    const codePoint = input.codePointAt(at) ?? 0;
    return codePoint > 0xffff ? 2 : 1;
  }
  const left = input.length - at;
  if (left === 1) return 0;
  switch (input[at + 1]) {
    case ESC:
      return 1;
    case "[":
      return controlSequenceLength(input, at, left);
    case "O":
    case "N":
      return functionKeyLength(input, at, left);
    case "]":
    case "P":
    case "_":
    case "^":
    case "X":
      return stringLength(input, at, left);
    default:
      return (input.codePointAt(at + 1) ?? 0) > 0xffff ? 3 : 2;
  }
}

/** ESC [ parameters intermediates final (ECMA-48 5.4), and the two forms that break the rule. */
function controlSequenceLength(input: string, at: number, left: number): number {
  if (left === 2) return 0;
  // The X10 mouse report: three raw characters after the final.
  if (input[at + 2] === "M") return left >= 6 ? 6 : 0;
  // The Linux console's function keys: ESC [ [ A.
  if (input[at + 2] === "[") return left >= 4 ? 4 : 0;
  const end = Math.min(left, MAX_SEQUENCE);
  for (let i = 2; i < end; i++) {
    const code = input.charCodeAt(at + i);
    if (code >= 0x40 && code <= 0x7e) return i + 1;
    // rxvt ends keys with shift in "$", which is otherwise an intermediate: of the answers to questions about modes, for one.
    if (code === 0x24 && i > 2 && input[at + 2] !== "?") return i + 1;
    // Not a sequence after all: drop it, begin again with what broke it.
    if (code < 0x20 || code > 0x7e) return -i;
  }
  return left >= MAX_SEQUENCE ? -MAX_SEQUENCE : 0;
}

/** ESC O, optional digits (modifiers), a letter. */
function functionKeyLength(input: string, at: number, left: number): number {
  for (let i = 2; i < Math.min(left, 6); i++) {
    const code = input.charCodeAt(at + i);
    if (code < 0x30 || code > 0x3b) return code >= 0x40 && code <= 0x7e ? i + 1 : -i;
  }
  return left >= 6 ? -6 : 0;
}

/** ESC ] ... up to BEL or ESC \: an answer to a question, nothing typed. */
function stringLength(input: string, at: number, left: number): number {
  const end = Math.min(left, MAX_STRING);
  for (let i = 2; i < end; i++) {
    const char = input[at + i];
    if (char === "\u0007") return -(i + 1);
    if (char === ESC) {
      if (i + 1 >= left) return 0;
      return input[at + i + 1] === "\\" ? -(i + 2) : -i;
    }
  }
  return left >= MAX_STRING ? -MAX_STRING : 0;
}

/** An answer to the question after a private mode (DECRPM): its number, and 0 where the terminal does not know it. */
const MODE_REPORT = /^\u001B\[\?(\d{1,5});(\d)\$y$/;

/** What is needed of the terminal's input: process.stdin, or a stand-in. */
export interface RawInput {
  readonly isTTY?: boolean;
  readonly isRaw?: boolean;
  setRawMode?(raw: boolean): unknown;
  on(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  off(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** The input blessed is given: emits `data` once for every token of `source`, and `mode` with number and setting for answers about modes. */
export class TerminalInput extends EventEmitter {
  private readonly source: RawInput;
  private readonly splitter = new KeySplitter();
  private readonly decoder = new StringDecoder("utf8");
  private timer: NodeJS.Timeout | null = null;
  private readonly onData = (chunk: Uint8Array | string) => this.take(chunk);

  constructor(source: RawInput) {
    super();
    this.source = source;
    source.on("data", this.onData);
  }

  get isTTY(): boolean {
    return this.source.isTTY === true;
  }

  get isRaw(): boolean {
    return this.source.isRaw === true;
  }

  setRawMode(raw: boolean): this {
    this.source.setRawMode?.(raw);
    return this;
  }

  resume(): this {
    this.source.resume();
    return this;
  }

  pause(): this {
    this.source.pause();
    return this;
  }

  /** Stops listening; the source is left paused. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.source.off("data", this.onData);
    this.source.pause();
  }

  private take(chunk: Uint8Array | string): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const text = typeof chunk === "string" ? chunk : this.decoder.write(Buffer.from(chunk));
    this.send(this.splitter.push(text));
    if (this.splitter.pending) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.send(this.splitter.flush());
      }, ESCAPE_MS);
    }
  }

  private send(tokens: readonly string[]): void {
    for (const token of tokens) {
      const report = MODE_REPORT.exec(token);
      if (report !== null) {
        this.emit("mode", Number(report[1]), Number(report[2]));
        continue;
      }
      // blessed splits characters beyond the Basic Multilingual Plane in two: tell it the key directly.
      if ((token.codePointAt(0) ?? 0) > 0x7f) this.emit("keypress", token);
      else this.emit("data", Buffer.from(token));
    }
  }
}
