// Whether a packet's values pass a test. Fields may have several values in one packet:
// `==` and the orders hold when one does, `!=` when all differ and there is one (Wireshark 4's reading).

import type { DataSource, DetailNode, FieldValue } from "../dissect/tree.ts";
import { addressBytes } from "./literals.ts";
import type { Literal } from "./literals.ts";
import type { Comparison, LiteralRange, Operand, Slice, Test } from "./parse.ts";

/** Where a packet's values come from. The array may be reused by the next call. */
export interface ValueSource {
  values(operand: Operand): readonly FieldValue[];
}

export function holds(test: Test, source: ValueSource): boolean {
  switch (test.kind) {
    case "and":
      return holds(test.left, source) && holds(test.right, source);
    case "or":
      return holds(test.left, source) || holds(test.right, source);
    case "xor":
      return holds(test.left, source) !== holds(test.right, source);
    case "not":
      return !holds(test.test, source);
    case "exists":
      return exists(test.operand, source);
    case "compare": {
      const { comparison, literal } = test;
      return quantified(
        comparison,
        source.values(test.operand),
        (value) => order(value, literal),
        test.operand,
      );
    }
    case "compareFields": {
      const left = [...source.values(test.operand)];
      const right = [...source.values(test.other)];
      return compareLists(test.comparison, left, right, test.operand, test.other);
    }
    case "in":
      return source.values(test.operand).some((value) => inRanges(masked(value, test.operand), test.ranges));
    case "contains":
      return source.values(test.operand).some((value) => bytesOf(value).includes(Buffer.from(test.bytes)));
    case "matches":
      return source.values(test.operand).some((value) => test.pattern.test(textOf(value)));
  }
}

function exists(operand: Operand, source: ValueSource): boolean {
  const values = source.values(operand);
  const { mask } = operand;
  if (mask === null) return values.length > 0;
  return values.some((value) => (Number(value) & mask) !== 0);
}

/** A value under an operand's mask. */
function masked(value: FieldValue, { mask }: Operand): FieldValue {
  return mask === null || typeof value !== "number" ? value : Number(BigInt(value) & BigInt(mask));
}

/** How a value and a literal stand to each other: below, equal, above; NaN where they have no order and differ. */
function order(value: FieldValue, literal: Literal): number {
  switch (literal.kind) {
    case "number":
      return Number(value) - literal.number;
    case "time":
      return typeof value === "bigint" ? signOf(value, literal.ns) : NaN;
    case "text":
      return typeof value === "string" ? signOf(value, literal.text) : NaN;
    case "bytes":
      return value instanceof Uint8Array ? Buffer.compare(value, literal.bytes) : NaN;
    case "address":
      return typeof value === "string" ? orderAddress(value, literal.bytes, literal.bits) : NaN;
  }
}

function signOf<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function orderAddress(value: string, other: Uint8Array, bits: number): number {
  const bytes = addressBytes(value);
  if (bytes === null || bytes.length !== other.length) return NaN;
  for (let i = 0, left = bits; left > 0; i++, left -= 8) {
    const mask = left >= 8 ? 255 : (0xff << (8 - left)) & 255;
    const difference = (bytes[i] & mask) - (other[i] & mask);
    if (difference !== 0) return difference;
  }
  return 0;
}

function satisfies(comparison: Comparison, sign: number): boolean {
  switch (comparison) {
    case "==":
    case "===":
      return sign === 0;
    case "!=":
    case "!==":
      return sign !== 0;
    case "<":
      return sign < 0;
    case ">":
      return sign > 0;
    case "<=":
      return sign <= 0;
    case ">=":
      return sign >= 0;
  }
}

function quantified(
  comparison: Comparison,
  values: readonly FieldValue[],
  orderOf: (value: FieldValue) => number,
  operand: Operand,
): boolean {
  if (values.length === 0) return false;
  const isAll = comparison === "!=" || comparison === "===";
  for (const value of values) {
    const passes = satisfies(comparison, orderOf(masked(value, operand)));
    if (passes !== isAll) return passes;
  }
  return isAll;
}

function compareLists(
  comparison: Comparison,
  left: readonly FieldValue[],
  right: readonly FieldValue[],
  operand: Operand,
  other: Operand,
): boolean {
  if (left.length === 0 || right.length === 0) return false;
  const isAll = comparison === "!=" || comparison === "===";
  for (const a of left) {
    for (const b of right) {
      const passes = satisfies(comparison, orderValues(masked(a, operand), masked(b, other)));
      if (passes !== isAll) return passes;
    }
  }
  return isAll;
}

function orderValues(a: FieldValue, b: FieldValue): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (typeof a === "string" && typeof b === "string") return signOf(a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return signOf(a, b);
  return Number(a) - Number(b);
}

function inRanges(value: FieldValue, ranges: readonly LiteralRange[]): boolean {
  return ranges.some(({ low, high }) =>
    low === high ? order(value, low) === 0 : order(value, low) >= 0 && order(value, high) <= 0,
  );
}

function bytesOf(value: FieldValue): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length);
  return Buffer.from(String(value), "utf8");
}

function textOf(value: FieldValue): string {
  return value instanceof Uint8Array ? bytesOf(value).toString("latin1") : String(value);
}

/** An operand's values from its nodes. Fields without a value stand for the bytes they cover. */
export function valuesOfNodes(
  nodes: readonly DetailNode[],
  operand: Operand,
  sources: readonly DataSource[],
): FieldValue[] {
  if (operand.function === "count") return nodes.length === 0 ? [] : [nodes.length];
  const isProtocol = operand.field.type === "protocol";
  return nodes.map((node) => {
    const { bytes } = sources[node.source];
    // A protocol's bytes reach to the end of what it was found in, as Wireshark's do: payload included.
    const covered = bytes.subarray(node.start, isProtocol ? bytes.length : node.start + node.length);
    if (operand.slice !== null)
      return sliced(node.value instanceof Uint8Array ? node.value : covered, operand.slice);
    const value = node.value ?? covered;
    if (operand.function === "len") return typeof value === "string" ? value.length : bytesOf(value).length;
    if (operand.function === "lower") return String(value).toLowerCase();
    if (operand.function === "upper") return String(value).toUpperCase();
    return value;
  });
}

function sliced(bytes: Uint8Array, { offset, length }: Slice): Uint8Array {
  const start = offset < 0 ? Math.max(0, bytes.length + offset) : offset;
  return bytes.subarray(start, length === null ? bytes.length : start + length);
}
