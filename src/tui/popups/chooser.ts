// A list narrowed down by typing: painted, and what keys and the mouse do in it.

import type { Chooser, Choosing, Model } from "../model.ts";
import { onBackground } from "../render/grid.ts";
import type { Grid } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import { popup, popupPlace } from "../widgets/popup.ts";
import { scrollbar, scrollTo } from "../widgets/scroll.ts";
import { choicesOf, narrowed } from "./choices.ts";
import type { Choice, Chosen, ShownChoice } from "./choices.ts";

const TITLES: Readonly<Record<Choosing, string>> = {
  commands: "Commands",
  lessons: "Lessons",
  files: "Open a capture or a scenario",
  themes: "Themes",
  columns: "Columns",
  sorting: "Sort the list by",
  rules: "Colour rules: Enter shows what fits one",
  filters: "Filter by what is here",
  copies: "Copy",
  decodings: "Decode as",
};

const EMPTY: Readonly<Record<Choosing, string>> = {
  commands: "no command of that name",
  lessons: "no lesson of that name",
  files: "no capture and no scenario of that name here",
  themes: "no theme of that name",
  columns: "no column and no field of that name",
  sorting: "no column of that name",
  rules: "no rule of that name",
  filters: "nothing of that name to filter by",
  copies: "nothing of that name to copy",
  decodings: "no such protocol, or no TCP or UDP port to carry it",
};

const QUERY_MAX = 200;
const PAGE = 10;
const WHEEL = 3;
/** Line of the query, and an empty one below it. */
const HEAD_ROWS = 2;

/** What became of a key or a click. */
export type ChooserStep =
  | { readonly kind: "stay"; readonly chooser: Chooser }
  | { readonly kind: "close" }
  | { readonly kind: "choose"; readonly chosen: Chosen };

/** Lists in which much may be on: they open at their beginning. */
const FROM_FIRST: ReadonlySet<Choosing> = new Set(["commands", "columns"]);

/** The list opened: at what is on already. */
export function openChooser(model: Model, from: Choosing): Chooser {
  const current = choicesOf(model, from).findIndex((choice) => choice.current === true);
  return { kind: "choose", from, query: "", selected: FROM_FIRST.has(from) ? 0 : Math.max(0, current) };
}

export function chooserKey(model: Model, chooser: Chooser, key: string): ChooserStep {
  const choices = choicesShown(model, chooser);
  const to = (selected: number): ChooserStep => ({
    kind: "stay",
    chooser: { ...chooser, selected: Math.max(0, Math.min(choices.length - 1, selected)) },
  });
  const typed = (query: string): ChooserStep =>
    query === chooser.query || query.length > QUERY_MAX
      ? { kind: "stay", chooser }
      : { kind: "stay", chooser: { ...chooser, query, selected: 0 } };
  switch (key) {
    case "up":
    case "C-p":
      return to(chooser.selected - 1);
    case "down":
    case "C-n":
    case "tab":
      return to(chooser.selected + 1);
    case "pageup":
      return to(chooser.selected - PAGE);
    case "pagedown":
      return to(chooser.selected + PAGE);
    case "home":
      return to(0);
    case "end":
      return to(choices.length - 1);
    case "enter": {
      const choice = choices.at(chooser.selected);
      return choice === undefined ? { kind: "stay", chooser } : { kind: "choose", chosen: choice.chosen };
    }
    case "escape":
      return { kind: "close" };
    case "backspace":
      return typed(chooser.query.replace(/.$/su, ""));
    case "C-u":
      return typed("");
    case "space":
      return typed(`${chooser.query} `);
    default:
      return isOneCharacter(key) ? typed(chooser.query + key) : { kind: "stay", chooser };
  }
}

/** A click chooses, one beside the list closes it, the wheel moves. */
export function chooserMouse(
  model: Model,
  chooser: Chooser,
  action: "click" | "drag" | "wheelup" | "wheeldown",
  x: number,
  y: number,
): ChooserStep {
  if (action === "drag") return { kind: "stay", chooser };
  if (action !== "click") {
    const last = choicesShown(model, chooser).length - 1;
    const by = action === "wheelup" ? -WHEEL : WHEEL;
    return {
      kind: "stay",
      chooser: { ...chooser, selected: Math.max(0, Math.min(last, chooser.selected + by)) },
    };
  }
  const { lines, top, place } = layoutOf(model, chooser);
  const inside = x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height;
  if (!inside) return { kind: "close" };
  const line = lines[top + y - place.y - 1 - HEAD_ROWS];
  if (line === undefined || "heading" in line || y - place.y - 1 < HEAD_ROWS)
    return { kind: "stay", chooser };
  return { kind: "choose", chosen: line.choice.chosen };
}

