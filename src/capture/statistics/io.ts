// `-z io,stat,INTERVAL`: packets and bytes by time, and what else columns ask for.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { INTERVALS_MAX, IoTotals } from "./io-columns.ts";
import type { IoCell, IoColumn } from "./io-columns.ts";

/** Decimals of intervals, digits of their seconds, and the outer width up to which a table is widened for what its columns ask for. */
const DECIMALS_MAX = 6;
const DIGITS_MAX = 5;
const ASKED_MAX = 102;

/** How tshark writes times in a table of these intervals. */
interface Layout {
  readonly slots: number;
  readonly stepUs: number;
  /** Where the last interval ends: rounded up from more than half of the last decimal. */
  readonly endUs: number;
  readonly duration: string;
  readonly interval: string;
  /** The table's outer width at least. */
  readonly widthMin: number;
  name(slot: number): string;
}

/**
 * The columns over each interval of `intervalS` seconds, as tshark's table; one interval over all for 0 and for more than
 * the capture lasts. As in tshark, a packet at the very end of the last whole interval is in none.
 */
export function* printIoStatistics(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext,
  intervalS: number,
  columns: readonly IoColumn[],
): Generator<string> {
  const stepUs = intervalS === 0 ? Number.POSITIVE_INFINITY : Math.round(intervalS * 1e6);
  const totals = columns.map((column) => new IoTotals(column, trace, context, stepUs));
  let endUs = 0;
  let lastUs = 0;
  let isEmpty = true;
  for (const row of rows) {
    const ns = trace.packets.relativeNs(row);
    // As in tshark, a packet from before the first, or without a time, is of the time of the one counted last.
    const us = ns < 0 ? lastUs : Math.floor((ns + 500) / 1000);
    endUs = Math.max(endUs, us);
    isEmpty = false;
    for (const column of totals) if (column.add(row, Math.floor(us / stepUs))) lastUs = us;
  }
  const layout = stepUs > endUs ? singleLayout(endUs) : repeatedLayout(endUs, intervalS);
  const cells = totals.map((column) => column.cells(layout.stepUs));
  // Names grow with their numbers, and only the last may be another kind of name.
  const longest = [0, layout.slots - 2, layout.slots - 1].map((slot) => layout.name(Math.max(0, slot)));
  const nameWidth = Math.max(10, ...longest.map((name) => name.length));
  const tableWidth = nameWidth + 2 + cells.flat().reduce((sum, { width }) => sum + width + 3, 0);
  const width = outerWidth(tableWidth, layout, columns);
  const filler = width > tableWidth ? `${" ".repeat(width - tableWidth - 1)}|` : "";
  const line = (text: string): string => `${text}${filler}`;
  yield "";
  yield "=".repeat(width);
  yield* titleLines(layout, columns, width);
  const numbers = cells.map((parts, i) => `${i + 1}`.padEnd(widthOf(parts)));
  yield line(`|${" ".repeat(nameWidth)}|${numbers.join("|")}|`);
  const titles = cells.flat().map(({ title, width: of }) => ` ${centred(title, of)} |`);
  yield line(`|${" Interval".padEnd(nameWidth)}|${titles.join("")}`);
  yield line(`|${"-".repeat(tableWidth - 2)}|`);
  const slots = isEmpty ? 0 : layout.slots;
  for (let slot = 0; slot < slots; slot++) {
    const lastsUs = Math.min(layout.stepUs, layout.endUs - slot * layout.stepUs);
    const values = cells.flat().map((cell) => ` ${cell.text(slot, lastsUs).padStart(cell.width)} |`);
    yield line(`|${layout.name(slot).padEnd(nameWidth)}|${values.join("")}`);
  }
  yield "=".repeat(width);
}

/** Characters between the bars around a column. */
function widthOf(parts: readonly IoCell[]): number {
  return parts.reduce((sum, { width }) => sum + width + 3, -1);
}

/** A blank more before than behind where they cannot be alike. */
function centred(title: string, width: number): string {
  return `${title}${" ".repeat((width - title.length) >> 1)}`.padStart(width);
}

