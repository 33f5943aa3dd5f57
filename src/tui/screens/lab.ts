// The Lab: a lesson, its programs, the ladder between them, and the same on loopback.

import { ladderAround } from "../../trace/ladder.ts";
import type { LabSession } from "../../scenario/session.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { isLab, loopbackRun, traceOf } from "../session.ts";
import type { LabPane, Model } from "../model.ts";
import { chartPane } from "./chart-pane.ts";
import {
  connectionsTitle,
  hasConnections,
  labLayout,
  labPanes,
  lifelineHosts,
  paneTitle,
} from "./lab-layout.ts";
import type { Place } from "./lab-layout.ts";
import { ladderPane } from "./ladder-pane.ts";
import { lessonPane, outcomePane } from "./outcome-pane.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import { socketsPane } from "./sockets-pane.ts";
import { sourcePane } from "./source-pane.ts";
import { transcriptPane } from "./transcript-pane.ts";
import type { TranscriptOptions } from "./transcript-pane.ts";

/** Paints the Lab over all of `grid` but its first and last row. */
export function labScreen(grid: Grid, theme: Theme, model: Model): void {
  if (!isLab(model.session)) return;
  for (const place of labLayout(model)) paintPart(grid, theme, model, model.session, place);
}

/** Whether the cursor stands at the end of the run. */
export function atEnd(model: Model): boolean {
  return model.step >= traceOf(model.session).length - 1;
}

function paintPart(grid: Grid, theme: Theme, model: Model, session: LabSession, place: Place): void {
  const view = grid.sub(place.x, place.y, place.width, place.height);
  const { trace } = session.sim;
  const { step } = model;
  const { part } = place;
  if (part === "tabs") {
    paintTabs(view, theme, model);
    return;
  }
  const ladder = ladderAround(trace, lifelineHosts(session), step);
  if (part === "scrubber") {
    const area = view.height >= 4 ? frame(view, theme, { title: "Time", status: speedNote(model) }) : view;
    scrubberPane(area, theme, { trace, label: (packet) => ladder.label(packet), step, focused: true });
    return;
  }
  const focused = model.focus === part;
  const inner = frame(view, theme, {
    title: titleOf(part, session),
    status: statusOf(part, session, model),
    focused,
  });
  switch (part) {
    case "lesson":
      lessonPane(inner, theme, session, focused ? model.scroll : 0);
      return;
    case "outcome":
      outcomePane(inner, theme, session, atEnd(model), focused ? model.scroll : 0);
      return;
    case "ladder":
      ladderPane(inner, theme, ladder, step, focused);
      return;
    case "sockets":
      if (!hasConnections(session)) {
        chartPane(inner, theme, trace, step, lifelineHosts(session), session.sim.durationNs);
        return;
      }
      socketsPane(inner, theme, trace, step, lifelineHosts(session));
      return;
    case "chart":
      chartPane(inner, theme, trace, step, lifelineHosts(session), session.sim.durationNs);
      return;
    default:
      programPane(inner, theme, { session, hosts: place.hosts ?? [], step, focused }, place.sourceRows ?? 0);
  }
}

/** A program: its source, its calls, or one above the other. */
function programPane(view: Grid, theme: Theme, options: TranscriptOptions, sourceRows: number): void {
  const { width, height } = view;
  if (sourceRows > 0) sourcePane(view.sub(0, 0, width, sourceRows), theme, options);
  if (sourceRows >= height) return;
  const from = sourceRows === 0 ? 0 : sourceRows + 1;
  if (from > 0) view.fill(0, sourceRows, width, 1, theme.border, "─");
  transcriptPane(view.sub(0, from, width, height - from), theme, options);
}

function titleOf(part: LabPane | "chart", session: LabSession): string {
  if (part === "lesson") return session.scenario.title;
  if (part === "sockets") return hasConnections(session) ? connectionsTitle(session) : paneTitle("chart");
  return paneTitle(part);
}

function statusOf(part: LabPane | "chart", session: LabSession, model: Model): string {
  switch (part) {
    case "lesson":
      return session.scenario.name;
    case "ladder": {
      const { links } = session.scenario.topology;
      return links.length === 1 ? "simulated" : `simulated, ${links.length} links`;
    }
    case "outcome":
      return `seed ${session.sim.seed}`;
    case "sockets":
    case "chart":
      return "simulated";
    default: {
      const run = loopbackRun(session);
      if (run === null)
        return model.session === session && session.loopback === "running"
          ? "loopback: running"
          : "simulated";
      return `sim │ ${run.backend}`;
    }
  }
}

function speedNote(model: Model): string {
  return model.playing ? "▶ playing" : atEnd(model) ? "■ at the end" : "┃┃ paused";
}

function paintTabs(view: Grid, theme: Theme, model: Model): void {
  for (const { pane, from } of labTabs(model)) {
    const active = pane === model.focus;
    view.put(from, 0, ` ${paneTitle(pane)} `, active ? theme.titleFocus : theme.muted);
  }
}

/** Columns of the tabs of a small Lab, `to` exclusive. */
export function labTabs(
  model: Model,
): { readonly pane: LabPane; readonly from: number; readonly to: number }[] {
  let x = 1;
  return labPanes(model).map((pane) => {
    const from = x;
    x += paneTitle(pane).length + 2;
    const to = x;
    x += 1;
    return { pane, from, to };
  });
}
