// One program's transcript up to the cursor, each call beside its twin on loopback.

import type { CallSpan } from "../../trace/state-at.ts";
import { answerText, callHead, millisText } from "../../trace/words.ts";
import type { TranscriptEntry } from "../../trace/transcript.ts";
import type { Difference } from "../../scenario/compare.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import { putSpans, richWidth } from "../widgets/spans.ts";
import { textWidth } from "../render/width.ts";
import type { Span } from "../widgets/spans.ts";
import { scrollbar } from "../widgets/scroll.ts";
import { loopbackRun } from "../session.ts";
import type { LabSession } from "../../scenario/session.ts";
import type { Theme } from "../theme.ts";
import { pairingOf, pairsAt } from "./lab-pairs.ts";
import type { CallPair } from "./lab-pairs.ts";

/** Room for the milliseconds of a short run: the column must not move as it goes on. */
const TIME_MIN = 7;

export interface TranscriptOptions {
  readonly session: LabSession;
  readonly hosts: readonly string[];
  readonly step: number;
  readonly focused: boolean;
}

/** Paints the transcript over `grid`, the newest call at the bottom: a line a call, or two where all of them have room. */
export function transcriptPane(grid: Grid, theme: Theme, options: TranscriptOptions): void {
  const { session, hosts, step } = options;
  const last = session.sim.trace.length - 1;
  const pairing = pairingOf(session, hosts);
  const { pairs } = pairing;
  const count = pairsAt(pairs, step, last);
  const header = grid.height > 3 ? 1 : 0;
  const room = grid.height - header;
  // Decided by the whole run, so that the lines do not change under the reader.
  const lines = pairs.length * 2 <= room && grid.width >= 40 ? 2 : 1;
  const rows = Math.floor(room / lines);
  const top = Math.max(0, count - rows);
  const { socketCells } = pairing;
  const lastNs = pairs.findLast(({ sim }) => sim !== null)?.sim?.timeNs ?? 0;
  const columns = columnsOf(grid.width, socketCells, Math.max(TIME_MIN, millisText(lastNs).length));
  if (header === 1) {
    const real = loopbackRun(session)?.backend ?? null;
    grid.put(columns.socket - 3, 0, "ms", theme.header);
    grid.put(columns.socket, 0, "socket", theme.header, columns.call - columns.socket - 1);
    grid.put(columns.call, 0, "call → answer", theme.header, columns.real - columns.call);
    if (real !== null)
      grid.put(
        columns.real,
        0,
        lines === 2 ? `on ${real}` : "",
        onBackground(theme.loopback, theme.background),
        columns.realCells,
      );
  }
  if (count === 0 && pairing.isDone) grid.put(1, header, "nothing called yet", theme.muted);
  for (let i = 0; i < rows && top + i < count; i++) {
    const index = top + i;
    const newest = index === count - 1;
    const ground = newest
      ? options.focused
        ? theme.selected
        : theme.selectedBlur
      : index % 2 === 0
        ? theme.zebra
        : theme.background;
    const view = grid.sub(0, header + i * lines, grid.width, lines);
    view.fill(0, 0, grid.width - 1, lines, ground);
    if (newest) for (let y = 0; y < lines; y++) view.cell(0, y, "▌", onBackground(theme.accent, ground));
    paintPair(view, theme, pairs[index], columns, step, step >= last, ground);
  }
  scrollbar(grid, theme, header, room, top * lines, count * lines);
  if (!pairing.isDone) {
    const words = ` reading the calls: ${Math.floor(pairing.progress * 100)} % `;
    grid.put(1, grid.height - 1, words, theme.pending, grid.width - 2);
  }
}

interface Columns {
  readonly socket: number;
  readonly call: number;
  readonly real: number;
  readonly realCells: number;
  readonly mark: number;
}

function columnsOf(width: number, socketCells: number, timeCells: number): Columns {
  const socket = timeCells + 2;
  const call = socket + socketCells + 1;
  const mark = width - 3;
  const realCells = Math.max(10, Math.floor((mark - 1 - call) * 0.45));
  return { socket, call, real: mark - 1 - realCells, realCells, mark };
}

/** One call: on one line its answer follows it; on two the answers of both backends stand below it. */
function paintPair(
  view: Grid,
  theme: Theme,
  pair: CallPair,
  columns: Columns,
  step: number,
  over: boolean,
  ground: number,
): void {
  const { sim, real, difference } = pair;
  const entry = sim ?? real;
  if (entry === null) return;
  const on = (attr: number): number => onBackground(attr, ground);
  const waits = sim !== null && sim.endStep > step;
  // At the end of the run what still waits has its answer: there will be none.
  const answered = !waits || over;
  const time = sim === null ? "" : millisText(sim.timeNs);
  view.put(columns.socket - 1 - time.length, 0, time, on(theme.muted));
  view.put(columns.socket, 0, entry.socket, on(theme.muted), columns.call - columns.socket - 1);
  const roomy = view.height === 2;
  const room = columns.mark - 1 - columns.call;
  const headAttr = on(sim === null ? theme.muted : theme.text);
  const head = headOf(entry);
  const answer = answerSpans(sim, waits, roomy, theme);
  if (!roomy) {
    const answerCells = Math.min(richWidth(answer), Math.max(Math.floor(room / 2), room - textWidth(head)));
    const used = view.put(columns.call, 0, head, headAttr, room - answerCells);
    putSpans(view, columns.call + used, 0, answer, room - used, ground);
  } else {
    view.put(columns.call, 0, head, headAttr, room);
    putSpans(view, columns.call, 1, answer, columns.real - 1 - columns.call, ground);
    if (answered && real !== null) {
      const text = answerText(real);
      const attr = on(real.error === undefined ? theme.loopback : theme.error);
      view.put(columns.real, 1, text === null ? "… waiting" : `→ ${text}`, attr, columns.realCells);
    }
  }
  if (answered && (real !== null || difference !== null)) {
    paintMark(view, theme, columns.mark, view.height - 1, difference, on);
  }
}

/** Calls in words, as long as they are looked at: a frame shows those of the one before. */
const heads = new WeakMap<TranscriptEntry, string>();

function headOf(entry: TranscriptEntry): string {
  let head = heads.get(entry);
  if (head === undefined) heads.set(entry, (head = callHead(entry)));
  return head;
}

/** `=` alike, `~` expected to differ, `≠` a disagreement. */
function paintMark(
  grid: Grid,
  theme: Theme,
  x: number,
  y: number,
  difference: Difference | null,
  on: (attr: number) => number,
): void {
  if (difference === null) grid.put(x, y, "=", on(theme.ok));
  else if (difference.kind === "timing") grid.put(x, y, "~", on(theme.warn));
  else grid.put(x, y, "≠", on(theme.error));
}

function answerSpans(sim: CallSpan | null, waits: boolean, below: boolean, theme: Theme): Span[] {
  const gap = below ? "" : " ";
  if (sim === null) return [{ text: `${gap}loopback only`, attr: theme.warn }];
  if (waits) return [{ text: `${gap}… waiting`, attr: theme.pending }];
  const arrow: Span = { text: `${gap}→ `, attr: theme.muted };
  const answer = answerText(sim) ?? "";
  if (sim.error !== undefined) return [arrow, { text: answer, attr: theme.error }];
  if (answer === "ok") return [arrow, { text: answer, attr: theme.muted }];
  const attr = answer.startsWith('"') || answer.startsWith("<") ? theme.string : theme.number;
  return [arrow, { text: answer, attr }];
}
