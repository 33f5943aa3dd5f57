// `-z io,stat,INTERVAL`: packets and bytes by time.

import type { Trace } from "../../trace/trace.ts";

/** Lines printed at most; a capture of a year at a millisecond each is a mistake. */
const INTERVALS_MAX = 1_000_000;

/** Packets and bytes of each interval of `intervalS` seconds (0 for one interval over all), as tshark's table. */
export function* printIoStatistics(
  trace: Trace,
  rows: Iterable<number>,
  intervalS: number,
): Generator<string> {
  const table = trace.packets;
  const packets = new Map<number, number>();
  const bytes = new Map<number, number>();
  let endNs = 0;
  for (const row of rows) {
    const at = Math.max(0, table.relativeNs(row));
    endNs = Math.max(endNs, at);
    const slot = intervalS === 0 ? 0 : Math.floor(at / (intervalS * 1e9));
    packets.set(slot, (packets.get(slot) ?? 0) + 1);
    bytes.set(slot, (bytes.get(slot) ?? 0) + table.length[row]);
  }
  const durationS = endNs / 1e9;
  const stepS = intervalS === 0 ? durationS : intervalS;
  const slots = intervalS === 0 ? 1 : Math.min(INTERVALS_MAX, Math.floor(durationS / intervalS) + 1);
  const decimals = Number.isInteger(stepS) && intervalS !== 0 ? 0 : 3;
  const time = (s: number): string => s.toFixed(decimals);
  const names: string[] = [];
  const last = Math.min(slots * stepS, durationS);
  const width = time(last).length;
  for (let slot = 0; slot < slots; slot++) {
    const to = slot === slots - 1 && intervalS !== 0 ? "Dur" : time((slot + 1) * stepS);
    names.push(` ${time(slot * stepS).padStart(width)} <> ${to.padStart(width)} `);
  }
  const nameWidth = widest(names, 10);
  const countWidth = widest(packets.values(), 6);
  const sizeWidth = widest(bytes.values(), 5);
  const inner = nameWidth + countWidth + sizeWidth + 6;
  const row = (text: string): string => `|${text.padEnd(inner)}|`;
  yield "";
  yield "=".repeat(inner + 2);
  yield row(" IO Statistics");
  yield row("");
  yield row(` Duration: ${durationS.toFixed(3)} secs`);
  yield row(` Interval: ${stepS.toFixed(3)} secs`);
  yield row("");
  yield row(" Col 1: Frames and bytes");
  yield `|${"-".repeat(inner)}|`;
  yield `|${" ".repeat(nameWidth)}|1${" ".repeat(countWidth + sizeWidth + 4)}|`;
  yield `|${" Interval".padEnd(nameWidth)}| ${"Frames".padStart(countWidth)} | ${"Bytes".padStart(sizeWidth)} |`;
  yield `|${"-".repeat(inner)}|`;
  for (const [slot, name] of names.entries()) {
    const count = String(packets.get(slot) ?? 0).padStart(countWidth);
    const size = String(bytes.get(slot) ?? 0).padStart(sizeWidth);
    yield `|${name.padEnd(nameWidth)}| ${count} | ${size} |`;
  }
  yield "=".repeat(inner + 2);
}

/** Characters of the longest of `values`, at least `least`. */
function widest(values: Iterable<string | number>, least: number): number {
  let width = least;
  for (const value of values) width = Math.max(width, String(value).length);
  return width;
}
