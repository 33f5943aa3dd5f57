// Following a stream: both directions in the order their bytes were first sent, as text or as hex, around the cursor's byte.

import { onBackground } from "../render/grid.ts";
import type { Grid } from "../render/grid.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { flowBytes } from "./flow-bytes.ts";
import { contentsShown, directionShown } from "./flow-data.ts";
import type { FlowContents, Turn } from "./flow-turns.ts";
import { byteShown, progressShown } from "./stream-data.ts";

/** Bytes before the cursor's that lines are made from, at most: what stands above the pane costs nothing. */
const BEFORE = 8192;
const HEX_ACROSS = 16;
/** Cells of an offset, the arrow and the gap behind it. */
const MARGIN = 11;
/** Where in the pane the cursor's line stands, of its height. */
const CURSOR_AT = 0.5;

/** One line: bytes [start, end) of a direction. */
interface FollowLine {
  readonly direction: 0 | 1;
  readonly start: number;
  readonly end: number;
  /** The first of its turn. */
  readonly first: boolean;
}

/** Bytes a line of hex or text holds in a pane of `width` cells. */
export function followAcross(mode: "text" | "hex", width: number): number {
  if (mode === "text") return Math.max(8, width - MARGIN - 2);
  return width >= MARGIN + 2 + HEX_ACROSS * 4 + 4 ? HEX_ACROSS : HEX_ACROSS / 2;
}

/** Paints the lines around the cursor. */
export function streamFollow(grid: Grid, theme: Theme, model: Model, mode: "text" | "hex"): void {
  if (contentsShown(model).turns.list.length === 0) {
    grid.put(1, 0, "nothing was sent yet", theme.muted);
    return;
  }
  const lines = linesAround(model, mode, grid.width, grid.height);
  const own = directionShown(model);
  const cursor = byteShown(model);
  const at = lines.findIndex((line) => line.direction === own && cursor < line.end && cursor >= line.start);
  const top = Math.max(0, Math.min(at - Math.floor(grid.height * CURSOR_AT), lines.length - grid.height));
  const { read } = progressShown(model);
  for (let y = 0; y < grid.height && top + y < lines.length; y++) {
    const line = lines[top + y];
    const view = grid.sub(0, y, grid.width, 1);
    paintLine(view, theme, model, line, mode, line.direction === own ? { cursor, read } : null);
  }
}

/** Lines from some way before the cursor's to a page behind it. */
function linesAround(model: Model, mode: "text" | "hex", width: number, height: number): FollowLine[] {
  const contents = contentsShown(model);
  const own = directionShown(model);
  const cursor = Math.max(0, byteShown(model));
  const turns = contents.turns.list;
  const at = Math.min(turns.length - 1, contents.turns.of(own, cursor));
  // Back over turns until there is enough above the cursor.
  let first = at;
  let before = Math.max(0, cursor - turns[at].start);
  while (first > 0 && before < BEFORE) {
    first--;
    before += turns[first].end - turns[first].start;
  }
  const across = followAcross(mode, width);
  const lines: FollowLine[] = [];
  let behind = 0;
  for (let i = first; i < turns.length && behind <= height; i++) {
    const turn = turns[i];
    const near = i === at ? Math.max(turn.start, cursor - BEFORE) : Math.max(turn.start, turn.end - BEFORE);
    // Lines of hex begin where the turn's do, wherever the cursor is.
    const from = turn.start + Math.floor((i <= at ? near - turn.start : 0) / across) * across;
    for (const line of linesOf(contents, turn, mode, across, from, height)) {
      lines.push(line);
      if (i > at || line.start > cursor) behind++;
    }
  }
  return lines;
}

function linesOf(
  contents: FlowContents,
  turn: Turn,
  mode: "text" | "hex",
  across: number,
  from: number,
  height: number,
): FollowLine[] {
  const lines: FollowLine[] = [];
  const end = Math.min(turn.end, from + BEFORE + (height + 1) * across);
  const push = (start: number, to: number): void => {
    lines.push({ direction: turn.direction, start, end: to, first: start === turn.start });
  };
  if (mode === "hex") {
    for (let start = from; start < end; start += across) push(start, Math.min(turn.end, start + across));
    return lines;
  }
  const { bytes } = flowBytes(contents.sides[turn.direction], from, end);
  let start = from;
  for (let at = from; at < end; at++) {
    if (bytes[at - from] !== 0x0a && at + 1 - start < across) continue;
    push(start, at + 1);
    start = at + 1;
  }
  if (start < end) push(start, end);
  return lines;
}

function paintLine(
  grid: Grid,
  theme: Theme,
  model: Model,
  line: FollowLine,
  mode: "text" | "hex",
  own: { readonly cursor: number; readonly read: number } | null,
): void {
  const side = contentsShown(model).sides[line.direction];
  const { bytes, known } = flowBytes(side, line.start, line.end);
  const color = line.direction === 0 ? theme.series[0] : theme.series[1];
  grid.put(1, 0, String(line.start).padStart(7), theme.muted, 7);
  grid.put(9, 0, line.first ? (line.direction === 0 ? "→" : "←") : " ", color);
  for (let i = 0; i < bytes.length; i++) {
    const offset = line.start + i;
    const attr =
      own !== null && offset === own.cursor
        ? theme.cursor
        : own !== null && offset >= own.read
          ? theme.muted
          : color;
    const char = known[i] === 0 ? "?" : charOf(bytes[i]);
    if (mode === "text") {
      const shown = bytes[i] === 0x0a ? "¶" : bytes[i] === 0x0d ? "←" : char;
      const quiet = shown === char ? attr : own?.cursor === offset ? attr : theme.faint;
      grid.cell(MARGIN + i, 0, shown, quiet);
      continue;
    }
    const across = followAcross("hex", grid.width);
    const x = MARGIN + i * 3 + (i >= across / 2 ? 1 : 0);
    grid.put(x, 0, known[i] === 0 ? "??" : bytes[i].toString(16).padStart(2, "0"), attr, 2);
    const dim = char === "·" && attr === color ? onBackground(theme.faint, theme.background) : attr;
    grid.cell(MARGIN + across * 3 + 3 + i, 0, char, dim);
  }
}

function charOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}
