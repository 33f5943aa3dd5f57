// The keys: one table that the dashboard obeys, the key bar shows and the help prints.

import type { ScreenName } from "./model.ts";

/** What keys ask for; which pane it means is decided where it is done. */
export type Action =
  | "quit"
  | "help"
  | "lab"
  | "packets"
  | "framing"
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
  | "next broken"
  | "previous broken"
  | "filter"
  | "other side"
  | "expand"
  | "escape";

export type KeyGroup = "Playing" | "Moving" | "Lessons" | "Laws" | "Screens";

export interface KeyBinding {
  readonly keys: readonly string[];
  readonly action: Action;
  /** Screens it works on; all by default. */
  readonly on?: readonly ScreenName[];
  /** Only where there is a lab. */
  readonly lab?: boolean;
  /** Heading it stands under in the help. */
  readonly group: KeyGroup;
  /** Bindings of the same words share a line. At most 21 characters: two columns fit into 80. */
  readonly help: string;
  /** In the key bar: the key as shown and a word for what it does. */
  readonly hint?: readonly [string, string];
}

const LAB = ["lab"] as const;
const PACKETS = ["packets"] as const;
const FRAMING = ["framing"] as const;
const LAB_PACKETS = ["lab", "packets"] as const;

export const KEYS: readonly KeyBinding[] = [
  {
    keys: ["space"],
    action: "play",
    lab: true,
    group: "Playing",
    help: "play, pause",
    hint: ["space", "play"],
  },
  {
    keys: ["space"],
    action: "play",
    on: FRAMING,
    group: "Playing",
    help: "play, pause",
    hint: ["space", "play"],
  },
  {
    keys: ["left", "h"],
    action: "back",
    on: FRAMING,
    group: "Playing",
    help: "one chunk",
    hint: ["←→", "chunk"],
  },
  { keys: ["right", "l"], action: "forward", on: FRAMING, group: "Playing", help: "one chunk" },
  { keys: ["left", "h"], action: "back", on: LAB, group: "Playing", help: "one step", hint: ["←→", "step"] },
  { keys: ["right", "l"], action: "forward", on: LAB, group: "Playing", help: "one step" },
  { keys: ["left", "h"], action: "back", on: PACKETS, group: "Moving", help: "step; close, open" },
  { keys: ["right", "l"], action: "forward", on: PACKETS, group: "Moving", help: "step; close, open" },
  { keys: ["up", "k"], action: "up", group: "Moving", help: "row above, below", hint: ["↑↓", "move"] },
  { keys: ["down", "j"], action: "down", group: "Moving", help: "row above, below" },
  { keys: ["pageup"], action: "page up", group: "Moving", help: "a page" },
  { keys: ["pagedown"], action: "page down", group: "Moving", help: "a page" },
  { keys: ["home", "g"], action: "first", group: "Moving", help: "the first, the last" },
  { keys: ["end", "G"], action: "last", group: "Moving", help: "the first, the last" },
  { keys: ["tab"], action: "next pane", group: "Moving", help: "next, previous pane", hint: ["tab", "pane"] },
  { keys: ["S-tab"], action: "previous pane", group: "Moving", help: "next, previous pane" },
  { keys: ["enter"], action: "expand", on: PACKETS, group: "Moving", help: "details; open, close" },
  {
    keys: ["/"],
    action: "filter",
    on: PACKETS,
    group: "Screens",
    help: "display filter",
    hint: ["/", "filter"],
  },
  { keys: ["o"], action: "other side", lab: true, on: PACKETS, group: "Screens", help: "sim, loopback" },
  { keys: ["escape"], action: "escape", on: PACKETS, group: "Screens", help: "drop the filter" },
  {
    keys: ["+", "="],
    action: "faster",
    lab: true,
    group: "Playing",
    help: "faster, slower",
    hint: ["+-", "speed"],
  },
  { keys: ["-"], action: "slower", lab: true, group: "Playing", help: "faster, slower" },
  { keys: ["s"], action: "lessons", lab: true, group: "Lessons", help: "choose", hint: ["s", "lessons"] },
  {
    keys: ["+", "="],
    action: "faster",
    on: FRAMING,
    group: "Playing",
    help: "faster, slower",
    hint: ["+-", "speed"],
  },
  { keys: ["-"], action: "slower", on: FRAMING, group: "Playing", help: "faster, slower" },
  {
    keys: ["n"],
    action: "next broken",
    on: FRAMING,
    group: "Laws",
    help: "next, previous broken",
    hint: ["n", "next broken"],
  },
  { keys: ["p"], action: "previous broken", on: FRAMING, group: "Laws", help: "next, previous broken" },
  {
    keys: ["n"],
    action: "next lesson",
    lab: true,
    group: "Lessons",
    help: "next, previous",
    hint: ["n", "next"],
  },
  { keys: ["p"], action: "previous lesson", lab: true, group: "Lessons", help: "next, previous" },
  {
    keys: ["r"],
    action: "rerun",
    lab: true,
    group: "Lessons",
    help: "rerun, another seed",
    hint: ["r", "rerun"],
  },
  { keys: ["1", "f1"], action: "lab", lab: true, group: "Screens", help: "the Lab" },
  { keys: ["2", "f2"], action: "packets", on: LAB_PACKETS, group: "Screens", help: "the Packets" },
  { keys: ["3", "f3"], action: "framing", on: FRAMING, group: "Screens", help: "the Framing" },
  { keys: ["?"], action: "help", group: "Screens", help: "this help" },
  { keys: ["q", "C-c"], action: "quit", group: "Screens", help: "quit" },
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
