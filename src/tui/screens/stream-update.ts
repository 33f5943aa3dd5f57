// What keys and the mouse do on the Stream screen: the cursor moves by bytes, and the run's cursor with it.

import type { Action } from "../keys.ts";
import type { MouseAction } from "../messages.ts";
import type { Model } from "../model.ts";
import { darkTheme } from "../theme.ts";
import { STREAM_MODES } from "../views.ts";
import type { StreamView } from "../views.ts";
import { isDecrypted, sideShown, turnFlow } from "./flow-data.ts";
import { segmentsWithin } from "./flow-bytes.ts";
import { atCursor, shownTrace } from "./packet-data.ts";
import { goToRow } from "./packets-select.ts";
import { packetsAction } from "./packets-update.ts";
import type { Step } from "./screen.ts";
import { scrubberStep } from "./scrubber-pane.ts";
import { byteShown, lengthShown, toByte } from "./stream-data.ts";
import { followAcross } from "./stream-follow.ts";
import { codecShown } from "./stream-frames.ts";
import { streamLayout, streamTabs } from "./stream-layout.ts";
import { CELLS, pictureByteAt, pictureShape } from "./stream-picture.ts";
import { datagramShown, isUdpShown, toDatagram, turnUdp, udpFlowBy, udpSide } from "./udp-data.ts";
import { datagramAt } from "./udp-picture.ts";

/** Rows of a page and of a turn of the wheel. */
const PAGE = 4;
const WHEEL = 1;

/** Does `action`; one the screen does not know leaves the model as it is. */
export function streamAction(model: Model, action: Action): Step {
  if (isUdpShown(model)) {
    const next = udpAction(model, action);
    if (next !== null) return quiet(next);
  }
  const across = acrossOf(model);
  switch (action) {
    case "forward":
      return quiet(byBytes(model, 1));
    case "back":
      return quiet(byBytes(model, -1));
    case "up":
      return quiet(byBytes(model, -across));
    case "down":
      return quiet(byBytes(model, across));
    case "page up":
      return quiet(byBytes(model, -PAGE * across));
    case "page down":
      return quiet(byBytes(model, PAGE * across));
    case "first":
      return quiet(toByte(model, 0));
    case "last":
      return quiet(toByte(model, lengthShown(model) - 1));
    case "next pane":
      return quiet(modeBy(model, 1));
    case "previous pane":
      return quiet(modeBy(model, -1));
    case "zoom in":
      return quiet(cellBy(model, 1));
    case "zoom out":
      return quiet(cellBy(model, -1));
    case "next stream":
      return quiet(withView(udpFlowBy(model, 1), { byte: null, codec: null }));
    case "previous stream":
      return quiet(withView(udpFlowBy(model, -1), { byte: null, codec: null }));
    case "turn":
      return quiet(withView(turnFlow(model), { byte: null, codec: null }));
    case "codec":
      return quiet(nextCodec(model));
    case "decrypted":
      return quiet(otherBytes(model));
    case "expand":
      return quiet(toPacket(model));
    case "other side":
      return otherSideAtEnd(model);
    default:
      return quiet(model);
  }
}

/** What a key does where datagrams are shown: the cursor goes by them. Null for what it does of streams too. */
function udpAction(model: Model, action: Action): Model | null {
  const now = datagramShown(model);
  switch (action) {
    case "forward":
    case "down":
      return toDatagram(model, now + 1);
    case "back":
    case "up":
      return toDatagram(model, now - 1);
    case "page up":
      return toDatagram(model, now - PAGE);
    case "page down":
      return toDatagram(model, now + PAGE);
    case "first":
      return toDatagram(model, 0);
    case "last":
      return toDatagram(model, udpSide(model).length - 1);
    case "turn":
      return withView(turnUdp(model), { byte: null });
    case "zoom in":
    case "zoom out": {
      const by = action === "zoom in" ? 1 : -1;
      const cell = Math.max(0, Math.min(CELLS.length - 1, (model.stream.cell ?? CELLS.indexOf(3)) + by));
      return withView(model, { cell });
    }
    case "codec":
      return { ...model, notice: "a datagram is a frame already" };
    case "expand": {
      const datagram = udpSide(model)[now];
      return datagram === undefined ? model : goToRow(model, datagram.parts[0].row, "");
    }
    default:
      return null;
  }
}

