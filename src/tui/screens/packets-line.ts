// The line above the packet list as it is painted: what is typed, where it is wrong, what may stand next.

import type { Model, Typing } from "../model.ts";
import { onBackground } from "../render/grid.ts";
import type { Grid } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import { scrollbar, scrollTo } from "../widgets/scroll.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { listCount, shownTrace } from "./packet-data.ts";
import { filterError, packetsLayout } from "./packets-layout.ts";
import { completionsOf } from "./packets-typing.ts";

const COMPLETIONS_SHOWN = 8;
const COMPLETION_CELLS_MAX = 76;

/** What stands in front of what is typed. */
function promptOf(model: Model, typing: Typing | null): string {
  if (typing?.purpose === "goto") return " # ";
  if (typing?.purpose === "write") return " write to: ";
  return typing?.purpose === "find" ? ` find ${model.packets.findMode}: ` : " / ";
}

const HINTS: Readonly<Record<Typing["purpose"], string>> = {
  filter: "a display filter; tab completes",
  find: "tab: text, hex or filter",
  write: "a new file for the packets that are shown, as in shown.pcapng",
  goto: "a packet's number, or a time such as 1.5s or 14:03:05",
};

/** Where the line's text begins, and how much of it is scrolled away to the left. */
function windowOf(
  model: Model,
  typing: Typing,
  width: number,
  count: string,
): { x: number; room: number; from: number } {
  const x = promptOf(model, typing).length;
  const room = Math.max(1, width - x - count.length - 2);
  const { text, caret } = typing.line;
  let from = 0;
  // The caret takes a cell behind what stands before it.
  let cells = textWidth(text.slice(0, caret)) + 1;
  while (cells > room) {
    const char = String.fromCodePoint(text.codePointAt(from) ?? 0);
    from += char.length;
    cells -= textWidth(char);
  }
  return { x, room, from };
}

/** Paints the line into its place: the filter that is on, or what is being typed. */
export function paintLine(view: Grid, theme: Theme, model: Model): void {
  const { typing, filter } = model.packets;
  view.fill(0, 0, view.width, view.height, theme.background);
  const prompt = promptOf(model, typing);
  view.put(0, 0, prompt, typing === null ? theme.muted : theme.accent);
  const count = filter === null ? "" : filterCount(model);
  if (count !== "") view.put(view.width - count.length - 1, 0, count, theme.muted);
  if (typing === null) {
    const room = view.width - prompt.length - count.length - 2;
    const idle = "press / to filter, e.g. tcp.len > 0 && ip.addr == 10.0.0.1";
    if (filter === null) view.put(prompt.length, 0, idle, theme.muted, room);
    else view.put(prompt.length, 0, filter.text, theme.strong, room);
    return;
  }
  const { x, room, from } = windowOf(model, typing, view.width, count);
  const { text, caret } = typing.line;
  view.fill(x, 0, room, 1, theme.input);
  if (text === "")
    view.put(x + 2, 0, HINTS[typing.purpose], onBackground(theme.muted, theme.input), room - 2);
  const before = view.put(x, 0, text.slice(from, caret), onBackground(theme.text, theme.input), room);
  const under = caret < text.length ? String.fromCodePoint(text.codePointAt(caret) ?? 0) : " ";
  const behind = before + Math.max(1, textWidth(under));
  view.put(x + before, 0, under, theme.cursor, behind - before);
  const rest = text.slice(caret + under.length);
  view.put(x + behind, 0, rest, onBackground(theme.text, theme.input), room - behind);
  paintProblem(view, theme, model, x, room, from);
}

/** Marks the character the mistake begins at, and says below what it is. */
function paintProblem(view: Grid, theme: Theme, model: Model, x: number, room: number, from: number): void {
  const problem = filterError(model);
  if (problem === null) return;
  const { text = "" } = model.packets.typing?.line ?? {};
  const at = problem.column < from ? -1 : textWidth(text.slice(from, problem.column));
  if (at >= 0 && at < room) view.recolor(x + at, 0, 1, 1, () => onBackground(theme.error, theme.input));
  const spans: Span[] = [
    { text: "^ ", attr: theme.error },
    { text: problem.message, attr: theme.error },
  ];
  const cells = problem.message.length + 2;
  const start = Math.max(1, Math.min(x + at, view.width - cells - 1));
  putSpans(view, start, 1, spans, view.width - start - 1);
}

/** Paints what may stand next below the line, over the list. */
export function paintCompletions(grid: Grid, theme: Theme, model: Model): void {
  const { typing } = model.packets;
  if (typing === null || filterError(model) !== null) return;
  const { from, choices } = completionsOf(model);
  const place = packetsLayout(model).find(({ part }) => part === "filter");
  if (choices.length === 0 || place === undefined) return;
  const filter = model.packets.filter === null ? "" : filterCount(model);
  const text = windowOf(model, typing, place.width, filter);
  const rows = Math.min(COMPLETIONS_SHOWN, choices.length);
  const nameCells = Math.max(8, ...choices.map((choice) => textWidth(choice.text)));
  const detailCells = Math.max(0, ...choices.map((choice) => textWidth(choice.detail)));
  const width = Math.min(grid.width - 2, COMPLETION_CELLS_MAX, nameCells + detailCells + 6);
  const x = Math.max(0, Math.min(text.x + from - text.from - 2, grid.width - width - 1));
  const box = grid.sub(x, place.y + 1, width, rows);
  const top = scrollTo(0, typing.choice, rows, choices.length);
  for (let line = 0; line < rows; line++) {
    const choice = choices[top + line];
    const chosen = top + line === typing.choice;
    const ground = chosen ? theme.selected : theme.popup;
    box.fill(0, line, width, 1, ground);
    if (chosen) box.cell(0, line, "▌", onBackground(theme.marker, ground));
    box.put(2, line, choice.text, onBackground(theme.strong, ground), nameCells);
    box.put(nameCells + 4, line, choice.detail, onBackground(theme.muted, ground), width - nameCells - 6);
  }
  scrollbar(box, theme, 0, rows, top, choices.length);
}

function filterCount(model: Model): string {
  const { filter } = model.packets;
  if (filter === null) return "";
  const all = shownTrace(model).packets.count;
  return filter.scanned < all
    ? `${listCount(model)} so far, ${Math.floor((filter.scanned / all) * 100)} % read`
    : `${listCount(model)} shown`;
}
