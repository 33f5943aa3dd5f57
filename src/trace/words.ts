// Calls, times and sizes in words, short enough for a pane: one wording for every screen and export.

import type { EventValue } from "./events.ts";
import type { TranscriptEntry } from "./transcript.ts";
import { isBytes, valueText } from "./values.ts";

/** `connect(server:80)`. Bytes show at most `textMax` characters. */
export function callHead(entry: Pick<TranscriptEntry, "call" | "args">, textMax?: number): string {
  return `${entry.call}(${entry.args.map((arg) => valueText(arg, textMax)).join(", ")})`;
}

/** What a call answered: `14`, `"Hello"`, `ok`, `ECONNRESET`; null while it has not. */
export function answerText(entry: TranscriptEntry, textMax?: number): string | null {
  if (entry.error !== undefined) return entry.error.code;
  if (entry.result === undefined) return null;
  if (entry.result === null) return "ok";
  return datagramText(entry.result, textMax) ?? valueText(entry.result, textMax);
}

/** `"ping" from client:5000`, or null when the value is no datagram. */
function datagramText(value: EventValue, textMax?: number): string | null {
  if (value === null || typeof value !== "object" || isBytes(value)) return null;
  const { data, from, truncated } = value;
  if (data === undefined || from === undefined) return null;
  return `${valueText(data, textMax)}${truncated === true ? " truncated" : ""} from ${valueText(from)}`;
}

/** `950 ns`, `40 µs`, `12.5 ms`, `1.204 s`: four digits or so. */
export function durationText(ns: number): string {
  const abs = Math.abs(ns);
  if (abs < 1e3) return `${Math.round(ns)} ns`;
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
