// What keys and the mouse do on the Graphs screen.

import { stepAtTime } from "../../trace/state-at.ts";
import type { Action } from "../keys.ts";
import type { MouseAction } from "../messages.ts";
import type { Model } from "../model.ts";
import { nextStop, previousStop } from "../playback.ts";
import type { GraphsView } from "../views.ts";
import { chartXAt } from "../widgets/chart.ts";
import { flowBy, turnFlow } from "./flow-data.ts";
import { graphShown, graphsOf, rangeOf } from "./graphs-data.ts";
import { graphPlot } from "./graphs.ts";
import { graphsLayout, graphTabs } from "./graphs-layout.ts";
import { atCursor, shownTrace } from "./packet-data.ts";
import type { Step } from "./screen.ts";
import { scrubberStep } from "./scrubber-pane.ts";
import { shownNs, shownStep } from "./sequence-data.ts";
import { otherSideAtEnd } from "./stream-update.ts";

/** Halvings of the time shown at most: a million packets come down to a few. */
const ZOOM_MAX = 24;
/** A page is this part of the time shown. */
const PAGES = 10;

/** Does `action`; one the screen does not know leaves the model as it is. */
export function graphsAction(model: Model, action: Action): Step {
  const trace = shownTrace(model);
  const { zoom, alone } = model.graphs;
  switch (action) {
    case "forward":
      return quiet(atCursor(model, nextStop(trace, shownStep(model))));
    case "back":
      return quiet(atCursor(model, previousStop(trace, shownStep(model))));
    case "page down":
      return quiet(byTime(model, 1));
    case "page up":
      return quiet(byTime(model, -1));
    case "first":
      return quiet(atCursor(model, nextStop(trace, -1)));
    case "last":
      return quiet(atCursor(model, trace.length - 1));
    case "up":
    case "previous pane":
      return quiet(graphBy(model, -1));
    case "down":
    case "next pane":
      return quiet(graphBy(model, 1));
    case "expand":
      return quiet(withView(model, { alone: !alone, graph: graphShown(model) ?? model.graphs.graph }));
    case "zoom in":
      return quiet(withView(model, { zoom: Math.min(ZOOM_MAX, zoom + 1) }));
    case "zoom out":
      return quiet(withView(model, { zoom: Math.max(0, zoom - 1) }));
    case "next stream":
      return quiet(flowBy(model, 1));
    case "previous stream":
      return quiet(flowBy(model, -1));
    case "turn":
      return quiet(turnFlow(model));
    case "other side":
      return otherSideAtEnd(model);
    default:
      return quiet(model);
  }
}

/** Moves the cursor by a part of the time shown. */
function byTime(model: Model, by: 1 | -1): Model {
  const { fromNs, toNs } = rangeOf(model);
  return toTime(model, shownNs(model) + (by * (toNs - fromNs)) / PAGES);
}

function toTime(model: Model, ns: number): Model {
  return atCursor(model, stepAtTime(shownTrace(model), ns));
}

function graphBy(model: Model, by: 1 | -1): Model {
  const names = graphsOf(model);
  const shown = graphShown(model);
  if (shown === null) return model;
  return withView(model, { graph: names[(names.indexOf(shown) + by + names.length) % names.length] });
}

/** A click chooses a graph and goes to the time under it; the wheel zooms. */
export function graphsMouse(model: Model, action: MouseAction, x: number, y: number): Step {
  const place = graphsLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place === undefined) return quiet(model);
  if (action === "wheelup" || action === "wheeldown") {
    return graphsAction(model, action === "wheelup" ? "zoom in" : "zoom out");
  }
  const { part } = place;
  if (part === "head") {
    const tab = graphTabs(model).find(({ from, to }) => x >= from && x < to);
    return quiet(tab === undefined || action !== "click" ? model : withView(model, { graph: tab.graph }));
  }
  if (part === "time") {
    const framed = place.height >= 4 ? 1 : 0;
    const step = scrubberStep(shownTrace(model), x - place.x - framed, place.width - 2 * framed);
    return quiet(atCursor(model, step));
  }
  if (part === "none") return quiet(model);
  const chosen = withView(model, { graph: part });
  const inside = { width: place.width - 2, height: place.height - 2 };
  const plot = graphPlot(model, part, inside.width);
  const ns = chartXAt(x - place.x - 1, inside.width, inside.height, plot);
  return quiet(ns === null ? chosen : toTime(chosen, ns));
}

function withView(model: Model, change: Partial<GraphsView>): Model {
  return { ...model, graphs: { ...model.graphs, ...change } };
}

function quiet(model: Model): Step {
  return [model, []];
}
