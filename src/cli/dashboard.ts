// `wirelab`: the dashboard on the first lesson; where there is no terminal, its final screen as text.

import type { Command } from "commander";
import { LESSONS } from "../scenario/catalogue.ts";
import { InputError } from "../scenario/input-error.ts";
import { runDashboard } from "./dashboard-app.ts";
import { addScreenFlags, screenStart } from "./screen-flags.ts";
import type { ScreenFlags } from "./screen-flags.ts";

export function addDashboard(program: Command): void {
  addScreenFlags(program.argument("[command]")).action(
    async (command: string | undefined, flags: ScreenFlags) => {
      if (command !== undefined) throw new InputError(`no command called ${command}; see wirelab --help`);
      await runDashboard(LESSONS[0], {}, undefined, screenStart(flags));
    },
  );
}
