// The help: every key that works where one is, made of the table the dashboard obeys.

import { KEYS } from "../key-table.ts";
import { worksOn } from "../keys.ts";
import type { Model } from "../model.ts";
import type { KeyGroup } from "../widgets/popup.ts";

const SHOWN: ReadonlyMap<string, string> = new Map([
  ["left", "←"],
  ["right", "→"],
  ["up", "↑"],
  ["down", "↓"],
  ["pageup", "pgup"],
  ["pagedown", "pgdn"],
  ["escape", "esc"],
]);

const HELD: ReadonlyMap<string, string> = new Map([
  ["C-", "ctrl-"],
  ["M-", "alt-"],
]);

/** A key as the help and the key bar show it: `←`, `ctrl-c`, `alt-x`. */
export function shownKey(key: string): string {
  const [, held = "", name = key] = /^([CMS]-)(.+)$/.exec(key) ?? [];
  return `${HELD.get(held) ?? held}${SHOWN.get(name) ?? name}`;
}

/** Keys that work on a screen, by heading, as the help shows them. */
export function helpGroups(model: Model): KeyGroup[] {
  const groups = new Map<string, Map<string, string>>();
  for (const binding of KEYS) {
    if (!worksOn(binding, model)) continue;
    const { keys, group, help } = binding;
    let lines = groups.get(group);
    if (lines === undefined) groups.set(group, (lines = new Map()));
    const shown = keys.map(shownKey).join(" ");
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
