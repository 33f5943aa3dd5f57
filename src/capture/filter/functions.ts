// The functions of display filters: what they take, what they answer.

import { readIpv4, readIpv6, readMac } from "../../wire/address.ts";
import { kindOf } from "./expression.ts";
import type { Value, ValueKind, ValueType } from "./expression.ts";
import { orderOf } from "./order.ts";

export interface FilterFunction {
  readonly name: string;
  /** How many arguments it takes; null for one and more. */
  readonly arguments: 1 | null;
  /** Kinds of values it takes. */
  readonly takes: readonly ValueKind[];
  /** What it answers for arguments of that type. */
  answers(type: ValueType): ValueType;
  /** The answers for all values of all arguments; at least one. `type` is the arguments'. */
  call(values: readonly Value[], type: ValueType): readonly Value[];
}

const ANY: readonly ValueKind[] = [
  "number",
  "boolean",
  "time",
  "date",
  "text",
  "bytes",
  "ipv4",
  "ipv6",
  "presence",
];
const ORDERED = ANY.filter((kind) => kind !== "presence");

export const FUNCTIONS: readonly FilterFunction[] = [
  {
    name: "len",
    arguments: 1,
    takes: ["text", "bytes", "number", "ipv4", "ipv6", "presence"],
    answers: () => "uint32",
    call: (values, type) => values.map((value) => lengthOf(value, type)),
  },
  {
    name: "count",
    arguments: 1,
    takes: ANY,
    answers: () => "uint32",
    call: (values) => [values.length],
  },
  {
    name: "upper",
    arguments: 1,
    takes: ["text"],
    answers: () => "string",
    call: (values) => values.map((value) => cased(value, /[a-z]+/g, (text) => text.toUpperCase())),
  },
  {
    name: "lower",
    arguments: 1,
    takes: ["text"],
    answers: () => "string",
    call: (values) => values.map((value) => cased(value, /[A-Z]+/g, (text) => text.toLowerCase())),
  },
  {
    name: "string",
    arguments: 1,
    takes: ["number", "ipv4", "ipv6", "bytes"],
    answers: () => "string",
    call: (values, type) => values.map((value) => textOf(value, type)),
  },
  {
    name: "max",
    arguments: null,
    takes: ORDERED,
    answers: (type) => type,
    call: (values) => [values.reduce((most, value) => (orderOf(value, most) > 0 ? value : most))],
  },
  {
    name: "min",
    arguments: null,
    takes: ORDERED,
    answers: (type) => type,
    call: (values) => [values.reduce((least, value) => (orderOf(value, least) < 0 ? value : least))],
  },
  {
    name: "abs",
    arguments: 1,
    takes: ["number", "time"],
    answers: (type) => (kindOf(type) === "number" ? "number" : type),
    call: (values) => values.map((value) => (orderOf(value, 0) < 0 ? negated(value) : value)),
  },
];

/** Letters of ASCII only, as Wireshark does it. */
function cased(value: Value, letters: RegExp, change: (text: string) => string): Value {
  return typeof value === "string" ? value.replace(letters, change) : value;
}

/** The value with the other sign; what is no number stays. */
export function negated(value: Value): Value {
  return typeof value === "number" || typeof value === "bigint" ? -value : value;
}

/** Bytes of values that have one length only. */
const LENGTHS: Partial<Record<ValueType, number>> = {
  uint8: 1,
  uint8x: 1,
  uint16: 2,
  uint16x: 2,
  uint24: 3,
  uint24x: 3,
  uint32: 4,
  uint32x: 4,
  int32: 4,
  uint64: 8,
  uint64x: 8,
  number: 4,
  flag: 0,
};

function lengthOf(value: Value, type: ValueType): number {
  const known = LENGTHS[type];
  if (known !== undefined) return known;
  if (typeof value === "string") return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : 0;
}

function textOf(value: Value, type: ValueType): string {
  if (typeof value !== "object") return String(value);
  if (!(value instanceof Uint8Array)) return "";
  if (type === "ipv4") return readIpv4(value, 0);
  return type === "ipv6" ? readIpv6(value, 0) : readMac(value, 0);
}
