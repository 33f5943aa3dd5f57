// The keys: one table that the dashboard obeys, the key bar shows and the help prints.

import { hasScreen, SCREEN_NAMES } from "./model.ts";
import type { Model, ScreenName } from "./model.ts";
import { isLab, replaySpeed } from "./session.ts";

/** What keys ask for; which pane it means is decided where it is done. */
export type Action =
  | ScreenName
  | "quit"
  | "help"
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
  | "commands"
  | "open file"
  | "themes"
  | "change network"
  | "drop packet"
  | "undo"
  | "copy"
  | "columns"
  | "sort"
  | "colour rules"
  | "find"
  | "find next"
  | "find previous"
  | "goto"
  | "mark"
  | "next mark"
  | "next in stream"
  | "previous in stream"
  | "partner"
  | "original"
  | "next lesson"
  | "previous lesson"
  | "next broken"
  | "previous broken"
  | "filter"
  | "other side"
  | "expand"
  | "zoom in"
  | "zoom out"
  | "fold"
  | "conversation"
  | "next stream"
  | "previous stream"
  | "turn"
  | "codec"
  | "next sort"
  | "previous sort"
  | "reverse"
  | "seek back"
  | "seek forward"
  | "escape";

export type KeyGroup = "Playing" | "Moving" | "Lessons" | "Network" | "Packets" | "Laws" | "Screens";

export interface KeyBinding {
  readonly keys: readonly string[];
  readonly action: Action;
  /** Screens it works on; all by default. */
  readonly on?: readonly ScreenName[];
  /** Only where there is a lab. */
  readonly lab?: boolean;
  /** Only where a capture plays in its own time. */
  readonly replay?: boolean;
  /** Heading it stands under in the help. */
  readonly group: KeyGroup;
  /** Bindings of the same words share a line. At most 21 characters: two columns fit into 80. */
  readonly help: string;
  /** What it does, in the list of commands; the help's words by default. */
  readonly command?: string;
  /** In the key bar: the key as shown and a word for what it does. */
  readonly hint?: readonly [string, string];
}

const PACKETS = ["packets"] as const;
const SEQUENCE = ["sequence"] as const;
const FRAMING = ["framing"] as const;
const STATISTICS = ["statistics"] as const;
const GRAPHS = ["graphs"] as const;
/** Screens that show one direction of a stream. */
const FLOWS = ["stream", "graphs"] as const;
/** Screens that look at the run or the capture at the cursor. */
const AT_CURSOR = ["lab", "sequence", "graphs", "statistics"] as const;
const STREAM = ["stream"] as const;

