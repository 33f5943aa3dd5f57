// `wirelab list`: the lessons.

import type { Command } from "commander";
import { LESSONS } from "../scenario/catalogue.ts";
import { print } from "./print.ts";

export function addList(program: Command): void {
  program
    .command("list")
    .description("the lessons")
    .option("--json", "as [{name, title}]")
    .action((flags: { json?: true }) => {
      if (flags.json === true) {
        print(
          JSON.stringify(
            LESSONS.map(({ name, title }) => ({ name, title })),
            null,
            2,
          ),
        );
        return;
      }
      const width = Math.max(...LESSONS.map(({ name }) => name.length));
      for (const { name, title } of LESSONS) print(`${name.padEnd(width)}  ${title}`);
    });
}
