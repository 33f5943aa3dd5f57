// A counterexample as a picture in text: the bytes with the cuts, what was sent above them, what came out below, and the same for a cut that passes.

import { chunkEnd } from "../chunkings.ts";
import type { ActualFrame, Counterexample, LawReport, Played, Report } from "./report.ts";
import { bytesOf } from "./report.ts";

/** Bytes a row: 24 take 72 columns. */
const ROW_BYTES = 24;
/** Longer streams are shown up to here, and their last row. */
const SHOWN_BYTES = 96;
const FRAMES_LISTED = 12;

/** The whole report as lines. */
export function reportText(report: Report): string[] {
  const lines: string[] = [];
  const broken = report.laws.filter(({ verdict }) => verdict === "broken");
  const kept = report.laws.filter(({ verdict }) => verdict === "kept").length;
  const through = report.through === null ? "" : " · through the simulated TCP";
  const sum =
    broken.length === 0
      ? `keeps all ${kept} laws asked`
      : `breaks ${broken.length} of ${kept + broken.length} laws`;
  lines.push(`${report.codec}: ${sum} · seed ${report.seed}${through}`);
  for (const law of report.laws) lines.push(`  ${lawLine(law)}`);
  for (const law of broken) lines.push("", ...lawText(law));
  return lines;
}

function lawLine({ law, verdict, why, runs }: LawReport): string {
  if (verdict === "not asked") return `- not asked  ${law}: ${why ?? ""}`;
  const mark = verdict === "kept" ? "✓ kept   " : "✗ BROKEN ";
  return `${mark}  ${law} (${runs} ${runs === 1 ? "run" : "runs"})`;
}

/** A broken law: what it demands, the picture, and how to see it again. */
export function lawText({ law, demands, bug, counterexample }: LawReport): string[] {
  const lines = [
    `${law} is broken: ${counterexample?.problem ?? ""}`,
    `  law   ${demands}`,
    `  bug   ${bug}`,
  ];
  if (counterexample === null) return lines;
  const picture = pictureText(counterexample);
  if (picture.length > 0) lines.push("", ...picture);
  if (counterexample.path !== "") lines.push("", `  again with --path ${law}/${counterexample.path}`);
  return lines;
}

/** The picture alone. Empty for what is no single stream. */
export function pictureText(counterexample: Counterexample): string[] {
  const { contrast, expected, bytes } = counterexample;
  if (
    bytes === "" &&
    counterexample.cuts.length === 0 &&
    counterexample.actual.length === 0 &&
    !counterexample.end
  )
    return [];
  const lines = playedText(counterexample, counterexample);
  if (expected !== null)
    lines.push(
      ...listed(
        "sent  ",
        expected.map(({ text }) => text),
      ),
    );
  lines.push(...cameOut(counterexample));
  if (contrast !== null) {
    lines.push(
      "",
      `  passes ${cutText(contrast)}${counterexample.overwrite ? ", the buffer left alone" : ""}:`,
    );
    lines.push(...playedText(counterexample, contrast));
  }
  return lines;
}

/** `in one chunk`, `cut at 3`, `a byte at a time`. */
export function cutText({ cuts, tick }: Pick<Played, "cuts" | "tick">): string {
  const turn = tick && cuts.length > 0 ? ", the event loop turning between" : "";
  if (cuts.length === 0) return "in one chunk";
  const bytewise = cuts.length > 3 && cuts.every((cut, i) => cut === i + 1);
  if (bytewise) return `a byte at a time${turn}`;
  return cuts.length > 8 ? `in ${cuts.length + 1} chunks${turn}` : `cut at ${cuts.join(", ")}${turn}`;
}

function playedText(stream: Counterexample, played: Played): string[] {
  const bytes = bytesOf(stream);
  const lines: string[] = [];
  const rows = Math.max(1, Math.ceil(bytes.length / ROW_BYTES));
  for (let row = 0; row < rows; row++) {
    const start = row * ROW_BYTES;
    if (bytes.length > SHOWN_BYTES + ROW_BYTES && start >= SHOWN_BYTES && row < rows - 1) {
      if (start === SHOWN_BYTES) lines.push(`          … ${(rows - 1) * ROW_BYTES - start} bytes more …`);
      continue;
    }
    const end = Math.min(bytes.length, start + ROW_BYTES);
    const frames = stream.expected === null ? "" : expectedRow(stream, start, end);
    if (frames.trim() !== "") lines.push(`  frames  ${frames}`.trimEnd());
    lines.push(`  hex     ${byteRow(bytes, start, end, played.cuts, hexCell)}`.trimEnd());
    lines.push(`  text    ${byteRow(bytes, start, end, played.cuts, textCell)}`.trimEnd());
    const out = outRow(bytes.length, start, end, played);
    if (out.trim() !== "") lines.push(`  out     ${out}`.trimEnd());
  }
  return lines;
}

