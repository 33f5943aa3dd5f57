/** What blessed is given and what it reports, in our own terms; its quirks end here. */

import { createRequire } from "node:module";
import type { Widgets } from "blessed";

import type { Grid } from "./render/grid.ts";
import { charWidth } from "./render/width.ts";
import type { TerminalInput } from "./terminal-input.ts";

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

/** Blessed's screen with what its types leave out. */
export interface BlessedScreen extends Widgets.Screen {
  enter(): void;
  leave(): void;
}

// The parts of blessed that are used, by themselves: loading all of its widgets takes as long as painting the first screen.
const require = createRequire(import.meta.url);
const Box = require("blessed/lib/widgets/box") as typeof Widgets.BoxElement;
const Screen = require("blessed/lib/widgets/screen") as typeof Widgets.Screen;
const unicode = require("blessed/lib/unicode") as { charWidth(text: string, at?: number): number };
const Tput = require("blessed/lib/tput") as { readonly prototype: BlessedTput };

/** What a capability of terminfo comes to: a flag, a number, or what writes the string with its parameters put in. */
type Capability = boolean | number | ((...parameters: unknown[]) => string);

const COMPILE = "_compile";

interface BlessedTput {
  [COMPILE]: (this: unknown, info: unknown, key: string, value: unknown) => Capability;
}

/** Blessed makes a function of each of terminfo's four hundred strings; only those that are called need to be made. */
function compileWhenCalled(tput: BlessedTput): void {
  const compile = tput[COMPILE];
  tput[COMPILE] = function (info, key, value) {
    if (typeof value !== "string" || value === "") return compile.call(this, info, key, value);
    let made: Capability | null = null;
    return (...parameters) => {
      made ??= compile.call(this, info, key, value);
      return typeof made === "function" ? made(...parameters) : "";
    };
  };
}

compileWhenCalled(Tput.prototype);

/** Writes a grid into blessed's cells; blessed then sends the changed ones to the terminal. */
export class GridBox extends Box {
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
export type BlessedLine = [attr: number, char: string][] & { dirty: boolean };

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

export function openScreen(input: TerminalInput, output: NodeJS.WriteStream): BlessedScreen {
  // Blessed's own table of widths is from 2013; the grid is laid out by ours, and both must agree.
  unicode.charWidth = (text, at = 0) => Math.max(1, charWidth(text.codePointAt(at) ?? 0x20));
  const screen = new Screen({
    input: input as unknown as NodeJS.ReadStream,
    output,
    terminal: "xterm-256color",
    forceUnicode: true,
    fullUnicode: true,
    autoPadding: false,
  });
  // Box characters as themselves: tmux and others show blessed's line drawing mode as letters.
  (screen as unknown as { tput: { brokenACS: boolean } }).tput.brokenACS = true;
  return screen as BlessedScreen;
}

/** Takes away the handlers blessed installs for the process with its first screen. */
export function dropBlessedHandlers(): void {
  const own = Screen as unknown as Record<string, ((...args: never[]) => void) | undefined>;
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

export interface BlessedKey {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

export interface BlessedMouse {
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

/** A mouse report as a message; null for a mere movement and for what is no place. */
export function mouseMessage(event: BlessedMouse): TerminalMessage | null {
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
