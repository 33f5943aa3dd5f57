// The Framing screen: the laws, and the counterexample of one fed chunk by chunk, with the same bytes cut so that it passes below.

import type { Counterexample, Played } from "../../framing/report/report.ts";
import {
  comparesFrames,
  firstWrong,
  framesOut,
  lastStepOf,
  lawRows,
  playable,
  progressAt,
  progressBeside,
  streamOf,
} from "../framing-cursor.ts";
import type { LawRow } from "../framing-cursor.ts";
import type { Model } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import { isFraming } from "../session.ts";
import type { FramingSession } from "../session.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { scrubber } from "../widgets/scrubber.ts";
import type { ScrubberMark } from "../widgets/scrubber.ts";
import { putSpans, wrapSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { frameLines, framesTable } from "./framing-frames.ts";
import { cutWords, lawPane, lawsPane, replayFlags, verdictPane, verdictSpan } from "./framing-laws.ts";
import { framingLayout, framingTabs } from "./framing-layout.ts";
import type { FramingPlace } from "./framing-layout.ts";
import { bytesAcross, frameColor, STREAM_LINES, streamRows } from "./framing-stream.ts";
import { callLines, stepWords } from "./framing-words.ts";

/** Marks on the timeline at most. */
const MARKS_MAX = 2000;
/** From so many columns on the frames' table and the calls may stand side by side. */
const SIDE_BY_SIDE = 110;

/** Paints the screen over all of `grid` but its first and last row. */
export function framingScreen(grid: Grid, theme: Theme, model: Model): void {
  if (!isFraming(model.session)) return;
  const rows = lawRows(model.session);
  const row = rows[model.framing.selected];
  for (const place of framingLayout(model)) paintPart(grid, theme, model, model.session, row, place);
}

function paintPart(
  grid: Grid,
  theme: Theme,
  model: Model,
  session: FramingSession,
  row: LawRow | undefined,
  place: FramingPlace,
): void {
  const view = grid.sub(place.x, place.y, place.width, place.height);
  const { focus, selected } = model.framing;
  switch (place.part) {
    case "tabs":
      for (const { pane, title, from } of framingTabs())
        view.put(from, 0, ` ${title} `, pane === focus ? theme.titleFocus : theme.muted);
      return;
    case "scrubber": {
      const framed = view.height >= 4;
      paintScrubber(
        framed ? frame(view, theme, { title: "Chunks", status: stepNote(model, row) }) : view,
        theme,
        model,
        row,
      );
      return;
    }
    case "laws": {
      const focused = focus === "laws";
      lawsPane(
        frame(view, theme, { title: "Laws", status: sum(session), focused }),
        theme,
        session,
        selected,
        focused,
      );
      return;
    }
    case "law": {
      const status = row === undefined ? "" : [verdictSpan(row.law.verdict, theme)];
      lawPane(frame(view, theme, { title: row?.law.law ?? "Law", status }), theme, row);
      return;
    }
    case "verdict":
      verdictPane(
        frame(view, theme, { title: row?.report.codec ?? "", focused: focus === "cut" }),
        theme,
        row,
      );
      return;
    case "cut":
      if (row !== undefined) paintCut(view, theme, model, row);
      return;
    case "contrast":
      paintContrast(view, theme, model, playable(row));
  }
}

/** `1 broken, 12 kept`. */
function sum(session: FramingSession): string {
  const count = (verdict: string): number =>
    lawRows(session).filter(({ law }) => law.verdict === verdict).length;
  const broken = count("broken");
  return broken === 0 ? `all ${count("kept")} kept` : `${broken} broken, ${count("kept")} kept`;
}

/** How a stream was cut, and where there is room whether the event loop turned between. */
function fed(played: Played, width: number): string {
  const words = cutWords(played);
  return width >= 100 ? words.long : words.short;
}

function paintCut(view: Grid, theme: Theme, model: Model, row: LawRow): void {
  const counterexample = playable(row);
  if (counterexample === null) return;
  const inner = frame(view, theme, {
    title: `${row.law.law}: ${fed(counterexample, view.width)}`,
    status: [{ text: "✗ breaks", attr: theme.error }],
    footer: `again: ${replayFlags(row)}`,
    focused: model.framing.focus === "cut",
  });
  const bytes = streamOf(counterexample);
  const progress = progressAt(counterexample, bytes.length, model.step);
  const over = model.step >= lastStepOf(counterexample);
  const roomy = inner.height >= 17;
  const problem = wrapSpans(
    [
      { text: over ? "✗ " : "… ", attr: over ? theme.error : theme.muted },
      { text: counterexample.problem, attr: over ? theme.error : theme.text },
    ],
    inner.width - 2,
  ).slice(0, roomy ? 3 : 2);
  let y = 0;
  for (const line of problem) putSpans(inner, 1, y++, line, inner.width - 2);
  if (roomy) y++;
  const rows = Math.max(1, Math.ceil(bytes.length / bytesAcross(inner.width, bytes.length)));
  const tableRows = Math.min(4, 2 + (counterexample.expected?.length ?? counterexample.actual.length));
  const fit = Math.max(1, Math.floor((inner.height - y - tableRows) / STREAM_LINES));
  const streamHeight = Math.min(rows, fit) * STREAM_LINES;
  const { expected } = counterexample;
  const wrong = firstWrong(counterexample, framesOut(counterexample.actual, progress.steps));
  streamRows(inner.sub(0, y, inner.width, streamHeight), theme, {
    bytes,
    expected,
    played: counterexample,
    progress,
    come: progress.offset,
    wrong,
  });
  y += streamHeight + Number(roomy);
  const below = inner.sub(0, y, inner.width, inner.height - y);
  const frames = 1 + Math.max(1, frameLines(counterexample, lastStepOf(counterexample), theme).length);
  const places = tableAndCalls(below, frames, roomy ? lastStepOf(counterexample) : 0);
  framesTable(places.table, theme, counterexample, model.step);
  paintCalls(places.calls, theme, counterexample, bytes, progress.steps);
}

/** The frames' table and the decoder's calls below it; beside it where it is wide and there is no room below. */
function tableAndCalls(grid: Grid, frames: number, calls: number): { table: Grid; calls: Grid } {
  const { width, height } = grid;
  if (calls === 0) return { table: grid, calls: grid.sub(0, 0, 0, 0) };
  if (width >= SIDE_BY_SIDE && height < frames + calls + 2) {
    const half = width >> 1;
    return { table: grid.sub(0, 0, half, height), calls: grid.sub(half, 0, width - half, height) };
  }
  const shown = Math.min(calls, height - Math.min(frames, height >> 1) - 2);
  if (shown < 1) return { table: grid, calls: grid.sub(0, 0, 0, 0) };
  const table = Math.min(frames, height - shown - 2);
  return { table: grid.sub(0, 0, width, table), calls: grid.sub(0, table + 1, width, shown + 1) };
}

function paintCalls(grid: Grid, theme: Theme, played: Played, bytes: Uint8Array, steps: number): void {
  if (grid.height < 2) return;
  grid.put(1, 0, "the decoder's calls", theme.header);
  const lines = callLines(played, bytes, steps, grid.height - 1, theme);
  for (const [i, line] of lines.entries()) putSpans(grid, 1, 1 + i, line, grid.width - 2);
}

function paintContrast(view: Grid, theme: Theme, model: Model, counterexample: Counterexample | null): void {
  if (counterexample === null || counterexample.contrast === null) return;
  const { contrast, expected } = counterexample;
  const inner = frame(view, theme, {
    title: `the same bytes ${fed(contrast, view.width)}`,
    status: [{ text: "✓ passes", attr: theme.ok }],
  });
  const bytes = streamOf(counterexample);
  const beside = progressAt(counterexample, bytes.length, model.step);
  const progress = progressBeside(contrast, bytes.length, beside);
  const rows = Math.max(1, Math.ceil(bytes.length / bytesAcross(inner.width, bytes.length)));
  const height = Math.min(rows, Math.max(1, Math.floor(inner.height / STREAM_LINES))) * STREAM_LINES;
  streamRows(inner.sub(0, 0, inner.width, height), theme, {
    bytes,
    expected,
    played: contrast,
    progress,
    come: beside.offset,
    wrong: -1,
  });
  const out = framesOut(contrast.actual, progress.steps);
  const y = height + Number(inner.height > height + 1);
  const words = contrastWords(contrast, out, comparesFrames(counterexample), theme);
  if (progress.offset < beside.offset)
    words.push({ text: `chunk ${progress.steps + 1} is not whole yet`, attr: theme.muted });
  putSpans(inner, 1, y, words, inner.width - 2);
  const calls = inner.sub(0, y + 2, inner.width, inner.height - y - 2);
  paintCalls(calls, theme, contrast, bytes, progress.steps);
}

function contrastWords(contrast: Played, out: number, compares: boolean, theme: Theme): Span[] {
  const all = contrast.actual.length;
  const spans: Span[] = [
    out === all
      ? { text: compares ? "✓ as sent  " : "✓ all out  ", attr: theme.ok }
      : { text: `${out} of ${all} out  `, attr: theme.muted },
  ];
  for (let i = 0; i < Math.min(out, 20); i++)
    spans.push(
      { text: `${i + 1} `, attr: theme.muted },
      { text: `${contrast.actual[i].text}  `, attr: frameColor(theme, i) },
    );
  return spans;
}

function stepNote(model: Model, row: LawRow | undefined): string {
  const counterexample = playable(row);
  if (counterexample === null) return "";
  if (model.playing) return "▶ playing";
  return model.step >= lastStepOf(counterexample) ? "■ at the end" : "┃┃ paused";
}

function paintScrubber(area: Grid, theme: Theme, model: Model, row: LawRow | undefined): void {
  const counterexample = playable(row);
  const words = row === undefined ? [] : stepWords(row, model.step, theme);
  if (counterexample === null) {
    putSpans(area, 1, 0, words, area.width - 2);
    return;
  }
  const lines = area.height >= 3 ? 2 : 1;
  scrubber(area.sub(1, 0, area.width - 2, lines), theme, {
    start: 0,
    end: lastStepOf(counterexample),
    cursor: model.step,
    marks: marksOf(counterexample, theme),
    focused: true,
  });
  if (area.height > lines) putSpans(area, 1, lines, words, area.width - 2);
}

function marksOf(counterexample: Counterexample, theme: Theme): ScrubberMark[] {
  const { actual, errors, hang } = counterexample;
  const wrong = firstWrong(counterexample, actual.length);
  const marks: ScrubberMark[] = actual.slice(0, MARKS_MAX).map(({ chunk }, i) => ({
    at: chunk + 1,
    char: "▲",
    attr: wrong !== -1 && i >= wrong ? theme.error : theme.ok,
  }));
  for (const { chunk } of errors) marks.push({ at: chunk + 1, char: "!", attr: theme.error });
  if (hang !== null) marks.push({ at: hang.chunk + 1, char: "∞", attr: theme.error });
  return marks;
}
