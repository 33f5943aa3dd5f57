// `-T ek`: two lines a packet, as Elasticsearch's bulk interface takes them and tshark writes them: which index, and the packet's
// layers as flat objects.
//
// As in tshark a field is `protocol_protocol_field`, flags are true or false, and a field that occurs several times is a list where it
// occurs first. Lines that are no field are left out.

import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import { findField, interestIn } from "../fields.ts";
import type { FieldType } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { fieldsCalled, fieldValues } from "./fields.ts";
import type { FieldsOptions } from "./fields.ts";
import { writeJsonText } from "./json.ts";
import { linesOf, pieceOf } from "./line-bytes.ts";
import type { LineBytes, LineWriter, Piece } from "./line-bytes.ts";
import { ValueWriter } from "./values.ts";

/** Protocols of Wireshark's own, whose names are two words. */
const OWN = /^_ws\.[a-z]+/;

/**
 * Writes a packet's two lines; with `names`, only those fields, under `layers` itself, and of their values what `options` want. Throws
 * RangeError for a name that is no field.
 */
export function ekWriter(
  trace: Trace,
  context: DissectContext = {},
  names: readonly string[] = [],
  options: FieldsOptions = {},
): LineWriter {
  const table = trace.packets;
  const writeLayers =
    names.length === 0 ? layersWriter(trace, context) : chosenWriter(trace, names, context, options);
  let [second, clock]: [number, string | null] = [Number.NaN, null];
  return (row, out) => {
    const seconds = table.seconds[row];
    const ms = seconds * 1000 + Math.floor(table.nanoseconds[row] / 1e6);
    if (Math.floor(ms / 1000) !== second) {
      second = Math.floor(ms / 1000);
      clock = clockText(second);
    }
    const index = clock === null ? "packets" : `packets-${clock.slice(0, 10)}`;
    // Milliseconds in three digits behind the seconds, even where those are 0.
    const timestamp = `${seconds}${String(ms % 1000).padStart(3, "0")}`;
    out.text(`{"index":{"_index":"${index}","_type":"doc"}}\n{"timestamp":"${timestamp}","layers":`);
    writeLayers(row, out, clock);
    out.byte(CLOSE);
  };
}

/** Writes the object of a packet's layers; `clock` is what its second is called, null where it has no name. */
type LayersWriter = (row: number, out: LineBytes, clock: string | null) => void;

/** `2009-11-19T00:16:10`; null for seconds beyond what a date can hold. */
function clockText(second: number): string | null {
  const date = new Date(second * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, 19);
}

function chosenWriter(
  trace: Trace,
  names: readonly string[],
  context: DissectContext,
  options: FieldsOptions,
): LayersWriter {
  const fields = fieldsCalled(names);
  const interest = interestIn(fields);
  return (row, out) => {
    const packet = dissect(trace, row, context, interest);
    const layers: Record<string, readonly string[]> = {};
    for (const field of fields) {
      const values = fieldValues(packet, field, options);
      if (values.length > 0) layers[underscored(field.name)] = values;
    }
    out.text(JSON.stringify(layers));
  };
}

function layersWriter(trace: Trace, context: DissectContext): LayersWriter {
  const objects = new Objects();
  return (row, out, clock) => {
    const { tree } = dissect(trace, row, context, VALUES);
    const date =
      clock === null ? null : `${clock}.${String(trace.packets.nanoseconds[row]).padStart(9, "0")}Z`;
    objects.write(out, tree, date);
  };
}

const QUOTE = 34;
const COMMA = 44;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const NULL = pieceOf("null");
const TRUE = pieceOf("true");
const FALSE = pieceOf("false");

/** What the lines of one field are in an object. */
interface Member {
  readonly key: Key;
  /** An object of its own: a layer, or what Wireshark itself says within one. */
  readonly isObject: boolean;
  readonly type: FieldType;
  /** The one time of day that is written differently here than elsewhere. */
  readonly isDate: boolean;
}

interface Key {
  /** `"tcp_tcp_len":`. */
  readonly piece: Piece;
  /** The object that had it last, and which member of it. */
  object: number;
  last: number;
}

/** None behind it. */
const NONE = -1;

/** Puts the objects of packets together: first who their members are, then each at the first place of its key. */
class Objects {
  readonly #layers = new Map<string, Member>();
  readonly #fields = new Map<string, Member>();
  readonly #keys = new Map<string, Key>();
  /** Members of the object being written, behind those of what it is in. */
  readonly #members: Member[] = [];
  readonly #nodes: DetailNode[] = [];
  /** For each the next one with the same key, and whether one is before it. */
  readonly #next: number[] = [];
  readonly #isRepeated: boolean[] = [];
  #count = 0;
  /** Objects so far. */
  #objects = 0;
  #date: string | null = null;
  readonly #values = new ValueWriter(writeJsonText);

