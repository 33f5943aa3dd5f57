// Where the parts of the Stream screen stand at each size.

import type { Model } from "../model.ts";
import { STREAM_MODES } from "../views.ts";
import { isUdpShown } from "./udp-data.ts";
import type { StreamMode } from "../views.ts";

export interface StreamPlace {
  readonly part: "head" | "stream" | "details" | "calls" | "frames" | "time";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TIME_ROWS = 4;
const SMALL_TIME_ROWS = 1;
/** Rows of what is known of a byte, in its frame. */
const DETAILS_ROWS = 7;
const SMALL_DETAILS_ROWS = 6;
/** Cells of a terminal with room for the calls beside the byte, and for the frames beside them. */
const CALLS_FROM = 110;
const FRAMES_FROM = 160;
const TALL_FROM = 30;

/** The stream; below it its byte, the calls and the frames, as many of them as there is room for; the timeline. */
export function streamLayout(model: Model): StreamPlace[] {
  const { width, height } = model.size;
  const tall = height >= TALL_FROM;
  const timeRows = tall ? TIME_ROWS : SMALL_TIME_ROWS;
  const rows = Math.max(1, height - 3 - timeRows);
  const spare = tall ? Math.max(DETAILS_ROWS, Math.floor(rows * 0.26)) : SMALL_DETAILS_ROWS;
  const lower = rows >= 12 ? spare : 0;
  const y = 2 + rows - lower;
  return [
    { part: "head", x: 0, y: 1, width, height: 1 },
    { part: "stream", x: 0, y: 2, width, height: rows - lower },
    ...lowerPlaces(width, y, lower, isUdpShown(model)),
    { part: "time", x: 0, y: 2 + rows, width, height: timeRows },
  ];
}

/** Datagrams have no frames. */
function lowerPlaces(width: number, y: number, height: number, isUdp: boolean): StreamPlace[] {
  if (height === 0) return [];
  const parts =
    width >= FRAMES_FROM && !isUdp
      ? (["details", "calls", "frames"] as const)
      : width >= CALLS_FROM
        ? (["details", "calls"] as const)
        : (["details"] as const);
  return parts.map((part, i) => {
    const x = Math.floor((width * i) / parts.length);
    return { part, x, y, width: Math.floor((width * (i + 1)) / parts.length) - x, height };
  });
}

const TITLES: Record<StreamMode, string> = { picture: "Picture", text: "Text", hex: "Hex" };

/** Columns of the tabs, `to` exclusive. */
export function streamTabs(): {
  readonly mode: StreamMode;
  readonly title: string;
  readonly from: number;
  readonly to: number;
}[] {
  let x = 1;
  return STREAM_MODES.map((mode) => {
    const from = x;
    x += TITLES[mode].length + 2;
    return { mode, title: TITLES[mode], from, to: x };
  });
}
