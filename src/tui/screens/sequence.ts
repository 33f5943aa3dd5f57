// The Sequence screen: lifelines, and every packet a line from where and when it left to where and when it ended.

import type { DissectedPacket } from "../../capture/dissect/dissect.ts";
import type { SequenceFold, SequenceItem, SequenceNote, SequencePacket } from "../../trace/sequence.ts";
import { durationText, millisText, sizeText } from "../../trace/words.ts";
import { onBackground } from "../render/grid.ts";
import type { Grid } from "../render/grid.ts";
import { textCut, textWidth } from "../render/width.ts";
import { SPEEDS } from "../model.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { hexBytesPerRow, hexView } from "../widgets/hex.ts";
import { scrollbar } from "../widgets/scroll.ts";
import { shortenedAddress } from "../widgets/shortened.ts";
import { tree } from "../widgets/tree.ts";
import { atEnd } from "./lab.ts";
import { fateOf, isAhead, selectedRow, shownAt, shownTrace } from "./packet-data.ts";
import { layerRanges, labelSpans, treeRows } from "./packet-tree.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import { isAgain, lifelinesOf, scaleOf, sequenceLabel, sequenceOf, shownStep } from "./sequence-data.ts";
import type { Lifelines } from "./sequence-data.ts";
import { sequenceLayout } from "./sequence-layout.ts";

/** Room beside the outer lifelines for the longest state's name. */
const MARGIN = 13;
const MARGIN_NARROW = 3;
/** Slopes of a line within a cell, from its top to its bottom. */
const SCAN_LINES = ["⎺", "⎻", "─", "⎼", "⎽"] as const;
/** Where in a pane the cursor's row stands, of its height. */
const CURSOR_AT = 0.6;
const ELLIPSIS = "…";
/** An end that is no host's name. */
const ADDRESS = /^[\da-f.:[\]]+$/;
/** Cells of the sign of what a host says to itself, and the space beside it. */
const SIGN_CELLS = 2;

/** Paints the screen over all of `grid` but its first and last row. */
export function sequenceScreen(grid: Grid, theme: Theme, model: Model): void {
  const row = selectedRow(model);
  const packet = row < 0 ? null : shownAt(model, row);
  for (const place of sequenceLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    if (view.height === 0) continue;
    if (place.part === "sequence") paintSequence(view, theme, model);
    else if (place.part === "details") paintDetails(view, theme, packet, row);
    else if (place.part === "bytes") paintBytes(view, theme, model, packet, row);
    else paintTime(view, theme, model);
  }
}

/** Rows of the layout at the top of the pane, for painting and for the mouse. */
export function sequenceTop(model: Model, height: number): number {
  const sequence = sequenceOf(model, lifelinesOf(model));
  const at = sequence.rowOf(shownStep(model));
  const top = Math.min(at - Math.floor(height * CURSOR_AT), sequence.rows - height);
  return Math.max(0, top);
}

interface Painting {
  readonly grid: Grid;
  readonly theme: Theme;
  readonly model: Model;
  readonly xs: readonly number[];
  /** Columns of the times. */
  readonly time: number;
  readonly top: number;
  readonly cursorRow: number;
}

