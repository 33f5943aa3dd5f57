// What may stand next in a display filter: fields, operators, values seen in the capture.

import { allFields, findField, formatValue, nodesOf, valueName } from "../../capture/fields.ts";
import type { FieldInfo } from "../../capture/fields.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { dissectedAt, isSelectedReady, selectedRow, shownTrace } from "./packet-data.ts";

export interface Completion {
  readonly text: string;
  /** What it is, in a few words. */
  readonly detail: string;
}

export interface Completions {
  /** The characters it takes the place of. */
  readonly from: number;
  readonly to: number;
  readonly choices: readonly Completion[];
}

const CHOICES_MAX = 50;
/** Packets looked at for addresses and ports that occur. */
const ROWS_LOOKED_AT = 4000;

const OPERATORS: readonly Completion[] = [
  { text: "==", detail: "equals" },
  { text: "!=", detail: "differs, in all of several values" },
  { text: ">", detail: "is more" },
  { text: ">=", detail: "is at least" },
  { text: "<", detail: "is less" },
  { text: "<=", detail: "is at most" },
  { text: "contains", detail: "has these bytes or this text in it" },
  { text: "matches", detail: "fits a regular expression" },
  { text: "in", detail: "is one of {a, b .. c}" },
];

const CONNECTIVES: readonly Completion[] = [
  { text: "&&", detail: "and" },
  { text: "||", detail: "or" },
];

const COMPARISONS = new Set([...OPERATORS.map(({ text }) => text), "eq", "ne", "gt", "lt", "ge", "le", "~"]);
const TOKENS = /"(?:[^"\\]|\\.)*"?|&&|\|\||[<>=!]=?|[(){},~]|[^\s"&|<>=!(){},~]+/g;

/** What may stand at `caret` of the filter `text`; nothing inside quotes. Where there is no text yet, first the filters that were set before. */
export function completionsAt(model: Model, text: string, caret: number): Completions {
  if (text === "") {
    const before = model.filters.map((filter) => ({ text: filter, detail: "set before" }));
    return { from: 0, to: 0, choices: [...before, ...fieldsLike("")].slice(0, CHOICES_MAX) };
  }
  const before = text.slice(0, caret);
  const part = /[^\s"&|<>=!(){},~]*$/.exec(before)?.[0] ?? "";
  const from = caret - part.length;
  const none = { from, to: caret, choices: [] };
  const tokens = before.slice(0, from).match(TOKENS) ?? [];
  const last = tokens.at(-1) ?? "";
  if (last.startsWith('"') && !(last.length > 1 && last.endsWith('"'))) return none;
  // In the middle of a word nothing is offered: it would take a part of it only.
  if (/^[^\s"&|<>=!(){},~]/.test(text.slice(caret))) return none;
  const choices = choicesAfter(model, tokens, part);
  const exact = choices.length === 1 && choices[0].text === part;
  return exact ? none : { from, to: caret, choices: choices.slice(0, CHOICES_MAX) };
}

function choicesAfter(model: Model, tokens: readonly string[], part: string): Completion[] {
  const last = tokens.at(-1) ?? "";
  if (COMPARISONS.has(last) || last === "{" || last === ",") {
    const at = tokens.findLastIndex((token) => COMPARISONS.has(token));
    const field = findField(tokens[at - 1] ?? "");
    return field === null ? [] : startingWith(valuesOf(model, field), part);
  }
  const ended = last === ")" || last === "}" || last.startsWith('"') || isValue(tokens);
  if (ended) return startingWith(CONNECTIVES, part);
  if (findField(last) !== null) return startingWith([...OPERATORS, ...CONNECTIVES], part);
  return fieldsLike(part);
}

/** Whether the last word is what a field is compared with. */
function isValue(tokens: readonly string[]): boolean {
  return (
    tokens.length >= 3 &&
    COMPARISONS.has(tokens[tokens.length - 2]) &&
    !COMPARISONS.has(tokens[tokens.length - 1])
  );
}

function startingWith(choices: readonly Completion[], part: string): Completion[] {
  const wanted = part.toLowerCase();
  return choices.filter(({ text }) => text.toLowerCase().startsWith(wanted));
}

let sorted: readonly FieldInfo[] | null = null;

/** Every field, by name. */
function fields(): readonly FieldInfo[] {
  return (sorted ??= allFields());
}

/** Fields whose name begins with `part`, then those that have it further on. */
function fieldsLike(part: string): Completion[] {
  const wanted = part.toLowerCase();
  const first: Completion[] = [];
  const others: Completion[] = [];
  for (const { name, title } of fields()) {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) first.push({ text: name, detail: title });
    else if (at > 0 && wanted.length > 1) others.push({ text: name, detail: title });
  }
  return [...first, ...others];
}

/** Values of `field`: the selected packet's, then those that occur most, or all that there can be. */
function valuesOf(model: Model, field: FieldInfo): Completion[] {
  const known = new Map<string, Completion>();
  const add = (text: string, detail: string): void => {
    if (!known.has(text)) known.set(text, { text, detail });
  };
  const row = selectedRow(model);
  if (row >= 0 && isSelectedReady(model)) {
    for (const { value, label } of nodesOf(dissectedAt(model, row).tree, field)) {
      const text = valueName(field, value) ?? formatValue(field.type, value, label);
      add(field.type === "string" ? JSON.stringify(text) : text, `in packet ${row + 1}`);
    }
  }
  for (const [name, value] of Object.entries(field.values ?? {})) add(name, String(value));
  if (field.type === "boolean") {
    add("1", "true");
    add("0", "false");
  }
  for (const [text, count] of seenValues(shownTrace(model), field)) add(text, `${count} packets`);
  return [...known.values()];
}

const seen = new WeakMap<Trace, Map<string, readonly (readonly [string, number])[]>>();

/** Addresses, ports and stream numbers of the first packets, most frequent first. */
function seenValues(trace: Trace, field: FieldInfo): readonly (readonly [string, number])[] {
  let fields = seen.get(trace);
  if (fields === undefined) seen.set(trace, (fields = new Map()));
  const known = fields.get(field.name);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  const rows = Math.min(trace.packets.count, ROWS_LOOKED_AT);
  for (let row = 0; row < rows; row++) {
    for (const text of new Set(valuesIn(trace, row, field))) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  // Of a trace that still grows the first packets may be yet to come.
  if (rows === ROWS_LOOKED_AT) fields.set(field.name, sorted);
  return sorted;
}

function valuesIn(trace: Trace, row: number, { name, type }: FieldInfo): string[] {
  const { packets } = trace;
  const isTcp = packets.protocol[row] === PROTOCOL.tcp;
  const isUdp = packets.protocol[row] === PROTOCOL.udp;
  if (type === "ipv4" || type === "ipv6") {
    const family = type === "ipv4" ? 4 : 6;
    const ids = name.endsWith("dst")
      ? [packets.destination[row]]
      : [packets.source[row], packets.destination[row]];
    const wanted = name.endsWith("src") ? [packets.source[row]] : ids;
    return wanted
      .filter((id) => id !== 0 && packets.addresses.family(id) === family)
      .map((id) => packets.addresses.text(id));
  }
  if (!(name.startsWith("tcp.") ? isTcp : name.startsWith("udp.") && isUdp)) return [];
  switch (name.slice(4)) {
    case "port":
      return [String(packets.sourcePort[row]), String(packets.destinationPort[row])];
    case "srcport":
      return [String(packets.sourcePort[row])];
    case "dstport":
      return [String(packets.destinationPort[row])];
    case "stream":
      return [String(packets.stream[row])];
    default:
      return [];
  }
}
