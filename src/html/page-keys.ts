// Which of the dashboard's keys work on a page: those of what a page can do. What they are called comes from the dashboard's table.

import { KEYS } from "../tui/key-table.ts";
import type { Action } from "../tui/keys.ts";
import type { PageKey, PageScreen } from "./page/data.ts";

const ACTIONS: ReadonlySet<Action> = new Set<Action>([
  "play",
  "back",
  "forward",
  "up",
  "down",
  "page up",
  "page down",
  "first",
  "last",
  "expand",
  "zoom out",
  "zoom in",
  "conversation",
  "turn",
  "next stream",
  "previous stream",
  "filter",
  "escape",
  "next in stream",
  "previous in stream",
  "faster",
  "slower",
  "themes",
  "help",
]);

/** The keys of a page with these screens. */
export function pageKeys(screens: readonly PageScreen[]): PageKey[] {
  const has = (name: string): boolean => (screens as readonly string[]).includes(name);
  return KEYS.flatMap(({ keys, action, on, replay, group, help }): PageKey[] => {
    if (replay === true || !(ACTIONS.has(action) || has(action))) return [];
    const there = on?.filter(has);
    if (there?.length === 0) return [];
    return [{ keys, action, group, help, ...(there === undefined ? {} : { on: there }) }];
  });
}
