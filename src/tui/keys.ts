// What keys ask for, and which of them work where one is.

import { KEYS } from "./key-table.ts";
import { hasScreen, SCREEN_NAMES } from "./model.ts";
import type { Model, ScreenName } from "./model.ts";
import { hasSecrets, isLab, replaySpeed } from "./session.ts";

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
  | "decode as"
  | "sort"
  | "times"
  | "colour rules"
  | "find"
  | "find next"
  | "find previous"
  | "goto"
  | "write"
  | "alone"
  | "mark"
  | "next mark"
  | "previous mark"
  | "only marked"
  | "expand all"
  | "expand below"
  | "collapse all"
  | "next in stream"
  | "previous in stream"
  | "partner"
  | "original"
  | "next lesson"
  | "previous lesson"
  | "next broken"
  | "previous broken"
  | "filter"
  | "filter by"
  | "other side"
  | "expand"
  | "zoom in"
  | "zoom out"
  | "fold"
  | "conversation"
  | "next stream"
  | "previous stream"
  | "turn"
  | "source"
  | "codec"
  | "decrypted"
  | "next sort"
  | "previous sort"
  | "reverse"
  | "limit"
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
  /** Only where some secrets of TLS are known. */
  readonly secrets?: boolean;
  /** Heading it stands under in the help. */
  readonly group: KeyGroup;
  /** Bindings of the same words share a line. At most 21 characters: two columns fit into 80. */
  readonly help: string;
  /** What it does, in the list of commands; the help's words by default. */
  readonly command?: string;
  /** More words it is found by in the list of commands: what Wireshark calls it. */
  readonly about?: string;
  /** In the key bar: the key as shown and a word for what it does. */
  readonly hint?: readonly [string, string];
  /** The hint stands behind those of others: it is shown where there is room for more. */
  readonly hintsLate?: boolean;
}

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
  if (binding.secrets === true && !hasSecrets(model.session)) return false;
  return binding.on?.includes(model.screen) ?? true;
}

/** Whether an action is to open a screen. */
export function isScreenName(action: Action): action is ScreenName {
  return (SCREEN_NAMES as readonly string[]).includes(action);
}
