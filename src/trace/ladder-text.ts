// A ladder's rows as lines of text: pieces with a role each, which a screen colours and plain text joins.

import type { Ladder, LadderRow, PacketRow, ArrivalRow, NoteRow, StateNote } from "./ladder.ts";
import { ladderOf } from "./ladder.ts";
import type { Trace } from "./trace.ts";
import type { Fate } from "./state-at.ts";
import { durationText, millisText } from "./words.ts";

/** What a piece of a line is; screens give each a colour. */
export type LadderRole =
  | "time"
  | "lifeline"
  | "host"
  | "arrow"
  | "flying"
  | "label"
  | "again"
  | "late"
  | "lost"
  | "state"
  | "timer"
  | "log"
  | "error"
  | "intervention";

/** Text from column `x` on; later pieces of a line lie over earlier ones. */
export interface LadderPiece {
  readonly x: number;
  readonly text: string;
  readonly role: LadderRole;
}

/** Where a ladder of some width has its lifelines. Columns count from 0. */
export interface LadderGeometry {
  readonly width: number;
  /** Columns of the times at the left, with the gap after them. */
  readonly time: number;
  readonly lifelines: readonly number[];
}

interface Glyphs {
  readonly lifeline: string;
  readonly line: string;
  readonly dash: string;
  readonly right: string;
  readonly left: string;
  readonly lost: string;
  readonly ellipsis: string;
}

const DRAWN: Glyphs = {
  lifeline: "│",
  line: "─",
  dash: "╌",
  right: "▶",
  left: "◀",
  lost: "✗",
  ellipsis: "…",
};
const ASCII: Glyphs = {
  lifeline: "|",
  line: "-",
  dash: ".",
  right: ">",
  left: "<",
  lost: "X",
  ellipsis: "~",
};

/** Room beside the outer lifelines for the longest state name. */
const MARGIN = 12;
const MARGIN_MIN = 1;
/** Beside lifelines that have no states. */
const MARGIN_BARE = 4;
/** `0.000`, and room for the whole milliseconds of a short run: the column must not move as it goes on. */
const TIME_MIN = 6;
/** Arrows shorter than this give their margins up. */
const ARROW_MIN = 28;

export interface LadderTextOptions {
  /** The last step shown; all by default. */
  readonly upTo?: number;
  /** Hosts in the order of their lifelines; by default as they appear in the trace. */
  readonly hosts?: readonly string[];
  /** Draw with ASCII only. */
  readonly ascii?: boolean;
}

/** The columns of `ladder` in `width`. */
export function ladderGeometry(ladder: Ladder, width: number): LadderGeometry {
  const count = ladder.lifelines.length;
  const lastNs = ladder.rows.at(-1)?.timeNs ?? 0;
  const time = Math.max(TIME_MIN, millisText(lastNs).length) + 2;
  const inner = width - time;
  const gaps = Math.max(1, count - 1);
  const fits = inner - 2 * MARGIN >= ARROW_MIN * gaps;
  const narrow = inner >= 2 * ARROW_MIN * gaps ? MARGIN_BARE : MARGIN_MIN;
  const margin = fits && ladder.index.connections.length > 0 ? MARGIN : narrow;
  const first = time + margin;
  const last = Math.max(first + 1, width - 1 - margin);
  const lifelines = Array.from({ length: count }, (_, i) =>
    count === 1 ? first : Math.round(first + ((last - first) * i) / gaps),
  );
  return { width, time, lifelines };
}

/** The line that names the lifelines. */
export function ladderHeader(
  ladder: Ladder,
  geometry: LadderGeometry,
  ascii: boolean = false,
): LadderPiece[] {
  const pieces: LadderPiece[] = [{ x: 0, text: "ms".padStart(geometry.time - 1), role: "time" }];
  const { ellipsis } = ascii ? ASCII : DRAWN;
  // Neighbours' names must not touch.
  const [first, second] = geometry.lifelines;
  const room = second === undefined ? geometry.width : Math.max(3, second - first - 2);
  ladder.lifelines.forEach((whole, i) => {
    const name = whole.length > room ? whole.slice(0, room - 1) + ellipsis : whole;
    const x = Math.round(geometry.lifelines[i] - name.length / 2 + 0.5);
    pieces.push({
      x: Math.max(geometry.time, Math.min(x, geometry.width - name.length)),
      text: name,
      role: "host",
    });
  });
  return pieces;
}

/** The bare lifelines: what stands below the last row. */
export function ladderBlank(geometry: LadderGeometry, ascii: boolean = false): LadderPiece[] {
  const text = (ascii ? ASCII : DRAWN).lifeline;
  return geometry.lifelines.map((x) => ({ x, text, role: "lifeline" as const }));
}

