// Packets as lines of text: one line each, as tshark's default columns, or the whole detail tree.

import { COLUMNS, dissect } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import { escaped } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";

export interface TextOptions {
  /** Digits after the seconds' point: 6 by default, 9 where timestamps are that fine. */
  readonly timeDecimals?: number;
}

/** Seconds since the first packet with `decimals` digits, cut and not rounded, as tshark prints them. */
export function relativeSeconds(trace: Trace, row: number, decimals = 6): string {
  const table = trace.packets;
  const ns =
    BigInt(table.seconds[row] - table.seconds[0]) * 1_000_000_000n +
    BigInt(table.nanoseconds[row] - table.nanoseconds[0]);
  const size = ns < 0n ? -ns : ns;
  const fraction = (size % 1_000_000_000n).toString().padStart(9, "0").slice(0, decimals);
  return `${ns < 0n ? "-" : ""}${size / 1_000_000_000n}${decimals > 0 ? "." : ""}${fraction}`;
}

/** One line a packet: `    1   0.000000 10.0.0.1 → 10.0.0.2     TCP 74 51234 → 80 [SYN] ...`, without line ends. */
export function* printText(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  options: TextOptions = {},
): Generator<string> {
  for (const row of rows) yield textLine(trace, row, context, options);
}

export function textLine(
  trace: Trace,
  row: number,
  context: DissectContext = {},
  { timeDecimals = 6 }: TextOptions = {},
): string {
  const packet = dissect(trace, row, context, COLUMNS);
  const hasTime = context.hasTime?.(row) ?? true;
  const time = hasTime ? relativeSeconds(trace, row, timeDecimals) : "";
  const ends = `${packet.source.padStart(12)} → ${packet.destination.padEnd(12)}`;
  const length = trace.packets.length[row];
  const number = String(row + 1).padStart(5);
  return `${number} ${time.padStart(10)} ${ends} ${packet.protocol} ${length} ${escaped(packet.info)}`;
}

/** The detail tree of each packet, a line a node, four blanks a level, and an empty line after each packet. */
export function* printDetails(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  for (const row of rows) {
    yield* treeLines(dissect(trace, row, context).tree, 0);
    yield "";
  }
}

function* treeLines(nodes: readonly DetailNode[], depth: number): Generator<string> {
  for (const node of nodes) {
    yield `${" ".repeat(depth * 4)}${shown(node.label)}`;
    yield* treeLines(node.children, depth + 1);
  }
}

/** Labels show line breaks already spelled out; other control characters must not reach a terminal. */
function shown(label: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return label.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "·");
}
