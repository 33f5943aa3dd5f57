// The time column of packets' lines in the ways that tshark's -t knows. Of a day it is in UTC, as all dates here are.

import type { PacketTable } from "../../trace/packets.ts";
import type { LineBytes } from "./line-bytes.ts";
import { writeBetween, writeSeconds } from "./times.ts";

/** tshark's names of the ways, and what each is. */
export const TIME_WAYS = {
  r: "since the first packet",
  d: "since the packet before",
  dd: "since the packet printed before",
  e: "since 1970",
  a: "of the day, in UTC",
  ad: "with the date",
  adoy: "with the day of the year",
  u: "as a",
  ud: "as ad",
  udoy: "as adoy",
} as const;

export type TimeWay = keyof typeof TIME_WAYS;

/** Writes the time of packet `row` with `decimals` digits behind the second's point; `shown` is the row printed before, -1 for none. */
export type TimeWriter = (out: LineBytes, row: number, shown: number, decimals: number) => void;

const DAY_MS = 86_400_000;

/** Writes times of `table` in one way. */
export function timeColumn(table: PacketTable, way: TimeWay): TimeWriter {
  switch (way) {
    case "r":
      return (out, row, _shown, decimals) => writeBetween(out, table, 0, row, decimals);
    case "d":
      return (out, row, _shown, decimals) => writeBetween(out, table, Math.max(0, row - 1), row, decimals);
    case "dd":
      return (out, row, shown, decimals) => writeBetween(out, table, shown < 0 ? row : shown, row, decimals);
    case "e":
      return (out, row, _shown, decimals) =>
        writeSeconds(out, table.seconds[row], table.nanoseconds[row], decimals);
    default:
      return dateWriter(table, way.replace(/^[au]/, ""));
  }
}

/** `form`: the date is `d`, a day of the year `doy`, none at all. */
function dateWriter(table: PacketTable, form: string): TimeWriter {
  let [second, text] = [Number.NaN, ""];
  return (out, row, _shown, decimals) => {
    if (table.seconds[row] !== second) {
      second = table.seconds[row];
      text = secondText(second, form);
    }
    if (text === "") {
      writeSeconds(out, second, table.nanoseconds[row], decimals);
      return;
    }
    out.text(text);
    if (decimals === 0) return;
    out.text(".");
    out.padded(Math.floor(table.nanoseconds[row] / 10 ** (9 - decimals)), decimals);
  };
}

/** Empty beyond the last day that has a date. */
function secondText(second: number, form: string): string {
  const date = new Date(second * 1000);
  if (Number.isNaN(date.getTime())) return "";
  const [day, clock] = date.toISOString().split("T");
  const time = clock.slice(0, 8);
  if (form === "d") return `${day} ${time}`;
  if (form === "") return time;
  const year = day.slice(0, -6);
  const ofYear = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
  return `${year}/${String(ofYear).padStart(3, "0")} ${time}`;
}