/** One row as `step` knows it. */
export function ladderLine(
  ladder: Ladder,
  row: LadderRow,
  geometry: LadderGeometry,
  step: number,
  ascii: boolean = false,
): LadderPiece[] {
  const glyphs = ascii ? ASCII : DRAWN;
  const time = millisText(row.timeNs).padStart(geometry.time - 1);
  const pieces: LadderPiece[] = [{ x: 0, text: time, role: "time" }, ...ladderBlank(geometry, ascii)];
  if (row.kind === "note") notePieces(row, geometry, glyphs, pieces);
  else packetPieces(ladder, row, geometry, step, glyphs, pieces);
  return pieces;
}

/** The whole ladder as plain text, one line a row, no trailing blanks. */
export function ladderText(trace: Trace, width: number, options: LadderTextOptions = {}): string {
  const ladder = ladderOf(trace, options.hosts);
  const geometry = ladderGeometry(ladder, width);
  const step = options.upTo ?? trace.length - 1;
  const lines = [joinPieces(ladderHeader(ladder, geometry, options.ascii), width)];
  const count = ladder.rowsAt(step);
  for (let i = 0; i < count; i++) {
    lines.push(joinPieces(ladderLine(ladder, ladder.rows[i], geometry, step, options.ascii), width));
  }
  return lines.join("\n") + "\n";
}

/** The pieces of one line as text. */
export function joinPieces(pieces: readonly LadderPiece[], width: number): string {
  const cells = Array.from({ length: width }, () => " ");
  for (const { x, text } of pieces) {
    let at = x;
    for (const char of text) {
      if (at >= 0 && at < width) cells[at] = char;
      at++;
    }
  }
  return cells.join("").trimEnd();
}

function packetPieces(
  ladder: Ladder,
  row: PacketRow | ArrivalRow,
  geometry: LadderGeometry,
  step: number,
  glyphs: Glyphs,
  pieces: LadderPiece[],
): void {
  const fate = ladder.index.fate(ladder.trace, row.packet, step);
  const marks = marksOf(row);
  const again = row.kind === "packet" && (row.retransmission || row.copy);
  const from = geometry.lifelines[row.from];
  const to = geometry.lifelines[row.to];
  for (const note of row.states) {
    if (note.step > step) continue;
    const away = from <= to === (note.lifeline === row.from) ? -1 : 1;
    pieces.push(beside(geometry, note, away, glyphs));
  }
  if (from === to) {
    const text = ` ${glyphs.dash}${glyphs.left} ${ladder.label(row.packet)}${marks}`;
    pieces.push({
      x: from + 1,
      text: cut(text, geometry.width - from - 1, glyphs),
      role: again ? "again" : "label",
    });
    return;
  }
  const rightwards = to > from;
  const start = Math.min(from, to) + 1;
  const room = Math.abs(to - from) - 1;
  const end = arrowEnd(row, fate);
  const whole = ladder.label(row.packet) + marks;
  // Where room is short, what every data segment says goes first.
  const label =
    whole.length <= room - 6 ? whole : ladder.label(row.packet).replace(/^PSH ACK /, "PSH ") + marks;
  const lostText = end === "lost" && fate.kind === "dropped" ? ` ${lostWords(fate)} ` : "";
  // Drawn as if leaving from the left; leftward arrows are mirrored, their texts not.
  const body = bodyOf(end, room, lostText.length, label.length, glyphs);
  put(pieces, start, body.text, body.flying ? "flying" : "arrow", rightwards, room);
  const headAt = end === "lost" ? body.text.length - 1 : room - 1;
  if (end === "lost") {
    place(pieces, start, headAt, glyphs.lost, "lost", rightwards, room);
    place(pieces, start, headAt + 1, cut(lostText, room - headAt - 1, glyphs), "lost", rightwards, room);
  } else if (end === "head") {
    place(
      pieces,
      start,
      headAt,
      rightwards ? glyphs.right : glyphs.left,
      body.flying ? "flying" : "arrow",
      rightwards,
      room,
    );
  }
  const labelRoom = Math.max(0, headAt - 4);
  const shown = cut(label, labelRoom, glyphs);
  if (shown !== "") {
    const role = end === "lost" ? "lost" : again ? "again" : row.kind === "arrival" ? "late" : "label";
    place(pieces, start, 2, ` ${shown} `, role, rightwards, room);
  }
  if (fate.kind === "dropped" && end === "head") {
    const text = ` ${glyphs.lost} ${fate.reason} `;
    const outside = rightwards ? geometry.width - to - 1 : to - geometry.time;
    // Beyond the lifeline where there is room, else before the arrow's head.
    if (outside < text.length) place(pieces, start, room - 1 - text.length, text, "lost", rightwards, room);
    else pieces.push({ x: rightwards ? to + 1 : to - text.length, text, role: "lost" });
  }
}

