// The Stream screen: what was sent, how it was cut into segments, how recv cut it again, and which frames came out, byte by byte.

import { SPEEDS } from "../model.ts";
import type { Model } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { putSpans, richWidth } from "../widgets/spans.ts";
import { endsShown, isFlowUnread } from "./flow-data.ts";
import { flowSpans } from "./graphs.ts";
import { atEnd } from "./lab.ts";
import { shownTrace } from "./packet-data.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import { sequenceLabel, shownStep } from "./sequence-data.ts";
import { callsOf } from "./stream-calls.ts";
import { byteShown, progressShown } from "./stream-data.ts";
import { callsPane, detailsPane, framesPane } from "./stream-details.ts";
import { streamFollow } from "./stream-follow.ts";
import { codecShown, framesOf } from "./stream-frames.ts";
import { streamLayout, streamTabs } from "./stream-layout.ts";
import { streamPicture } from "./stream-picture.ts";

/** Paints the screen over all of `grid` but its first and last row. */
export function streamScreen(grid: Grid, theme: Theme, model: Model): void {
  for (const place of streamLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    switch (place.part) {
      case "head":
        paintHead(view, theme, model);
        break;
      case "stream":
        paintStream(view, theme, model);
        break;
      case "details":
        detailsPane(frame(view, theme, { title: "At the cursor" }), theme, model);
        break;
      case "calls":
        callsPane(frame(view, theme, { title: "Calls" }), theme, model);
        break;
      case "frames":
        framesPane(
          frame(view, theme, { title: "Frames", status: codecShown(model)?.name ?? "" }),
          theme,
          model,
        );
        break;
      case "time":
        paintTime(view, theme, model);
    }
  }
}

function paintHead(view: Grid, theme: Theme, model: Model): void {
  let x = 0;
  for (const { mode, title, from, to } of streamTabs()) {
    view.put(from, 0, ` ${title} `, mode === model.stream.mode ? theme.titleFocus : theme.muted);
    x = to + 1;
  }
  const spans = flowSpans(model, theme);
  const room = view.width - x - 1;
  putSpans(view, view.width - 1 - Math.min(room, richWidth(spans)), 0, spans, room);
}

function paintStream(view: Grid, theme: Theme, model: Model): void {
  const { mode } = model.stream;
  const { sent, onWire, read, length } = progressShown(model);
  const calls = callsOf(model);
  const status =
    calls === null
      ? `${onWire} of ${length} bytes seen`
      : `${sent} sent, ${onWire} on the wire, ${read} read, of ${length}`;
  const codec = codecShown(model);
  const inner = frame(view, theme, {
    title: mode === "picture" ? "Sends, segments, recvs" : "Both directions",
    status: endsShown(model) === null ? "" : status,
    footer: codec === null ? "" : `frames: ${codec.name}${framesOf(model)?.problem === null ? "" : " !"}`,
    focused: true,
  });
  if (endsShown(model) === null) {
    inner.put(
      1,
      0,
      isFlowUnread(model)
        ? "reading"
        : "no TCP connection here: datagrams are no stream, and nothing cuts them",
      theme.muted,
    );
    if (!isFlowUnread(model))
      inner.put(1, 1, "each is one packet, or the fragments of one: 2 Sequence, 3 Packets", theme.muted);
    return;
  }
  if (mode === "picture") streamPicture(inner, theme, model);
  else streamFollow(inner, theme, model, mode);
}

function paintTime(view: Grid, theme: Theme, model: Model): void {
  const state = model.playing ? `▶ ×${SPEEDS[model.speed]}` : atEnd(model) ? "■ at the end" : "┃┃ paused";
  const area = view.height >= 4 ? frame(view, theme, { title: "Time", status: state }) : view;
  scrubberPane(area, theme, {
    trace: shownTrace(model),
    label: (packet) => sequenceLabel(model, packet),
    step: shownStep(model),
    focused: byteShown(model) >= 0,
  });
}
