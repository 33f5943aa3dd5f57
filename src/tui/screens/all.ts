// Every screen: how it is painted, what it does.

import type { Model } from "../model.ts";
import { framingScreen } from "./framing.ts";
import { framingAction, framingMouse } from "./framing-update.ts";
import { labScreen } from "./lab.ts";
import { isLabUnread, readLab } from "./lab-reading.ts";
import { labAction, labMouse } from "./lab-update.ts";
import { packetsScreen } from "./packets.ts";
import { isListUnread, readList, readListSoon } from "./packets-shown.ts";
import { packetsAction, packetsMouse } from "./packets-update.ts";
import { sequenceScreen } from "./sequence.ts";
import { isSequenceUnread, readSequence, readSequenceSoon } from "./sequence-reading.ts";
import { sequenceAction, sequenceMouse } from "./sequence-update.ts";
import { enterFlow } from "./flow-data.ts";
import { graphsScreen } from "./graphs.ts";
import { isGraphsUnread, readGraphs } from "./graphs-reading.ts";
import { graphsAction, graphsMouse } from "./graphs-update.ts";
import type { Screen, Step } from "./screen.ts";
import { streamScreen } from "./stream.ts";
import { isStreamUnread, readStream } from "./stream-data.ts";
import { streamAction, streamMouse } from "./stream-update.ts";
import { enterUdp } from "./udp-data.ts";
import { statisticsScreen } from "./statistics.ts";
import { isUnread, readOn } from "./statistics-data.ts";
import { statisticsAction, statisticsMouse } from "./statistics-update.ts";

const SCREENS: readonly Screen[] = [
  {
    name: "lab",
    paint: labScreen,
    act: (model, action) => quiet(labAction(model, action)),
    mouse: (model, action, x, y) => quiet(labMouse(model, action, x, y)),
    count: { unread: isLabUnread, read: readLab },
  },
  {
    name: "sequence",
    paint: sequenceScreen,
    act: (model, action) =>
      action === "other side" ? packetsAction(model, action) : quiet(sequenceAction(model, action)),
    mouse: (model, action, x, y) => quiet(sequenceMouse(model, action, x, y)),
    count: { unread: isSequenceUnread, read: readSequence, soon: readSequenceSoon },
  },
  {
    name: "packets",
    paint: packetsScreen,
    act: packetsAction,
    mouse: packetsMouse,
    count: { unread: isListUnread, read: readList, soon: readListSoon },
  },
  {
    name: "stream",
    paint: streamScreen,
    act: streamAction,
    mouse: streamMouse,
    enter: (model) => enterUdp(model) ?? enterFlow(model),
    count: { unread: isStreamUnread, read: readStream },
  },
  {
    name: "graphs",
    paint: graphsScreen,
    act: graphsAction,
    mouse: graphsMouse,
    enter: enterFlow,
    count: { unread: isGraphsUnread, read: readGraphs },
  },
  {
    name: "framing",
    paint: framingScreen,
    act: (model, action) => quiet(framingAction(model, action)),
    mouse: (model, action, x, y) => quiet(framingMouse(model, action, x, y)),
  },
  {
    name: "statistics",
    paint: statisticsScreen,
    act: statisticsAction,
    mouse: statisticsMouse,
    count: { unread: isUnread, read: readOn },
  },
];

/** The screen the model is on. */
export function screenOn(model: Model): Screen {
  const screen = SCREENS.find(({ name }) => name === model.screen);
  if (screen === undefined) throw new RangeError(`no screen called ${model.screen}`);
  return screen;
}

/** A change that asks nothing of the outside. */
function quiet(model: Model): Step {
  return [model, []];
}
