// Display filter text to tokens, each with its column, from 1.

export interface FilterError {
  /** What is wrong, in words. */
  readonly problem: string;
  /** Column of the text, from 1. */
  readonly column: number;
}

export function isFilterError(answer: object): answer is FilterError {
  return "problem" in answer;
}

export type TokenKind = "word" | "string" | "operator" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Operators as their symbol (`eq` is `==`), strings without quotes. */
  readonly text: string;
  readonly column: number;
}

/** Longest filter taken; nobody writes one by hand. */
const LENGTH_MAX = 10_000;

const WORD_OPERATORS = new Map<string, string>([
  ["eq", "=="],
  ["ne", "!="],
  ["lt", "<"],
  ["gt", ">"],
  ["le", "<="],
  ["ge", ">="],
  ["any_eq", "=="],
  ["all_ne", "!="],
  ["all_eq", "==="],
  ["any_ne", "!=="],
  ["and", "&&"],
  ["or", "||"],
  ["xor", "^^"],
  ["not", "!"],
  ["contains", "contains"],
  ["matches", "matches"],
  ["in", "in"],
  ["bitand", "&"],
  ["bitwise_and", "&"],
]);

/** Longest first, so that `!==` is not read as `!=`. */
const SYMBOLS = [
  "===",
  "!==",
  "&&",
  "||",
  "^^",
  "==",
  "!=",
  "<=",
  ">=",
  "..",
  "<",
  ">",
  "!",
  "~",
  "&",
  "(",
  ")",
  "{",
  "}",
  "[",
  "]",
  ",",
];

/** Characters of fields, numbers and addresses; a range's `..` ends a word. */
const WORD = /[A-Za-z0-9_.:/-]/;

/** The tokens of `text` with an `end` token last, or where it cannot be read. */
export function tokenize(text: string): Token[] | FilterError {
  if (text.length > LENGTH_MAX)
    return { problem: `the filter is longer than ${LENGTH_MAX} characters`, column: 1 };
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const column = at + 1;
    const char = text[at];
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    if (char === '"') {
      const string = readString(text, at);
      if (string === null) return { problem: "the string has no closing quote", column };
      tokens.push({ kind: "string", text: string.text, column });
      at = string.end;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      tokens.push({ kind: "operator", text: symbol === "~" ? "matches" : symbol, column });
      at += symbol.length;
      if (symbol === "[") at = pushSlice(tokens, text, at);
      continue;
    }
    if (!WORD.test(char)) return { problem: `unexpected character ${JSON.stringify(char)}`, column };
    let end = at;
    while (end < text.length && WORD.test(text[end]) && !text.startsWith("..", end)) end++;
    const word = text.slice(at, end);
    const operator = WORD_OPERATORS.get(word);
    if (operator === undefined) tokens.push({ kind: "word", text: word, column });
    else tokens.push({ kind: "operator", text: operator, column });
    at = end;
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}

/** A slice is one word up to its bracket: `0:4`, `2-5`, `-3:`. */
function pushSlice(tokens: Token[], text: string, at: number): number {
  const close = text.indexOf("]", at);
  if (close === -1) return at;
  tokens.push({ kind: "word", text: text.slice(at, close).replaceAll(/\s/g, ""), column: at + 1 });
  return close;
}

/** Octal and hexadecimal escapes give one byte's character; others stand for themselves. */
function readString(text: string, start: number): { text: string; end: number } | null {
  let out = "";
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"') return { text: out, end: at + 1 };
    if (char !== "\\") {
      out += char;
      continue;
    }
    const hex = /^x[0-9a-fA-F]{2}/.exec(text.slice(at + 1, at + 4));
    if (hex !== null) {
      out += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 4), 16));
      at += 3;
      continue;
    }
    const next = text[at + 1];
    if (next === '"' || next === "\\") out += next;
    else if (next === "n") out += "\n";
    else if (next === "r") out += "\r";
    else if (next === "t") out += "\t";
    // A regular expression's own escape, as in "\d+": the backslash stays.
    else out += `\\${next ?? ""}`;
    at++;
  }
  return null;
}
