// Syntax to what runs: fields and functions looked up, values read by the types they meet, mistakes told by column.

import { findField, nearFields } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import { kindOf } from "./expression.ts";
import type { Expression, FieldExpression, Test, ValueKind, ValueType } from "./expression.ts";
import { FUNCTIONS } from "./functions.ts";
import type { FilterFunction } from "./functions.ts";
import { addressBytes, readLiteral } from "./literals.ts";
import { readPattern } from "./regular-expression.ts";
import { Refusal } from "./syntax.ts";
import type { Quantifier, Syntax, SyntaxTest } from "./syntax.ts";
import type { FilterError } from "./tokens.ts";

/** The test ready to run, or the first mistake in it. */
export function checkFilter(syntax: SyntaxTest): Test | FilterError {
  try {
    return checked(syntax);
  } catch (error) {
    if (error instanceof Refusal) return error.error;
    throw error;
  }
}

type Comparing = Extract<SyntaxTest, { readonly kind: "compare" }>;
type Member = Extract<SyntaxTest, { readonly kind: "in" }>;
type Search = Extract<SyntaxTest, { readonly kind: "contains" | "matches" }>;

function checked(test: SyntaxTest): Test {
  switch (test.kind) {
    case "and":
    case "or":
    case "xor":
      return { kind: test.kind, left: checked(test.left), right: checked(test.right) };
    case "not":
      return { kind: "not", test: checked(test.test) };
    case "exists":
      return existence(test.of);
    case "compare":
      return comparison(test);
    case "in":
      return membership(test);
    case "contains":
    case "matches":
      return search(test);
  }
}

function existence(of: Syntax): Test {
  const expression = known(of);
  if (expression.kind === "call") {
    throw new Refusal(`${words(of)} is always something: compare it`, of.column);
  }
  const isResult = expression.kind === "arithmetic" || expression.kind === "negative";
  return { kind: isResult ? "nonzero" : "exists", of: expression };
}

function comparison({ left, comparison: operator, right, quantifier, column }: Comparing): Test {
  const a = known(left);
  if (kindOf(a.type) === "presence") {
    throw new Refusal(`${words(left)} is there or not, and has no value to compare`, column);
  }
  const own: Quantifier = operator === "!=" || operator === "===" ? "all" : "any";
  const b = typed(right, a.type, words(left), namesOf(a));
  return { kind: "compare", left: a, comparison: operator, right: b, quantifier: quantifier ?? own };
}

function membership({ left, ranges, quantifier, column }: Member): Test {
  const a = known(left);
  if (kindOf(a.type) === "presence") {
    throw new Refusal(`${words(left)} is there or not, and has no value for a set`, column);
  }
  const pairs = ranges.map(
    ([low, high]) =>
      [
        typed(low, a.type, words(left), namesOf(a)),
        high === null ? null : typed(high, a.type, words(left), namesOf(a)),
      ] as const,
  );
  if (quantifier !== "all") return { kind: "in", left: a, ranges: pairs, quantifier: quantifier ?? "any" };
  // As in Wireshark, all values are to be in one and the same of the ranges.
  return pairs
    .map((pair): Test => ({ kind: "in", left: a, ranges: [pair], quantifier }))
    .reduce((left, right) => ({ kind: "or", left, right }));
}

function search({ kind, left: of, right, quantifier: wanted, column }: Search): Test {
  const left = reaching(known(of));
  const quantifier = wanted ?? "any";
  if (!["text", "bytes"].includes(kindOf(left.type))) {
    throw new Refusal(`${words(of)} (${left.type}) cannot be searched with ${kind}`, column);
  }
  if (kind === "matches") return { kind, left, pattern: patternOf(right), quantifier };
  // What is searched for in an address need not be one.
  const type = left.type === "ether" ? "bytes" : left.type;
  return { kind, left, right: typed(right, type, words(of)), quantifier };
}

/** A protocol is searched to the end of what it carries. */
function reaching(expression: Expression): Expression {
  return expression.kind === "field" ? { ...expression, isReaching: true } : expression;
}

function patternOf(right: Syntax): RegExp {
  if (right.kind !== "string")
    throw new Refusal("matches wants a regular expression in double quotes", right.column);
  const pattern = readPattern(right.text);
  if (pattern === null) {
    throw new Refusal(`${JSON.stringify(right.text)} is no regular expression known here`, right.column);
  }
  return pattern;
}

