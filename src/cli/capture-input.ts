// What `open` and `read` read from: a file, a file that grows, a pipe, or a network interface.

import type { Command } from "commander";
import type { Capture } from "../capture/capture.ts";
import { openInterface } from "../capture/live/interface.ts";
import { InputError } from "../scenario/input-error.ts";
import { openCaptureFile } from "./source.ts";

export interface InputFlags {
  readonly interface?: string;
  readonly captureFilter?: string;
  readonly follow?: true;
}

/** Adds them to `command`, whose argument is then optional. */
export function addInputFlags(command: Command): Command {
  return command
    .option(
      "-i, --interface <name>",
      "capture on a network interface, through tcpdump or dumpcap: lo, eth0, any",
    )
    .option("-f, --capture-filter <filter>", "with -i: only these packets, in pcap-filter(7)'s language")
    .option("--follow", "go on reading the file as it grows");
}

/** What is read, and how to have it end early with all that has been captured; null where there is nothing to wait for. */
export interface Input {
  readonly capture: Capture;
  readonly stop: (() => void) | null;
}

/** Opens what is asked for, lazily. Throws `InputError` or `CaptureError`. */
export async function openInput(what: string | undefined, flags: InputFlags): Promise<Input> {
  if (flags.interface !== undefined) {
    if (what !== undefined)
      throw new InputError(`${what}: name either a capture or an --interface, not both`);
    if (flags.follow === true)
      throw new InputError("--follow: is for files; an interface is followed anyway");
    const filter = flags.captureFilter;
    return openInterface(flags.interface, filter === undefined ? {} : { filter });
  }
  if (what === undefined) throw new InputError("name a capture, - for a pipe, or an --interface");
  if (flags.captureFilter !== undefined) {
    throw new InputError("-f: a capture filter wants -i; -Y filters what was captured");
  }
  const options = { lazy: true, ...(flags.follow === true ? { follow: true } : {}) };
  return { capture: await openCaptureFile(what, options), stop: null };
}
