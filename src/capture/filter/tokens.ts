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

/** A `character` is one in single quotes: the number it stands for. */
export type TokenKind = "word" | "string" | "character" | "operator" | "end";

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
  ["any", "any"],
  ["all", "all"],
  ["contains", "contains"],
  ["matches", "matches"],
  ["in", "in"],
  ["bitwise_and", "&"],
]);

/** Longest first, so that `!==` is not read as `!=`. */
const SYMBOLS = "=== !== && || ^^ == != <= >= ~= .. < > ! ~ & + - * / % ( ) { } [ ] , # @".split(" ");

/** Other names of symbols. */
const ALIASES = new Map([
  ["~", "matches"],
  ["~=", "!=="],
]);

/** Characters of fields, numbers and addresses; a range's `..` ends a word. A word begins with none of `-` and `/`. */
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
    const isRaw = /^[rR]"/.test(text.slice(at, at + 2));
    if (char === '"' || isRaw) {
      const string = isRaw ? readRawString(text, at + 1) : readString(text, at);
      if ("problem" in string) return string;
      tokens.push({ kind: "string", text: string.text, column });
      at = string.end;
      continue;
    }
    if (char === "'") {
      const quoted = readString(text, at, "'");
      if ("problem" in quoted) return quoted;
      if (quoted.text.length !== 1) return { problem: "single quotes hold one character", column };
      tokens.push({ kind: "character", text: quoted.text, column });
      at = quoted.end;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      tokens.push({ kind: "operator", text: ALIASES.get(symbol) ?? symbol, column });
      at += symbol.length;
      if (symbol === "[") at = pushSlice(tokens, text, at);
      continue;
    }
    if (text.startsWith("${", at)) {
      return { problem: "a reference to the selected packet's field has no packet here", column };
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

interface StringToken {
  readonly text: string;
  readonly end: number;
}

function unclosed(start: number): FilterError {
  return { problem: "the string has no closing quote", column: start + 1 };
}

/** `r"..."`: nothing is an escape, except that a backslash keeps a quote from ending the string. */
function readRawString(text: string, start: number): StringToken | FilterError {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { text: text.slice(start + 1, at), end: at + 1 };
    if (text[at] === "\\") at++;
  }
  return unclosed(start);
}

const ESCAPES: Record<string, string> = {
  '"': '"',
  "'": "'",
  "\\": "\\",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Bytes above 127 that were written as escapes stand in text as these surrogates, which text cannot have. */
const LONE_BYTES = 0xdc00;
export const LONE_BYTE = /[\udc80-\udcff]/gu;

/** The byte that was written as an escape, or null for a character. */
export function loneByte(char: string): number | null {
  const code = char.charCodeAt(0);
  return char.length === 1 && code > LONE_BYTES + 0x7f && code <= LONE_BYTES + 0xff
    ? code - LONE_BYTES
    : null;
}

/** Characters by their number: two hexadecimal digits, up to three octal ones, or a code point in four or eight. */
const NUMBERED = /^(?:x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

function readString(text: string, start: number, quote = '"'): StringToken | FilterError {
  let out = "";
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === quote) return { text: out, end: at + 1 };
    if (char !== "\\") {
      out += char;
      continue;
    }
    const numbered = NUMBERED.exec(text.slice(at + 1, at + 10));
    if (numbered !== null) {
      const [all, byte, octal, short, long] = numbered;
      const code =
        octal === undefined ? Number.parseInt(byte ?? short ?? long, 16) : Number.parseInt(octal, 8);
      if (code > 0x10ffff) return { problem: `\\${all} is no character`, column: at + 1 };
      const isByte = short === undefined && long === undefined && code > 0x7f;
      out += String.fromCodePoint(isByte ? LONE_BYTES + (code & 0xff) : code);
      at += all.length;
      continue;
    }
    const escape = text[at + 1];
    if (escape === undefined) break;
    const meant = ESCAPES[escape];
    if (meant === undefined) {
      const problem = `\\${escape} is no escape; write \\\\${escape}, or the string as r"..."`;
      return { problem, column: at + 1 };
    }
    out += meant;
    at++;
  }
  return unclosed(start);
}
