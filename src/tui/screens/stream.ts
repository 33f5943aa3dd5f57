// The Stream screen: what was sent, how it was cut into segments, how recv cut it again, and which frames came out, byte by byte. Of UDP
// each datagram sent, its packets, and what recv gave of it.

import { SPEEDS } from "../model.ts";
import type { Model } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { paragraph } from "../widgets/paragraph.ts";
import { putSpans, richWidth } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { endsShown, isCarriedShown, isFlowUnread } from "./flow-data.ts";
import { flowSpans } from "./graphs.ts";
import { atEnd } from "./lab.ts";
import { shownLoopback, shownTrace } from "./packet-data.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import { sequenceLabel, shownStep } from "./sequence-data.ts";
import {
  conversationShown,
  conversationsOf,
  datagramsOf,
  isUdpShown,
  udpDirection,
  udpEndName,
  udpSide,
} from "./udp-data.ts";
import { datagramList, datagramPane, udpFollow } from "./udp-panes.ts";
import { hasCalls, udpPicture } from "./udp-picture.ts";
import { fareWords } from "./udp-words.ts";
import { callsOf } from "./stream-calls.ts";
import { progressShown } from "./stream-data.ts";
import { callsPane, detailsPane, framesPane } from "./stream-details.ts";
import { streamFollow } from "./stream-follow.ts";
import { codecShown, framesOf } from "./stream-frames.ts";
import { streamLayout, streamTabs } from "./stream-layout.ts";
import type { StreamPlace } from "./stream-layout.ts";
import { streamPicture } from "./stream-picture.ts";

/** Paints the screen over all of `grid` but its first and last row. */
export function streamScreen(grid: Grid, theme: Theme, model: Model): void {
  for (const place of streamLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    if (isUdpShown(model)) {
      paintUdp(view, theme, model, place.part);
      continue;
    }
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

/** The same for datagrams. */
function paintUdp(view: Grid, theme: Theme, model: Model, part: StreamPlace["part"]): void {
  switch (part) {
    case "head":
      paintHead(view, theme, model);
      break;
    case "stream":
      paintDatagrams(view, theme, model);
      break;
    case "details":
      datagramPane(frame(view, theme, { title: "At the cursor" }), theme, model);
      break;
    case "calls":
    case "frames":
      datagramList(frame(view, theme, { title: "Datagrams" }), theme, model);
      break;
    case "time":
      paintTime(view, theme, model);
  }
}

function paintDatagrams(view: Grid, theme: Theme, model: Model): void {
  const { mode } = model.stream;
  const inner = frame(view, theme, {
    title: mode === "picture" ? "Datagrams: sent, on the wire, read" : "Both directions",
    status: fareWords(udpSide(model), hasCalls(model)),
    focused: true,
  });
  if (mode === "picture") udpPicture(inner, theme, model);
  else udpFollow(inner, theme, model, mode);
}

/** `UDP 1 of 2  client:57711 → server:7070`. */
function udpSpans(model: Model, theme: Theme): Span[] {
  const count = conversationsOf(model).list.length;
  const direction = udpDirection(model);
  const reading = datagramsOf(model);
  const spans: Span[] = [
    { text: count > 1 ? `UDP ${conversationShown(model) + 1} of ${count}  ` : "UDP  ", attr: theme.muted },
    { text: udpEndName(model, direction), attr: theme.strong },
    { text: " → ", attr: theme.accent },
    { text: udpEndName(model, direction === 0 ? 1 : 0), attr: theme.strong },
  ];
  const run = shownLoopback(model);
  if (run !== null) spans.push({ text: `  on loopback (${run.backend})`, attr: theme.loopback });
  if (!reading.isDone) {
    spans.push({ text: `  reading ${Math.floor(reading.progress * 100)} %`, attr: theme.pending });
  }
  return spans;
}

function paintHead(view: Grid, theme: Theme, model: Model): void {
  let x = 0;
  for (const { mode, title, from, to } of streamTabs()) {
    view.put(from, 0, ` ${title} `, mode === model.stream.mode ? theme.titleFocus : theme.muted);
    x = to + 1;
  }
  const spans = isUdpShown(model) ? udpSpans(model, theme) : flowSpans(model, theme);
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
    title: streamTitle(model),
    status: endsShown(model) === null ? "" : status,
    footer: codec === null ? "" : `frames: ${codec.name}${framesOf(model)?.problem === null ? "" : " !"}`,
    focused: true,
  });
  if (endsShown(model) === null) {
    const isReading = isFlowUnread(model) || !conversationsOf(model).isDone;
    const text = isReading
      ? "reading"
      : "no TCP connection and no UDP datagram here\nthis screen shows those two, as programs send and read them\n2 Sequence and 3 Packets show what there is";
    paragraph(inner, theme, { text, attr: theme.muted });
    return;
  }
  if (mode === "picture") streamPicture(inner, theme, model);
  else streamFollow(inner, theme, model, mode);
}

function streamTitle(model: Model): string {
  const isPicture = model.stream.mode === "picture";
  if (isCarriedShown(model))
    return isPicture ? "Records of TLS, decrypted" : "Both directions, TLS decrypted";
  return isPicture ? "Sends, segments, recvs" : "Both directions";
}

function paintTime(view: Grid, theme: Theme, model: Model): void {
  const state = model.playing ? `▶ ×${SPEEDS[model.speed]}` : atEnd(model) ? "■ at the end" : "┃┃ paused";
  const area = view.height >= 4 ? frame(view, theme, { title: "Time", status: state }) : view;
  scrubberPane(area, theme, {
    trace: shownTrace(model),
    label: (packet) => sequenceLabel(model, packet),
    step: shownStep(model),
    focused: true,
  });
}
