// How a dashboard begins: what its flags say, and what was saved.

import { themeOfTerminal, themes } from "../tui/theme.ts";
import { parseChoice } from "./arguments.ts";
import { INITIAL_STATE, readState, statePath, writeState } from "./saved-state.ts";
import type { SavedState } from "./saved-state.ts";
import type { ScreenFlags } from "./screen-flags.ts";

/** How a dashboard begins, and where it leaves what is to be remembered. */
export interface ScreenStart {
  /** The theme's name. */
  readonly theme: string;
  readonly state: SavedState;
  /** What somebody should know who has not been here before; null for others. */
  readonly hint: string | null;
  /** What went wrong with the state saved, or null. */
  readonly problem: string | null;
  save(state: SavedState): void;
}

const HINT = "New here? space plays, ←→ step, : finds commands, ? lists the keys";

/** Reads the flags and what was saved. Throws `InputError` for a theme that is none. */
export function screenStart(flags: ScreenFlags): ScreenStart {
  const asked = flags.theme === undefined ? null : parseChoice("--theme", flags.theme, [...themes.keys()]);
  if (flags.state === false || process.env["WIRELAB_STATE"] === "off") {
    const theme = asked ?? themeOfTerminal(process.env, null).name;
    return { theme, state: INITIAL_STATE, hint: null, problem: null, save: () => {} };
  }
  const path = statePath(process.env);
  const { state, isFirst, problem } = readState(path);
  return {
    theme: asked ?? themeOfTerminal(process.env, state.theme).name,
    state,
    hint: isFirst ? HINT : null,
    problem,
    save: (next) => writeState(path, next),
  };
}