type End = "head" | "lost" | "open";

/** How the arrow ends on this row: at the other lifeline, on the way, or further down on a row of its own. */
function arrowEnd(row: PacketRow | ArrivalRow, fate: Fate): End {
  if (row.kind === "arrival") return "head";
  if (fate.kind === "dropped" && !fate.arrived) return "lost";
  return row.split || fate.kind === "in flight" ? "open" : "head";
}

function bodyOf(
  end: End,
  room: number,
  after: number,
  label: number,
  glyphs: Glyphs,
): { text: string; flying: boolean } {
  if (end === "head") return { text: glyphs.line.repeat(room), flying: false };
  if (end === "open") return { text: glyphs.dash.repeat(room), flying: true };
  const wanted = Math.max(Math.ceil(room * 0.75), label + 6);
  const length = Math.max(1, Math.min(room - after, wanted));
  return { text: glyphs.line.repeat(length), flying: false };
}

/** A run of line characters of `text.length` from the sender's side. */
function put(
  pieces: LadderPiece[],
  start: number,
  text: string,
  role: LadderRole,
  rightwards: boolean,
  room: number,
): void {
  pieces.push({ x: rightwards ? start : start + room - text.length, text, role });
}

/** Text whose nearest end to the sender is `distance` columns from it. */
function place(
  pieces: LadderPiece[],
  start: number,
  distance: number,
  text: string,
  role: LadderRole,
  rightwards: boolean,
  room: number,
): void {
  pieces.push({ x: rightwards ? start + distance : start + room - distance - text.length, text, role });
}

function marksOf(row: PacketRow | ArrivalRow): string {
  if (row.kind === "arrival") return "";
  if (row.copy) return " (copy)";
  return row.retransmission ? " (again)" : "";
}

function lostWords(fate: Fate & { kind: "dropped" }): string {
  return fate.reason === "loss" ? "lost" : `lost: ${fate.reason}`;
}

/** A state's name on the side of the lifeline the arrow is not on. */
function beside(geometry: LadderGeometry, note: StateNote, away: -1 | 1, glyphs: Glyphs): LadderPiece {
  const x = geometry.lifelines[note.lifeline];
  if (away === 1) {
    return { x: x + 2, text: cut(note.text, geometry.width - x - 2, glyphs), role: "state" };
  }
  const text = cut(note.text, x - geometry.time - 1, glyphs);
  return { x: x - 1 - text.length, text, role: "state" };
}

function notePieces(row: NoteRow, geometry: LadderGeometry, glyphs: Glyphs, pieces: LadderPiece[]): void {
  if (row.lifeline === -1) {
    const text = cut(`${glyphs.line.repeat(2)} ${row.text} `, geometry.width - geometry.time, glyphs);
    const rest = glyphs.line.repeat(Math.max(0, geometry.width - geometry.time - text.length));
    pieces.push({ x: geometry.time, text: text + rest, role: "intervention" });
    return;
  }
  const x = geometry.lifelines[row.lifeline];
  const last = row.lifeline === geometry.lifelines.length - 1 && geometry.lifelines.length > 1;
  if (row.what === "state") {
    const outer = last ? geometry.width - x - 2 : x - geometry.time - 1;
    const away = outer >= row.text.length === last ? 1 : -1;
    pieces.push(beside(geometry, row, away, glyphs));
    return;
  }
  const words =
    row.what === "timer" ? `(${row.text})` : row.what === "error" ? `${glyphs.lost} ${row.text}` : row.text;
  if (last) {
    const text = cut(words, x - geometry.time - 2, glyphs);
    pieces.push({ x: x - 1 - text.length, text, role: row.what });
  } else {
    pieces.push({ x: x + 2, text: cut(words, geometry.width - x - 2, glyphs), role: row.what });
  }
}

function cut(text: string, room: number, glyphs: Glyphs): string {
  if (text.length <= room) return text;
  return room <= 1 ? "" : text.slice(0, room - 1) + glyphs.ellipsis;
}

/** How long a packet was under way, for a detail line; empty while it is. */
export function flightText(fate: Fate, sentNs: number): string {
  return fate.kind === "in flight" ? "" : durationText(fate.timeNs - sentNs);
}
