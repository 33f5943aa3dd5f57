// Why a golden does not match, in words for a terminal: a line for what changed in which rows, and nothing of the rest.

import { diffGoldens } from "./golden-diff.ts";
import type { CellRange, GoldenDiff, RowPair } from "./golden-diff.ts";
import { parseGolden } from "./golden-text.ts";
import type { Golden, GoldenRow } from "./golden-text.ts";

/** Passages told of; the report has the others. */
const PASSAGES_MAX = 20;
/** Cells of a row shown, around what changed. */
const CELLS_MAX = 96;
/** Cells shown before and after a change. */
const AROUND = 12;

/** Where the golden is, and what it is called there. */
export interface GoldenPlace {
  readonly name: string;
  /** As a user would type it. */
  readonly path: string;
}

/** For a golden that is not there where none may be written. */
export function missingMessage({ name, path }: GoldenPlace): string {
  return `no golden "${name}": ${path} is missing, and is not written where CI is set; write it with \`vitest run -u\`, look at it and commit it`;
}

/** What differs between the two, and how to take it over. */
export function mismatchMessage({ name, path }: GoldenPlace, expected: string, actual: string): string {
  const [was, is] = [parseGolden(expected), parseGolden(actual)];
  const end = `\nIf that is right: \`vitest run -u\` writes it to ${path}`;
  if (was === null || is === null)
    return `"${name}": ${path} is no golden of this version, or it is damaged${end}`;
  if (was.kind !== is.kind)
    return `"${name}" is a ${is.kind}, and ${path} holds a ${was.kind}: two goldens need two names`;
  const diff = diffGoldens(was, is);
  const lines = [`the ${is.kind} "${name}" is not as it was: ${summary(was, is, diff)}`, ""];
  const told = passagesOf(was, is, diff);
  for (const passage of told.slice(0, PASSAGES_MAX)) lines.push(...passageLines(passage));
  if (told.length > PASSAGES_MAX) lines.push(`  and ${told.length - PASSAGES_MAX} more`);
  for (const style of diff.styles)
    lines.push(`  style ${style.name}`, `    - ${style.expected}`, `    + ${style.actual}`);
  return `${lines.join("\n")}\n${end}`;
}

/** `3 cells differ in 1 row, 1 row is new`. */
export function summary(was: Golden, is: Golden, diff: GoldenDiff): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const changed = diff.rows.filter(({ changed }) => changed.length > 0).length;
  const fresh = diff.rows.filter(({ expected }) => expected === null).length;
  const gone = diff.rows.filter(({ actual }) => actual === null).length;
  const parts = [
    was.width === is.width && was.height === is.height
      ? null
      : `${was.width} x ${was.height} is ${is.width} x ${is.height} now`,
    was.theme === is.theme ? null : `theme ${was.theme} is ${is.theme} now`,
    diff.cells > 0
      ? `${count(diff.cells, "cell")} ${diff.cells === 1 ? "differs" : "differ"} in ${count(changed, "row")}`
      : null,
    fresh > 0 ? `${count(fresh, "row")} ${fresh === 1 ? "is" : "are"} new` : null,
    gone > 0 ? `${count(gone, "row")} ${gone === 1 ? "is" : "are"} gone` : null,
    diff.styles.length > 0
      ? `${count(diff.styles.length, "style")} ${diff.styles.length === 1 ? "is another colour" : "are other colours"}`
      : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(", ") : "its text is written otherwise";
}

/** Whether there is anything to tell of a pair of rows. */
export function differs({ expected, actual, changed }: RowPair): boolean {
  return expected === null || actual === null || changed.length > 0;
}

/** Rows that are told of together: one, or neighbours whose styles changed in the same way. */
interface Passage {
  /** Counted from 1, in what is now; in what was for rows that are gone. */
  readonly from: number;
  readonly to: number;
  readonly where: string;
  readonly lines: readonly string[];
  /** What else makes neighbours alike; null for rows that stand alone. */
  readonly alike: string | null;
}

function passagesOf(was: Golden, is: Golden, diff: GoldenDiff): Passage[] {
  const passages: Passage[] = [];
  for (const pair of diff.rows) {
    if (!differs(pair)) continue;
    const passage = passageOf(was, is, pair);
    const last = passages.at(-1);
    if (last?.alike != null && last.alike === passage.alike && last.to + 1 === passage.from)
      passages[passages.length - 1] = { ...last, to: passage.to };
    else passages.push(passage);
  }
  return passages;
}

function passageLines({ from, to, where, lines }: Passage): string[] {
  return [
    `  row${from === to ? ` ${from}` : `s ${from}-${to}`}${where}`,
    ...lines.map((line) => line.trimEnd()),
  ];
}

function passageOf(was: Golden, is: Golden, { expected, actual, changed, textDiffers }: RowPair): Passage {
  const whole = { from: 0, to: CELLS_MAX };
  const at = (actual ?? expected ?? 0) + 1;
  const row = { from: at, to: at, alike: null };
  const a = expected === null ? null : was.rows[expected];
  const b = actual === null ? null : is.rows[actual];
  if (a === null) return { ...row, where: " is new", lines: b === null ? [] : [`    + ${cut(b, whole)}`] };
  if (b === null) return { ...row, where: " is gone", lines: [`    - ${cut(a, whole)}`] };
  const where = columnsText(changed);
  const view = viewOf(changed);
  if (textDiffers) return { ...row, where, lines: [`    - ${cut(a, view)}`, `    + ${cut(b, view)}`] };
  const styles = [`    - ${stylesIn(a, changed)}`, `    + ${stylesIn(b, changed)}`];
  return {
    ...row,
    where: `${where}: the style alone`,
    lines: [`      ${cut(b, view)}`, ...styles],
    alike: [where, ...styles].join(),
  };
}

/** `, columns 3, 7-9`, counted from 1. */
function columnsText(changed: readonly CellRange[]): string {
  const columns = changed.map(({ from, to }) => (to === from + 1 ? `${to}` : `${from + 1}-${to}`));
  const shown = columns.length > 6 ? [...columns.slice(0, 6), "..."] : columns;
  return `, column${columns.length === 1 && changed[0].to === changed[0].from + 1 ? "" : "s"} ${shown.join(", ")}`;
}

/** The cells worth showing: those that changed with some around them, from the first on. */
function viewOf(changed: readonly CellRange[]): CellRange {
  const [first, last] = [changed[0].from, changed[changed.length - 1].to];
  if (last <= CELLS_MAX) return { from: 0, to: CELLS_MAX };
  const from = Math.max(0, first - AROUND);
  return { from, to: Math.min(last + AROUND, from + CELLS_MAX) };
}

function cut({ chars }: GoldenRow, { from, to }: CellRange): string {
  const text = chars.slice(from, to).join("").trimEnd();
  const more = chars.slice(to).some((char) => char !== " " && char !== "");
  return `${from > 0 ? "…" : ""}${text}${more ? "…" : ""}`;
}

/** The styles of the cells that changed, as runs. */
function stylesIn({ styles }: GoldenRow, changed: readonly CellRange[]): string {
  const runs: string[] = [];
  for (const { from, to } of changed)
    for (let x = from; x < to;) {
      const start = x;
      while (x < to && styles[x] === styles[start]) x++;
      runs.push(`${styles[start]}:${x - start}`);
    }
  return runs.join(" ");
}
