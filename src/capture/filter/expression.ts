// A display filter whose fields are looked up and whose values are read: what runs over packets.

import type { FieldInfo, FieldType } from "../fields.ts";
import type { FilterFunction } from "./functions.ts";
import type { Network } from "./literals.ts";
import type { Arithmetic, Comparison, Quantifier, Slice } from "./syntax.ts";

/**
 * A value while a filter runs: numbers (booleans are 0 and 1), times in nanoseconds, text, or bytes; addresses are their bytes.
 * A network stands only in the filter itself.
 */
export type Value = number | bigint | string | Uint8Array | Network;

/** What a value is; `number` is what calculations give. */
export type ValueType = FieldType | "number";

/** What can be compared with what: values of one kind. */
export type ValueKind =
  | "number"
  | "boolean"
  | "time"
  | "date"
  | "text"
  | "bytes"
  | "ipv4"
  | "ipv6"
  | "presence";

export interface FieldExpression {
  readonly kind: "field";
  readonly type: ValueType;
  readonly field: FieldInfo;
  /** Its bytes are meant, not its value: `@ip.src`. */
  readonly isRaw: boolean;
  /** Layers of its protocol, from 1; null for all. */
  readonly layers: readonly Slice[] | null;
  /** Of a protocol, whether all it carries counts, and not its header alone. */
  readonly isReaching: boolean;
}

export type Expression =
  | FieldExpression
  | { readonly kind: "literal"; readonly type: ValueType; readonly values: readonly [Value] }
  | {
      readonly kind: "slice";
      readonly type: ValueType;
      readonly of: Expression;
      readonly parts: readonly Slice[];
    }
  | {
      readonly kind: "call";
      readonly type: ValueType;
      readonly function: FilterFunction;
      readonly arguments: readonly Expression[];
    }
  | { readonly kind: "negative"; readonly type: ValueType; readonly of: Expression }
  | {
      readonly kind: "arithmetic";
      readonly type: ValueType;
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Test =
  | { readonly kind: "and" | "or" | "xor"; readonly left: Test; readonly right: Test }
  | { readonly kind: "not"; readonly test: Test }
  | { readonly kind: "exists"; readonly of: Expression }
  /** A calculation's result is there and not zero. */
  | { readonly kind: "nonzero"; readonly of: Expression }
  | {
      readonly kind: "compare";
      readonly left: Expression;
      readonly comparison: Comparison;
      readonly right: Expression;
      readonly quantifier: Quantifier;
    }
  | {
      readonly kind: "in";
      readonly left: Expression;
      readonly ranges: readonly (readonly [low: Expression, high: Expression | null])[];
      readonly quantifier: Quantifier;
    }
  | {
      readonly kind: "contains";
      readonly left: Expression;
      readonly right: Expression;
      readonly quantifier: Quantifier;
    }
  | {
      readonly kind: "matches";
      readonly left: Expression;
      readonly pattern: RegExp;
      readonly quantifier: Quantifier;
    };

/** The kind of values of a type. */
export function kindOf(type: ValueType): ValueKind {
  switch (type) {
    case "boolean":
    case "time":
    case "date":
    case "ipv4":
    case "ipv6":
      return type;
    case "string":
      return "text";
    case "bytes":
    case "protocol":
    case "ether":
      return "bytes";
    case "flag":
      return "presence";
    default:
      return "number";
  }
}

/** The fields of a test, in order, as often as they are named. */
export function fieldsOf(test: Test): FieldExpression[] {
  switch (test.kind) {
    case "and":
    case "or":
    case "xor":
      return [...fieldsOf(test.left), ...fieldsOf(test.right)];
    case "not":
      return fieldsOf(test.test);
    case "exists":
    case "nonzero":
      return fieldsIn(test.of);
    case "compare":
    case "contains":
      return [...fieldsIn(test.left), ...fieldsIn(test.right)];
    case "in": {
      const bounds = test.ranges.flatMap(([low, high]) => (high === null ? [low] : [low, high]));
      return [test.left, ...bounds].flatMap(fieldsIn);
    }
    case "matches":
      return fieldsIn(test.left);
  }
}

function fieldsIn(expression: Expression): FieldExpression[] {
  switch (expression.kind) {
    case "field":
      return [expression];
    case "literal":
      return [];
    case "slice":
    case "negative":
      return fieldsIn(expression.of);
    case "call":
      return expression.arguments.flatMap(fieldsIn);
    case "arithmetic":
      return [...fieldsIn(expression.left), ...fieldsIn(expression.right)];
  }
}
