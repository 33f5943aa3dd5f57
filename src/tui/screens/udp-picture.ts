// The picture of a UDP conversation: a block a datagram, its bytes and aligned with them who sent them, the packets that carried them and
// what recv gave of them. A datagram that is longer than a row is drawn to scale.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Grid } from "../render/grid.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "../widgets/scroll.ts";
import { putSpans, richWidth } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { datagramBytes } from "./datagrams.ts";
import type { Datagram } from "./datagrams.ts";
import { shownTrace } from "./packet-data.ts";
import { shownStep } from "./sequence-data.ts";
import { BROKEN, paintLane, READ, SENT, WIRE } from "./stream-lanes.ts";
import type { LanePiece } from "./stream-lanes.ts";
import { CELLS } from "./stream-picture.ts";
import { datagramShown, udpSide } from "./udp-data.ts";
import { partSpans, recvSpans, sendWords } from "./udp-words.ts";

const NAME_CELLS = 8;
/** Cells beside a block that its words want, and below which they stand in it. */
const WORDS_WANTED = 54;
const WORDS_MIN = 30;
/** Datagrams by the longest of which the cells of a byte are chosen. */
const MEASURED_MAX = 1000;
/** Where in the pane the cursor's block is, of all that fit. */
const CURSOR_AT = 0.6;

/** How blocks stand in a pane. */
interface Shape {
  /** Cells a byte takes. */
  readonly cell: number;
  /** Cells for bytes. */
  readonly room: number;
  /** Lines of a block, the empty one below it included, and blocks that fit. */
  readonly lines: number;
  readonly blocks: number;
  readonly top: number;
  readonly cursor: number;
}

function shapeOf(model: Model, width: number, height: number): Shape {
  const side = udpSide(model);
  const room = Math.max(8, width - NAME_CELLS - 3);
  const longest = side.slice(0, MEASURED_MAX).reduce((most, { length }) => Math.max(most, length), 1);
  // Words stand beside what is short.
  const chosen = model.stream.cell;
  const cell =
    chosen === null
      ? (CELLS.findLast((cells) => longest * cells <= room - WORDS_WANTED && cells <= 5) ?? 1)
      : CELLS[Math.max(0, Math.min(CELLS.length - 1, chosen))];
  const lines = (hasCalls(model) ? 2 : 0) + (cell >= 3 ? 2 : 1) + 2;
  const blocks = Math.max(1, Math.floor((height + 1) / lines));
  const cursor = datagramShown(model);
  const top = Math.max(0, Math.min(cursor - Math.floor((blocks - 1) * CURSOR_AT), side.length - blocks));
  return { cell, room, lines, blocks, top, cursor };
}

/** Whether the trace tells of calls at all, as a capture does not. */
export function hasCalls(model: Model): boolean {
  return indexOf(shownTrace(model)).calls.length > 0;
}

/** Paints as many datagrams as fit, the cursor's among them. */
export function udpPicture(grid: Grid, theme: Theme, model: Model): void {
  const side = udpSide(model);
  if (side.length === 0) {
    grid.put(1, 0, "nothing was sent this way", theme.muted);
    return;
  }
  const shape = shapeOf(model, grid.width, grid.height);
  for (let i = 0; i < shape.blocks && shape.top + i < side.length; i++) {
    const at = shape.top + i;
    const y = i * shape.lines;
    const view = grid.sub(0, y, grid.width - 1, Math.min(shape.lines, grid.height - y));
    paintBlock(view, theme, model, side[at], shape, at === shape.cursor);
  }
  scrollbar(grid, theme, 0, grid.height, shape.top, side.length > shape.blocks ? side.length : 0);
}

/** The index of the datagram on line `y` of the picture, -1 for none: for the mouse. */
export function datagramAt(model: Model, width: number, height: number, y: number): number {
  const { lines, top } = shapeOf(model, width, height);
  const at = top + Math.floor(y / lines);
  return at < udpSide(model).length ? at : -1;
}

function paintBlock(
  grid: Grid,
  theme: Theme,
  model: Model,
  datagram: Datagram,
  shape: Shape,
  isCursor: boolean,
): void {
  const { length } = datagram;
  const { room } = shape;
  const isScaled = length * shape.cell > room;
  const column = (offset: number): number =>
    1 + NAME_CELLS + (isScaled ? Math.floor((offset * room) / length) : offset * shape.cell);
  const gap = !isScaled && shape.cell >= 3 ? 1 : 0;
  const end = column(length);
  let y = 0;
  const lane = (name: string, pieces: readonly LanePiece[], words: readonly Span[]): void => {
    grid.put(1, y, name, theme.muted, NAME_CELLS - 1);
    if (length === 0 && pieces.length > 0) grid.cell(end, y, "│", pieces[0].attr);
    else paintLane(grid, y, { name, pieces }, { start: 0, end: length, gap }, column);
    const beside = grid.width - end - 4;
    if (beside >= Math.min(WORDS_MIN, richWidth(words))) putSpans(grid, end + 2, y, words, beside);
    else if (pieces.length === 1 || words.length > 0) paintInside(grid, y, end, words, theme);
    y++;
  };
  const step = shownStep(model);
  const calls = hasCalls(model);
  if (calls) {
    const isSent = (datagram.send?.call.beginStep ?? 0) <= step;
    const attr = isSent ? theme.strong : theme.faint;
    lane(
      "sent",
      [{ start: 0, end: length, shape: SENT, labels: [], attr }],
      [{ text: sendWords(datagram), attr }],
    );
  }
  paintBytes(grid.sub(0, y, grid.width, grid.height - y), theme, model, datagram, {
    ...shape,
    isScaled,
    column,
    isCursor,
  });
  y += shape.cell >= 3 ? 2 : 1;
  const trace = shownTrace(model);
  lane("wire", wirePieces(trace, theme, datagram, step), wireWords(model, theme, datagram));
  if (calls) lane("read", readPieces(theme, datagram, step), recvSpans(model, theme, datagram));
}

