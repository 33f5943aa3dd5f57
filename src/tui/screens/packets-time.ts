// The times of the packet list: since the first packet, since the one displayed before, of the day, with the date.

import { TIME_FORMS } from "../model.ts";
import type { Model, TimeForm } from "../model.ts";
import { isLab } from "../session.ts";
import { contextOf, listCount, listRow, shownTrace } from "./packet-data.ts";
import { insideOf } from "./packets-layout.ts";

/** What each is, in words. */
export const TIME_WORDS: Readonly<Record<TimeForm, string>> = {
  elapsed: "times since the first packet",
  delta: "times since the packet displayed before",
  clock: "times of day, in UTC",
  date: "dates and times, in UTC",
};

const TITLES: Readonly<Record<TimeForm, string>> = {
  elapsed: "Time",
  delta: "Delta",
  clock: "Time (UTC)",
  date: "Date and time (UTC)",
};

const CELLS_MIN = 8;
/** `23:59:59.999999` */
const CLOCK_CELLS = 15;
/** `2024-07-01 23:59:59.999999` */
const DATE_CELLS = 26;
/** `07-01 23:59:59`: what leaves room for Info in a narrow list. */
const NARROW_DATE_CELLS = 14;
/** The last day that a Date can be. */
const SECONDS_MAX = 8.64e12;

/** The form the list has: simulated time is of no day. */
export function timeForm(model: Model): TimeForm {
  const { times } = model.packets;
  return isLab(model.session) && (times === "clock" || times === "date") ? "elapsed" : times;
}

/** The next form there is. */
export function nextTimeForm(model: Model): TimeForm {
  const forms = isLab(model.session) ? TIME_FORMS.slice(0, 2) : TIME_FORMS;
  return forms[(forms.indexOf(timeForm(model)) + 1) % forms.length];
}

/** Above the column. */
export function timeTitle(model: Model, isNarrow: boolean): string {
  const form = timeForm(model);
  return form === "date" && isNarrow ? "Date (UTC)" : TITLES[form];
}

/** Cells the column takes: those of the last packet's time, or of one on the screen where the capture's clock ran backwards. */
export function timeCells(model: Model, isNarrow: boolean): number {
  const form = timeForm(model);
  if (form === "clock") return CLOCK_CELLS;
  if (form === "date") return isNarrow ? NARROW_DATE_CELLS : DATE_CELLS;
  const trace = shownTrace(model);
  const last = trace.packets.count - 1;
  let cells = last < 0 ? CELLS_MIN : Math.max(CELLS_MIN, secondsText(trace.packetNs(last)).length);
  const { top } = model.packets;
  const end = Math.min(listCount(model), top + insideOf(model, "list").height);
  for (let line = top; line < end; line++)
    cells = Math.max(cells, timeText(model, listRow(model, line), isNarrow).length);
  return cells;
}

/** The time of packet `row`, to the microsecond, dates in a narrow list to the second. */
export function timeText(model: Model, row: number, isNarrow: boolean): string {
  const trace = shownTrace(model);
  const form = timeForm(model);
  if (form === "elapsed") return secondsText(trace.packetNs(row));
  if (form === "delta") return secondsText(deltaNs(model, row));
  const seconds = trace.packets.seconds[row];
  const fraction = String(Math.floor(trace.packets.nanoseconds[row] / 1000)).padStart(6, "0");
  if (Math.abs(seconds) > SECONDS_MAX) return `${seconds}.${fraction}`;
  const [day, time] = new Date(seconds * 1000).toISOString().split("T");
  const clock = `${time.slice(0, 8)}.${fraction}`;
  if (form === "clock") return clock;
  return isNarrow ? `${day.slice(-5)} ${time.slice(0, 8)}` : `${day} ${clock}`;
}

/**
 * Since the packet displayed before `row` by its number, 0 for the first (`frame.time_delta_displayed`): as in Wireshark it stays the packet's
 * own in a list that is sorted, whatever stands a line above.
 */
export function deltaNs(model: Model, row: number): number {
  const trace = shownTrace(model);
  const before = contextOf(model).shownBefore?.(row) ?? row - 1;
  return before < 0 ? 0 : trace.packetNs(row) - trace.packetNs(before);
}

function secondsText(ns: number): string {
  return (ns / 1e9).toFixed(6);
}
