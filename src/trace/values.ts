// How calls' arguments and results print: short, exact where short allows, the same everywhere.

import type { BytesPreview, EventValue } from "./events.ts";

/** Whether a value is bytes. */
export function isBytes(value: EventValue | undefined): value is BytesPreview {
  return typeof value === "object" && value !== null && "head" in value && value.head instanceof Uint8Array;
}

/** The kept bytes as text when all of them are printable UTF-8 (tab, CR and LF too), else null. */
export function textOf(preview: BytesPreview): string | null {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const text = decoder.decode(preview.head, { stream: preview.head.length < preview.length });
    return /[^\P{C}\t\r\n]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Hex of the kept bytes, without spaces. */
export function hexOf(preview: BytesPreview): string {
  let hex = "";
  for (const byte of preview.head) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/** Bytes on one line: `"Hello"`, `<00 ff>`, with `… +N` for what is not shown. At most `max` characters of text, or `max` / 3 bytes of hex. */
export function bytesText(preview: BytesPreview, max: number = 60): string {
  const text = textOf(preview);
  if (text !== null) {
    const shown = text.slice(0, max);
    const more = preview.length - new TextEncoder().encode(shown).length;
    return more > 0 ? `${JSON.stringify(shown)} … +${more}` : JSON.stringify(shown);
  }
  const head = preview.head.subarray(0, Math.max(1, Math.floor(max / 3)));
  const hex = Array.from(head, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const more = preview.length - head.length;
  return more > 0 ? `<${hex}> … +${more}` : `<${hex}>`;
}

/** Any value on one line. */
export function valueText(value: EventValue, max: number = 60): string {
  if (isBytes(value)) return bytesText(value, max);
  if (value === null || typeof value !== "object") return String(value);
  const fields = Object.entries(value).map(([key, inner]) => `${key}: ${valueText(inner, max)}`);
  return `{${fields.join(", ")}}`;
}

/** A value for JSON: bytes as `{bytes, text}` or `{bytes, hex}`, the latter two of what was kept. */
export function valueJson(value: EventValue): unknown {
  if (isBytes(value)) {
    const text = textOf(value);
    return text === null ? { bytes: value.length, hex: hexOf(value) } : { bytes: value.length, text };
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valueJson(inner)]));
}