function paintSequence(view: Grid, theme: Theme, model: Model): void {
  const trace = shownTrace(model);
  const lifelines = lifelinesOf(model);
  const sequence = sequenceOf(model, lifelines);
  const inner = frame(view, theme, {
    title: lifelines.only === "" ? "Sequence" : `Sequence of ${lifelines.only}`,
    status: scaleWords(model),
    focused: true,
  });
  if (trace.packets.count === 0 && sequence.items.length === 0) {
    inner.put(1, 1, "nothing has happened yet", theme.muted);
    return;
  }
  const rows = inner.height - 1;
  const top = sequenceTop(model, rows);
  const cursorRow = sequence.rowOf(shownStep(model));
  const time = Math.max(8, ...sequence.items.slice(-1).map(({ timeNs }) => millisText(timeNs).length + 2));
  const xs = columnsOf(lifelines, inner.width - 1, time, trace.events.length > 0);
  const names = inner.sub(0, 0, inner.width - 1, 1);
  names.put(time - 3, 0, "ms", theme.muted);
  lifelines.names.forEach((name, i) => {
    // Each has the room to the middle between it and its neighbours.
    const low = i === 0 ? time : Math.floor((xs[i - 1] + xs[i]) / 2) + 1;
    const high = i === xs.length - 1 ? inner.width - 1 : Math.floor((xs[i] + xs[i + 1]) / 2);
    const shown = ADDRESS.test(name) ? shortenedAddress(name, high - low) : textCut(name, high - low);
    const cells = textWidth(shown);
    const x = Math.round(xs[i] - cells / 2 + 0.5);
    names.put(Math.max(low, Math.min(x, high - cells)), 0, shown, theme.strong);
  });
  const body = inner.sub(0, 1, inner.width - 1, rows);
  const painting: Painting = { grid: body, theme, model, xs, time, top, cursorRow };
  if (cursorRow >= top && cursorRow < top + rows)
    body.fill(0, cursorRow - top, body.width, 1, theme.selectedBlur);
  for (let y = 0; y < rows; y++) for (const x of xs) cell(painting, x, top + y, "│", theme.border);
  for (const item of sequence.items) if (item.kind !== "note") paintLine(painting, item);
  for (const item of sequence.items) paintWords(painting, item);
  for (const gap of sequence.gaps) {
    const at = gap.y - top;
    if (at >= 0 && at < rows) body.put(1, at, textCut(`⋮ ${durationText(gap.ns)}`, time), theme.faint);
  }
  if (cursorRow >= top && cursorRow < top + rows) {
    body.cell(0, cursorRow - top, "▌", onBackground(theme.accent, theme.selectedBlur));
  }
  scrollbar(inner, theme, 1, rows, top, sequence.rows);
}

function columnsOf(lifelines: Lifelines, width: number, time: number, states: boolean): number[] {
  const count = lifelines.names.length;
  const margin = states && width - time - 2 * MARGIN >= 26 * Math.max(1, count - 1) ? MARGIN : MARGIN_NARROW;
  const first = time + margin;
  const last = width - 1 - margin;
  if (count === 1) return [first];
  return Array.from({ length: count }, (_, i) => Math.round(first + ((last - first) * i) / (count - 1)));
}

/** The lines of packets, before any words. */
function paintLine(painting: Painting, item: Exclude<SequenceItem, SequenceNote>): void {
  const { theme, xs, model } = painting;
  const ahead = isAhead(model, item.packet);
  const from = xs[item.from];
  const to = xs[item.to];
  if (item.kind === "fold") {
    const attr = ahead ? theme.faint : theme.accent;
    horizontal(painting, from, to, item.y, "═", attr);
    head(painting, from, to, item.y, attr);
    if (item.answers > 0) cell(painting, from + Math.sign(to - from), item.y, to > from ? "◀" : "▶", attr);
    return;
  }
  const again = isAgain(model, item.packet);
  if (item.kind === "arrival") {
    const attr = ahead ? theme.faint : theme.accent;
    const middle = from + Math.round((to - from) * 0.6);
    horizontal(painting, middle, to, item.y, "╌", attr);
    head(painting, from, to, item.y, attr);
    return;
  }
  const fate = fateOf(model, item.packet);
  const flying = fate?.kind === "in flight" && !ahead;
  const attr = ahead
    ? theme.faint
    : item.end === "died" && fate?.kind === "dropped"
      ? theme.error
      : flying
        ? theme.pending
        : again
          ? theme.warn
          : theme.accent;
  if (from === to) return;
  const endY = item.endY ?? painting.top + painting.grid.height + 2;
  const died = item.end === "died";
  // On its way it died somewhere before the far end.
  const end = died ? from + Math.round((to - from) * (endY === item.y ? 0.3 : 0.8)) : to;
  slanted(painting, from, end, item.y, endY, attr);
  if (died) cell(painting, end, endY, "✗", ahead ? theme.faint : theme.error);
  else if (item.end === "arrived") head(painting, from, to, endY, attr);
}

/** From (x0, y0) to (x1, y1), exclusive of both lifelines, falling evenly. */
function slanted(painting: Painting, x0: number, x1: number, y0: number, y1: number, attr: number): void {
  if (y1 === y0) {
    horizontal(painting, x0, x1, y0, "─", attr);
    return;
  }
  const by = Math.sign(x1 - x0);
  const length = Math.abs(x1 - x0) - 1;
  for (let i = 0; i < length; i++) {
    const down = ((i + 0.5) / length) * (y1 - y0 + 1);
    const row = Math.floor(down);
    const scan = Math.min(SCAN_LINES.length - 1, Math.floor((down - row) * SCAN_LINES.length));
    cell(painting, x0 + by * (i + 1), y0 + row, SCAN_LINES[scan], attr);
  }
}