/** An expression whose type is its own: one with a field in it. */
function known(syntax: Syntax): Expression {
  const expression = read(syntax);
  if (expression !== null) return expression;
  if (syntax.kind === "word") throw unknownField(syntax.text, syntax.column);
  throw new Refusal(`a field or a function is expected, not ${words(syntax)}`, startOf(syntax));
}

/** What numbers are called, in the field they are of. */
type Names = FieldInfo["values"];

/** The names there are for the values of an expression. */
function namesOf(expression: Expression): Names {
  return expression.kind === "field" && !expression.isRaw ? expression.field.values : undefined;
}

/** An expression of a type; what has none of its own is read as a value of it, or as one of its `names`. */
function typed(syntax: Syntax, type: ValueType, beside: string, names?: Names): Expression {
  const expression = read(syntax);
  if (expression === null) return named(syntax, type, names) ?? literal(syntax, type, beside);
  if (kindOf(expression.type) === kindOf(type)) return expression;
  throw new Refusal(
    `${words(syntax)} (${expression.type}) cannot be compared with ${beside} (${type})`,
    startOf(syntax),
  );
}

/** The expression, or null where nothing in it has a type. */
function read(syntax: Syntax): Expression | null {
  switch (syntax.kind) {
    case "string":
    case "character":
      return null;
    case "word":
      return fieldOf(syntax.text);
    case "raw": {
      const field = fieldIn(syntax.of);
      return { ...field, type: "bytes", isRaw: true };
    }
    case "layers": {
      const field = fieldIn(syntax.of);
      if (syntax.layers.some(({ offset }) => offset < 1))
        throw new Refusal("layers count from 1", syntax.column);
      return { ...field, layers: syntax.layers };
    }
    case "slice": {
      const of = known(syntax.of);
      if (!["text", "bytes", "ipv4", "ipv6"].includes(kindOf(of.type))) {
        throw new Refusal(`${words(syntax.of)} (${of.type}) has no bytes to take a slice of`, syntax.column);
      }
      return { kind: "slice", type: "bytes", of, parts: syntax.parts };
    }
    case "call":
      return call(syntax);
    case "negative": {
      const of = read(syntax.of);
      if (of === null) return null;
      if (!["number", "time"].includes(kindOf(of.type))) {
        throw new Refusal(`${words(syntax.of)} (${of.type}) has no negative`, syntax.column);
      }
      return { kind: "negative", type: kindOf(of.type) === "number" ? "number" : of.type, of };
    }
    case "arithmetic":
      return calculation(syntax);
  }
}

function fieldOf(name: string): FieldExpression | null {
  // Wireshark's way to say that a word is a field and no value.
  const field = findField(name.startsWith(".") ? name.slice(1) : name);
  if (field === null) return null;
  return { kind: "field", type: field.type, field, isRaw: false, layers: null, isReaching: false };
}

function fieldIn(syntax: Syntax): FieldExpression {
  const expression = known(syntax);
  if (expression.kind === "field") return expression;
  throw new Refusal(`a field is expected, not ${words(syntax)}`, startOf(syntax));
}

function call({ name, arguments: list, column }: Extract<Syntax, { readonly kind: "call" }>): Expression {
  const found = FUNCTIONS.find((known_) => known_.name === name);
  if (found === undefined) {
    const names = FUNCTIONS.map((known_) => known_.name).join(", ");
    throw new Refusal(`${JSON.stringify(name)} is no function; there are ${names}`, column);
  }
  if (list.length === 0 || list.length > (found.arguments ?? Number.POSITIVE_INFINITY)) {
    throw new Refusal(
      `${name} takes ${found.arguments === 1 ? "one argument" : "one argument or more"}`,
      column,
    );
  }
  const types = list.map((argument) => read(argument)?.type).filter((type) => type !== undefined);
  if (types.length === 0) throw new Refusal(`${name} wants a field`, column);
  const expressions = list.map((argument) => typed(argument, types[0], words(list[0])));
  if (!takes(found, types[0])) {
    throw new Refusal(`${name} cannot take ${words(list[0])} (${types[0]})`, startOf(list[0]));
  }
  return { kind: "call", type: found.answers(types[0]), function: found, arguments: expressions };
}

/** Bytes have no text, but the addresses among them do. */
function takes({ name, takes: kinds }: FilterFunction, type: ValueType): boolean {
  if (name === "string" && kindOf(type) === "bytes") return type === "ether";
  return kinds.includes(kindOf(type));
}

