// One program's transcript up to the cursor, each call beside its twin on loopback.

import { indexOf } from "../../trace/state-at.ts";
import type { CallSpan } from "../../trace/state-at.ts";
import { answerText, callHead, millisText } from "../../trace/words.ts";
import type { TranscriptEntry } from "../../trace/transcript.ts";
import type { Difference } from "../../scenario/compare.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { scrollbar } from "../widgets/scroll.ts";
import { loopbackRun } from "../session.ts";
import type { LabSession } from "../../scenario/session.ts";
import type { Theme } from "../theme.ts";

/** From this width on loopback's answers have a column of their own. */
const BESIDE_MIN = 56;
const TIME_CELLS = 10;

/** A simulated call, its twin, and what differs. Either call may be missing. */
interface CallPair {
  readonly host: string;
  readonly sim: CallSpan | null;
  readonly real: TranscriptEntry | null;
  readonly difference: Difference | null;
}

interface Pairing {
  readonly session: LabSession;
  readonly byHost: Map<string, CallPair[]>;
}

const pairings = new WeakMap<LabSession, Pairing>();

/** The calls of `hosts` with their twins, in the order the simulation made them. Kept for as long as the session is. */
export function pairsOf(session: LabSession, hosts: readonly string[]): readonly CallPair[] {
  let pairing = pairings.get(session);
  if (pairing === undefined) pairings.set(session, (pairing = { session, byHost: new Map() }));
  const key = hosts.join(" ");
  let pairs = pairing.byHost.get(key);
  if (pairs === undefined) pairing.byHost.set(key, (pairs = pair(session, hosts)));
  return pairs;
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

/** Paints the transcript over `grid`, the newest call at the bottom. */
export function transcriptPane(grid: Grid, theme: Theme, options: TranscriptOptions): void {
  const { session, hosts, step } = options;
  const last = session.sim.trace.length - 1;
  const pairs = pairsOf(session, hosts);
  const count = pairsAt(pairs, step, last);
  const beside = grid.width >= BESIDE_MIN && loopbackRun(session) !== null;
  const header = grid.height > 3 ? 1 : 0;
  const rows = grid.height - header;
  const top = Math.max(0, count - rows);
  const socketCells = Math.max(...pairs.map(({ sim, real }) => (sim ?? real)?.socket.length ?? 0), 1);
  const columns = columnsOf(grid.width, socketCells, beside);
  if (header === 1) paintHeader(grid, theme, columns, beside);
  if (count === 0) grid.put(1, header, "nothing called yet", theme.muted);
  for (let y = 0; y < rows && top + y < count; y++) {
    paintPair(grid, theme, header + y, pairs[top + y], columns, {
      step,
      isLast: top + y === count - 1,
      beside,
      focused: options.focused,
    });
  }
  scrollbar(grid, theme, header, rows, top, count);
}

interface Columns {
  readonly socket: number;
  readonly call: number;
  readonly callCells: number;
  readonly real: number;
  readonly realCells: number;
  readonly mark: number;
}

function columnsOf(width: number, socketCells: number, beside: boolean): Columns {
  const socket = TIME_CELLS + 1;
  const call = socket + socketCells + 1;
  const mark = width - 3;
  const room = mark - 1 - call;
  const realCells = beside ? Math.max(12, Math.floor(room * 0.3)) : 0;
  const real = mark - 1 - realCells;
  return { socket, call, callCells: (beside ? real - 1 : mark - 1) - call, real, realCells, mark };
}

function paintHeader(grid: Grid, theme: Theme, columns: Columns, beside: boolean): void {
  grid.put(TIME_CELLS - 2, 0, "ms", theme.header);
  grid.put(columns.socket, 0, "socket", theme.header, columns.call - columns.socket - 1);
  grid.put(columns.call, 0, "call, and what it answered", theme.header, columns.callCells);
  if (beside)
    grid.put(
      columns.real,
      0,
      "on loopback",
      onBackground(theme.loopback, theme.background),
      columns.realCells,
    );
}

function paintPair(
  grid: Grid,
  theme: Theme,
  y: number,
  pair: CallPair,
  columns: Columns,
  now: {
    readonly step: number;
    readonly isLast: boolean;
    readonly beside: boolean;
    readonly focused: boolean;
  },
): void {
  const { sim, real, difference } = pair;
  const ground =
    now.isLast && now.focused ? theme.selectedBlur : y % 2 === 0 ? theme.zebra : theme.background;
  grid.fill(0, y, grid.width - 1, 1, ground);
  const on = (attr: number): number => onBackground(attr, ground);
  const entry = sim ?? real;
  if (entry === null) return;
  const answered = sim !== null && sim.endStep <= now.step;
  if (now.isLast) grid.cell(0, y, "▌", on(theme.accent));
  const time = sim === null ? "" : millisText(sim.timeNs);
  grid.put(TIME_CELLS - time.length, y, time, on(theme.muted));
  grid.put(columns.socket, y, entry.socket, on(theme.muted), columns.call - columns.socket - 1);
  const spans: Span[] = [
    { text: callHead(entry, textRoom(columns.callCells)), attr: sim === null ? theme.muted : theme.text },
  ];
  if (sim === null) spans.push({ text: "  only on loopback", attr: theme.warn });
  else if (!answered) spans.push({ text: " … waiting", attr: theme.pending });
  else spans.push(...answerSpans(sim, theme, textRoom(columns.callCells)));
  putSpans(grid, columns.call, y, spans, columns.callCells, ground);
  if (real === null && sim === null) return;
  const shown = answered || sim === null;
  if (now.beside && shown) {
    const text = real === null ? "no such call" : (answerText(real, columns.realCells) ?? "never answers");
    grid.put(
      columns.real,
      y,
      text,
      on(real?.error === undefined ? theme.loopback : theme.error),
      columns.realCells,
    );
  }
  if (shown && (real !== null || difference !== null))
    paintMark(grid, theme, columns.mark, y, difference, on);
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

function answerSpans(entry: TranscriptEntry, theme: Theme, room: number): Span[] {
  const answer = answerText(entry, room) ?? "";
  if (entry.error !== undefined)
    return [
      { text: " → ", attr: theme.muted },
      { text: answer, attr: theme.error },
    ];
  if (answer === "ok") return [{ text: " → ok", attr: theme.muted }];
  const attr = answer.startsWith('"') || answer.startsWith("<") ? theme.string : theme.number;
  return [
    { text: " → ", attr: theme.muted },
    { text: answer, attr },
  ];
}

function textRoom(cells: number): number {
  return Math.max(12, Math.floor(cells * 0.55));
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