export const KEYS: readonly KeyBinding[] = [
  { keys: ["space"], action: "play", group: "Playing", help: "play, pause", hint: ["space", "play"] },
  {
    keys: [","],
    action: "seek back",
    replay: true,
    group: "Playing",
    help: "back, on in time",
    hint: [",.", "seek"],
  },
  { keys: ["."], action: "seek forward", replay: true, group: "Playing", help: "back, on in time" },
  {
    keys: ["left", "h"],
    action: "back",
    on: FRAMING,
    group: "Playing",
    help: "one chunk",
    hint: ["←→", "chunk"],
  },
  { keys: ["right", "l"], action: "forward", on: FRAMING, group: "Playing", help: "one chunk" },
  {
    keys: ["left", "h"],
    action: "back",
    on: AT_CURSOR,
    group: "Playing",
    help: "one step",
    hint: ["←→", "step"],
  },
  { keys: ["right", "l"], action: "forward", on: AT_CURSOR, group: "Playing", help: "one step" },
  {
    keys: ["left", "h"],
    action: "back",
    on: STREAM,
    group: "Moving",
    help: "one byte",
    hint: ["←→", "byte"],
  },
  { keys: ["right", "l"], action: "forward", on: STREAM, group: "Moving", help: "one byte" },
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
  { keys: ["enter"], action: "expand", on: SEQUENCE, group: "Moving", help: "the packet's details" },
  { keys: ["["], action: "zoom out", on: SEQUENCE, group: "Screens", help: "more, less time a row" },
  {
    keys: ["]"],
    action: "zoom in",
    on: SEQUENCE,
    group: "Screens",
    help: "more, less time a row",
    hint: ["[]", "zoom"],
  },
  {
    keys: ["f"],
    action: "fold",
    on: SEQUENCE,
    group: "Screens",
    help: "fold alike packets",
    hint: ["f", "fold"],
  },
  {
    keys: ["c"],
    action: "conversation",
    on: SEQUENCE,
    group: "Screens",
    help: "one conversation, all",
    hint: ["c", "conversation"],
  },
  {
    keys: ["]"],
    action: "zoom in",
    on: GRAPHS,
    group: "Screens",
    help: "less, more time",
    hint: ["[]", "zoom"],
  },
  { keys: ["["], action: "zoom out", on: GRAPHS, group: "Screens", help: "less, more time" },
  {
    keys: ["enter"],
    action: "expand",
    on: GRAPHS,
    group: "Screens",
    help: "one graph, all",
    hint: ["enter", "one, all"],
  },
  {
    keys: ["m"],
    action: "codec",
    on: STREAM,
    group: "Screens",
    help: "another framing",
    hint: ["m", "framing"],
  },
  {
    keys: ["]"],
    action: "zoom in",
    on: STREAM,
    group: "Screens",
    help: "wider, smaller bytes",
    hint: ["[]", "width"],
  },
  { keys: ["["], action: "zoom out", on: STREAM, group: "Screens", help: "wider, smaller bytes" },
  { keys: ["enter"], action: "expand", on: STREAM, group: "Screens", help: "the byte's packet" },
  {
    keys: ["d"],
    action: "turn",
    on: FLOWS,
    group: "Screens",
    help: "the other direction",
    hint: ["d", "direction"],
  },
  {
    keys: [">"],
    action: "next stream",
    on: FLOWS,
    group: "Screens",
    help: "stream after, before",
    hint: ["<>", "stream"],
  },
  { keys: ["<"], action: "previous stream", on: FLOWS, group: "Screens", help: "stream after, before" },
  {
    keys: ["enter"],
    action: "expand",
    on: STATISTICS,
    group: "Screens",
    help: "filter its packets",
    hint: ["enter", "filter"],
  },
  {
    keys: [">"],
    action: "next sort",
    on: STATISTICS,
    group: "Screens",
    help: "sort by a column",
    hint: ["<>", "sort"],
  },
  { keys: ["<"], action: "previous sort", on: STATISTICS, group: "Screens", help: "sort by a column" },
  { keys: ["v"], action: "reverse", on: STATISTICS, group: "Screens", help: "reverse the order" },
  {
    keys: ["]"],
    action: "zoom in",
    on: STATISTICS,
    group: "Screens",
    help: "layer; interval",
    hint: ["[]", "layer"],
  },
  { keys: ["["], action: "zoom out", on: STATISTICS, group: "Screens", help: "layer; interval" },
  { keys: ["enter"], action: "expand", on: PACKETS, group: "Moving", help: "details; open, close" },
  {
    keys: ["/"],
    action: "filter",
    on: PACKETS,
    group: "Screens",
    help: "display filter",
    hint: ["/", "filter"],
  },
  {
    keys: ["f", "C-f"],
    action: "find",
    on: PACKETS,
    group: "Packets",
    help: "find text, hex ...",
    command: "find a packet by text, bytes or filter",
    hint: ["f", "find"],
  },
  {
    keys: ["n"],
    action: "find next",
    on: PACKETS,
    group: "Packets",
    help: "find next, previous",
    command: "find next",
  },
  {
    keys: ["N"],
    action: "find previous",
    on: PACKETS,
    group: "Packets",
    help: "find next, previous",
    command: "find previous",
  },
  {
    keys: ["#"],
    action: "goto",
    on: PACKETS,
    group: "Packets",
    help: "go to number, time",
    command: "go to a packet's number or a time",
  },
  {
    keys: ["m"],
    action: "mark",
    on: PACKETS,
    group: "Packets",
    help: "mark; next marked",
    command: "mark the packet",
  },
  {
    keys: ["M"],
    action: "next mark",
    on: PACKETS,
    group: "Packets",
    help: "mark; next marked",
    command: "go to the next marked packet",
  },
  {
    keys: ["}"],
    action: "next in stream",
    on: PACKETS,
    group: "Packets",
    help: "along the stream",
    command: "go to the stream's next packet",
  },
  {
    keys: ["{"],
    action: "previous in stream",
    on: PACKETS,
    group: "Packets",
    help: "along the stream",
    command: "go to the stream's previous packet",
  },
  {
    keys: ["a"],
    action: "partner",
    on: PACKETS,
    group: "Packets",
    help: "request or answer",
    command: "go to the request of the answer, or back",
  },
  {
    keys: ["b"],
    action: "original",
    on: PACKETS,
    group: "Packets",
    help: "what is sent again",
    command: "go to the original of the retransmission",
  },
  {
    keys: ["C"],
    action: "columns",
    on: PACKETS,
    group: "Packets",
    help: "columns",
    command: "choose columns",
  },
  { keys: ["S"], action: "sort", on: PACKETS, group: "Packets", help: "sort", command: "sort by a column" },
  {
    keys: ["R"],
    action: "colour rules",
    on: PACKETS,
    group: "Packets",
    help: "colour rules",
    command: "colour rules: what the glyphs mean",
  },
  {
    keys: ["o"],
    action: "other side",
    lab: true,
    on: ["packets", "sequence", "stream", "graphs", "statistics"],
    group: "Screens",
    help: "sim, loopback",
  },
  { keys: ["escape"], action: "escape", on: PACKETS, group: "Screens", help: "drop the filter" },
  {
    keys: ["+", "="],
    action: "faster",
    group: "Playing",
    help: "faster, slower",
    command: "play faster",
    hint: ["+-", "speed"],
  },
  { keys: ["-"], action: "slower", group: "Playing", help: "faster, slower", command: "play slower" },
  {
    keys: ["s"],
    action: "lessons",
    lab: true,
    group: "Lessons",
    help: "choose",
    command: "choose a lesson",
    hint: ["s", "lessons"],
  },
  {
    keys: ["i"],
    action: "change network",
    lab: true,
    group: "Network",
    help: "loss, delay, cut ...",
    command: "change the network here: loss, delay, bandwidth, link down",
    hint: ["i", "intervene"],
  },
  {
    keys: ["x"],
    action: "drop packet",
    lab: true,
    group: "Network",
    help: "drop this packet",
    command: "drop the selected packet",
  },
  {
    keys: ["u"],
    action: "undo",
    lab: true,
    group: "Network",
    help: "undo the last change",
    command: "undo the last change of the network",
  },
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
    on: AT_CURSOR,
    group: "Lessons",
    help: "next, previous",
    command: "next lesson",
    hint: ["n", "next"],
  },
  {
    keys: ["p"],
    action: "previous lesson",
    lab: true,
    group: "Lessons",
    help: "next, previous",
    command: "previous lesson",
  },
  {
    keys: ["r"],
    action: "rerun",
    lab: true,
    group: "Lessons",
    help: "rerun, another seed",
    hint: ["r", "rerun"],
  },
  ...SCREEN_NAMES.map((name, i): KeyBinding => ({
    keys: [`${i + 1}`, `f${i + 1}`],
    action: name,
    group: "Screens",
    help: name,
  })),
  {
    keys: [":", "C-p"],
    action: "commands",
    group: "Screens",
    help: "find a command",
    hint: [":", "commands"],
  },
  {
    keys: ["O"],
    action: "open file",
    group: "Screens",
    help: "open a file",
    command: "open a capture or a scenario",
  },
  { keys: ["T"], action: "themes", group: "Screens", help: "colours", command: "choose a theme" },
  {
    keys: ["y"],
    action: "copy",
    group: "Screens",
    help: "copy",
    command: "copy the packet, its bytes, the filter, the command",
  },
  { keys: ["?"], action: "help", group: "Screens", help: "this help" },
  { keys: ["q", "C-c"], action: "quit", group: "Screens", help: "quit" },
];

/** The action of `key` where the model is, or null. */
export function actionOf(key: string, model: Model): Action | null {
  const binding = KEYS.find((entry) => entry.keys.includes(key) && worksOn(entry, model));
  return binding === undefined ? null : binding.action;
}

/** Whether a binding does anything where the model is. */
export function worksOn(binding: KeyBinding, model: Model): boolean {
  if (isScreenName(binding.action)) return hasScreen(model.session, binding.action);
  if (binding.lab === true && !isLab(model.session)) return false;
  if (binding.replay === true && replaySpeed(model.session) === null) return false;
  return binding.on?.includes(model.screen) ?? true;
}

/** Whether an action is to open a screen. */
export function isScreenName(action: Action): action is ScreenName {
  return (SCREEN_NAMES as readonly string[]).includes(action);
}
