// Display filters made of what one looks at: the field of a detail line, the packet's ends, its stream.

import { findField, formatValue, valueName } from "../../capture/fields.ts";
import type { DetailNode } from "../../capture/dissect/dissect.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Model } from "../model.ts";
import { compiledFilter } from "./filter-scan.ts";
import { contextOf, dissectedAt, isSelectedReady, selectedRow, shownTrace } from "./packet-data.ts";
import { treeRows } from "./packet-tree.ts";

/** Of more bytes than these their beginning is compared: nobody reads a longer line. */
const BYTES_MAX = 16;

/** The detail line the cursor is on; of a line that is only text the field it stands under. Null where no field is. */
export function selectedField(model: Model): DetailNode | null {
  const row = selectedRow(model);
  // Of a packet whose stream is yet to be read there is a line once it is.
  if (row < 0 || !isSelectedReady(model)) return null;
  const rows = treeRows(dissectedAt(model, row), model.packets.toggled);
  let depth = Infinity;
  for (let at = model.packets.treeSelected; at >= 0; at--) {
    const line = rows[at];
    if (line === undefined) return null;
    if (line.depth >= depth) continue;
    const { detail } = line.node;
    if (detail.field !== null && findField(detail.field) !== null) return detail;
    ({ depth } = line);
  }
  return null;
}

/** A filter that lets through packets in which the field of `node` is what it is in packet `row`: that it is there, where it has no value. */
export function filterOfField(model: Model, row: number, node: DetailNode): string {
  const name = node.field ?? "";
  const written = comparisonsWith(name, node);
  return written.find((text) => passes(model, row, text)) ?? name;
}

/** How a comparison with the value may be written: as a word, as text in quotes. */
function comparisonsWith(name: string, { value, label }: DetailNode): string[] {
  const field = findField(name);
  if (field === null || value === null || field.type === "protocol" || field.type === "flag") return [];
  if (value instanceof Uint8Array && field.type === "bytes") {
    const begins = value.length > BYTES_MAX ? `[0:${BYTES_MAX}]` : "";
    const digits = [...value.subarray(0, BYTES_MAX)].map((byte) => byte.toString(16).padStart(2, "0"));
    return [`${name}${begins} == ${digits.join(":")}`];
  }
  const text =
    typeof value === "string" ? value : (valueName(field, value) ?? formatValue(field.type, value, label));
  const quoted = `${name} == ${JSON.stringify(text)}`;
  return field.type === "string" ? [quoted] : [`${name} == ${text}`, quoted];
}

/** Whether `text` is a filter that lets packet `row` through. */
function passes(model: Model, row: number, text: string): boolean {
  const compiled = compiledFilter(text);
  return !("message" in compiled) && compiled.on(shownTrace(model), contextOf(model))(row);
}

/** What the packets of a stream, of a pair of addresses and of a sender have in common with packet `row`, most particular first. */
export function filtersOfPacket(
  model: Model,
  row: number,
): { readonly what: string; readonly text: string }[] {
  const { packets } = shownTrace(model);
  const protocol = packets.protocol[row];
  const stream = packets.stream[row];
  const filters: { what: string; text: string }[] = [];
  if (stream >= 0 && (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp)) {
    const name = protocol === PROTOCOL.tcp ? "tcp" : "udp";
    filters.push({ what: "its stream", text: `${name}.stream == ${stream}` });
  }
  const { addresses } = packets;
  const [from, to] = [packets.source[row], packets.destination[row]];
  const ip = { 4: "ip", 6: "ipv6", 0: "eth" }[addresses.family(from)];
  if (from !== 0 && to !== 0) {
    const [a, b] = [addresses.text(from), addresses.text(to)];
    filters.push(
      { what: "between its addresses", text: `${ip}.addr == ${a} && ${ip}.addr == ${b}` },
      { what: "from its sender", text: `${ip}.src == ${a}` },
      { what: "of its sender", text: `${ip}.addr == ${a}` },
      { what: "of its receiver", text: `${ip}.addr == ${b}` },
    );
  }
  return filters.filter(({ text }) => passes(model, row, text));
}

/** `filter` with another test: the filter in parentheses where its own words would bind looser than `&&`. */
export function joined(filter: string, by: "&&" | "||", test: string): string {
  const binds = by === "||" || !/\|\||\^\^|\b(?:or|xor)\b/i.test(filter);
  const own = binds ? filter : `(${filter})`;
  return `${own} ${by} ${test}`;
}