/** Kinds of values that calculate, and with which operators. */
const CALCULATES: Partial<Record<ValueKind, string>> = {
  number: "+-*/%&",
  time: "+-",
  bytes: "&",
  ipv4: "&",
  ipv6: "&",
};

function calculation(syntax: Extract<Syntax, { readonly kind: "arithmetic" }>): Expression | null {
  const { operator, left, right, column } = syntax;
  const type = (read(left) ?? read(right))?.type;
  if (type === undefined) return null;
  const kind = kindOf(type);
  if (CALCULATES[kind]?.includes(operator) !== true) {
    const of = read(left) === null ? right : left;
    throw new Refusal(`${words(of)} (${type}) cannot be calculated with by ${operator}`, column);
  }
  const own = kind === "number" ? "number" : type;
  const a = typed(left, own, words(right));
  const b = typed(right, own, words(left));
  return { kind: "arithmetic", type: own, operator, left: a, right: b };
}

/** The number that `syntax` is the name of; names are not told apart by capitals. */
function named(syntax: Syntax, type: ValueType, names: Names): Expression | null {
  if (names === undefined || (syntax.kind !== "word" && syntax.kind !== "string")) return null;
  const wanted = syntax.text.toLowerCase();
  const found = Object.entries(names).find(([name]) => name.toLowerCase() === wanted);
  return found === undefined ? null : { kind: "literal", type, values: [found[1]] };
}

/** A value as it is written, in the type of what it stands beside. */
function literal(syntax: Syntax, type: ValueType, beside: string): Expression {
  if (syntax.kind === "arithmetic") return constant(syntax, type, beside);
  const isNegative = syntax.kind === "negative";
  const { kind, text, column } = written(isNegative ? syntax.of : syntax);
  const value = readLiteral(type, { kind, text, isNegative });
  if (value === null) {
    const shown = JSON.stringify(isNegative ? `-${text}` : text);
    const isName = kind === "word" && /^[a-z_][a-z0-9_]*\.[a-z]/i.test(text) && addressBytes(text) === null;
    const near = isName ? nearFields(text) : [];
    const hint = near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
    throw new Refusal(
      `${shown} is no value for ${beside} (${type})${hint}`,
      isNegative ? syntax.column : column,
    );
  }
  return { kind: "literal", type, values: [value] };
}

/** A calculation with nothing but values in it: its operands are of the type asked for. */
function constant(
  { operator, left, right, column }: Extract<Syntax, { readonly kind: "arithmetic" }>,
  type: ValueType,
  beside: string,
): Expression {
  if (CALCULATES[kindOf(type)]?.includes(operator) !== true) {
    throw new Refusal(`${beside} (${type}) cannot be calculated with by ${operator}`, column);
  }
  return {
    kind: "arithmetic",
    type,
    operator,
    left: literal(left, type, beside),
    right: literal(right, type, beside),
  };
}

function written(syntax: Syntax): Extract<Syntax, { readonly kind: "word" | "string" | "character" }> {
  if (syntax.kind === "word" || syntax.kind === "string" || syntax.kind === "character") return syntax;
  throw new Refusal("a value is expected", startOf(syntax));
}

function unknownField(text: string, column: number): Refusal {
  const near = nearFields(text);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
  return new Refusal(`${JSON.stringify(text)} is no field known here${hint}`, column);
}

/** Where an expression begins. */
function startOf(syntax: Syntax): number {
  switch (syntax.kind) {
    case "slice":
    case "layers":
      return startOf(syntax.of);
    case "arithmetic":
      return startOf(syntax.left);
    default:
      return syntax.column;
  }
}

/** An expression in few words, for a message. */
function words(syntax: Syntax): string {
  switch (syntax.kind) {
    case "word":
      return syntax.text;
    case "string":
    case "character":
      return JSON.stringify(syntax.text);
    case "raw":
      return `@${words(syntax.of)}`;
    case "layers":
      return `a layer's ${words(syntax.of)}`;
    case "slice":
      return `a slice of ${words(syntax.of)}`;
    case "call":
      return `${syntax.name}(...)`;
    case "negative":
      return `-${words(syntax.of)}`;
    case "arithmetic":
      return `${words(syntax.left)} ${syntax.operator} ...`;
  }
}
