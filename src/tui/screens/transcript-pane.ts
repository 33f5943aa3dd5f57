// One program's transcript up to the cursor, each call beside its twin on loopback.

import { indexOf } from "../../trace/state-at.ts";
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

/** Room for the milliseconds of a short run: the column must not move as it goes on. */
const TIME_MIN = 7;

/** A simulated call, its twin, and what differs. Either call may be missing. */
interface CallPair {
  readonly host: string;
  readonly sim: CallSpan | null;
  readonly real: TranscriptEntry | null;
  readonly difference: Difference | null;
}

interface Pairing {
  readonly byHost: Map<string, CallPair[]>;
  readonly socketCells: Map<string, number>;
}

const pairings = new WeakMap<LabSession, Pairing>();

/** The calls of `hosts` with their twins, in the order the simulation made them. Kept for as long as the session is. */
export function pairsOf(session: LabSession, hosts: readonly string[]): readonly CallPair[] {
  let pairing = pairings.get(session);
  if (pairing === undefined) pairings.set(session, (pairing = { byHost: new Map(), socketCells: new Map() }));
  const key = hosts.join(" ");
  let pairs = pairing.byHost.get(key);
  if (pairs === undefined) pairing.byHost.set(key, (pairs = pair(session, hosts)));
  return pairs;
}

/** Cells of the longest socket's name. */
function socketCellsOf(session: LabSession, hosts: readonly string[]): number {
  const pairs = pairsOf(session, hosts);
  const known = pairings.get(session)?.socketCells;
  const key = hosts.join(" ");
  let cells = known?.get(key);
  if (cells === undefined) {
    cells = pairs.reduce((most, { sim, real }) => Math.max(most, (sim ?? real)?.socket.length ?? 0), 6);
    known?.set(key, cells);
  }
  return cells;
}

/** How many of the pairs have begun by `step`; the rest of loopback's calls come once everything has. */
export function pairsAt(pairs: readonly CallPair[], step: number, lastStep: number): number {
  let low = 0;
  let high = pairs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pairs[middle].sim?.beginStep ?? lastStep) > step) high = middle;
    else low = middle + 1;
  }
  return low;
}

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
  const pairs = pairsOf(session, hosts);
  const count = pairsAt(pairs, step, last);
  const header = grid.height > 3 ? 1 : 0;
  const room = grid.height - header;
  // Decided by the whole run, so that the lines do not change under the reader.
  const lines = pairs.length * 2 <= room && grid.width >= 40 ? 2 : 1;
  const rows = Math.floor(room / lines);
  const top = Math.max(0, count - rows);
  const socketCells = socketCellsOf(session, hosts);
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
  if (count === 0) grid.put(1, header, "nothing called yet", theme.muted);
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

function pair(session: LabSession, hosts: readonly string[]): CallPair[] {
  const index = indexOf(session.sim.trace);
  const calls = index.calls.filter((call) => hosts.includes(call.host));
  const loopback = loopbackRun(session);
  if (loopback === null) return calls.map((sim) => ({ host: sim.host, sim, real: null, difference: null }));
  const realCalls = loopback.transcript.filter((call) => hosts.includes(call.host));
  const differenceOf = new Map<number, Difference>();
  const twinOf = new Map<number, number | null>();
  const onlyReal = new Map<number, Difference>();
  for (const difference of session.differences) {
    if (difference.left !== null) {
      differenceOf.set(difference.left, difference);
      twinOf.set(difference.left, difference.right);
    } else if (difference.right !== null) onlyReal.set(difference.right, difference);
  }
  const taken = new Set([...twinOf.values(), ...onlyReal.keys()]);
  const realById = new Map(realCalls.map((call) => [call.callId, call]));
  // Calls without a difference are alike: the next one of the socket that no difference names.
  const queues = new Map<string, TranscriptEntry[]>();
  for (const call of realCalls) {
    if (taken.has(call.callId)) continue;
    const queue = queues.get(call.socket);
    if (queue === undefined) queues.set(call.socket, [call]);
    else queue.push(call);
  }
  const pairs: CallPair[] = calls.map((sim) => {
    const named = twinOf.get(sim.callId);
    const difference = differenceOf.get(sim.callId) ?? null;
    if (named !== undefined) {
      return { host: sim.host, sim, real: named === null ? null : (realById.get(named) ?? null), difference };
    }
    return { host: sim.host, sim, real: queues.get(sim.socket)?.shift() ?? null, difference };
  });
  for (const [callId, difference] of onlyReal) {
    const real = realById.get(callId);
    if (real !== undefined) pairs.push({ host: real.host, sim: null, real, difference });
  }
  return pairs;
}
