// What tshark's two kinds of XML have in common: how texts are written in them.

const PROLOGUE = '<?xml version="1.0" encoding="utf-8"?>\n';

/** Beyond these a text is written as it is. */
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[&<>"'\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
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
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll(ALL_SPECIAL, (char) => ENTITIES[char] ?? `\\x${char.charCodeAt(0).toString(16)}`);
}

/** A document's first line and the rest of its head. */
export function xmlHead(rest: string): string {
  return `${PROLOGUE}${rest}`;
}
