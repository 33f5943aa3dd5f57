// Keys by the names terminals give them, and what the dashboard's table says they do.

import type { PageKey } from "./data.ts";

const NAMED: Readonly<Record<string, string>> = {
  " ": "space",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "pageup",
  PageDown: "pagedown",
  Home: "home",
  End: "end",
  Enter: "enter",
  Escape: "escape",
};

/** The name of a key as the browser tells of it. */
export function keyName(key: string): string {
  return NAMED[key] ?? key;
}

/** What a key does on a screen, or null. */
export function actionFor(keys: readonly PageKey[], name: string, screen: string): string | null {
  return (
    keys.find((entry) => entry.keys.includes(name) && (entry.on?.includes(screen) ?? true))?.action ?? null
  );
}

const SHOWN: Readonly<Record<string, string>> = {
  left: "←",
  right: "→",
  up: "↑",
  down: "↓",
  pageup: "PgUp",
  pagedown: "PgDn",
  escape: "Esc",
};

/** The keys that work on a screen as the help shows them: headings with lines of keys and words. */
export function helpLines(
  keys: readonly PageKey[],
  screen: string,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  for (const { keys: names, on, group, help } of keys) {
    if (on?.includes(screen) === false) continue;
    const lines = groups.get(group) ?? new Map<string, string>();
    groups.set(group, lines);
    const shown = names.map((name) => SHOWN[name] ?? name).join(" ");
    const before = lines.get(help);
    lines.set(help, before === undefined ? shown : `${before} ${shown}`);
  }
  return groups;
}
