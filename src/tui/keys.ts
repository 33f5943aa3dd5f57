// The keys: one table that the dashboard obeys, the key bar shows and the help prints.

import type { ScreenName } from "./model.ts";

/** What keys ask for; which pane it means is decided where it is done. */
export type Action =
  | "quit"
  | "help"
  | "lab"
  | "packets"
  | "play"
  | "back"
  | "forward"
  | "up"
  | "down"
  | "page up"
  | "page down"
  | "first"
  | "last"
  | "next pane"
  | "previous pane"
  | "faster"
  | "slower"
  | "rerun"
  | "lessons"
  | "next lesson"
  | "previous lesson"
  | "filter"
  | "expand"
  | "escape";

export interface KeyBinding {
  readonly keys: readonly string[];
  readonly action: Action;
  /** Screens it works on; all by default. */
  readonly on?: readonly ScreenName[];
  /** Only where there is a lab. */
  readonly lab?: boolean;
  readonly help: string;
  /** In the key bar: the key as shown and a word for what it does. */
  readonly hint?: readonly [string, string];
}

export const KEYS: readonly KeyBinding[] = [
  {
    keys: ["space"],
    action: "play",
    lab: true,
    help: "play, pause; at the end: play again",
    hint: ["space", "play"],
  },
  {
    keys: ["right", "l"],
    action: "forward",
    lab: true,
    on: ["lab"],
    help: "one step forward",
    hint: ["←→", "step"],
  },
  { keys: ["left", "h"], action: "back", lab: true, on: ["lab"], help: "one step back" },
  {
    keys: ["right", "l"],
    action: "forward",
    on: ["packets"],
    help: "open a line of the details; in a lab's list: one step forward",
  },
  {
    keys: ["left", "h"],
    action: "back",
    on: ["packets"],
    help: "close a line of the details; in a lab's list: one step back",
  },
  { keys: ["up", "k"], action: "up", help: "up: to the row, call or field above", hint: ["↑↓", "move"] },
  { keys: ["down", "j"], action: "down", help: "down" },
  { keys: ["pageup"], action: "page up", help: "a page up" },
  { keys: ["pagedown"], action: "page down", help: "a page down" },
  { keys: ["home", "g"], action: "first", help: "to the start" },
  { keys: ["end", "G"], action: "last", help: "to the end" },
  { keys: ["tab"], action: "next pane", help: "to the next pane", hint: ["tab", "pane"] },
  { keys: ["S-tab"], action: "previous pane", help: "to the pane before" },
  {
    keys: ["/"],
    action: "filter",
    on: ["packets"],
    help: "filter packets, in Wireshark's display filter syntax",
    hint: ["/", "filter"],
  },
  { keys: ["enter"], action: "expand", help: "open or close a line of the details; list: to its details" },
  { keys: ["+", "="], action: "faster", lab: true, help: "play faster", hint: ["+-", "speed"] },
  { keys: ["-"], action: "slower", lab: true, help: "play slower" },
  { keys: ["s"], action: "lessons", lab: true, help: "choose a lesson", hint: ["s", "lessons"] },
  { keys: ["n"], action: "next lesson", lab: true, help: "the next lesson", hint: ["n", "next"] },
  { keys: ["p"], action: "previous lesson", lab: true, help: "the lesson before" },
  { keys: ["r"], action: "rerun", lab: true, help: "run again with another seed", hint: ["r", "rerun"] },
  { keys: ["1", "f1"], action: "lab", lab: true, help: "the Lab" },
  { keys: ["2", "f2"], action: "packets", help: "the Packets" },
  { keys: ["escape"], action: "escape", help: "close what is open; drop the filter" },
  { keys: ["?"], action: "help", help: "this help" },
  { keys: ["q", "C-c"], action: "quit", help: "quit" },
];

/** The action of `key` on `screen`, or null. */
export function actionOf(key: string, screen: ScreenName, lab: boolean): Action | null {
  const binding = KEYS.find((entry) => entry.keys.includes(key) && worksOn(entry, screen, lab));
  return binding === undefined ? null : binding.action;
}

/** Whether a binding does anything on `screen`. */
export function worksOn(binding: KeyBinding, screen: ScreenName, lab: boolean): boolean {
  return (binding.on?.includes(screen) ?? true) && (lab || binding.lab !== true);
}