/** The other side's run; loopback's at its end, for real time has no cursor to keep. */
export function otherSideAtEnd(model: Model): Step {
  const [other, effects] = packetsAction({ ...model, flow: null }, "other side");
  if (other.packets.side === model.packets.side) return [{ ...other, flow: model.flow }, effects];
  const turned: Model = { ...other, stream: { ...other.stream, byte: null, codec: null } };
  if (turned.packets.side === "sim") return [turned, effects];
  return [atCursor(turned, shownTrace(turned).length - 1), effects];
}

function byBytes(model: Model, by: number): Model {
  return toByte(model, byteShown(model) + by);
}

/** To the packet that carries the byte under the cursor. */
function toPacket(model: Model): Model {
  const side = sideShown(model);
  const at = segmentsWithin(side, byteShown(model), byteShown(model) + 1)[0];
  return at === undefined ? model : goToRow(model, side.rows[at], "");
}

/** Bytes a row of the pane holds. */
function acrossOf(model: Model): number {
  const place = streamLayout(model).find(({ part }) => part === "stream");
  const width = (place?.width ?? 2) - 2;
  const { mode, cell } = model.stream;
  if (mode !== "picture") return followAcross(mode, width);
  return pictureShape(width, (place?.height ?? 2) - 2, lengthShown(model), cell).across;
}

function modeBy(model: Model, by: 1 | -1): Model {
  const count = STREAM_MODES.length;
  const mode = STREAM_MODES[(STREAM_MODES.indexOf(model.stream.mode) + by + count) % count];
  return withView(model, { mode });
}

/** Bytes become wider or narrower, from the width that was found for them. */
function cellBy(model: Model, by: 1 | -1): Model {
  const place = streamLayout(model).find(({ part }) => part === "stream");
  if (place === undefined) return model;
  const now = pictureShape(place.width - 2, place.height - 2, lengthShown(model), model.stream.cell).cell;
  const at = CELLS.findIndex((cell) => cell === now) + by;
  return withView(model, { cell: Math.max(0, Math.min(CELLS.length - 1, at)) });
}

/** TCP's own bytes for what TLS carried, and back. */
function otherBytes(model: Model): Model {
  if (!isDecrypted(model)) return { ...model, notice: "nothing of this stream was decrypted" };
  return withView(model, { decrypted: !model.stream.decrypted, byte: null, codec: null });
}

/** The next of the built-in codecs; after the last one none. */
function nextCodec(model: Model): Model {
  const { codecs } = model;
  if (codecs === null) return model;
  const shown = codecShown(model);
  const next = shown === null ? 0 : codecs.indexOf(shown) + 1;
  return withView(model, { codec: next >= codecs.length ? -1 : next });
}

/** A click chooses a tab, a byte, or a time. */
export function streamMouse(model: Model, action: MouseAction, x: number, y: number): Step {
  const place = streamLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place === undefined) return quiet(model);
  if (action === "wheelup" || action === "wheeldown") {
    if (isUdpShown(model)) return streamAction(model, action === "wheelup" ? "up" : "down");
    return quiet(byBytes(model, (action === "wheelup" ? -WHEEL : WHEEL) * acrossOf(model)));
  }
  if (place.part === "head") {
    const tab = streamTabs().find(({ from, to }) => x >= from && x < to);
    return quiet(tab === undefined || action !== "click" ? model : withView(model, { mode: tab.mode }));
  }
  if (place.part === "time") {
    const framed = place.height >= 4 ? 1 : 0;
    const step = scrubberStep(shownTrace(model), x - place.x - framed, place.width - 2 * framed);
    return quiet(atCursor(model, step));
  }
  if (place.part !== "stream" || model.stream.mode !== "picture") return quiet(model);
  const inside = { width: place.width - 2, height: place.height - 2 };
  if (isUdpShown(model)) {
    const at = datagramAt(model, inside.width, inside.height, y - place.y - 1);
    return quiet(at === -1 ? model : toDatagram(model, at));
  }
  const byte = pictureByteAt(model, darkTheme, inside.width, inside.height, x - place.x - 1, y - place.y - 1);
  return quiet(byte === -1 ? model : toByte(model, byte));
}

function withView(model: Model, change: Partial<StreamView>): Model {
  return { ...model, stream: { ...model.stream, ...change } };
}

function quiet(model: Model): Step {
  return [model, []];
}