export function paintChooser(grid: Grid, theme: Theme, model: Model, chooser: Chooser): void {
  const { lines, top, rows, size, nameCells, count } = layoutOf(model, chooser);
  const inner = popup(grid, theme, {
    ...size,
    title: TITLES[chooser.from],
    footer: "type to find, Enter chooses, Esc closes",
  });
  const on = (attr: number): number => onBackground(attr, theme.popup);
  inner.fill(0, 0, inner.width, 1, theme.input);
  const used = inner.put(1, 0, chooser.query, onBackground(theme.text, theme.input), inner.width - 12);
  inner.put(1 + used, 0, " ", theme.cursor, 1);
  const status = String(count);
  inner.put(inner.width - 1 - status.length, 0, status, onBackground(theme.muted, theme.input));
  if (count === 0) inner.put(1, HEAD_ROWS, EMPTY[chooser.from], on(theme.muted));
  for (let i = 0; i < rows && top + i < lines.length; i++) {
    const line = lines[top + i];
    const y = HEAD_ROWS + i;
    if ("heading" in line) {
      inner.put(1, y, line.heading, on(theme.title), inner.width - 3);
      continue;
    }
    paintChoice(inner, theme, line.choice, y, nameCells, line.index === chooser.selected);
  }
  scrollbar(inner, theme, HEAD_ROWS, rows, top, lines.length);
}

function paintChoice(
  inner: Grid,
  theme: Theme,
  choice: ShownChoice,
  y: number,
  nameCells: number,
  chosen: boolean,
): void {
  const ground = chosen ? theme.selected : theme.popup;
  const on = (attr: number): number => onBackground(attr, ground);
  inner.fill(0, y, inner.width - 1, 1, ground);
  if (chosen) inner.cell(0, y, "▌", on(theme.marker));
  if (choice.current === true) inner.put(1, y, "•", on(theme.accent), 1);
  const key = choice.key ?? "";
  const room = inner.width - 4 - textWidth(key);
  const cells = choice.detail === "" ? room : Math.min(nameCells, room);
  inner.put(2, y, choice.text, on(theme.strong), cells);
  // The letters typed: underlined by colour, and the order they stand in says the rest.
  const narrow = textWidth(choice.text) === choice.text.length;
  for (const at of choice.lit)
    if (narrow && at < cells) inner.recolor(2 + at, y, 1, 1, () => on(theme.accent));
  if (choice.detail !== "") inner.put(4 + nameCells, y, choice.detail, on(theme.text), room - nameCells - 2);
  if (key !== "") inner.put(inner.width - 2 - textWidth(key), y, key, on(chosen ? theme.text : theme.muted));
}

type Line = { readonly heading: string } | { readonly choice: ShownChoice; readonly index: number };

interface Layout {
  readonly lines: readonly Line[];
  readonly top: number;
  /** Lines of the list that fit. */
  readonly rows: number;
  readonly count: number;
  readonly nameCells: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

function layoutOf(model: Model, chooser: Chooser): Layout {
  const all = choicesOf(model, chooser.from);
  const shown = narrowed(all, chooser.query);
  const lines = linesOf(shown, chooser.query.trim() === "");
  // The box keeps its size while one types: it is made for all there is.
  const nameCells = Math.min(46, Math.max(12, ...all.map(({ text }) => textWidth(text))));
  const detailCells = Math.max(0, ...all.map(({ detail, key }) => textWidth(detail) + textWidth(key ?? "")));
  const width = Math.min(model.size.width - 2, Math.max(60, nameCells + Math.min(64, detailCells) + 10));
  const most = all.length + headingsOf(all);
  const height = Math.min(model.size.height - 2, Math.max(1, most) + HEAD_ROWS + 3);
  const rows = Math.max(0, height - 2 - HEAD_ROWS);
  const selectedLine = lines.findIndex((line) => "index" in line && line.index === chooser.selected);
  const top = scrollTo(0, selectedLine, rows, lines.length);
  const place = popupPlace(model.size, { width, height });
  return { lines, top, rows, count: shown.length, nameCells, size: { width, height }, place };
}

/** How many headings the whole list has. */
function headingsOf(choices: readonly Choice[]): number {
  return choices.filter(({ group }, i) => group !== undefined && group !== choices[i - 1]?.group).length;
}

/** Headings stand where the group changes, while the list is in its own order. */
function linesOf(choices: readonly ShownChoice[], grouped: boolean): Line[] {
  const lines: Line[] = [];
  let group: string | undefined;
  choices.forEach((choice, index) => {
    if (grouped && choice.group !== undefined && choice.group !== group)
      lines.push({ heading: choice.group });
    ({ group } = choice);
    lines.push({ choice, index });
  });
  return lines;
}

function choicesShown(model: Model, chooser: Chooser): readonly ShownChoice[] {
  return narrowed(choicesOf(model, chooser.from), chooser.query);
}

/** Whether a key is named by the one character it types. */
function isOneCharacter(key: string): boolean {
  return key.length === String.fromCodePoint(key.codePointAt(0) ?? 0).length;
}
