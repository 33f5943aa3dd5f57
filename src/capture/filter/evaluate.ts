// Whether a packet's values pass a test. Fields may have several values in one packet, and tests say how many of them count:
// `==` and the orders hold when one does, `!=` when all differ and there is one (Wireshark 4's reading).

import type { FieldExpression, Expression, Test, Value } from "./expression.ts";
import { negated } from "./functions.ts";
import { textBytes } from "./literals.ts";
import { orderOf } from "./order.ts";
import type { Arithmetic, Comparison, Quantifier, Slice } from "./syntax.ts";

/** Where a packet's values come from. An array is good until the same field is asked for again. */
export interface ValueSource {
  values(field: FieldExpression): readonly Value[];
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
      return valuesOf(test.of, source).length > 0;
    case "nonzero":
      return valuesOf(test.of, source).some(isNonzero);
    case "compare": {
      const { comparison, quantifier } = test;
      const left = valuesOf(test.left, source);
      const right = valuesOf(test.right, source);
      return ofPairs(left, right, quantifier, (a, b) => satisfies(comparison, orderOf(a, b)));
    }
    case "in": {
      const sets = test.ranges.map(
        ([low, high]) => [valuesOf(low, source), high === null ? null : valuesOf(high, source)] as const,
      );
      return of(valuesOf(test.left, source), test.quantifier, (value) =>
        sets.some(([low, high]) => isWithin(value, low, high)),
      );
    }
    case "contains":
      return ofPairs(valuesOf(test.left, source), valuesOf(test.right, source), test.quantifier, contains);
    case "matches":
      return of(valuesOf(test.left, source), test.quantifier, (value) => test.pattern.test(textOf(value)));
  }
}

/** Whether one or all of the values pass; never when there is none. */
function of(values: readonly Value[], quantifier: Quantifier, passes: (value: Value) => boolean): boolean {
  if (values.length === 0) return false;
  return quantifier === "all" ? values.every(passes) : values.some(passes);
}

function ofPairs(
  left: readonly Value[],
  right: readonly Value[],
  quantifier: Quantifier,
  passes: (a: Value, b: Value) => boolean,
): boolean {
  if (right.length === 0) return false;
  const ofRight = quantifier === "all" ? ("every" as const) : ("some" as const);
  return of(left, quantifier, (a) => right[ofRight]((b) => passes(a, b)));
}

export function satisfies(comparison: Comparison, order: number): boolean {
  switch (comparison) {
    case "==":
    case "===":
      return order === 0;
    case "!=":
    case "!==":
      return order !== 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case ">=":
      return order >= 0;
  }
}

function isWithin(value: Value, low: readonly Value[], high: readonly Value[] | null): boolean {
  if (high === null) return low.some((one) => orderOf(value, one) === 0);
  return low.some((least) => orderOf(value, least) >= 0) && high.some((most) => orderOf(value, most) <= 0);
}

function isNonzero(value: Value): boolean {
  return value instanceof Uint8Array ? value.some((byte) => byte !== 0) : value !== 0 && value !== 0n;
}

function contains(value: Value, part: Value): boolean {
  if (typeof value === "string" && typeof part === "string") return value.includes(part);
  return (
    value instanceof Uint8Array && part instanceof Uint8Array && bufferOf(value).includes(bufferOf(part))
  );
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What a regular expression looks at: a byte is a character. */
function textOf(value: Value): string {
  if (value instanceof Uint8Array) return bufferOf(value).toString("latin1");
  return typeof value === "string" ? value : "";
}

/** The expression's values in the packet that `source` stands at; none where a field it needs is not there. */
function valuesOf(expression: Expression, source: ValueSource): readonly Value[] {
  switch (expression.kind) {
    case "field":
      return source.values(expression);
    case "literal":
      return expression.values;
    case "slice": {
      const { parts } = expression;
      return valuesOf(expression.of, source).flatMap((value) => sliced(value, parts) ?? []);
    }
    case "call": {
      const values = expression.arguments.flatMap((argument) => [...valuesOf(argument, source)]);
      return values.length === 0 ? [] : expression.function.call(values, expression.arguments[0].type);
    }
    case "negative":
      return valuesOf(expression.of, source).flatMap((value) =>
        typeof value === "number" ? (calculated("-", 0, value) ?? []) : negated(value),
      );
    case "arithmetic": {
      const right = [...valuesOf(expression.right, source)];
      return [...valuesOf(expression.left, source)].flatMap((a) =>
        right.flatMap((b) => calculated(expression.operator, a, b) ?? []),
      );
    }
  }
}

/** Parts of a value's bytes one after the other, up to the first that does not lie within it; null where that is the first. */
function sliced(value: Value, parts: readonly Slice[]): Uint8Array | null {
  const bytes = typeof value === "string" ? textBytes(value) : value;
  if (!(bytes instanceof Uint8Array)) return null;
  const found: Uint8Array[] = [];
  for (const { offset, length } of parts) {
    const start = offset < 0 ? bytes.length + offset : offset;
    const end = length === null ? bytes.length : start + length;
    if (start < 0 || start >= bytes.length || end > bytes.length) break;
    found.push(bytes.subarray(start, end));
  }
  if (found.length === 0) return null;
  return found.length === 1 ? found[0] : new Uint8Array(Buffer.concat(found));
}

/** Results lie between the least 32-bit integer and the most without a sign, as in Wireshark 4.0; others are none. */
const LEAST = -(2 ** 31);
const MOST = 2 ** 32 - 1;

/** The result, or null where there is none: division by zero, numbers beyond 32 bits. A mask may be shorter than what it masks. */
function calculated(operator: Arithmetic, a: Value, b: Value): Value | null {
  if (typeof a === "number" && typeof b === "number") {
    const result = ofNumbers(operator, a, b);
    return result >= LEAST && result <= MOST ? result : null;
  }
  if (isWhole(a) && isWhole(b)) return ofWhole(operator, BigInt(a), BigInt(b));
  if (!(a instanceof Uint8Array)) return null;
  const mask = b instanceof Uint8Array ? b : typeof b === "object" ? b.bytes : null;
  return mask === null ? null : a.subarray(0, mask.length).map((byte, i) => byte & mask[i]);
}

/** Of numbers of eight bytes, and times, which lie within as many. */
const LEAST_WHOLE = -(2n ** 63n);
const MOST_WHOLE = 2n ** 64n - 1n;

function isWhole(value: Value): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

function ofWhole(operator: Arithmetic, a: bigint, b: bigint): bigint | null {
  if (b === 0n && (operator === "/" || operator === "%")) return null;
  const result = {
    "+": () => a + b,
    "-": () => a - b,
    "*": () => a * b,
    "/": () => a / b,
    "%": () => a % b,
    "&": () => BigInt.asUintN(64, a & b),
  }[operator]();
  return result >= LEAST_WHOLE && result <= MOST_WHOLE ? result : null;
}

function ofNumbers(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      // What Wireshark cannot have with a sign it cannot take away either.
      return a < b && b > 2 ** 31 - 1 ? NaN : a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? NaN : Math.trunc(a / b);
    case "%":
      return b === 0 ? NaN : (a % b) + 0;
    case "&":
      return Number(BigInt.asUintN(64, BigInt(a) & BigInt(b)));
  }
}