function horizontal(painting: Painting, x0: number, x1: number, y: number, char: string, attr: number): void {
  const by = Math.sign(x1 - x0);
  for (let x = x0 + by; x !== x1; x += by) cell(painting, x, y, char, attr);
}

function head(painting: Painting, from: number, to: number, y: number, attr: number): void {
  if (from !== to) cell(painting, to - Math.sign(to - from), y, to > from ? "▶" : "◀", attr);
}

function cell(painting: Painting, x: number, y: number, char: string, attr: number): void {
  const { grid, top, cursorRow, theme } = painting;
  const at = y - top;
  if (at < 0 || at >= grid.height) return;
  grid.cell(x, at, char, y === cursorRow ? onBackground(attr, theme.selectedBlur) : attr);
}

function put(painting: Painting, x: number, y: number, text: string, attr: number): void {
  const { grid, top, cursorRow, theme } = painting;
  const at = y - top;
  if (at < 0 || at >= grid.height || text === "") return;
  grid.put(x, at, text, y === cursorRow ? onBackground(attr, theme.selectedBlur) : attr, grid.width - x);
}

/** Times, labels, states and notes. */
function paintWords(painting: Painting, item: SequenceItem): void {
  const { theme, model, time, top, grid } = painting;
  if (item.y < top - 1 || item.y >= top + grid.height) return;
  const stamp = millisText(item.timeNs).padStart(time - 1);
  if (item.kind === "note") {
    paintNote(painting, item);
    if (item.what !== "state") put(painting, 0, item.y, stamp, theme.muted);
    return;
  }
  put(painting, 0, item.y, stamp, theme.muted);
  if (item.kind === "arrival") return;
  if (item.kind === "fold") {
    middle(painting, item, ` ${foldWords(item)} `, isAhead(model, item.packet) ? theme.faint : theme.strong);
    return;
  }
  paintLabel(painting, item);
}

function foldWords(item: SequenceFold): string {
  const data = `${item.count} packets, ${sizeText(item.bytes)}`;
  return item.answers === 0 ? data : `${data}, ${item.answers} answers`;
}

/** What a host says to itself, at the side of its lifeline that has room for it; cut at the one that has more. */
function paintBeside(painting: Painting, { from, y }: SequencePacket, words: string, attr: number): void {
  const { grid, time, xs } = painting;
  const x = xs[from];
  const right = grid.width - x - 2;
  const left = x - (xs[from - 1] ?? time) - 2;
  const cells = textWidth(words) + SIGN_CELLS;
  if (cells <= right || left <= right) {
    put(painting, x + 2, y, `↺ ${textCut(words, right - SIGN_CELLS)}`, attr);
    return;
  }
  const text = `${textCut(words, left - SIGN_CELLS)} ↺`;
  put(painting, x - 1 - textWidth(text), y, text, attr);
}

function paintLabel(painting: Painting, item: SequencePacket): void {
  const { theme, model, xs } = painting;
  const { packet } = item;
  const ahead = isAhead(model, packet);
  const again = isAgain(model, packet);
  const died =
    item.end === "died" || (item.reason !== "" && !ahead && fateOf(model, packet)?.kind === "dropped");
  const copy = (shownTrace(model).transits[packet]?.copyOf ?? null) !== null;
  const words = `${sequenceLabel(model, packet)}${copy ? " (copy)" : ""}`;
  const attr = ahead ? theme.faint : died ? theme.error : again ? theme.warn : theme.text;
  if (item.from === item.to) {
    paintBeside(painting, item, words, attr);
    return;
  }
  const endY = item.endY ?? item.y + 3;
  const reason =
    died && item.reason !== "" ? `✗ ${item.reason === "loss" ? "lost" : `lost: ${item.reason}`}  ` : "";
  if (endY === item.y && item.end === "arrived") {
    middle(painting, item, ` ${words} `, attr);
    return;
  }
  // The line falls away below the label: the label stands where the line has left its row.
  const width = Math.abs(xs[item.to] - xs[item.from]) - 1;
  const taken =
    item.end === "died" && endY === item.y
      ? Math.round(width * 0.3) + 2
      : Math.ceil(width / (endY - item.y + 1)) + 1;
  const lead = Math.min(taken, Math.max(2, width - textWidth(reason + words) - 1));
  const shown = textCut(reason + words, width - lead - 1);
  const x = item.to > item.from ? xs[item.from] + 1 + lead : xs[item.from] - 1 - lead - textWidth(shown);
  put(painting, x - 1, item.y, ` ${shown} `, attr);
}

