// A program as it was written, at the line whose call is being executed.

import { basename } from "node:path";
import { answerText } from "../../trace/words.ts";
import type { CallSpan } from "../../trace/state-at.ts";
import type { CallSite } from "../../scenario/call-sites.ts";
import type { LabSession } from "../../scenario/session.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { codeSpans } from "../widgets/code.ts";
import { putSpans, richWidth } from "../widgets/spans.ts";
import { firstCallOf, pairsAt, pairsOf } from "./lab-pairs.ts";
import type { TranscriptOptions } from "./transcript-pane.ts";

/** Cells a line's answer is pushed to the right by. */
const GAP = 3;
const TAB = "  ";
/** Calls gone back for one whose line is known: calls for a program from elsewhere have none. */
const CALLS_BACK = 50;

/** Where a program is: its newest call, and the line that made it. */
interface Standing {
  readonly call: CallSpan;
  readonly site: CallSite;
  readonly text: readonly string[];
}

/** The newest call of `hosts` that a line is known of; before the first, the line that will make it. */
function standingOf({ session, hosts, step }: TranscriptOptions): Standing | null {
  const { trace } = session.sim;
  const pairs = pairsOf(session, hosts);
  const newest = Math.max(0, pairsAt(pairs, step, trace.length - 1) - 1);
  for (let i = newest; i >= 0 && i > newest - CALLS_BACK; i--) {
    const standing = standingAt(session, pairs[i]?.sim ?? null);
    if (standing !== null) return standing;
  }
  return null;
}

function standingAt(session: LabSession, call: CallSpan | null): Standing | null {
  const { callSites } = session.sim;
  const site = call === null ? null : callSites.of(call.callId);
  const text = site === null ? null : callSites.text(site);
  return call === null || site === null || text === null ? null : { call, site, text };
}

/** Whether the lines of a program are known, of its first calls at least. */
export function hasSource(session: LabSession, hosts: readonly string[]): boolean {
  return standingAt(session, firstCallOf(session, hosts)) !== null;
}

/** Paints the program over `grid`, the executing line as near to the middle as the file lets it be. */
export function sourcePane(grid: Grid, theme: Theme, options: TranscriptOptions): void {
  const standing = standingOf(options);
  if (standing === null) {
    grid.put(1, 0, "which line this is was not kept: the run makes too many calls", theme.muted);
    return;
  }
  const { site, text, call } = standing;
  const name = `${basename(site.path)}:${site.line}`;
  grid.put(1, 0, name, theme.header, grid.width - 2);
  const rows = grid.height - 1;
  const first = Math.max(0, Math.min(site.line - 1 - Math.floor((rows - 1) / 2), text.length - rows));
  const lines = text.slice(first, first + rows).map((line) => line.replaceAll("\t", TAB));
  const indent = indentOf(lines);
  const numberCells = String(first + lines.length).length;
  for (const [index, line] of lines.entries()) {
    const number = first + index + 1;
    const here = number === site.line;
    const ground = here ? (options.focused ? theme.selected : theme.selectedBlur) : theme.background;
    const row = grid.sub(0, 1 + index, grid.width, 1);
    row.fill(0, 0, row.width, 1, ground);
    const digits = String(number);
    row.put(
      2 + numberCells - digits.length,
      0,
      digits,
      onBackground(here ? theme.text : theme.faint, ground),
    );
    const from = numberCells + 3;
    const answer = here ? answerOf(call, options.step, theme) : null;
    const answerCells =
      answer === null ? 0 : Math.min(richWidth(answer) + GAP, Math.floor((row.width - from) / 2));
    const spans = codeSpans(line.slice(indent), theme);
    const used = putSpans(row, from, 0, spans, row.width - from - answerCells, ground);
    if (here) row.cell(0, 0, "▶", onBackground(theme.accent, ground));
    if (answer !== null) putSpans(row, from + used + GAP, 0, answer, answerCells - GAP, ground);
  }
}

/** What the executing call has answered, behind its line; nothing before it is made. */
function answerOf(call: CallSpan, step: number, theme: Theme): { text: string; attr: number }[] | null {
  if (call.beginStep > step) return null;
  if (call.endStep > step) return [{ text: "… waiting", attr: theme.pending }];
  const attr = call.error === undefined ? theme.muted : theme.error;
  return [{ text: `→ ${answerText(call) ?? ""}`, attr }];
}

/** Spaces that every line begins with. */
function indentOf(lines: readonly string[]): number {
  const indents = lines
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  return indents.length === 0 ? 0 : Math.min(...indents);
}