/** Room for what the columns ask for, within reason, and never two bars beside each other. */
function outerWidth(tableWidth: number, { widthMin }: Layout, columns: readonly IoColumn[]): number {
  let width = Math.max(tableWidth, widthMin);
  const asked = Math.max(...columns.map(({ text }) => (text === "" ? ALL.length + 10 : text.length + 11)));
  if (asked > width && width < ASKED_MAX) width = Math.min(asked, ASKED_MAX);
  return width === tableWidth + 1 ? width + 1 : width;
}

/** What a column that asks for nothing shows. */
const ALL = "Frames and bytes";

function* titleLines(
  { duration, interval }: Layout,
  columns: readonly IoColumn[],
  width: number,
): Generator<string> {
  const row = (text: string): string => `|${text.padEnd(width - 2)}|`;
  yield row(" IO Statistics");
  yield row("");
  yield row(` Duration: ${duration} secs`);
  yield row(` Interval: ${interval} secs`);
  yield row("");
  for (const [i, { text }] of columns.entries()) {
    const [first, ...others] = broken(text === "" ? ALL : text, width - 11);
    yield row(`${i === 0 ? " Col" : "    "}${String(i + 1).padStart(2)}: ${first}`);
    for (const other of others) yield row(`        ${other}`);
  }
  yield `|${"-".repeat(width - 2)}|`;
}

/** Lines of at most `width`, broken at the last blank where there is one. */
function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(" ", width - 1);
    lines.push(rest.slice(0, blank === -1 ? width : blank));
    rest = rest.slice(blank === -1 ? width : blank + 1);
  }
  return [...lines, rest];
}

function singleLayout(endUs: number): Layout {
  const decimals = endUs < 10e6 ? 3 : 1;
  const duration = (endUs / 1e6).toFixed(decimals);
  const name = ` ${(0).toFixed(decimals).padStart(duration.length)} <> ${duration} `;
  const widthMin = 31 + digitsOf(endUs / 1e6) + decimals;
  return {
    slots: 1,
    stepUs: roundedUs(endUs, decimals),
    endUs: roundedUs(endUs, decimals),
    duration,
    interval: duration,
    widthMin,
    name: () => name,
  };
}

function repeatedLayout(endUs: number, intervalS: number): Layout {
  const stepUs = Math.round(intervalS * 1e6);
  const slots = Math.min(INTERVALS_MAX, Math.ceil(endUs / stepUs));
  const decimals = (stepUs / 1e6).toFixed(DECIMALS_MAX).replace(/0+$/, "").split(".")[1].length;
  const digits = Math.max(digitsOf(intervalS), digitsOf(endUs / 1e6));
  const widthMin = 25 + digits + (decimals === 0 ? 0 : decimals + 1);
  if (decimals > 0) {
    const end = (endUs / 1e6).toFixed(decimals);
    const time = (s: number): string => s.toFixed(decimals).padStart(end.length);
    const name = (slot: number): string =>
      ` ${time(slot * intervalS)} <> ${slot === slots - 1 ? end : time((slot + 1) * intervalS)} `;
    return {
      slots,
      stepUs,
      endUs: roundedUs(endUs, decimals),
      duration: end,
      interval: time(intervalS),
      widthMin,
      name,
    };
  }
  // Microseconds are padded with blanks, not zeros: tshark's way with whole seconds.
  const whole = String(Math.floor(endUs / 1e6));
  const micros = String(endUs % 1e6).padStart(6);
  const width = Math.max(2, whole.length);
  const time = (s: number): string => String(s).padStart(width);
  const name = (slot: number): string =>
    slot === slots - 1
      ? ` ${time(slot * intervalS)} <> ${"Dur".padEnd(width + 1)}`
      : ` ${time(slot * intervalS)} <> ${String((slot + 1) * intervalS).padStart(whole.length)} `;
  const interval = String(intervalS).padStart(whole.length);
  return {
    slots,
    stepUs,
    endUs: roundedUs(endUs, decimals),
    duration: `${whole}.${micros}`,
    interval,
    widthMin,
    name,
  };
}

function roundedUs(endUs: number, decimals: number): number {
  const unitUs = 10 ** (DECIMALS_MAX - decimals);
  return endUs % unitUs > unitUs / 2 ? Math.ceil(endUs / unitUs) * unitUs : endUs;
}

/** Digits of whole seconds. */
function digitsOf(seconds: number): number {
  return Math.min(DIGITS_MAX, String(Math.floor(seconds)).length);
}
