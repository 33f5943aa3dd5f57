// `-T ek`: two lines a packet, as Elasticsearch's bulk interface takes them and tshark writes them: which index, and the packet's
// layers as flat objects.
//
// As in tshark a field is `protocol_protocol_field`, flags are true or false, and a field that occurs several times is a list.
// Lines that are no field are left out.

import { dissect } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import { findField } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { fieldsCalled, fieldValues } from "./fields.ts";
import type { FieldsOptions } from "./fields.ts";
import { jsonValue } from "./json.ts";

type EkValue = string | boolean | null | { readonly [key: string]: EkValue | EkValue[] };
type EkObject = Map<string, EkValue | EkValue[]>;

/** Protocols of Wireshark's own, whose names are two words. */
const OWN = /^_ws\.[a-z]+/;

/**
 * The lines of `rows`; with `names`, only those fields, under `layers` itself, and of their values what `options` want. Throws RangeError
 * for a name that is no field.
 */
export function* printEk(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  names: readonly string[] = [],
  options: FieldsOptions = {},
): Generator<string> {
  const fields = fieldsCalled(names);
  for (const row of rows) {
    const packet = dissect(trace, row, context);
    const ms = trace.packets.seconds[row] * 1000 + Math.floor(trace.packets.nanoseconds[row] / 1e6);
    const day = new Date(ms);
    const iso = Number.isNaN(day.getTime()) ? null : day.toISOString();
    const index = iso === null ? "packets" : `packets-${iso.slice(0, 10)}`;
    const layers: Record<string, unknown> = {};
    if (fields.length === 0) {
      for (const layer of packet.tree) addLayer(layers, layer);
      const { frame } = layers;
      // The one time of day that is written differently here than elsewhere.
      if (iso !== null && frame instanceof Object && "frame_frame_time" in frame) {
        const nanoseconds = String(trace.packets.nanoseconds[row]).padStart(9, "0");
        frame.frame_frame_time = `${iso.slice(0, 19)}.${nanoseconds}Z`;
      }
    } else {
      for (const field of fields) {
        const values = fieldValues(packet, field, options);
        if (values.length > 0) layers[field.name.replaceAll(".", "_")] = values;
      }
    }
    yield JSON.stringify({ index: { _index: index, _type: "doc" } });
    // Milliseconds in three digits behind the seconds, even where those are 0.
    const timestamp = `${trace.packets.seconds[row]}${String(ms % 1000).padStart(3, "0")}`;
    yield JSON.stringify({ timestamp, layers });
  }
}

/** A protocol that a packet has twice is a list of its layers. */
function addLayer(layers: Record<string, unknown>, layer: DetailNode): void {
  const name = (layer.field ?? "text").replaceAll(".", "_");
  const found: EkObject = new Map();
  addNodes(found, layer.children);
  const value = Object.fromEntries(found);
  const before = layers[name];
  if (before === undefined) layers[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else layers[name] = [before, value];
}

function addNodes(into: EkObject, nodes: readonly DetailNode[]): void {
  for (const node of nodes) {
    const { field, children } = node;
    if (field !== null && OWN.exec(field)?.[0] === field) {
      // Such a one within a layer is an object of its own.
      const own: EkObject = new Map();
      addNodes(own, children);
      add(into, field.replace(".", "_"), Object.fromEntries(own));
      continue;
    }
    if (field !== null) add(into, keyOf(field), valueOf(node));
    addNodes(into, children);
  }
}

function add(into: EkObject, key: string, value: EkValue): void {
  const before = into.get(key);
  if (before === undefined) into.set(key, value);
  else if (Array.isArray(before)) before.push(value);
  else into.set(key, [before, value]);
}

/** `tcp.flags.syn` is `tcp_tcp_flags_syn`. */
function keyOf(field: string): string {
  const protocol = OWN.exec(field)?.[0] ?? field.split(".", 1)[0];
  return `${protocol}_${field}`.replaceAll(".", "_");
}

function valueOf(node: DetailNode): EkValue {
  const type = node.field === null ? undefined : findField(node.field)?.type;
  if (type === "flag" || type === "protocol" || node.value === null) return null;
  if (typeof node.value === "boolean") return node.value;
  return jsonValue(node);
}
