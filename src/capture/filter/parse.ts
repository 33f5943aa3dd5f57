// Display filter tokens to a tree of tests, fields looked up and literals read by their fields' types.

import { findField, nearFields } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import { readLiteral } from "./literals.ts";
import type { Literal } from "./literals.ts";
import { tokenize } from "./tokens.ts";
import type { FilterError, Token } from "./tokens.ts";

export type Comparison = "==" | "!=" | "===" | "!==" | "<" | ">" | "<=" | ">=";

/** A part of a field's bytes: `[0:4]` has an offset and a length, `[2:]` none. Negative offsets count from the end. */
export interface Slice {
  readonly offset: number;
  readonly length: number | null;
}

/** What is tested: a field's values, maybe changed first. */
export interface Operand {
  readonly field: FieldInfo;
  readonly slice: Slice | null;
  readonly mask: number | null;
  readonly function: "len" | "count" | "lower" | "upper" | null;
}

export interface LiteralRange {
  readonly low: Literal;
  /** The same as `low` for a single value. */
  readonly high: Literal;
}

export type Test =
  | { readonly kind: "and" | "or" | "xor"; readonly left: Test; readonly right: Test }
  | { readonly kind: "not"; readonly test: Test }
  | { readonly kind: "exists"; readonly operand: Operand }
  | {
      readonly kind: "compare";
      readonly operand: Operand;
      readonly comparison: Comparison;
      readonly literal: Literal;
    }
  | {
      readonly kind: "compareFields";
      readonly operand: Operand;
      readonly comparison: Comparison;
      readonly other: Operand;
    }
  | { readonly kind: "in"; readonly operand: Operand; readonly ranges: readonly LiteralRange[] }
  | { readonly kind: "contains"; readonly operand: Operand; readonly bytes: Uint8Array }
  | { readonly kind: "matches"; readonly operand: Operand; readonly pattern: RegExp };

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "===", "!==", "<", ">", "<=", ">="]);
const FUNCTIONS = ["len", "count", "lower", "upper"] as const;

/** Brackets and negations within each other. */
const DEPTH_MAX = 100;

/** Carries an error out of the recursion; never leaves this file. */
class Refusal extends Error {
  readonly error: FilterError;

  constructor(problem: string, column: number) {
    super(problem);
    this.error = { problem, column };
  }
}

