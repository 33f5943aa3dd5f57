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

/** What a piece of a line is; null for what has no name. */
export type CodeKind = "comment" | "string" | "number" | "word" | null;

/** The line in pieces, all of it. */
export function codePieces(line: string): { readonly text: string; readonly kind: CodeKind }[] {
  const pieces: { readonly text: string; readonly kind: CodeKind }[] = [];
  let from = 0;
  const add = (text: string, kind: CodeKind): void => {
    if (text !== "") pieces.push({ text, kind });
  };
  for (const match of line.matchAll(TOKEN)) {
    const kind = kindOf(match);
    if (kind === null) continue;
    add(line.slice(from, match.index), null);
    add(match[0], kind);
    from = match.index + match[0].length;
  }
  add(line.slice(from), null);
  return pieces;
}

function kindOf({ groups = {} }: RegExpMatchArray): CodeKind {
  if (groups["comment"] !== undefined) return "comment";
  if (groups["string"] !== undefined) return "string";
  if (groups["number"] !== undefined) return "number";
  return WORDS.has(groups["word"] ?? "") ? "word" : null;
}

/** The line as spans. */
export function codeSpans(line: string, theme: Theme): Span[] {
  const attrs = { comment: theme.muted, string: theme.string, number: theme.number, word: theme.accent };
  return codePieces(line).map(({ text, kind }) => ({ text, attr: kind === null ? theme.text : attrs[kind] }));
}
