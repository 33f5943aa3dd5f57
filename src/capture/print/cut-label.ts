// Long lines of detail trees: tshark prints the first 240 bytes, and `[truncated]` between a field's name and its value, or first of all.

import type { DetailNode } from "../dissect/tree.ts";
import { findField } from "../fields.ts";
import { spelledOut } from "../spelled-out.ts";

/** Bytes from which on a line is cut. */
export const LABEL_BYTES = 240;
const MARK = " [truncated]";
/** What Wireshark writes in one piece, and what it adds to a piece at a time, of which no note is made. */
const MARKED_BYTES = LABEL_BYTES - 2;
const UNMARKED_BYTES = LABEL_BYTES - 1;
/** Lines that are added to. */
const ADDED_TO = /^(?:Form item|Bulk String): /;
/** A field's name; a header's line ends with its line break and is written in one piece. */
const NAME = /^[^:]*(?=: )(?!.*\\r\\n$)/;

/** A node's line as it is printed, without the control characters in it. */
export function lineText(node: DetailNode): string {
  const text = spelledOut(node.label);
  // No character has more bytes than three for each unit of its length.
  if (text.length * 3 < LABEL_BYTES || Buffer.byteLength(text) < LABEL_BYTES) return text;
  const isWorkedOut = text.startsWith("[") && text.endsWith("]");
  return isWorkedOut ? `[${cut(node, text.slice(1, -1))}]` : cut(node, text);
}

function cut({ field }: DetailNode, text: string): string {
  if (Buffer.byteLength(text) < LABEL_BYTES) return text;
  const isNote = field !== null && findField(field)?.type === "flag";
  if (isNote || ADDED_TO.test(text)) return firstBytes(text, UNMARKED_BYTES);
  const name = field === null || field === "_ws.expert" ? "" : (NAME.exec(text)?.[0] ?? "");
  return firstBytes(`${name}${MARK}${text.slice(name.length)}`, MARKED_BYTES);
}

/** As many whole characters as fit in `max` bytes. */
function firstBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(max, bytes.length);
  while (end > 0 && end < bytes.length && (bytes[end] & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
