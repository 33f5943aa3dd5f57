// Packets as lines of text, one each, as tshark's default columns.

import { COLUMNS, dissect } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { AddressWords } from "./address-words.ts";
import { linesOf } from "./line-bytes.ts";
import type { LineBytes, LineWriter } from "./line-bytes.ts";
import { TransportColumns } from "./transport-columns.ts";
import { arrow } from "./transport-info.ts";
import { timeColumn } from "./time-column.ts";
import type { TimeWay } from "./time-column.ts";
import { writeBetween } from "./times.ts";

const BLANK = 32;
const MICROSECONDS = 6;

export interface TextOptions {
  /** Digits after the seconds' point, by row: as many as its timestamp is fine; 6 by default. */
  readonly timeDecimals?: (row: number) => number;
  /** Since the first packet by default. */
  readonly timeWay?: TimeWay;
}

/** Writes one line a packet: `    1   0.000000 10.0.0.1 → 10.0.0.2     TCP 74 51234 → 80 [SYN] ...`. */
export function textWriter(
  trace: Trace,
  context: DissectContext = {},
  { timeDecimals = (): number => MICROSECONDS, timeWay = "r" }: TextOptions = {},
): LineWriter {
  const table = trace.packets;
  const hasTime = context.hasTime ?? ((): boolean => true);
  const segments = new TransportColumns(trace, context);
  const addresses = new AddressWords(table.addresses);
  const writeTime = timeWay === "r" ? null : timeColumn(table, timeWay);
  const shownBefore = context.shownBefore ?? ((row: number): number => row - 1);
  const numberAndTime = (row: number, out: LineBytes): void => {
    let start = out.length;
    out.decimal(row + 1);
    out.indent(start, 5);
    out.byte(BLANK);
    start = out.length;
    if (hasTime(row)) {
      if (writeTime === null) writeBetween(out, table, 0, row, timeDecimals(row));
      else writeTime(out, row, shownBefore(row), timeDecimals(row));
    }
    out.indent(start, 10);
    out.byte(BLANK);
  };
  const protocolAndLength = (row: number, out: LineBytes, protocol: string): void => {
    out.byte(BLANK);
    out.text(protocol);
    out.byte(BLANK);
    out.decimal(table.length[row]);
    out.byte(BLANK);
  };
  return (row, out) => {
    const start = out.length;
    const protocol = segments.protocol(row);
    if (protocol !== null) {
      numberAndTime(row, out);
      let at = out.length;
      addresses.write(table.source[row], out);
      out.indent(at, 12);
      arrow(out);
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
    arrow(out);
    at = out.length;
    out.text(packet.destination);
    out.fill(at, 12);
    protocolAndLength(row, out, packet.protocol);
    out.text(packet.info);
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
