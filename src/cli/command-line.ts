// The command line: parses, runs one command, and turns every mistake of the user's into one line and exit code 2.

import { createRequire } from "node:module";
import type * as Commander from "commander";
import { packageVersion } from "../package-files.ts";

// Not imported: to import CommonJS Node reads it twice, and every command waits for this one.
const { Command, CommanderError } = createRequire(import.meta.url)("commander") as typeof Commander;

type Add = (program: Commander.Command) => void;

/** A command's module is loaded when it is asked for: most of what one needs, another does without. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  dashboard: async () => (await import("./dashboard.ts")).addDashboard,
  list: async () => (await import("./list.ts")).addList,
  run: async () => (await import("./run.ts")).addRun,
  compare: async () => (await import("./compare.ts")).addCompare,
  open: async () => (await import("./open.ts")).addOpen,
  read: async () => (await import("./read.ts")).addRead,
  snapshot: async () => (await import("./snapshot.ts")).addSnapshot,
  record: async () => (await import("./record.ts")).addRecord,
  export: async () => (await import("./export.ts")).addExport,
  replay: async () => (await import("./replay.ts")).addReplay,
  verify: async () => (await import("./verify.ts")).addVerify,
};

/** The one command the arguments name; all of them for `--help`, for names mistaken and for what only commander can tell. */
function commandsNamed(words: readonly string[]): readonly string[] {
  const [first] = words;
  if (first === undefined) return ["dashboard"];
  if (first === "--version" || first === "-V") return [];
  return Object.hasOwn(COMMANDS, first) && first !== "dashboard" ? [first] : Object.keys(COMMANDS);
}

async function makeProgram(words: readonly string[]): Promise<Commander.Command> {
  const program = new Command("wirelab")
    .description("a terminal lab for socket programmers: simulate, inspect, prove")
    .enablePositionalOptions()
    .version(packageVersion())
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "wirelab: ")) })
    .exitOverride();
  const adders = await Promise.all(commandsNamed(words).map(async (name) => COMMANDS[name]()));
  for (const add of adders) add(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

function fail(message: string): void {
  process.stderr.write(`wirelab: ${message}\n`);
  process.exitCode = 2;
}

/** Whether an error is the user's to mend: what was asked for is wrong, or cannot be had here. */
async function isMistake(error: unknown): Promise<boolean> {
  const { CaptureError } = await import("../capture/error.ts");
  const { TopologyError } = await import("../sim/settings.ts");
  const { InputError } = await import("../scenario/input-error.ts");
  const { BackendUnavailable } = await import("../scenario/backend-unavailable.ts");
  return [CaptureError, TopologyError, InputError, BackendUnavailable].some((kind) => error instanceof kind);
}

/** Does what the words after `wirelab` say; what the process is to end with is left in `process.exitCode`. */
export async function commandLine(words: readonly string[]): Promise<void> {
  try {
    const program = await makeProgram(words);
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (await isMistake(error)) fail((error as Error).message);
    else if (error instanceof Error && "syscall" in error) fail(error.message);
    else throw error;
  }
}
