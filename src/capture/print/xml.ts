// What tshark's two kinds of XML have in common: how texts are written in them.

import type { LineBytes } from "./line-bytes.ts";

const PROLOGUE = '<?xml version="1.0" encoding="utf-8"?>\n';

/** Beyond these a text is written as it is. */
// oxlint-disable-next-line no-control-regex
const ALL_SPECIAL = /[&<>"'\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

/** `text` between tags or quotes. XML has no way to say most control characters: as in tshark they are told by number, `\x1b`. */
export function xmlText(text: string): string {
  return text.replaceAll(ALL_SPECIAL, (char) => ENTITIES[char] ?? `\\x${char.charCodeAt(0).toString(16)}`);
}

/** By code of ASCII: 1 for a sign that stands for itself in XML. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return Number(code >= 32 && xmlText(char) === char);
});

/** Writes `text` where all of it are signs of ASCII that stand for themselves; false, having written nothing, where not. */
export function writePlainXml(out: LineBytes, text: string): boolean {
  const { length } = text;
  out.reserve(length);
  const { bytes, length: start } = out;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || PLAIN[code] === 0) return false;
    bytes[start + i] = code;
  }
  out.length = start + length;
  return true;
}

/** Writes `text` between tags or quotes. */
export function writeXml(out: LineBytes, text: string): void {
  if (!writePlainXml(out, text)) out.text(xmlText(text));
}

const TAB = 9;
const NEWLINE = 10;
/** What a sign of ASCII becomes at its longest: `&quot;`. */
const ENTITY_MAX = 6;

/** Writes UTF-8 of `data` from `from` to the next tab or line break, or to `end`, between tags; answers where it stopped. */
export function writeXmlColumn(out: LineBytes, data: Uint8Array, from: number, end: number): number {
  out.reserve((end - from) * ENTITY_MAX);
  const { bytes } = out;
  let to = out.length;
  let at = from;
  for (; at < end; at++) {
    const code = data[at];
    if (code > 127 || PLAIN[code] === 1) {
      bytes[to++] = code;
      continue;
    }
    if (code === TAB || code === NEWLINE) break;
    out.length = to;
    out.text(xmlText(String.fromCharCode(code)));
    to = out.length;
  }
  out.length = to;
  return at;
}

/** A document's first line and the rest of its head. */
export function xmlHead(rest: string): string {
  return `${PROLOGUE}${rest}`;
}
