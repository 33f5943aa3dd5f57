// Where the parts of the Sequence screen stand at each size.

import type { Model } from "../model.ts";

export type SequencePart = "sequence" | "details" | "bytes" | "time";

export interface SequencePlace {
  readonly part: SequencePart;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TIME_ROWS = 4;
const SMALL_TIME_ROWS = 1;
/** Columns of the packet beside the lifelines: with 16 bytes a row, and with 8. */
const SIDE_WIDE = 77;
const SIDE = 44;
const SIDE_FROM = 110;
const WIDE_FROM = 170;
/** Rows of the packet below the lifelines where there is no room beside. */
const BELOW_ROWS = 7;

/** The lifelines with the selected packet beside them, or below in a narrow terminal; the timeline at the bottom. */
export function sequenceLayout(model: Model): SequencePlace[] {
  const { width, height } = model.size;
  const timeRows = height >= 30 ? TIME_ROWS : SMALL_TIME_ROWS;
  const rows = Math.max(3, height - 2 - timeRows);
  const time: SequencePlace = { part: "time", x: 0, y: 1 + rows, width, height: timeRows };
  if (width < SIDE_FROM) {
    const below = rows >= 14 ? BELOW_ROWS : 0;
    return [
      { part: "sequence", x: 0, y: 1, width, height: rows - below },
      { part: "bytes", x: 0, y: 1 + rows - below, width, height: below },
      time,
    ];
  }
  const side = width >= WIDE_FROM ? SIDE_WIDE : SIDE;
  const details = Math.floor(rows * 0.5);
  return [
    { part: "sequence", x: 0, y: 1, width: width - side, height: rows },
    { part: "details", x: width - side, y: 1, width: side, height: details },
    { part: "bytes", x: width - side, y: 1 + details, width: side, height: rows - details },
    time,
  ];
}
