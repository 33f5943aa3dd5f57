// `wirelab`: the dashboard on the first lesson; where there is no terminal, its final screen as text.

import type { Command } from "commander";
import { LESSONS } from "../scenario/catalogue.ts";
import { InputError } from "../scenario/input-error.ts";
import { runDashboard } from "./dashboard-app.ts";

export function addDashboard(program: Command): void {
  program.argument("[command]").action(async (command: string | undefined) => {
    if (command !== undefined) throw new InputError(`no command called ${command}; see wirelab --help`);
    await runDashboard(LESSONS[0], {});
  });
}
