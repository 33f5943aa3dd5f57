// What a column of the packet table prints, written digit by digit.

import type { DissectContext } from "../dissect/dissect.ts";
import { columnReader } from "../fields-columns.ts";
import type { ColumnReader } from "../fields-columns.ts";
import { formatValue } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import { NO_OFFSET } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { LineBytes } from "./line-bytes.ts";
import type { TransportColumns } from "./transport-columns.ts";
import { writeBetween, writeSeconds } from "./times.ts";

/** Writes a field of a plain packet, nothing where it is absent; answers false where only dissection can tell. */
export type ColumnWriter = (row: number, out: LineBytes) => boolean;

const HEX_DIGITS = new Map([
  ["uint8x", 2],
  ["uint16x", 4],
  ["uint24x", 6],
  ["uint32x", 8],
]);

/**
 * The writer of field `info`, or null where no column holds it; `segments` has the packet list's columns, `join` puts several values of
 * one field together.
 */
export function columnWriter(
  info: FieldInfo,
  trace: Trace,
  context: DissectContext,
  segments: TransportColumns,
  join: (values: readonly string[]) => string,
): ColumnWriter | null {
  const special = timeWriter(info.name, trace, context) ?? listWriter(info.name, trace, segments);
  if (special !== null) return special;
  const readers: ColumnReader[] = [];
  for (const name of info.nodes) {
    if (name === "ipv6.routing.src.addr") continue;
    const reader = columnReader(name, trace, context);
    if (reader === null) return null;
    readers.push(reader);
  }
  if (readers.length === 1) return valueWriter(info, readers[0]);
  return (row, out) => {
    const values: string[] = [];
    for (const reader of readers) {
      const value = reader(row);
      if (value !== null) values.push(formatValue(info.type, value, ""));
    }
    out.text(join(values));
    return true;
  };
}

function valueWriter({ type }: FieldInfo, reader: ColumnReader): ColumnWriter {
  if (type === "ipv4" || type === "ipv6") {
    return (row, out) => {
      const value = reader(row);
      if (typeof value === "string") out.text(value);
      return true;
    };
  }
  const digits = HEX_DIGITS.get(type) ?? 0;
  return (row, out) => {
    const value = reader(row);
    if (value === null) return true;
    if (typeof value === "number") {
      if (digits > 0) out.hex(value, digits);
      else out.decimal(value);
    } else out.text(formatValue(type, value, ""));
    return true;
  };
}

/** Times, which readers have as big numbers. */
function timeWriter(name: string, trace: Trace, context: DissectContext): ColumnWriter | null {
  const table = trace.packets;
  const hasTime = context.hasTime ?? ((): boolean => true);
  switch (name) {
    case "frame.time_epoch":
      return (row, out) => {
        if (hasTime(row)) writeSeconds(out, table.seconds[row], table.nanoseconds[row], 9);
        return true;
      };
    case "frame.time_relative":
      return (row, out) => {
        if (hasTime(row)) writeBetween(out, table, 0, row, 9);
        return true;
      };
    case "frame.time_delta":
      return (row, out) => {
        if (hasTime(row)) writeBetween(out, table, Math.max(row - 1, 0), row, 9);
        return true;
      };
    default:
      return null;
  }
}

/** The columns of the packet list, for TCP segments. */
function listWriter(name: string, trace: Trace, segments: TransportColumns): ColumnWriter | null {
  const table = trace.packets;
  switch (name) {
    case "_ws.col.Info":
      return (row, out) => segments.writeInfo(row, out);
    case "_ws.col.Protocol":
      return (row, out) => {
        const protocol = segments.protocol(row);
        if (protocol !== null) out.text(protocol);
        return protocol !== null;
      };
    case "_ws.col.Source":
    case "_ws.col.Destination": {
      const column = name === "_ws.col.Source" ? "source" : "destination";
      return (row, out) => {
        if (table.payloadOffset[row] === NO_OFFSET) return false;
        out.text(table.addresses.text(table[column][row]));
        return true;
      };
    }
    default:
      return null;
  }
}
