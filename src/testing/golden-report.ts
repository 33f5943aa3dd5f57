// All goldens that failed in a run, as one page: what was expected, what came, and the cells that changed, side by side. It needs no other file
// and no network.

import { FLAG_WORDS } from "./style-names.ts";
import { paletteHex } from "../tui/render/palette.ts";
import { diffGoldens } from "./golden-diff.ts";
import type { CellRange, GoldenDiff } from "./golden-diff.ts";
import { differs, mismatchMessage, missingMessage, summary } from "./golden-message.ts";
import { parseGolden } from "./golden-text.ts";
import type { Golden, GoldenRow } from "./golden-text.ts";

export interface GoldenFailure {
  readonly name: string;
  /** The golden's path, from the project's root. */
  readonly file: string;
  /** The test's file and full name. */
  readonly test: string;
  /** The golden's text; null where there was none. */
  readonly expected: string | null;
  readonly actual: string;
}

/** What a page begins with: only what does may be removed when nothing fails any more. */
export const REPORT_MARK = "<!doctype html>\n<!-- wirelab goldens -->\n";

/** Palette numbers for the terminal's own colours, as in pictures. */
const FOREGROUND = 252;
const BACKGROUND = 235;

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem; background: Canvas; color: CanvasText; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 0; } h3 { font-size: .9rem; margin: 0 0 .3rem; font-weight: 600; }
p { margin: .2rem 0 .8rem; } .about { opacity: .75; } code, pre { font-family: ui-monospace, "JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.sides { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start; padding-bottom: .5rem; }
.side { flex: none; } .screen { margin: 0; padding: .6rem; font-size: 12px; line-height: 1.25; border-radius: 4px; }
.screen span { display: inline-block; vertical-align: top; height: 1.25em; white-space: pre; overflow: hidden; }
.screen .row { display: block; height: 1.25em; width: auto; overflow: visible; } .screen .none { background: repeating-linear-gradient(45deg, #8883, #8883 4px, #0000 4px, #0000 8px); }
.changed .same { opacity: .3; } .mark { box-shadow: inset 0 0 0 2em #ff5fd766; }
details pre { overflow-x: auto; padding: .6rem; background: #8882; border-radius: 4px; font-size: 12px; }`;

/** The page of `failures`. The same failures give the same bytes. */
export function reportPage(failures: readonly GoldenFailure[]): string {
  const count = `${failures.length} golden${failures.length === 1 ? "" : "s"}`;
  const items = failures.map((failure, i) => `<li><a href="#g${i}">${escapeHtml(failure.name)}</a></li>\n`);
  return `${REPORT_MARK}<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${count} not as expected</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${count} not as expected</h1>
<ul>
${items.join("")}</ul>
${failures.map(section).join("")}</body>
</html>
`;
}

function section(failure: GoldenFailure, index: number): string {
  const { name, file, test, expected, actual } = failure;
  const [was, is] = [expected === null ? null : parseGolden(expected), parseGolden(actual)];
  const place = { name, path: file };
  const message = expected === null ? missingMessage(place) : mismatchMessage(place, expected, actual);
  const diff = was === null || is === null ? null : diffGoldens(was, is);
  const about =
    was === null || is === null || diff === null ? "no golden to compare with" : summary(was, is, diff);
  return `<section>
<h2 id="g${index}">${escapeHtml(name)}</h2>
<p class="about">${escapeHtml(test)}<br><code>${escapeHtml(file)}</code></p>
<p>${escapeHtml(about)}</p>
<div class="sides">
${expectedSide(was, expected)}${
    is === null
      ? ""
      : side(
          "Actual",
          "",
          is,
          is.rows.map((row) => rowHtml(is, row, [])),
        )
  }${was === null || is === null || diff === null ? "" : changedSide(was, is, diff)}</div>
<details><summary>In words</summary><pre>${escapeHtml(message)}</pre></details>
</section>
`;
}

function expectedSide(was: Golden | null, text: string | null): string {
  if (was !== null)
    return side(
      "Expected",
      "",
      was,
      was.rows.map((row) => rowHtml(was, row, [])),
    );
  // Whatever is in its place.
  return text === null ? "" : `<div class="side"><h3>Expected</h3><pre>${escapeHtml(text)}</pre></div>\n`;
}

/** The cells that changed, the others faint: rows of what is now, and those that are gone where they were. */
function changedSide(was: Golden, is: Golden, diff: GoldenDiff): string {
  const restyled = new Set(diff.styles.map(({ name }) => name));
  const rows = diff.rows.map((pair): string => {
    if (pair.actual === null)
      return `<span class="row none">${pair.expected === null ? "" : rowHtml(was, was.rows[pair.expected], [])}</span>`;
    const row = is.rows[pair.actual];
    const whole = [{ from: 0, to: row.chars.length }];
    const marked = differs(pair) ? (pair.expected === null ? whole : pair.changed) : [];
    return rowHtml(is, row, marked, restyled);
  });
  return side("Changed", " changed", is, rows);
}

function side(title: string, kind: string, golden: Golden, rows: readonly string[]): string {
  const { ink, ground } = coloursOf(golden, groundOf(golden));
  return `<div class="side"><h3>${title}</h3><pre class="screen${kind}" style="color:${ink};background:${ground};width:${golden.width}ch">${rows.join("")}</pre></div>\n`;
}

/** One row. Each run has as many characters' width as cells, so that no font moves what follows it. */
function rowHtml(
  golden: Golden,
  { chars, styles }: GoldenRow,
  marked: readonly CellRange[],
  restyled: ReadonlySet<string> = new Set(),
): string {
  let html = "";
  const isMarked = (x: number): boolean =>
    restyled.has(styles[x]) || marked.some(({ from, to }) => x >= from && x < to);
  for (let x = 0; x < chars.length;) {
    const start = x;
    const mark = isMarked(x);
    // A wide character and what follows it do not share a run: fonts differ in how wide it is.
    for (x++; x < chars.length && styles[x] === styles[start] && isMarked(x) === mark; x++)
      if (chars[x] !== "" && (chars[x - 1] === "" || chars[x + 1] === "")) break;
    const { ink, ground, bold, underline } = coloursOf(golden, styles[start]);
    const text = chars.slice(start, x).join("");
    const style = `width:${x - start}ch;color:${ink};background:${ground}${bold ? ";font-weight:700" : ""}${underline ? ";text-decoration:underline" : ""}`;
    html += `<span class="${mark ? "mark" : "same"}" style="${style}">${escapeHtml(text)}</span>`;
  }
  return `<span class="row">${html}</span>`;
}

function groundOf({ rows, styles }: Golden): string {
  return styles.has("text") ? "text" : (rows[0]?.styles[0] ?? "");
}

interface Colours {
  readonly ink: string;
  readonly ground: string;
  readonly bold: boolean;
  readonly underline: boolean;
}

/** The colours of a style, read from the golden's own legend; the terminal's own for one it does not explain. */
function coloursOf({ styles }: Golden, name: string): Colours {
  const [, fg = "default", bg = "default", words = ""] =
    /^(\d{1,3}|default) on (\d{1,3}|default)((?: \w+)*)$/.exec(styles.get(name) ?? "") ?? [];
  const has = (flag: string): boolean =>
    FLAG_WORDS.some(([, word]) => word === flag && words.includes(` ${word}`));
  const colour = (text: string, otherwise: number): string =>
    paletteHex(text === "default" ? otherwise : Math.min(255, Number(text)));
  const [ink, ground] = [colour(fg, FOREGROUND), colour(bg, BACKGROUND)];
  const inverse = has("inverse");
  return {
    ink: inverse ? ground : ink,
    ground: inverse ? ink : ground,
    bold: has("bold"),
    underline: has("underline"),
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
