// Perl's regular expressions, as `matches` has them, to JavaScript's: what both know, with the differences in meaning evened out.

/** What stands for itself in both, or for the same class; and what Perl's words mean in JavaScript. */
const ESCAPES: Record<string, string> = {
  A: "(?<![\\s\\S])",
  z: "(?![\\s\\S])",
  Z: "(?=\\n?(?![\\s\\S]))",
  h: "[ \\t]",
  R: "(?:\\r\\n|[\\n-\\r])",
  N: "[^\\n]",
  a: "\\x07",
  e: "\\x1b",
};

const CLASSES: Record<string, string> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t-\\r ",
  upper: "A-Z",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
};

/** Perl's `\s`, which knows no spaces beyond ASCII. */
const SPACE = "\\t-\\r ";

/** The expression, case-insensitive unless it begins with `(?-i)`; null when it is none, or one JavaScript cannot run. */
export function readPattern(text: string): RegExp | null {
  const options = /^\(\?([imsx]*)(?:-([imsx]*))?\)/.exec(text);
  const on = options?.[1] ?? "";
  const off = options?.[2] ?? "";
  if (on.includes("x")) return null;
  const isWhole = on.includes("s") && !off.includes("s");
  const isByLine = on.includes("m") && !off.includes("m");
  const source = translate(text.slice(options?.[0].length ?? 0), isWhole, isByLine);
  if (source === null) return null;
  try {
    return new RegExp(source, `${off.includes("i") ? "" : "i"}${isByLine ? "m" : ""}`);
  } catch {
    return null;
  }
}

function translate(text: string, isWhole: boolean, isByLine: boolean): string | null {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") {
      const [escape, length] = readEscape(text, at, false);
      if (length === 0) return null;
      out += escape;
      at += length - 1;
    } else if (char === "[") {
      const [set, length] = readClass(text, at);
      if (length === 0) return null;
      out += set;
      at += length - 1;
    } else if (char === "(" && /^\(\?(?:[|>#R&P+0-9-]|<(?![=!A-Za-z])|[a-z]+[:)])/.test(text.slice(at))) {
      // Options within, atomic groups, comments and recursion.
      return null;
    } else if (/^[*+?}]\+/.test(text.slice(at))) {
      // Quantifiers that give nothing back.
      return null;
    } else if (char === ".") out += isWhole ? "[\\s\\S]" : "[^\\n]";
    else if (char === "$" && !isByLine) out += ESCAPES["Z"];
    else out += char;
  }
  return out;
}

/** What the escape at `at` is in JavaScript, and its length; 0 where it has no counterpart. */
function readEscape(text: string, at: number, inClass: boolean): readonly [string, number] {
  const char = text[at + 1];
  if (char === undefined) return ["", 0];
  if (char === "s" || char === "S") {
    if (inClass) return char === "s" ? [SPACE, 2] : ["", 0];
    return [`[${char === "S" ? "^" : ""}${SPACE}]`, 2];
  }
  const braced = /^x\{([0-9a-fA-F]{1,4})\}/.exec(text.slice(at + 1));
  if (braced !== null) return [`\\u${braced[1].padStart(4, "0")}`, braced[0].length + 1];
  const meant = ESCAPES[char];
  if (meant !== undefined) return inClass && !meant.startsWith("\\x") ? ["", 0] : [meant, 2];
  const isKnown = /[dDwWbBnrtfv0-9xc]/.test(char) || !/[A-Za-z]/.test(char);
  return isKnown ? [`\\${char}`, 2] : ["", 0];
}

/** The character class at `at`, and its length; 0 where it has no counterpart or no end. */
function readClass(text: string, at: number): readonly [string, number] {
  let out = "[";
  let i = at + 1;
  if (text[i] === "^") {
    out += "^";
    i++;
  }
  // A bracket that comes first is meant as itself.
  if (text[i] === "]") {
    out += "\\]";
    i++;
  }
  while (i < text.length && text[i] !== "]") {
    const named = /^\[:([a-z]+):\]/.exec(text.slice(i));
    const members = named === null ? undefined : CLASSES[named[1]];
    if (named !== null && members === undefined) return ["", 0];
    if (named !== null) {
      out += members;
      i += named[0].length;
    } else if (text[i] === "\\") {
      const [escape, length] = readEscape(text, i, true);
      if (length === 0) return ["", 0];
      out += escape;
      i += length;
    } else {
      out += text[i] === "[" ? "\\[" : text[i];
      i++;
    }
  }
  return i < text.length ? [`${out}]`, i + 1 - at] : ["", 0];
}
