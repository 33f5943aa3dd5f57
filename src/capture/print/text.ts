// Packets as lines of text, one each, as tshark's default columns: between blanks, or tabs for `-T tabs`.

import { COLUMNS, dissect } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { AddressWords } from "./address-words.ts";
import { CELL, linesAtOnce } from "./cells.ts";
import { linesOf, pieceOf } from "./line-bytes.ts";
import type { LineBytes, LineWriter } from "./line-bytes.ts";
import { TransportColumns } from "./transport-columns.ts";
import { timeColumn } from "./time-column.ts";
import type { TimeWay } from "./time-column.ts";
import { writeBetween } from "./times.ts";

const MICROSECONDS = 6;

const LIST = [
  CELL.listNumber,
  CELL.listTime,
  CELL.listSource,
  CELL.arrow,
  CELL.listDestination,
  CELL.protocol,
  CELL.frameLength,
  CELL.info,
];

export interface TextOptions {
  /** Digits after the seconds' point, by row: as many as its timestamp is fine; 6 by default. */
  readonly timeDecimals?: (row: number) => number;
  /** The same where it is so of all packets so far, null where it is not; many lines are then written at once. */
  readonly commonTimeDecimals?: () => number | null;
  /** Since the first packet by default. */
  readonly timeWay?: TimeWay;
  /** What stands between columns: a blank by default. */
  readonly separator?: " " | "\t";
}

/** Writes one line a packet: `    1   0.000000 10.0.0.1 → 10.0.0.2     TCP 74 51234 → 80 [SYN] ...`. */
export function textWriter(
  trace: Trace,
  context: DissectContext = {},
  options: TextOptions = {},
): LineWriter {
  const table = trace.packets;
  const segments = new TransportColumns(trace, context);
  const addresses = new AddressWords(table);
  const writeTime = columnTime(trace, context, options);
  const { separator = " ", commonTimeDecimals, timeWay = "r" } = options;
  const between = separator.charCodeAt(0);
  const arrow = pieceOf(`${separator}→${separator}`);
  const numberAndTime = (row: number, out: LineBytes): void => {
    let start = out.length;
    out.decimal(row + 1);
    out.indent(start, 5);
    out.byte(between);
    start = out.length;
    writeTime(row, out);
    out.indent(start, 10);
    out.byte(between);
  };
  const protocolAndLength = (row: number, out: LineBytes, protocol: string): void => {
    out.byte(between);
    out.text(protocol);
    out.byte(between);
    out.decimal(table.length[row]);
    out.byte(between);
  };
  const write: LineWriter = (row, out) => {
    const start = out.length;
    const protocol = segments.protocol(row);
    if (protocol !== null) {
      numberAndTime(row, out);
      let at = out.length;
      addresses.write(table.source[row], out);
      out.indent(at, 12);
      out.piece(arrow);
      at = out.length;
      addresses.write(table.destination[row], out);
      out.fill(at, 12);
      protocolAndLength(row, out, protocol);
      if (segments.writeInfo(row, out)) return;
      out.length = start;
    }
    const packet = dissect(trace, row, context, COLUMNS);
    numberAndTime(row, out);
    let at = out.length;
    out.text(packet.source);
    out.indent(at, 12);
    out.piece(arrow);
    at = out.length;
    out.text(packet.destination);
    out.fill(at, 12);
    protocolAndLength(row, out, packet.protocol);
    out.text(packet.info);
  };
  if (commonTimeDecimals === undefined || timeWay !== "r") return write;
  const columns = { cells: LIST, separator: between, addresses, columns: segments };
  const compiled = linesAtOnce(trace, context, { ...columns, timeDecimals: commonTimeDecimals }, write);
  return compiled === null
    ? write
    : Object.assign(write, { many: compiled.write.bind(compiled) satisfies LineWriter["many"] });
}

/** Writes the time of a packet as `options` want it, nothing where it has none. */
function columnTime(
  trace: Trace,
  context: DissectContext,
  { timeDecimals = (): number => MICROSECONDS, timeWay = "r" }: TextOptions,
): LineWriter {
  const table = trace.packets;
  const hasTime = context.hasTime ?? ((): boolean => true);
  if (timeWay === "r") {
    return (row, out) => {
      if (hasTime(row)) writeBetween(out, table, 0, row, timeDecimals(row));
    };
  }
  const shownBefore = context.shownBefore ?? ((row: number): number => row - 1);
  const writeTime = timeColumn(table, timeWay);
  return (row, out) => {
    if (hasTime(row)) writeTime(out, row, shownBefore(row), timeDecimals(row));
  };
}

/** The lines that `textWriter` writes, without line ends. */
export function printText(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  options: TextOptions = {},
): Generator<string> {
  return linesOf(textWriter(trace, context, options), rows);
}
