#!/usr/bin/env node
// The command line: parses, runs one command, and turns every mistake of the user's into one line and exit code 2.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CaptureError } from "../capture/error.ts";
import { TopologyError } from "../sim/settings.ts";
import { InputError } from "../scenario/input-error.ts";
import { BackendUnavailable } from "../scenario/run.ts";
import { addCompare } from "./compare.ts";
import { addDashboard } from "./dashboard.ts";
import { addExport } from "./export.ts";
import { addList } from "./list.ts";
import { addOpen } from "./open.ts";
import { addRead } from "./read.ts";
import { addRun } from "./run.ts";
import { addSnapshot } from "./snapshot.ts";
import { addVerify } from "./verify.ts";

const MISTAKES = [InputError, BackendUnavailable, TopologyError, CaptureError];

function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function makeProgram(): Command {
  const program = new Command("wirelab")
    .description("a terminal lab for socket programmers: simulate, inspect, prove")
    .enablePositionalOptions()
    .version(version())
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "wirelab: ")) })
    .exitOverride();
  for (const add of [
    addDashboard,
    addList,
    addRun,
    addCompare,
    addOpen,
    addRead,
    addSnapshot,
    addExport,
    addVerify,
  ])
    add(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

function fail(message: string): void {
  process.stderr.write(`wirelab: ${message}\n`);
  process.exitCode = 2;
}

try {
  await makeProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (MISTAKES.some((kind) => error instanceof kind)) fail((error as Error).message);
  else if (error instanceof Error && "syscall" in error) fail(error.message);
  else throw error;
}