/** Each byte takes three columns, the last of them for what is between it and the next: a cut, or two for an empty chunk. */
function byteRow(
  bytes: Uint8Array,
  start: number,
  end: number,
  cuts: readonly number[],
  cell: (byte: number) => string,
): string {
  let line = start === 0 ? mark(cuts, 0) : " ";
  for (let i = start; i < end; i++) line += cell(bytes[i]) + mark(cuts, i + 1);
  return line;
}

function mark(cuts: readonly number[], offset: number): string {
  let count = 0;
  for (const cut of cuts) if (cut === offset) count++;
  if (count === 0) return " ";
  return count === 1 ? "│" : "║";
}

function hexCell(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

const ESCAPES: Readonly<Record<number, string>> = { 0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r" };

function textCell(byte: number): string {
  return ESCAPES[byte] ?? (byte >= 0x20 && byte < 0x7f ? ` ${String.fromCharCode(byte)}` : " ·");
}

/** A bracket over the bytes of each frame, with its number. */
function expectedRow({ expected }: Counterexample, start: number, end: number): string {
  const cells = Array.from({ length: (end - start) * 3 + 1 }, () => " ");
  for (const [i, frame] of (expected ?? []).entries()) {
    const from = Math.max(frame.start, start);
    const to = Math.min(frame.end, end);
    if (from >= to) continue;
    const first = (from - start) * 3 + 1;
    const last = (to - start) * 3 - 1;
    for (let column = first; column <= last; column++) cells[column] = "─";
    if (frame.start >= start) cells[first] = "┌";
    if (frame.end <= end) cells[last] = "┐";
    const number = String(i + 1);
    const at = Math.max(first, Math.floor((first + last + 1 - number.length) / 2));
    for (const [k, digit] of number.split("").entries()) if (at + k <= last) cells[at + k] = digit;
  }
  return cells.join("");
}

/** Under the last byte of each chunk, how many frames came out of it. */
function outRow(length: number, start: number, end: number, { cuts, actual, errors, hang }: Played): string {
  const cells: string[] = Array.from({ length: (end - start) * 3 + 1 }, () => " ");
  for (let chunk = 0; chunk <= cuts.length; chunk++) {
    const last = chunkEnd(cuts, chunk, length);
    if (last <= start && !(last === 0 && start === 0)) continue;
    if (last > end) continue;
    const marks: string[] = [];
    const first = actual.findIndex((frame) => frame.chunk === chunk);
    if (first !== -1) {
      const count = countOf(actual, chunk);
      marks.push(count === 1 ? `${first + 1}` : `${first + 1}-${first + count}`);
    }
    if (errors.some((error) => error.chunk === chunk)) marks.push("!");
    if (hang?.chunk === chunk) marks.push("∞");
    const text = marks.length === 0 ? "" : `▲${marks.join(" ")}`;
    const at = Math.max(0, (last - start) * 3 - 2);
    for (const [k, character] of text.split("").entries()) cells[at + k] = character;
  }
  return Array.from(cells, (cell) => cell ?? " ").join("");
}

function countOf(actual: readonly ActualFrame[], chunk: number): number {
  return actual.reduce((count, frame) => count + Number(frame.chunk === chunk), 0);
}

function cameOut({ actual, errors, hang, cuts, end }: Counterexample): string[] {
  const where = (chunk: number): string => (chunk > cuts.length ? "at the end" : `chunk ${chunk + 1}`);
  const lines = listed(
    "got   ",
    actual.map(({ text, chunk }) => `${text} (${where(chunk)})`),
  );
  for (const { message, chunk } of errors) lines.push(`  error   ${where(chunk)}: ${message}`);
  if (hang !== null) lines.push(`  hangs   ${where(hang.chunk)}: the decoder ${hang.kind}`);
  if (!end) lines.push("  (the stream goes on)");
  return lines;
}

function listed(label: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [`  ${label}  nothing`];
  const shown = texts
    .slice(0, FRAMES_LISTED)
    .map((text, i) => `  ${i === 0 ? label : "      "}  ${i + 1}: ${text}`);
  return texts.length > FRAMES_LISTED
    ? [...shown, `          … ${texts.length - FRAMES_LISTED} more`]
    : shown;
}