/** The test that `text` stands for; null for an empty filter, which lets everything through. */
export function parseFilter(text: string): Test | FilterError | null {
  const tokens = tokenize(text);
  if (!Array.isArray(tokens)) return tokens;
  if (tokens.length === 1) return null;
  try {
    return new Parser(tokens).whole();
  } catch (error) {
    if (error instanceof Refusal) return error.error;
    throw error;
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Test {
    const test = this.#or();
    const rest = this.#peek();
    if (rest.kind !== "end") throw new Refusal(`unexpected ${quoted(rest)}`, rest.column);
    return test;
  }

  #peek(): Token {
    return this.#tokens[this.#at];
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token.kind !== "end") this.#at++;
    return token;
  }

  #take(operator: string): boolean {
    const token = this.#peek();
    if (token.kind !== "operator" || token.text !== operator) return false;
    this.#at++;
    return true;
  }

  #expect(operator: string): void {
    const token = this.#peek();
    if (!this.#take(operator))
      throw new Refusal(`expected ${operator} before ${quoted(token)}`, token.column);
  }

  #or(): Test {
    let left = this.#xor();
    while (this.#take("||")) left = { kind: "or", left, right: this.#xor() };
    return left;
  }

  #xor(): Test {
    let left = this.#and();
    while (this.#take("^^")) left = { kind: "xor", left, right: this.#and() };
    return left;
  }

  #and(): Test {
    let left = this.#unary();
    while (this.#take("&&")) left = { kind: "and", left, right: this.#unary() };
    return left;
  }

  #unary(): Test {
    const { column } = this.#peek();
    if (++this.#depth > DEPTH_MAX) throw new Refusal("too many brackets within each other", column);
    let test: Test;
    if (this.#take("!")) test = { kind: "not", test: this.#unary() };
    else if (this.#take("(")) {
      test = this.#or();
      this.#expect(")");
    } else test = this.#relation();
    this.#depth--;
    return test;
  }

  #relation(): Test {
    const operand = this.#operand();
    const token = this.#peek();
    if (token.kind !== "operator") return { kind: "exists", operand };
    if (COMPARISONS.has(token.text)) {
      this.#next();
      return this.#comparison(operand, token.text as Comparison);
    }
    if (token.text === "contains") {
      this.#next();
      return { kind: "contains", operand, bytes: this.#contained(operand, token) };
    }
    if (token.text === "matches") {
      this.#next();
      return { kind: "matches", operand, pattern: this.#pattern() };
    }
    if (token.text === "in") {
      this.#next();
      return { kind: "in", operand, ranges: this.#set(operand) };
    }
    return { kind: "exists", operand };
  }

  #operand(): Operand {
    const token = this.#next();
    if (token.kind === "end") throw new Refusal("the filter ends where a field is expected", token.column);
    if (token.kind !== "word") throw new Refusal(`expected a field before ${quoted(token)}`, token.column);
    const called = FUNCTIONS.find((name) => name === token.text);
    if (called !== undefined && this.#take("(")) {
      const inner = this.#operand();
      this.#expect(")");
      if (inner.function !== null)
        throw new Refusal(`${called} of a function is not supported`, token.column);
      return { ...inner, function: called };
    }
    const field = findField(token.text);
    if (field === null) throw unknown(token);
    let slice: Slice | null = null;
    if (this.#take("[")) {
      slice = readSlice(this.#next());
      this.#expect("]");
    }
    let mask: number | null = null;
    if (this.#take("&")) {
      const literal = this.#next();
      mask = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(literal.text) ? Number(literal.text) : null;
      if (mask === null) throw new Refusal(`${quoted(literal)} is no number to mask with`, literal.column);
    }
    return { field, slice, mask, function: null };
  }

  #comparison(operand: Operand, comparison: Comparison): Test {
    const token = this.#peek();
    const isField = token.kind === "word" && findField(token.text) !== null;
    if (isField) return { kind: "compareFields", operand, comparison, other: this.#operand() };
    return { kind: "compare", operand, comparison, literal: this.#literal(operand) };
  }

  #literal(operand: Operand): Literal {
    const token = this.#next();
    if (token.kind === "end") throw new Refusal("the filter ends where a value is expected", token.column);
    if (token.kind === "operator")
      throw new Refusal(`expected a value before ${quoted(token)}`, token.column);
    const type = operandType(operand);
    const literal = readLiteral(type, token.text, token.kind === "string");
    if (literal === null) {
      const what = `${JSON.stringify(token.text)} is no value for ${operand.field.name} (${type})`;
      throw new Refusal(what, token.column);
    }
    return literal;
  }

  #contained(operand: Operand, token: Token): Uint8Array {
    const value = this.#next();
    const { type } = operand.field;
    const isText = ["string", "bytes", "protocol", "none"].includes(type) || operand.slice !== null;
    if (!isText)
      throw new Refusal(`${operand.field.name} (${type}) cannot be searched with contains`, token.column);
    if (value.kind === "end" || value.kind === "operator") {
      throw new Refusal("contains wants a string or bytes", value.column);
    }
    if (value.kind === "word" && type !== "string") {
      const bytes = readLiteral("bytes", value.text, false);
      if (bytes !== null && bytes.kind === "bytes") return bytes.bytes;
    }
    return Buffer.from(value.text, "utf8");
  }

  #pattern(): RegExp {
    const token = this.#next();
    if (token.kind !== "string" && token.kind !== "word") {
      throw new Refusal("matches wants a regular expression in quotes", token.column);
    }
    try {
      return new RegExp(token.text, "i");
    } catch {
      throw new Refusal(`${JSON.stringify(token.text)} is no regular expression`, token.column);
    }
  }

  #set(operand: Operand): LiteralRange[] {
    this.#expect("{");
    const ranges: LiteralRange[] = [];
    while (!this.#take("}")) {
      const low = this.#literal(operand);
      const high = this.#take("..") ? this.#literal(operand) : low;
      ranges.push({ low, high });
      // Values are set apart by commas, or by blanks as older filters have them.
      this.#take(",");
    }
    if (ranges.length === 0) throw new Refusal("the set is empty", this.#peek().column);
    return ranges;
  }
}

/** The type that literals beside an operand have. */
function operandType(operand: Operand): FieldInfo["type"] {
  if (operand.function === "len" || operand.function === "count") return "uint32";
  if (operand.slice !== null) return "bytes";
  return operand.field.type;
}

function readSlice(token: Token): Slice {
  const refusal = new Refusal(
    `${JSON.stringify(token.text)} is no slice: [offset:length], [first-last], [offset]`,
    token.column,
  );
  const match = /^(-?\d{1,9})?(?:(:|-)(\d{1,9})?)?$/.exec(token.text);
  if (match === null || token.text === "") throw refusal;
  const [, first, separator, second] = match;
  const offset = first === undefined ? 0 : Number(first);
  if (separator === undefined) return { offset, length: 1 };
  if (separator === ":") return { offset, length: second === undefined ? null : Number(second) };
  if (second === undefined || Number(second) < offset) throw refusal;
  return { offset, length: Number(second) - offset + 1 };
}

function quoted(token: Token): string {
  return token.kind === "end" ? "the end" : JSON.stringify(token.text);
}

function unknown(token: Token): Refusal {
  const near = nearFields(token.text);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
  return new Refusal(`${JSON.stringify(token.text)} is no field known here${hint}`, token.column);
}
