// `--keylog FILE`: secrets of TLS connections, as browsers and libraries write them where `SSLKEYLOGFILE` names a file. What it names is read by
// key-log.ts: a command that is given none does without.

import type { Command } from "commander";

export interface KeyLogFlags {
  readonly keylog?: string;
}

/** Adds it to `command`. */
export function addKeyLogFlag(command: Command): Command {
  return command.option("--keylog <file>", "decrypt TLS with this key log, as SSLKEYLOGFILE has it written");
}