/** Words over a bracket that leaves no room beside it. */
function paintInside(grid: Grid, y: number, end: number, words: readonly Span[], theme: Theme): void {
  const room = end - NAME_CELLS - 8;
  if (room < 8 || words.length === 0) return;
  const from = NAME_CELLS + 4;
  const cells = Math.min(room, richWidth(words));
  grid.put(from, y, " ".repeat(cells + 2), theme.text);
  putSpans(grid, from + 1, y, words, cells);
}

function wirePieces(trace: Trace, theme: Theme, { parts }: Datagram, step: number): LanePiece[] {
  const index = indexOf(trace);
  return parts.map(({ row, start, length }) => {
    const isLost = index.dropStep(row) !== NEVER;
    const hasLeft = index.packetStep(row) <= step;
    const isThere = !index.hasArrivals || index.arriveStep(row) <= step;
    const attr = !hasLeft
      ? theme.faint
      : isLost && index.dropStep(row) <= step
        ? theme.error
        : isThere
          ? theme.accent
          : theme.pending;
    const labels = parts.length > 1 ? [`${isLost ? "✗ " : ""}#${row + 1}`] : [];
    return { start, end: start + length, shape: isLost ? BROKEN : WIRE, labels, attr };
  });
}

/** Of one packet what became of it; fragments say it in their brackets. */
function wireWords(model: Model, theme: Theme, { parts }: Datagram): readonly Span[] {
  return parts.length === 1 ? partSpans(model, theme, parts[0], false) : [];
}

function readPieces(theme: Theme, { recv, length }: Datagram, step: number): LanePiece[] {
  if (recv === null) return [];
  const isRead = recv.call.endStep <= step;
  const given = { start: 0, end: recv.bytes, shape: READ, labels: [], attr: isRead ? theme.ok : theme.faint };
  if (recv.bytes === length) return [given];
  const cut = {
    start: recv.bytes,
    end: length,
    shape: BROKEN,
    labels: ["✂ cut off", "✂"],
    attr: isRead ? theme.error : theme.faint,
  };
  return recv.bytes === 0 ? [cut] : [given, cut];
}

interface BytesPlace {
  readonly cell: number;
  readonly room: number;
  readonly isScaled: boolean;
  readonly column: (offset: number) => number;
  readonly isCursor: boolean;
}

/** The datagram's bytes; of a scaled one as many as there is room for. */
function paintBytes(grid: Grid, theme: Theme, model: Model, datagram: Datagram, place: BytesPlace): void {
  const { number, length, recv } = datagram;
  const step = shownStep(model);
  grid.put(1, 0, `${number}`, place.isCursor ? theme.cursor : theme.muted, NAME_CELLS - 1);
  if (length === 0) {
    grid.put(1 + NAME_CELLS, 0, "∅  a datagram of no bytes", theme.muted);
    return;
  }
  const shown = place.isScaled ? Math.min(length, place.room - 2) : length;
  const { bytes, known } = datagramBytes(shownTrace(model), datagram, 0, shown);
  const readTo = recv !== null && recv.call.endStep <= step ? recv.bytes : hasCalls(model) ? 0 : length;
  const inset = !place.isScaled && place.cell >= 3 ? 1 + ((place.cell - 3) >> 1) : 0;
  for (let at = 0; at < shown; at++) {
    const x = place.isScaled ? 1 + NAME_CELLS + at : place.column(at) + inset;
    const attr = at < readTo ? theme.text : recv !== null && at >= recv.bytes ? theme.error : theme.muted;
    const isText = bytes[at] >= 0x20 && bytes[at] < 0x7f;
    const char = known[at] === 0 ? "?" : isText ? String.fromCharCode(bytes[at]) : "·";
    grid.cell(x, 0, char, char === "·" && attr === theme.text ? theme.faint : attr);
    if (place.isScaled || place.cell < 3) continue;
    grid.put(x, 1, known[at] === 1 ? bytes[at].toString(16).padStart(2, "0") : "??", attr, 2);
  }
  if (place.isScaled && shown < length) grid.put(1 + NAME_CELLS + shown, 0, " …", theme.muted);
}
