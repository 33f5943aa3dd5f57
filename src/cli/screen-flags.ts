// The flags of commands that open the dashboard. What they come to is screen-start.ts's: a command that is asked for no screen does without.

import type { Command } from "commander";
import { themes } from "../tui/theme.ts";

export interface ScreenFlags {
  readonly theme?: string;
  /** False with `--no-state`. */
  readonly state?: boolean;
}

/** Adds them to `command`. */
export function addScreenFlags(command: Command): Command {
  return addThemeFlag(command).option("--no-state", "neither use nor keep what the dashboard remembers");
}

/** Adds the theme's alone. */
export function addThemeFlag(command: Command): Command {
  return command.option("--theme <name>", `colours: ${[...themes.keys()].join(", ")}`);
}
