// Characters that are no signs, spelled out: on one line, and harmless to a terminal.

/** Those with a letter in C. */
const LETTERS: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\u000b": "\\v",
  "\f": "\\f",
  "\r": "\\r",
};

/** Most texts: told without looking signs up. */
const PLAIN = /^[\x20-\x7e]*$/;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cn}]/u;
const ALL_UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cn}]/gu;

/** The one told last: many packets say the same. */
let lastPlain = "";

/**
 * `text` as Wireshark shows it: control characters as C has them (`\n`, `\033`), others that are not printed by their number (`\u200B`).
 * Backslashes stay as they are, so that what is spelled out already is.
 */
export function spelledOut(text: string): string {
  if (text === lastPlain) return text;
  if (PLAIN.test(text) || !UNPRINTABLE.test(text)) {
    lastPlain = text;
    return text;
  }
  return text.replaceAll(ALL_UNPRINTABLE, (char) => LETTERS[char] ?? codeText(char.codePointAt(0) ?? 0));
}

function codeText(code: number): string {
  if (code < 0x80) return `\\${code.toString(8).padStart(3, "0")}`;
  const digits = code.toString(16).toUpperCase();
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
