// The columns a packet list can have: Wireshark's usual ones, and any field.

import { COLUMNS, dissect } from "../../capture/dissect/dissect.ts";
import type { DissectedPacket } from "../../capture/dissect/dissect.ts";
import { findField } from "../../capture/fields.ts";
import type { FieldInfo } from "../../capture/fields.ts";
import { columnReader, isPlain } from "../../capture/fields-columns.ts";
import { fieldText } from "../../capture/print/fields.ts";
import type { Model } from "../model.ts";
import { contextOf, shownTrace } from "./packet-data.ts";
import { deltaNs, timeForm } from "./packets-time.ts";

/** The columns with a name of their own, in the order they stand. */
export const USUAL_COLUMNS = ["no", "time", "source", "destination", "protocol", "length", "info"] as const;

export type UsualColumn = (typeof USUAL_COLUMNS)[number];

/** Where nobody chose: all of them, but the length where there is no room. */
export const COLUMNS_BY_DEFAULT: readonly string[] = USUAL_COLUMNS;
/** More do not fit on any screen. */
export const COLUMNS_MAX = 16;
const FIELD_CELLS_MAX = 24;

export function isUsual(id: string): id is UsualColumn {
  return (USUAL_COLUMNS as readonly string[]).includes(id);
}

/** Whether there is a column of that name. */
export function isColumn(id: string): boolean {
  return isUsual(id) || findField(id) !== null;
}

const TITLES: Readonly<Record<UsualColumn, string>> = {
  no: "No.",
  time: "Time",
  source: "Source",
  destination: "Destination",
  protocol: "Protocol",
  length: "Length",
  info: "Info",
};

/** What stands above the column: a field's own name. */
export function columnTitle(id: string): string {
  return isUsual(id) ? TITLES[id] : id;
}

/** Numbers stand at the right. */
export function isNumeric(field: FieldInfo): boolean {
  return (
    /^u?int/.test(field.type) || field.type === "time" || field.type === "boolean" || field.type === "flag"
  );
}

/** Cells of a field's column: its name fits, and most values do. */
export function fieldCells(field: FieldInfo): number {
  const values = { ipv4: 15, ipv6: 24, ether: 17, string: 20, bytes: 16, time: 12, date: 35 } as Partial<
    Record<FieldInfo["type"], number>
  >;
  return Math.max(Math.min(FIELD_CELLS_MAX, field.name.length), values[field.type] ?? 6);
}

/** What rows are sorted by in column `id`: numbers, or texts. Rows without a value come last, as null. */
export function sortKey(model: Model, id: string): (row: number) => number | string | null {
  const trace = shownTrace(model);
  const { packets } = trace;
  const context = contextOf(model);
  // Not kept: those on the screen are.
  const columnsOf = (row: number): DissectedPacket => dissect(trace, row, context, COLUMNS);
  switch (id) {
    case "no":
      return (row) => row;
    case "time":
      return timeForm(model) === "delta" ? (row) => deltaNs(model, row) : (row) => trace.packetNs(row);
    case "length":
      return (row) => packets.length[row];
    case "source":
      return (row) => columnsOf(row).source;
    case "destination":
      return (row) => columnsOf(row).destination;
    case "protocol":
      return (row) => columnsOf(row).protocol;
    case "info":
      return (row) => columnsOf(row).info;
    default:
      return fieldKey(model, id);
  }
}

function fieldKey(model: Model, id: string): (row: number) => number | string | null {
  const field = findField(id);
  if (field === null) return () => null;
  const trace = shownTrace(model);
  const context = contextOf(model);
  const column = isNumeric(field) ? columnReader(id, trace, context) : null;
  return (row) => {
    if (column !== null && isPlain(trace, row)) {
      const value = column(row);
      return value === null ? null : Number(value);
    }
    const text = fieldText(dissect(trace, row, context), field);
    if (text === "") return null;
    const number = isNumeric(field) ? Number(text.split(",")[0]) : Number.NaN;
    return Number.isNaN(number) ? text : number;
  };
}
