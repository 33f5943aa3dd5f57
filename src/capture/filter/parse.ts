// Display filter tokens to syntax, by Wireshark 4's precedence: or, xor, and, not; `&`, then `+ -`, then `* / %`, then `-`.

import { Refusal } from "./syntax.ts";
import type { Arithmetic, Comparison, Quantifier, Slice, Syntax, SyntaxTest } from "./syntax.ts";
import { isFilterError, tokenize } from "./tokens.ts";
import type { FilterError, Token } from "./tokens.ts";

const COMPARISONS: readonly Comparison[] = ["==", "!=", "===", "!==", "<", ">", "<=", ">="];
/** Loosest first; each level's operators are read from left to right. */
const ARITHMETIC: readonly (readonly Arithmetic[])[] = [["&"], ["+", "-"], ["*", "/", "%"]];

/** Brackets, negations and calls within each other. */
const DEPTH_MAX = 100;

/** The test that `text` stands for; null for an empty filter, which lets everything through. */
export function parseFilter(text: string): SyntaxTest | FilterError | null {
  const tokens = tokenize(text);
  if (isFilterError(tokens)) return tokens;
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

  whole(): SyntaxTest {
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

  /** The operator among `operators` that comes next, taken; null where there is none. */
  #takeOne<T extends string>(operators: readonly T[]): T | null {
    return operators.find((operator) => this.#take(operator)) ?? null;
  }

  #expect(operator: string): void {
    const token = this.#peek();
    if (!this.#take(operator))
      throw new Refusal(`expected ${operator} before ${quoted(token)}`, token.column);
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > DEPTH_MAX)
      throw new Refusal("too many brackets within each other", this.#peek().column);
    const answer = read();
    this.#depth--;
    return answer;
  }

  #or(): SyntaxTest {
    let left = this.#xor();
    while (this.#take("||")) left = { kind: "or", left, right: this.#xor() };
    return left;
  }

  #xor(): SyntaxTest {
    let left = this.#and();
    while (this.#take("^^")) left = { kind: "xor", left, right: this.#and() };
    return left;
  }

  #and(): SyntaxTest {
    let left = this.#not();
    while (this.#take("&&")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): SyntaxTest {
    return this.#deeper(() => {
      if (this.#take("!")) return { kind: "not", test: this.#not() };
      if (!this.#take("(")) return this.#relation();
      const test = this.#or();
      this.#expect(")");
      return test;
    });
  }

  #relation(): SyntaxTest {
    const quantifier = this.#takeOne<Quantifier>(["any", "all"]);
    const left = this.#expression();
    const token = this.#peek();
    const relation = { left, quantifier, column: token.column };
    const comparison = this.#takeOne(COMPARISONS);
    if (comparison !== null) return this.#comparisons(left, comparison, quantifier, token.column);
    const search = this.#takeOne(["contains", "matches"] as const);
    if (search !== null) return { kind: search, right: this.#expression(), ...relation };
    if (this.#take("in")) return { kind: "in", ranges: this.#set(), ...relation };
    const following = this.#tokens[this.#at + 1];
    if (following?.text === "in" && following.kind === "operator" && this.#take("!")) {
      this.#next();
      return { kind: "not", test: { kind: "in", ranges: this.#set(), ...relation } };
    }
    if (quantifier !== null) {
      throw new Refusal(`${quantifier} wants a comparison, and has ${quoted(token)}`, token.column);
    }
    return { kind: "exists", of: left };
  }

  /** `a < b <= c` holds when `a < b` and `b <= c` do. */
  #comparisons(
    first: Syntax,
    operator: Comparison,
    quantifier: Quantifier | null,
    column: number,
  ): SyntaxTest {
    let test: SyntaxTest | null = null;
    let left = first;
    let comparison: Comparison | null = operator;
    let at = column;
    while (comparison !== null) {
      const right = this.#expression();
      const one: SyntaxTest = { kind: "compare", comparison, left, right, quantifier, column: at };
      test = test === null ? one : { kind: "and", left: test, right: one };
      left = right;
      at = this.#peek().column;
      comparison = this.#takeOne(COMPARISONS);
    }
    return test ?? { kind: "exists", of: first };
  }

  #expression(level = 0): Syntax {
    const operators = ARITHMETIC[level];
    if (operators === undefined) return this.#unary();
    let left = this.#expression(level + 1);
    for (;;) {
      const { column } = this.#peek();
      const operator = this.#takeOne(operators);
      if (operator === null) return left;
      left = { kind: "arithmetic", operator, left, right: this.#expression(level + 1), column };
    }
  }

  #unary(): Syntax {
    return this.#deeper(() => {
      const { column } = this.#peek();
      if (this.#take("-")) return { kind: "negative", of: this.#unary(), column };
      if (this.#take("@")) return this.#parts({ kind: "raw", of: this.#word(), column });
      if (!this.#take("{")) return this.#parts(this.#word());
      const inner = this.#expression();
      this.#expect("}");
      return inner;
    });
  }

  /** A field, a value or a call. */
  #word(): Syntax {
    const token = this.#next();
    const { kind, text, column } = token;
    if (kind === "end") throw new Refusal("the filter ends where a field or a value is expected", column);
    if (kind === "operator") throw new Refusal(`expected a field or a value before ${quoted(token)}`, column);
    if (kind !== "word" || !this.#take("(")) return { kind, text, column };
    const list: Syntax[] = [];
    if (!this.#take(")")) {
      do list.push(this.#expression());
      while (this.#take(","));
      this.#expect(")");
    }
    return { kind: "call", name: text, arguments: list, column };
  }

  /** The slices and layers behind a word. */
  #parts(word: Syntax): Syntax {
    let whole = word;
    for (;;) {
      const { column } = this.#peek();
      if (this.#take("[")) whole = { kind: "slice", of: whole, parts: this.#slices(), column };
      else if (this.#take("#")) whole = { kind: "layers", of: whole, layers: this.#layers(), column };
      else return whole;
      if (whole.kind === "slice" && this.#peek().text === "#") return whole;
    }
  }

  #slices(): Slice[] {
    const token = this.#next();
    const slices = readSlices(token);
    this.#expect("]");
    return slices;
  }

  #layers(): Slice[] {
    if (this.#take("[")) return this.#slices();
    const token = this.#next();
    if (!/^\d{1,3}$/.test(token.text)) {
      throw new Refusal(`# wants a layer's number, from 1, and has ${quoted(token)}`, token.column);
    }
    return [{ offset: Number(token.text), length: 1 }];
  }

  #set(): [Syntax, Syntax | null][] {
    this.#expect("{");
    const ranges: [Syntax, Syntax | null][] = [];
    const first = this.#peek();
    if (first.kind === "operator" && first.text === "}") throw new Refusal("the set is empty", first.column);
    while (!this.#take("}")) {
      const low = this.#unary();
      ranges.push([low, this.#take("..") ? this.#unary() : null]);
      // Values are set apart by commas, or by blanks as older filters have them.
      this.#take(",");
    }
    return ranges;
  }
}

/** `1,3-5,9:`: parts of one value, put together in that order. */
function readSlices(token: Token): Slice[] {
  return token.text.split(",").map((part) => {
    const refusal = new Refusal(
      `${JSON.stringify(part)} is no slice: [offset:length], [first-last], [offset]`,
      token.column,
    );
    const match = /^(-?\d{1,9})?(?:(:|-)(-?\d{1,9})?)?$/.exec(part);
    if (match === null || part === "" || part === "-") throw refusal;
    const [, first, separator, second] = match;
    const offset = first === undefined ? 0 : Number(first);
    if (separator === undefined) return { offset, length: 1 };
    if (second === undefined) {
      if (separator === "-") throw refusal;
      return { offset, length: null };
    }
    const length = separator === ":" ? Number(second) : Number(second) - offset + 1;
    if (length <= 0 || (separator === "-" && Number(second) < 0 !== offset < 0)) throw refusal;
    return { offset, length };
  });
}

function quoted(token: Token): string {
  return token.kind === "end" ? "the end" : JSON.stringify(token.text);
}
