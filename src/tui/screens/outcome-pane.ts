// What a lab teaches and how it ended: the lesson, the claims, the outcome, where loopback differs.

import type { Grid } from "../render/grid.ts";
import { durationText } from "../../trace/words.ts";
import type { RunResult } from "../../scenario/run.ts";
import type { LabSession } from "../../scenario/session.ts";
import { loopbackRun } from "../session.ts";
import type { Theme } from "../theme.ts";
import { paragraph, paragraphHeight } from "../widgets/paragraph.ts";
import { scrollbar } from "../widgets/scroll.ts";
import { putSpans, wrapSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";

/** Paints the lesson's text. */
export function lessonPane(grid: Grid, theme: Theme, session: LabSession, scroll: number): void {
  const text = session.scenario.lesson;
  const lines = paragraphHeight(text, grid.width);
  paragraph(grid, theme, { text, top: Math.max(0, Math.min(scroll, lines - grid.height)) });
}

/** Paints outcome, claims and differences; `ended` is whether the cursor stands at the end of the run. */
export function outcomePane(
  grid: Grid,
  theme: Theme,
  session: LabSession,
  ended: boolean,
  scroll: number,
): void {
  const lines: Span[][] = [];
  const room = Math.max(10, grid.width - 3);
  const hung = (mark: Span, text: Span): void => {
    const wrapped = wrapSpans([text], room - 2);
    wrapped.forEach((line, i) => lines.push([i === 0 ? mark : { text: "  ", attr: theme.text }, ...line]));
  };
  lines.push(outcomeLine(session.sim, theme, ended));
  if (ended) for (const line of endLines(session.sim, theme)) lines.push(line);
  // What loopback says comes before the claims: it must be seen in the smallest pane.
  const [verdict, ...details] = loopbackLines(session, theme);
  hung(verdict[0], verdict[1]);
  for (const { text, holds } of session.sim.claims) {
    if (!ended) hung({ text: "· ", attr: theme.muted }, { text, attr: theme.muted });
    else if (holds) hung({ text: "✓ ", attr: theme.ok }, { text, attr: theme.text });
    else hung({ text: "✗ ", attr: theme.error }, { text: `does not hold: ${text}`, attr: theme.error });
  }
  for (const line of details) hung(line[0], line[1]);
  const top = Math.max(0, Math.min(scroll, lines.length - grid.height));
  lines.slice(top, top + grid.height).forEach((line, y) => {
    putSpans(grid, 1, y, line, room);
  });
  scrollbar(grid, theme, 0, grid.height, top, lines.length);
}

/** `ok`, `deadlock` or `failed` with a mark, for the top bar and the pane. */
export function outcomeSpan(run: RunResult, theme: Theme): Span {
  if (run.outcome === "ok") return { text: "✓ ok", attr: theme.ok };
  if (run.outcome === "deadlock") return { text: "◆ deadlock", attr: theme.warn };
  return { text: "✗ failed", attr: theme.error };
}

function outcomeLine(run: RunResult, theme: Theme, ended: boolean): Span[] {
  if (!ended) return [{ text: "… not over yet", attr: theme.muted }];
  const packets = run.trace.packets.count;
  return [
    outcomeSpan(run, theme),
    { text: ` after ${durationText(run.durationNs)}`, attr: theme.text },
    { text: `   ${packets} packets, ${run.dropped} dropped`, attr: theme.muted },
  ];
}

function endLines(run: RunResult, theme: Theme): Span[][] {
  const lines: Span[][] = [];
  if (run.failure !== null) lines.push([{ text: run.failure, attr: theme.error }]);
  for (const { host, socket, call } of run.waiting) {
    lines.push([
      { text: "… ", attr: theme.pending },
      { text: `${host} waits in ${call} on ${socket}`, attr: theme.pending },
    ]);
  }
  return lines;
}

function loopbackLines(session: LabSession, theme: Theme): [Span, Span][] {
  const { loopback, differences } = session;
  if (loopback === "running") {
    return [
      [
        { text: "… ", attr: theme.pending },
        { text: "loopback is running", attr: theme.muted },
      ],
    ];
  }
  const run = loopbackRun(session);
  if (run === null) {
    const why = typeof loopback === "object" && "unavailable" in loopback ? loopback.unavailable : "";
    return [
      [
        { text: "- ", attr: theme.muted },
        { text: `no loopback run: ${why}`, attr: theme.muted },
      ],
    ];
  }
  const wrong = differences.filter(({ kind }) => kind === "disagreement");
  const timing = differences.length - wrong.length;
  const lines: [Span, Span][] = [];
  if (wrong.length === 0) {
    const note =
      timing === 0
        ? "call for call"
        : `, ${timing} ${timing === 1 ? "call differs" : "calls differ"} as expected`;
    const text = `loopback (${run.backend}) agrees${timing === 0 ? " " : ""}${note}`;
    lines.push([
      { text: timing === 0 ? "= " : "~ ", attr: timing === 0 ? theme.ok : theme.warn },
      { text, attr: theme.text },
    ]);
  } else {
    const text = `loopback (${run.backend}) disagrees in ${wrong.length} ${wrong.length === 1 ? "place" : "places"}`;
    lines.push([
      { text: "≠ ", attr: theme.error },
      { text, attr: theme.error },
    ]);
  }
  for (const { kind, socket, text } of [...wrong, ...differences.filter((one) => !wrong.includes(one))]) {
    const mark = kind === "timing" ? { text: "~ ", attr: theme.warn } : { text: "≠ ", attr: theme.error };
    lines.push([mark, { text: socket === "" ? text : `${socket} ${text}`, attr: theme.muted }]);
  }
  if (run.packetsNote !== null) {
    lines.push([
      { text: "- ", attr: theme.muted },
      { text: `loopback packets: ${run.packetsNote}`, attr: theme.muted },
    ]);
  }
  return lines;
}
