// What opens over a screen: the keys, lists to choose from, the form that changes the network.

import type { Effect, MouseAction } from "../messages.ts";
import type { Chooser, Model, Popup } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import type { Step } from "../screens/screen.ts";
import type { Theme } from "../theme.ts";
import { helpLast, helpPopup } from "../widgets/popup.ts";
import { chooserKey, chooserMouse, paintChooser } from "./chooser.ts";
import type { ChooserStep } from "./chooser.ts";
import type { Chosen } from "./choices.ts";
import { helpGroups } from "./help.ts";
import { networkKey, networkMouse, paintNetwork } from "./network.ts";

const NOTHING: readonly Effect[] = [];

/** Does what was chosen, the popup being closed; a command of the dashboard is done by the dashboard itself. */
export type Do = (model: Model, chosen: Chosen) => Step;

/** Paints `open` over what is on `grid`. */
export function paintPopup(grid: Grid, theme: Theme, model: Model, open: Popup): void {
  switch (open.kind) {
    case "help":
      helpPopup(grid, theme, helpGroups(model), open.top);
      return;
    case "choose":
      paintChooser(grid, theme, model, open);
      return;
    case "network":
      paintNetwork(grid, theme, model, open);
  }
}

/** What a key does while a popup is open. */
export function popupKey(model: Model, open: Popup, key: string, choose: Do): Step {
  switch (open.kind) {
    case "help":
      return [{ ...model, popup: helpKey(model, open.top, key) }, NOTHING];
    case "choose":
      return chosen(model, chooserKey(model, open, key), choose);
    case "network":
      return networkKey(model, open, key);
  }
}

/** What the mouse does while a popup is open: in a list it chooses, everywhere else a click closes. */
export function popupMouse(
  model: Model,
  open: Popup,
  action: MouseAction,
  x: number,
  y: number,
  choose: Do,
): Step {
  if (open.kind === "choose") return chosen(model, chooserMouse(model, open, action, x, y), choose);
  if (open.kind === "network") return networkMouse(model, open, action, x, y);
  if (open.kind === "help" && (action === "wheelup" || action === "wheeldown")) {
    return [{ ...model, popup: helpKey(model, open.top, action === "wheelup" ? "up" : "down") }, NOTHING];
  }
  return action === "click" ? [{ ...model, popup: null }, NOTHING] : [model, NOTHING];
}

const HELP_PAGE = 10;
const HELP_LINES: ReadonlyMap<string, number> = new Map([
  ["up", -1],
  ["k", -1],
  ["down", 1],
  ["j", 1],
  ["pageup", -HELP_PAGE],
  ["pagedown", HELP_PAGE],
  ["home", -Infinity],
  ["end", Infinity],
]);

/** The help scrolled, or null where the key closes it. */
function helpKey(model: Model, top: number, key: string): Popup | null {
  if (["?", "escape", "q", "enter", "space"].includes(key)) return null;
  const to = Math.max(0, Math.min(helpLast(model.size, helpGroups(model)), top + (HELP_LINES.get(key) ?? 0)));
  return { kind: "help", top: to };
}

function chosen(model: Model, step: ChooserStep, choose: Do): Step {
  switch (step.kind) {
    case "close":
      return [{ ...model, popup: null }, NOTHING];
    case "choose":
      // Columns are turned on and off one after the other.
      return choose(
        {
          ...model,
          popup: model.popup?.kind === "choose" && model.popup.from === "columns" ? model.popup : null,
        },
        step.chosen,
      );
    case "stay":
      return [opened(model, step.chooser), NOTHING];
  }
}

function opened(model: Model, chooser: Chooser): Model {
  return model.popup === chooser ? model : { ...model, popup: chooser };
}
