// What opens over a screen: the keys, and the choice of a lesson.

import { KEYS, worksOn } from "../keys.ts";
import type { Effect, Model, Popup } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { helpPopup, popup } from "../widgets/popup.ts";
import type { KeyGroup } from "../widgets/popup.ts";
import { scrollTo } from "../widgets/scroll.ts";

type Step = readonly [Model, readonly Effect[]];

/** Paints `open` over what is on `grid`. */
export function paintPopup(grid: Grid, theme: Theme, model: Model, open: Popup): void {
  if (open.kind === "help") helpPopup(grid, theme, helpGroups(model));
  else paintLessons(grid, theme, model, open.selected);
}

/** What a key does while a popup is open. */
export function popupKey(model: Model, open: Popup, key: string): Step {
  const closed: Model = { ...model, popup: null };
  if (open.kind === "help") {
    return ["?", "escape", "q", "enter", "space"].includes(key) ? [closed, []] : [model, []];
  }
  const last = model.lessons.length - 1;
  const to = (selected: number): Step => [
    { ...model, popup: { kind: "lessons", selected: Math.max(0, Math.min(last, selected)) } },
    [],
  ];
  switch (key) {
    case "up":
    case "k":
      return to(open.selected - 1);
    case "down":
    case "j":
      return to(open.selected + 1);
    case "home":
    case "g":
      return to(0);
    case "end":
    case "G":
      return to(last);
    case "enter":
    case "space": {
      const lesson = model.lessons[open.selected];
      if (lesson === undefined) return [closed, []];
      return [{ ...closed, busy: `running ${lesson.name}` }, [{ kind: "lesson", name: lesson.name }]];
    }
    case "escape":
    case "q":
    case "s":
      return [closed, []];
    default:
      return [model, []];
  }
}

const SHOWN: ReadonlyMap<string, string> = new Map([
  ["left", "←"],
  ["right", "→"],
  ["up", "↑"],
  ["down", "↓"],
  ["pageup", "pgup"],
  ["pagedown", "pgdn"],
  ["C-c", "ctrl-c"],
  ["escape", "esc"],
]);

/** Keys that work on a screen, by heading, as the help shows them. */
export function helpGroups(model: Model): KeyGroup[] {
  const groups = new Map<string, Map<string, string>>();
  for (const { keys, group, help, ...binding } of KEYS) {
    if (!worksOn({ keys, group, help, ...binding }, model)) continue;
    let lines = groups.get(group);
    if (lines === undefined) groups.set(group, (lines = new Map()));
    const shown = keys.map((key) => SHOWN.get(key) ?? key).join(" ");
    const before = lines.get(help);
    lines.set(help, before === undefined ? shown : `${before} ${shown}`);
  }
  const mouse = {
    title: "Mouse",
    keys: [
      { key: "click", does: "focus, select, go to" },
      { key: "wheel", does: "row above, below" },
    ],
  };
  return [
    ...[...groups].map(([title, lines]) => ({
      title,
      keys: [...lines].map(([does, key]) => ({ key, does })),
    })),
    mouse,
  ];
}

function paintLessons(grid: Grid, theme: Theme, model: Model, selected: number): void {
  const { lessons } = model;
  const nameCells = Math.max(8, ...lessons.map(({ name }) => name.length));
  const titleCells = Math.max(8, ...lessons.map(({ title }) => title.length));
  const inner = popup(grid, theme, {
    title: "Lessons",
    width: nameCells + titleCells + 9,
    height: Math.max(1, lessons.length) + 4,
    footer: "Enter runs it, Esc closes",
  });
  if (lessons.length === 0) inner.put(1, 1, "no lessons here", onBackground(theme.muted, theme.popup));
  const rows = inner.height - 2;
  const top = scrollTo(0, selected, rows, lessons.length);
  for (let line = 0; line < rows && top + line < lessons.length; line++) {
    const { name, title } = lessons[top + line];
    const chosen = top + line === selected;
    const ground = chosen ? theme.selected : theme.popup;
    inner.fill(0, 1 + line, inner.width, 1, ground);
    if (chosen) inner.cell(0, 1 + line, "▌", onBackground(theme.marker, ground));
    inner.put(2, 1 + line, name, onBackground(theme.strong, ground), nameCells);
    inner.put(nameCells + 4, 1 + line, title, onBackground(theme.text, ground));
  }
}
