// Calls, values, times and sizes in words: one wording for every screen, export and message.

import type { BytesPreview, EventValue } from "./events.ts";
import type { TranscriptEntry } from "./transcript.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
const TEXT_MAX_DEFAULT = 40;

/** `connect(server:80)`. Bytes show at most `textMax` characters. */
export function callText(entry: Pick<TranscriptEntry, "call" | "args">, textMax?: number): string {
  return `${entry.call}(${entry.args.map((arg) => valueText(arg, textMax)).join(", ")})`;
}

/** What a call answered: `14`, `"Hello"`, `ok`, `ECONNRESET`; null while it has not. */
export function answerText(entry: TranscriptEntry, textMax?: number): string | null {
  if (entry.error !== undefined) return entry.error.code;
  if (entry.result === undefined) return null;
  return entry.result === null ? "ok" : valueText(entry.result, textMax);
}

/** One value as a transcript shows it. */
export function valueText(value: EventValue, textMax: number = TEXT_MAX_DEFAULT): string {
  if (value === null) return "null";
  if (typeof value !== "object") return String(value);
  if (isPreview(value)) return previewText(value, textMax);
  const { data, from, truncated } = value;
  if (data !== undefined && from !== undefined) {
    return `${valueText(data, textMax)} from ${valueText(from)}${truncated === true ? " (truncated)" : ""}`;
  }
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${valueText(field, textMax)}`);
  return `{${fields.join(", ")}}`;
}

/** Bytes in quotes when they are text, as hexadecimal otherwise, with their number when not all are shown. */
export function previewText(bytes: BytesPreview, textMax: number = TEXT_MAX_DEFAULT): string {
  if (bytes.length === 0) return '"" (0 bytes)';
  const shown = printable(bytes.head);
  if (shown !== null) {
    const whole = bytes.head.length === bytes.length && shown.length <= textMax;
    return whole ? `"${shown}"` : `"${shown.slice(0, Math.max(1, textMax - 8))}…" (${bytes.length} bytes)`;
  }
  const count = Math.max(1, Math.min(bytes.head.length, Math.floor(textMax / 3)));
  const hex = Array.from(bytes.head.subarray(0, count), (byte) => byte.toString(16).padStart(2, "0")).join(
    " ",
  );
  return count === bytes.length ? `<${hex}>` : `<${hex} …> (${bytes.length} bytes)`;
}

/** The bytes as one line of text with \n, \r, \t and quotes escaped, or null when they are not text. */
export function printable(bytes: Uint8Array): string | null {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    // A character cut off at the end of a preview is still text.
    let end = bytes.length;
    while (end > 0 && bytes.length - end < 3 && (bytes[end - 1] & 0xc0) === 0x80) end--;
    if (end === 0) return null;
    try {
      text = decoder.decode(bytes.subarray(0, end - 1));
    } catch {
      return null;
    }
    if (text === "") return null;
  }
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\r", "\\r")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t");
  return /\p{Cc}/u.test(escaped) ? null : escaped;
}

/** `950 ns`, `40 µs`, `12.5 ms`, `1.204 s`: four digits at most. */
export function durationText(ns: number): string {
  const abs = Math.abs(ns);
  if (abs < 1e3) return `${ns} ns`;
  if (abs < 1e6) return `${trim(ns / 1e3)} µs`;
  if (abs < 1e9) return `${trim(ns / 1e6)} ms`;
  return `${trim(ns / 1e9)} s`;
}

/** Milliseconds with three decimals, as the ladder's time column shows them. */
export function millisText(ns: number): string {
  return (ns / 1e6).toFixed(3);
}

/** `512 B`, `64.0 KiB`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  if (Math.abs(bytes) < 1024) return `${bytes} B`;
  if (Math.abs(bytes) < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function trim(value: number): string {
  const digits = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}

function isPreview(value: object): value is BytesPreview {
  return "head" in value && value.head instanceof Uint8Array;
}
