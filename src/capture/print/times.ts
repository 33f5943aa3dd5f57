// Times as tshark prints them, from the packet table's two columns: exact to the nanosecond, without big numbers.

import type { PacketTable } from "../../trace/packets.ts";
import type { LineBytes } from "./line-bytes.ts";

const MINUS = 45;
const POINT = 46;
const BILLION = 1_000_000_000;

/** `whole` seconds and `nanoseconds` (from -999,999,999 on) with `decimals` digits, cut and not rounded. */
export function writeSeconds(out: LineBytes, whole: number, nanoseconds: number, decimals: number): void {
  let seconds = whole;
  let rest = nanoseconds;
  if (rest < 0) {
    rest += BILLION;
    seconds--;
  }
  if (seconds < 0) {
    out.byte(MINUS);
    // -1.25 s are -2 whole seconds and 750,000,000 ns.
    seconds = rest === 0 ? -seconds : -seconds - 1;
    rest = rest === 0 ? 0 : BILLION - rest;
  }
  out.decimal(seconds);
  if (decimals === 0) return;
  out.byte(POINT);
  for (let cut = decimals; cut < 9; cut++) rest = Math.floor(rest / 10);
  out.padded(rest, decimals);
}

/** From row `earlier` to `row`. */
export function writeBetween(
  out: LineBytes,
  table: PacketTable,
  earlier: number,
  row: number,
  decimals: number,
): void {
  const { seconds, nanoseconds } = table;
  writeSeconds(out, seconds[row] - seconds[earlier], nanoseconds[row] - nanoseconds[earlier], decimals);
}
