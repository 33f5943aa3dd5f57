// `wirelab`: the dashboard on the first lesson; where there is no terminal, its final screen as text.

import type { Command } from "commander";
import { InputError, suggest } from "../scenario/input-error.ts";
import { tcpHello } from "../scenario/lessons/tcp-hello.ts";
import { runDashboard } from "./dashboard-app.ts";
import { addScreenFlags } from "./screen-flags.ts";
import type { ScreenFlags } from "./screen-flags.ts";
import { screenStart } from "./screen-start.ts";

export function addDashboard(program: Command): void {
  addScreenFlags(program.argument("[command]").allowExcessArguments()).action(
    async (command: string | undefined, flags: ScreenFlags) => {
      if (command !== undefined) {
        const names = program.commands.map((known) => known.name());
        throw new InputError(`no command called ${command}${suggest(command, names)}; see wirelab --help`);
      }
      // The course begins with it; the others are loaded behind it.
      await runDashboard(tcpHello, {}, undefined, screenStart(flags));
    },
  );
}