function middle(painting: Painting, item: SequencePacket | SequenceFold, words: string, attr: number): void {
  const { xs } = painting;
  const low = Math.min(xs[item.from], xs[item.to]);
  const width = Math.abs(xs[item.to] - xs[item.from]) - 1;
  const shown = textCut(words, width - 4);
  put(painting, low + 1 + Math.floor((width - textWidth(shown)) / 2), item.y, shown, attr);
}

function paintNote(painting: Painting, item: SequenceNote): void {
  const { theme, xs, time, grid, model } = painting;
  const ahead = item.step > shownStep(model);
  if (item.lifeline < 0) {
    if (item.what !== "intervention") return;
    const attr = ahead ? theme.faint : theme.info;
    horizontal(painting, time - 1, grid.width, item.y, "─", attr);
    put(painting, time + 1, item.y, ` ${item.text} `, attr);
    return;
  }
  const x = xs[item.lifeline];
  const attr = ahead ? theme.faint : noteAttr(theme, item.what);
  const words =
    item.what === "timer" ? `(${item.text})` : item.what === "error" ? `✗ ${item.text}` : item.text;
  const last = item.lifeline === xs.length - 1 && xs.length > 1;
  const edge = item.lifeline === 0 || last;
  // A state stands outside the outer lifelines where there is room, away from the packets.
  const outer = last ? grid.width - x - 2 : x - time - 1;
  const outside = item.what === "state" && edge && outer >= textWidth(words);
  const right = outside ? last : !last;
  const room = right ? grid.width - x - 2 : x - time - 1;
  const shown = textCut(words, room);
  put(painting, right ? x + 2 : x - 1 - textWidth(shown), item.y, shown, attr);
}

function noteAttr(theme: Theme, what: SequenceNote["what"]): number {
  switch (what) {
    case "state":
      return theme.sim;
    case "timer":
      return theme.warn;
    case "log":
      return theme.string;
    case "error":
      return theme.error;
    case "intervention":
      return theme.info;
  }
}

function scaleWords(model: Model): string {
  const { zoom, folded } = model.sequence;
  // Nothing takes no time.
  if (shownTrace(model).length === 0) return "";
  const scale =
    zoom === null ? "a row an event" : `${durationText(scaleOf(shownTrace(model)) * 2 ** zoom)} a row`;
  return folded ? scale : `${scale}, unfolded`;
}

function paintDetails(view: Grid, theme: Theme, packet: DissectedPacket | null, row: number): void {
  const inner = frame(view, theme, { title: "Packet", status: packet === null ? "" : packet.protocol });
  tree(inner, theme, {
    rows: packet === null ? [] : treeRows(packet, new Set()),
    top: 0,
    selected: -1,
    label: ({ detail }, depth) => labelSpans(detail.label, depth, theme),
    empty: row < 0 ? "no packet yet" : ELLIPSIS,
  });
}

function paintBytes(
  view: Grid,
  theme: Theme,
  model: Model,
  packet: DissectedPacket | null,
  row: number,
): void {
  const bytes = packet?.sources[0]?.bytes ?? new Uint8Array();
  const inner = frame(view, theme, {
    title: row < 0 ? "Bytes" : `Bytes of packet ${row + 1}`,
    status: `${bytes.length} bytes`,
  });
  const narrow = model.size.width < 110 && packet !== null;
  if (narrow) inner.put(1, 0, textCut(`${packet.protocol}  ${packet.info}`, inner.width - 2), theme.text);
  hexView(inner.sub(0, narrow ? 1 : 0, inner.width, inner.height - (narrow ? 1 : 0)), theme, {
    bytes,
    top: 0,
    ranges: packet === null ? [] : layerRanges(packet, theme),
    bytesPerRow: hexBytesPerRow(inner.width),
    empty: row < 0 ? "no packet yet" : ELLIPSIS,
  });
}

function paintTime(view: Grid, theme: Theme, model: Model): void {
  const trace = shownTrace(model);
  const state = model.playing ? `▶ ×${SPEEDS[model.speed]}` : atEnd(model) ? "■ at the end" : "┃┃ paused";
  const area = view.height >= 4 ? frame(view, theme, { title: "Time", status: state }) : view;
  const label = (packet: number): string => sequenceLabel(model, packet);
  scrubberPane(area, theme, { trace, label, step: shownStep(model), focused: true });
}
