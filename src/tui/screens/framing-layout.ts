// Where the Framing screen's parts stand at each size: one function for painting and for the mouse.
//
// From 100x30 on the laws stand left and the counterexample right of them; below that one of the two at a time, with tabs.

import { lawRows, playable, streamOf } from "../framing-cursor.ts";
import type { FramingPane, Model } from "../model.ts";
import { isFraming } from "../session.ts";
import { bytesAcross, STREAM_LINES } from "./framing-stream.ts";

export type FramingPart = FramingPane | "law" | "contrast" | "verdict" | "scrubber" | "tabs";

export interface FramingPlace {
  readonly part: FramingPart;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SCRUBBER_ROWS = 4;
const TABS: readonly (readonly [FramingPane, string])[] = [
  ["laws", "Laws"],
  ["cut", "Counterexample"],
];

/** Whether laws and counterexample share the screen. */
export function isSpacious(width: number, height: number): boolean {
  return width >= 100 && height >= 30;
}

/** Every part on the screen; the first and the last row are not the screen's. */
export function framingLayout(model: Model): FramingPlace[] {
  const { width, height } = model.size;
  if (!isFraming(model.session)) return [];
  const laws = lawRows(model.session);
  const rows = laws.length + model.session.reports.length;
  const plays = playable(laws[model.framing.selected]) !== null;
  if (isSpacious(width, height)) {
    const left = Math.min(56, Math.max(42, Math.floor(width * 0.28)));
    const scrubberRows = plays ? SCRUBBER_ROWS : 0;
    const tall = height - 2 - scrubberRows;
    const listRows = Math.min(rows + 2, Math.floor(tall * 0.58));
    return [
      { part: "laws", x: 0, y: 1, width: left, height: listRows },
      { part: "law", x: 0, y: 1 + listRows, width: left, height: tall - listRows },
      ...cutPlaces(model, left, 1, width - left, tall),
      ...scrubberPlace(1 + tall, width, scrubberRows),
    ];
  }
  const scrubberRows = plays ? (height >= 16 ? 2 : 1) : 0;
  const tall = Math.max(1, height - 3 - scrubberRows);
  const tabs: FramingPlace = { part: "tabs", x: 0, y: 1, width, height: 1 };
  const scrubber = scrubberPlace(2 + tall, width, scrubberRows);
  if (model.framing.focus === "cut") return [tabs, ...cutPlaces(model, 0, 2, width, tall), ...scrubber];
  const listRows = Math.min(rows + 2, Math.max(3, tall - 8));
  return [
    tabs,
    { part: "laws", x: 0, y: 2, width, height: listRows },
    { part: "law", x: 0, y: 2 + listRows, width, height: tall - listRows },
    ...scrubber,
  ];
}

/** The timeline, where there is something to step through. */
function scrubberPlace(y: number, width: number, height: number): FramingPlace[] {
  return height === 0 ? [] : [{ part: "scrubber", x: 0, y, width, height }];
}

/** The counterexample, and the passing cut below it where there is one; for a law that holds, what was tried. */
function cutPlaces(model: Model, x: number, y: number, width: number, height: number): FramingPlace[] {
  if (!isFraming(model.session)) return [];
  const row = lawRows(model.session)[model.framing.selected];
  const counterexample = playable(row);
  if (counterexample === null) return [{ part: "verdict", x, y, width, height }];
  const { contrast } = counterexample;
  if (contrast === null || height < 14) return [{ part: "cut", x, y, width, height }];
  const { length } = streamOf(counterexample);
  const lines = Math.max(1, Math.ceil(length / Math.max(1, bytesAcross(width - 2, length))));
  // With room enough, what came out and the decoder's calls stand below the bytes.
  const tallest = height >= 44;
  const calls = tallest ? contrast.cuts.length + 6 : 2;
  const wanted = 2 + lines * STREAM_LINES + (height >= 30 ? calls : 0);
  const least = tallest ? Math.floor(height * 0.4) : 2 + STREAM_LINES;
  const contrastRows = Math.max(least, Math.min(wanted, Math.floor(height * 0.45)));
  return [
    { part: "cut", x, y, width, height: height - contrastRows },
    { part: "contrast", x, y: y + height - contrastRows, width, height: contrastRows },
  ];
}

/** Columns of the tabs of a small screen, `to` exclusive. */
export function framingTabs(): {
  readonly pane: FramingPane;
  readonly title: string;
  readonly from: number;
  readonly to: number;
}[] {
  let x = 1;
  return TABS.map(([pane, title]) => {
    const from = x;
    const to = from + title.length + 2;
    x = to + 1;
    return { pane, title, from, to };
  });
}
