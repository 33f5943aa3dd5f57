// One line of text being typed: what keys do to it, as shells have it.

export interface LineEdit {
  readonly text: string;
  /** Where the next character goes: an index into `text`, 0 to its length. */
  readonly caret: number;
}

/** A line with the caret at its end. */
export function lineOf(text: string): LineEdit {
  return { text, caret: text.length };
}

/** The line after `key`; the same object where the key means nothing to it, or there would be more than `max` characters. */
export function lineKey(line: LineEdit, key: string, max: number): LineEdit {
  const { text, caret } = line;
  const at = (to: number): LineEdit => ({ text, caret: to });
  switch (key) {
    case "left":
    case "C-b":
      return caret === 0 ? line : at(caret - before(text, caret).length);
    case "right":
    case "C-f":
      return caret === text.length ? line : at(caret + after(text, caret).length);
    case "home":
    case "C-a":
      return at(0);
    case "end":
    case "C-e":
      return at(text.length);
    case "backspace":
      return without(line, caret - before(text, caret).length, caret);
    case "delete":
    case "C-d":
      return without(line, caret, caret + after(text, caret).length);
    case "C-u":
      return without(line, 0, caret);
    case "C-k":
      return without(line, caret, text.length);
    case "C-w":
      return without(line, caret - (/\S*\s*$/.exec(text.slice(0, caret))?.[0].length ?? 0), caret);
    case "space":
      return inserted(line, " ", max);
    default:
      return isOneCharacter(key) ? inserted(line, key, max) : line;
  }
}

/** `text` in the place of the characters `from` to `to`, the caret behind it. */
export function replaced(line: LineEdit, from: number, to: number, text: string): LineEdit {
  return { text: line.text.slice(0, from) + text + line.text.slice(to), caret: from + text.length };
}

/** Whether a key is named by the one character it types. */
export function isOneCharacter(key: string): boolean {
  return key.length === String.fromCodePoint(key.codePointAt(0) ?? 0).length;
}

function inserted(line: LineEdit, text: string, max: number): LineEdit {
  return line.text.length + text.length > max ? line : replaced(line, line.caret, line.caret, text);
}

function without(line: LineEdit, from: number, to: number): LineEdit {
  return from >= to ? line : replaced(line, from, to, "");
}

/** The character before `at`: two units where it is beyond the Basic Multilingual Plane. */
function before(text: string, at: number): string {
  return (
    /[\uD800-\uDBFF][\uDC00-\uDFFF]$/.exec(text.slice(0, at))?.[0] ?? text.slice(Math.max(0, at - 1), at)
  );
}

function after(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}
