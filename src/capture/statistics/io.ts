// `-z io,stat,INTERVAL`: packets and bytes by time.

import type { Trace } from "../../trace/trace.ts";

/** Lines printed at most; a capture of a year at a millisecond each is a mistake. */
const INTERVALS_MAX = 1_000_000;

/** Outer width of a table of one interval that would be narrower by two or more, and decimals of intervals. */
const SINGLE_WIDTH = 35;
const DECIMALS_MAX = 6;

/** How tshark writes times in a table of these intervals. */
interface Layout {
  readonly slots: number;
  readonly stepNs: number;
  readonly duration: string;
  readonly interval: string;
  name(slot: number): string;
}

/**
 * Packets and bytes of each interval of `intervalS` seconds, as tshark's table; one interval over all for 0 and for more than
 * the capture lasts. As in tshark, a packet at the very end of the last whole interval is in none.
 */
export function* printIoStatistics(
  trace: Trace,
  rows: Iterable<number>,
  intervalS: number,
): Generator<string> {
  const table = trace.packets;
  const times: number[] = [];
  const lengths: number[] = [];
  let endNs = 0;
  for (const row of rows) {
    const at = Math.max(0, table.relativeNs(row));
    endNs = Math.max(endNs, at);
    times.push(at);
    lengths.push(table.length[row]);
  }
  const isSingle = intervalS === 0 || intervalS * 1e9 > endNs;
  const layout = isSingle ? singleLayout(endNs) : repeatedLayout(endNs, intervalS);
  const packets = new Map<number, number>();
  const bytes = new Map<number, number>();
  for (const [i, at] of times.entries()) {
    const slot = isSingle ? 0 : Math.floor(at / layout.stepNs);
    packets.set(slot, (packets.get(slot) ?? 0) + 1);
    bytes.set(slot, (bytes.get(slot) ?? 0) + lengths[i]);
  }
  // Names grow with their numbers, and only the last may be another kind of name.
  const longest = [0, layout.slots - 2, layout.slots - 1].map((slot) => layout.name(Math.max(0, slot)));
  const nameWidth = widest(longest, 10);
  const countWidth = widest(packets.values(), 6);
  const sizeWidth = widest(bytes.values(), 5);
  const tableWidth = nameWidth + countWidth + sizeWidth + 8;
  const isNarrow = isSingle && tableWidth < SINGLE_WIDTH - 1;
  const width = isNarrow ? SINGLE_WIDTH : tableWidth;
  const row = (text: string): string => `|${text.padEnd(width - 2)}|`;
  const line = (text: string): string => (width > tableWidth ? `${text.padEnd(width - 2)} |` : text);
  const rule = `|${"-".repeat(tableWidth - 2)}|`;
  yield "";
  yield "=".repeat(width);
  yield row(" IO Statistics");
  yield row("");
  yield row(` Duration: ${layout.duration} secs`);
  yield row(` Interval: ${layout.interval} secs`);
  yield row("");
  yield row(" Col 1: Frames and bytes");
  yield `|${"-".repeat(width - 2)}|`;
  yield line(`|${" ".repeat(nameWidth)}|1${" ".repeat(countWidth + sizeWidth + 4)}|`);
  // Over wide columns tshark has this title in the middle.
  const bytesTitle = `Bytes${" ".repeat((sizeWidth - "Bytes".length) >> 1)}`.padStart(sizeWidth);
  yield line(`|${" Interval".padEnd(nameWidth)}| ${"Frames".padStart(countWidth)} | ${bytesTitle} |`);
  yield line(rule);
  const slots = times.length === 0 ? 0 : layout.slots;
  for (let slot = 0; slot < slots; slot++) {
    const count = String(packets.get(slot) ?? 0).padStart(countWidth);
    const size = String(bytes.get(slot) ?? 0).padStart(sizeWidth);
    yield line(`|${layout.name(slot).padEnd(nameWidth)}| ${count} | ${size} |`);
  }
  yield "=".repeat(width);
}

function singleLayout(endNs: number): Layout {
  const decimals = endNs < 10e9 ? 3 : 1;
  const duration = (endNs / 1e9).toFixed(decimals);
  const name = ` ${(0).toFixed(decimals).padStart(duration.length)} <> ${duration} `;
  return { slots: 1, stepNs: endNs, duration, interval: duration, name: () => name };
}

function repeatedLayout(endNs: number, intervalS: number): Layout {
  const stepNs = intervalS * 1e9;
  const slots = Math.min(INTERVALS_MAX, Math.ceil(endNs / stepNs));
  const decimals = Math.min(DECIMALS_MAX, String(intervalS).split(".")[1]?.length ?? 0);
  if (decimals > 0) {
    const end = (endNs / 1e9).toFixed(decimals);
    const time = (s: number): string => s.toFixed(decimals).padStart(end.length);
    const name = (slot: number): string =>
      ` ${time(slot * intervalS)} <> ${slot === slots - 1 ? end : time((slot + 1) * intervalS)} `;
    return { slots, stepNs, duration: end, interval: time(intervalS), name };
  }
  // Microseconds are padded with blanks, not zeros: tshark's way with whole seconds.
  const whole = String(Math.floor(endNs / 1e9));
  const micros = String(Math.floor((endNs % 1e9) / 1000)).padStart(6);
  const width = Math.max(2, whole.length);
  const time = (s: number): string => String(s).padStart(width);
  const name = (slot: number): string =>
    slot === slots - 1
      ? ` ${time(slot * intervalS)} <> ${"Dur".padEnd(width + 1)}`
      : ` ${time(slot * intervalS)} <> ${String((slot + 1) * intervalS).padStart(whole.length)} `;
  const interval = String(intervalS).padStart(whole.length);
  return { slots, stepNs, duration: `${whole}.${micros}`, interval, name };
}

/** Characters of the longest of `values`, at least `least`. */
function widest(values: Iterable<string | number>, least: number): number {
  let width = least;
  for (const value of values) width = Math.max(width, String(value).length);
  return width;
}