  /** Writes the layers of `tree`: a protocol that a packet has twice is a list of them. `date` is its time, where that has a date. */
  write(out: LineBytes, tree: readonly DetailNode[], date: string | null): void {
    this.#date = date;
    this.#values.begin();
    this.#objects++;
    this.#count = 0;
    for (const layer of tree) this.#add(this.#layerMember(layer.field ?? "text"), layer);
    this.#writeMembers(out, 0);
  }

  #writeObject(out: LineBytes, nodes: readonly DetailNode[]): void {
    const first = this.#count;
    this.#objects++;
    this.#addAll(nodes);
    this.#writeMembers(out, first);
    this.#count = first;
  }

  #addAll(nodes: readonly DetailNode[]): void {
    for (const node of nodes) {
      const { field, children } = node;
      if (field !== null) {
        const member = this.#fieldMember(field);
        this.#add(member, node);
        if (member.isObject) continue;
      }
      if (children.length > 0) this.#addAll(children);
    }
  }

  #add(member: Member, node: DetailNode): void {
    const { key } = member;
    const i = this.#count++;
    const isRepeated = key.object === this.#objects;
    if (isRepeated) this.#next[key.last] = i;
    this.#members[i] = member;
    this.#nodes[i] = node;
    this.#next[i] = NONE;
    this.#isRepeated[i] = isRepeated;
    key.object = this.#objects;
    key.last = i;
  }

  #writeMembers(out: LineBytes, first: number): void {
    const end = this.#count;
    out.byte(OPEN);
    for (let i = first; i < end; i++) {
      if (this.#isRepeated[i]) continue;
      if (i > first) out.byte(COMMA);
      out.piece(this.#members[i].key.piece);
      if (this.#next[i] === NONE) this.#writeMember(out, i);
      else this.#writeList(out, i);
    }
    out.byte(CLOSE);
  }

  #writeList(out: LineBytes, first: number): void {
    out.byte(OPEN_LIST);
    for (let i = first; i !== NONE; i = this.#next[i]) {
      if (i > first) out.byte(COMMA);
      this.#writeMember(out, i);
    }
    out.byte(CLOSE_LIST);
  }

  #writeMember(out: LineBytes, i: number): void {
    const { isObject, type, isDate } = this.#members[i];
    const { value, children } = this.#nodes[i];
    if (isObject) this.#writeObject(out, children);
    else if (type === "flag" || type === "protocol" || value === null) out.piece(NULL);
    else if (typeof value === "boolean") out.piece(value ? TRUE : FALSE);
    else {
      out.byte(QUOTE);
      if (isDate && this.#date !== null) out.text(this.#date);
      else this.#values.write(out, value, type);
      out.byte(QUOTE);
    }
  }

  #layerMember(field: string): Member {
    let member = this.#layers.get(field);
    if (member === undefined) this.#layers.set(field, (member = this.#member(field, field, true)));
    return member;
  }

  #fieldMember(field: string): Member {
    let member = this.#fields.get(field);
    if (member === undefined) {
      const own = OWN.exec(field)?.[0];
      // `tcp.flags.syn` is `tcp_tcp_flags_syn`.
      const key = own === field ? field : `${own ?? field.split(".", 1)[0]}_${field}`;
      this.#fields.set(field, (member = this.#member(field, key, own === field)));
    }
    return member;
  }

  #member(field: string, name: string, isObject: boolean): Member {
    const type = findField(field)?.type ?? "string";
    return { key: this.#keyOf(underscored(name)), isObject, type, isDate: field === "frame.time" };
  }

  /** Names that differ in points alone are one key. */
  #keyOf(text: string): Key {
    let key = this.#keys.get(text);
    if (key === undefined)
      this.#keys.set(text, (key = { piece: pieceOf(`${JSON.stringify(text)}:`), object: 0, last: NONE }));
    return key;
  }
}

function underscored(name: string): string {
  return name.replaceAll(".", "_");
}

/** The lines that `ekWriter` writes. */
export function* printEk(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  names: readonly string[] = [],
  options: FieldsOptions = {},
): Generator<string> {
  for (const lines of linesOf(ekWriter(trace, context, names, options), rows)) yield* lines.split("\n");
}
