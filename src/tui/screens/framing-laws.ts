// The laws of framing with their verdicts: the list, the law looked at, and what a codec that keeps them was tried on.

import { cutText } from "../../framing/report/picture.ts";
import type { LawReport, Played, Report, Verdict } from "../../framing/report/report.ts";
import { lawRows, playable } from "../framing-cursor.ts";
import type { LawRow } from "../framing-cursor.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { FramingSession } from "../session.ts";
import type { Theme } from "../theme.ts";
import { scrollbar, scrollTo } from "../widgets/scroll.ts";
import { putSpans, wrapSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";

/** A line of the list: a codec's name above its laws, or a law. */
export type LawLine = { readonly codec: Report } | { readonly row: LawRow; readonly index: number };

/** The lines of the list, in order. */
export function lawLines(session: FramingSession): LawLine[] {
  const lines: LawLine[] = [];
  let before: Report | null = null;
  for (const [index, row] of lawRows(session).entries()) {
    if (row.report !== before) lines.push({ codec: row.report });
    before = row.report;
    lines.push({ row, index });
  }
  return lines;
}

/** First line of the list shown in `height` rows. */
export function lawsTop(session: FramingSession, selected: number, height: number): number {
  const lines = lawLines(session);
  const at = lines.findIndex((line) => "index" in line && line.index === selected);
  return scrollTo(0, at + Number(at < lines.length - 1), height, lines.length);
}

/** A mark and a word for a verdict. */
export function verdictSpan(verdict: Verdict, theme: Theme): Span {
  switch (verdict) {
    case "kept":
      return { text: "✓ kept", attr: theme.ok };
    case "broken":
      return { text: "✗ BROKEN", attr: theme.error };
    case "not asked":
      return { text: "- not asked", attr: theme.muted };
  }
}

const VERDICT_CELLS = 12;
const RUNS_CELLS = 9;

/** Paints the list into `grid`. */
export function lawsPane(
  grid: Grid,
  theme: Theme,
  session: FramingSession,
  selected: number,
  focused: boolean,
): void {
  const lines = lawLines(session);
  const top = lawsTop(session, selected, grid.height);
  for (let y = 0; y < grid.height && top + y < lines.length; y++) {
    const line = lines[top + y];
    if ("codec" in line) {
      const { codec, through } = line.codec;
      grid.put(1, y, `${codec}${through === null ? "" : " · through the simulated TCP"}`, theme.strong);
      continue;
    }
    const { law } = line.row;
    const chosen = line.index === selected;
    const ground = chosen ? (focused ? theme.selected : theme.selectedBlur) : theme.background;
    grid.fill(0, y, grid.width, 1, ground);
    if (chosen) grid.cell(0, y, "▌", onBackground(theme.marker, ground));
    const verdict = verdictSpan(law.verdict, theme);
    grid.put(2, y, verdict.text, chosen && theme.mono ? ground : onBackground(verdict.attr, ground));
    const name =
      law.verdict === "not asked" ? theme.muted : law.verdict === "broken" ? theme.strong : theme.text;
    const nameRoom = grid.width - 3 - VERDICT_CELLS - RUNS_CELLS;
    grid.put(
      2 + VERDICT_CELLS,
      y,
      law.law,
      chosen && theme.mono ? ground : onBackground(name, ground),
      nameRoom,
    );
    if (law.runs > 0) {
      const runs = runsText(law);
      grid.put(grid.width - 1 - runs.length, y, runs, onBackground(theme.muted, ground));
    }
  }
  scrollbar(grid, theme, 0, grid.height, top, lines.length);
}

function runsText({ runs }: LawReport): string {
  return `${runs} ${runs === 1 ? "run" : "runs"}`;
}

/** What a law demands, the bug it is for, and how it went. */
export function lawPane(grid: Grid, theme: Theme, row: LawRow | undefined): void {
  if (row === undefined) {
    grid.put(1, 0, "no law has been tried yet", theme.muted);
    return;
  }
  const lines = lawWords(row, theme, Math.max(8, grid.width - 3));
  for (let y = 0; y < grid.height && y < lines.length; y++) {
    const used = putSpans(grid, 1, y, lines[y], grid.width - 2);
    if (y === grid.height - 1 && lines.length > grid.height)
      grid.put(Math.min(1 + used, grid.width - 1), y, "…", theme.muted);
  }
}

function lawWords({ report, law }: LawRow, theme: Theme, width: number): Span[][] {
  const { demands, bug, why, counterexample } = law;
  const lines: Span[][] = [];
  const say = (label: string, text: string, attr: number): void => {
    lines.push(
      ...wrapSpans(
        [
          { text: `${label} `, attr: theme.header },
          { text, attr },
        ],
        width,
      ),
    );
  };
  say("law", demands, theme.text);
  say("bug", bug, theme.muted);
  if (why !== null) say("why not", why, theme.warn);
  if (counterexample === null) return lines;
  if (playable({ report, law }) !== null) {
    const { overwrite } = counterexample;
    const buffer = overwrite ? ", each chunk's buffer overwritten after its push" : "";
    say("fed", `${cutWords(counterexample).long}${buffer}`, theme.text);
  }
  if (counterexample.path !== "") say("again", replayFlags({ report, law }), theme.accent);
  return lines;
}

const cutsSaid = new WeakMap<Played, { readonly short: string; readonly long: string }>();

/** How a stream was cut in words, with and without what happens between chunks. Made once: there may be hundreds of thousands of cuts. */
export function cutWords(played: Played): { readonly short: string; readonly long: string } {
  const { cuts, tick } = played;
  let words = cutsSaid.get(played);
  if (words === undefined) {
    words = { short: cutText({ cuts, tick: false }), long: cutText({ cuts, tick }) };
    cutsSaid.set(played, words);
  }
  return words;
}

/** The flags that make `verify` come to a counterexample again. */
export function replayFlags({ report, law }: LawRow): string {
  const path = law.counterexample?.path ?? "";
  const through = report.through === null ? "" : ` --through ${report.through}`;
  return `--seed ${report.seed}${path === "" ? "" : ` --path ${law.law}/${path}`}${through}`;
}

/** Of a law without a stream to step through: how it went, and each law of the codec with the bug that it excludes. */
export function verdictPane(grid: Grid, theme: Theme, row: LawRow | undefined): void {
  if (row === undefined) return;
  const { report, law } = row;
  const width = Math.max(10, grid.width - 4);
  const head: Span[][] = wrapSpans(verdictWords(law, theme), width);
  head.push([]);
  const body: Span[][] = [];
  let from = 0;
  let to = 0;
  for (const other of report.laws) {
    const chosen = other === law;
    if (chosen) from = body.length;
    const { attr } = verdictSpan(other.verdict, theme);
    const mark = other.verdict === "kept" ? "✓" : other.verdict === "broken" ? "✗" : "-";
    body.push([
      { text: `${mark} `, attr },
      { text: other.law, attr: chosen ? theme.strong : theme.text },
      { text: chosen ? "  ◂" : "", attr: theme.accent },
    ]);
    const words = other.why === null ? other.bug : `not asked: ${other.why}`;
    for (const line of wrapSpans([{ text: words, attr: chosen ? theme.text : theme.muted }], width - 2))
      body.push([{ text: "  ", attr: theme.text }, ...line]);
    if (chosen) to = body.length;
  }
  for (const [y, line] of head.entries()) putSpans(grid, 2, y, line, width);
  const rows = grid.height - head.length;
  if (rows < 1) return;
  const list = grid.sub(0, head.length, grid.width, rows);
  const top = scrollTo(Math.max(0, Math.min(from, to - rows)), -1, rows, body.length);
  for (let y = 0; y < rows && top + y < body.length; y++) putSpans(list, 2, y, body[top + y], width);
  scrollbar(list, theme, 0, rows, top, body.length);
}

function verdictWords(law: LawReport, theme: Theme): Span[] {
  switch (law.verdict) {
    case "kept":
      return [
        { text: "✓ ", attr: theme.ok },
        { text: `${law.law} holds: `, attr: theme.strong },
        { text: `${runsText(law)}, none broke it. There is nothing to step through.`, attr: theme.text },
      ];
    case "not asked":
      return [
        { text: "- ", attr: theme.muted },
        { text: `${law.law} was not asked: `, attr: theme.strong },
        { text: law.why ?? "", attr: theme.text },
      ];
    case "broken":
      return [
        { text: "✗ ", attr: theme.error },
        { text: `${law.law} is broken: `, attr: theme.strong },
        { text: law.counterexample?.problem ?? "", attr: theme.error },
        { text: ". No single stream shows it.", attr: theme.muted },
      ];
  }
}
