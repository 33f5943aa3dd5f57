// A line of TypeScript in colours: words of the language, strings, numbers and comments. Lines are looked at one by one.

import type { Theme } from "../theme.ts";
import type { Span } from "./spans.ts";

const TOKEN =
  /(?<comment>\/\/.*|\/\*.*?(?:\*\/|$)|^\s*\*.*)|(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`\\]|\\.)*`?)|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_$][\w$]*)/g;

const WORDS = new Set(
  (
    "as async await break case catch class const continue default do else export extends false finally for from function if import in " +
    "interface let new null of return switch this throw true try type typeof undefined var void while yield"
  ).split(" "),
);

/** The line as spans. */
export function codeSpans(line: string, theme: Theme): Span[] {
  const spans: Span[] = [];
  let from = 0;
  const add = (text: string, attr: number): void => {
    if (text !== "") spans.push({ text, attr });
  };
  for (const match of line.matchAll(TOKEN)) {
    const attr = attrOf(match, theme);
    if (attr === null) continue;
    add(line.slice(from, match.index), theme.text);
    add(match[0], attr);
    from = match.index + match[0].length;
  }
  add(line.slice(from), theme.text);
  return spans;
}

function attrOf({ groups = {} }: RegExpMatchArray, theme: Theme): number | null {
  if (groups["comment"] !== undefined) return theme.muted;
  if (groups["string"] !== undefined) return theme.string;
  if (groups["number"] !== undefined) return theme.number;
  return WORDS.has(groups["word"] ?? "") ? theme.accent : null;
}
