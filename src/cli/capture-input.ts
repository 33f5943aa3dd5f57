// What `open` and `read` read from: a file, a file that grows, a pipe, or a network interface.

import type { Command } from "commander";
import type { Capture } from "../capture/capture.ts";
import type { DecodeAs } from "../capture/dissect/decode-as.ts";
import { InputError } from "../scenario/input-error.ts";
import { collect } from "./arguments.ts";
import { openCaptureFile } from "./capture-session.ts";
import { addKeyLogFlag } from "./key-log-flag.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";

export interface InputFlags extends KeyLogFlags {
  readonly interface?: string;
  readonly captureFilter?: string;
  readonly follow?: true;
  readonly decodeAs?: string[];
}

/** Adds them to `command`, whose argument is then optional. */
export function addInputFlags(command: Command): Command {
  return addKeyLogFlag(command)
    .option(
      "-i, --interface <name>",
      "capture on a network interface, through tcpdump or dumpcap: lo, eth0, any",
    )
    .option("-f, --capture-filter <filter>", "with -i: only these packets, in pcap-filter(7)'s language")
    .option("--follow", "go on reading the file as it grows")
    .option(
      "-d, --decode-as <ports,protocol>",
      "what ports carry: tcp.port==8888,http or udp.port==5000-5010,data; repeatable",
      collect,
    );
}

/** What is read, and how to have it end early with all that has been captured; null where there is nothing to wait for. */
export interface Input {
  readonly capture: Capture;
  readonly stop: (() => void) | null;
}

/** Opens what is asked for, lazily. Throws `InputError` or `CaptureError`. */
export async function openInput(what: string | undefined, flags: InputFlags): Promise<Input> {
  const texts = flags.decodeAs ?? [];
  if (texts.length === 0 && flags.keylog === undefined) return openWhat(what, flags);
  const decodeAs = await Promise.all(texts.map(decodeAsOf));
  const { keyLogsOf } = await import("./key-log.ts");
  const keyLogs = keyLogsOf(flags);
  const input = await openWhat(what, flags);
  const { decodeCaptureAs } = await import("../capture/context.ts");
  decodeCaptureAs(input.capture, decodeAs, keyLogs);
  return input;
}

async function decodeAsOf(text: string): Promise<DecodeAs> {
  const { isDecodeAsError, readDecodeAs } = await import("../capture/dissect/decode-as.ts");
  const read = readDecodeAs(text);
  if (isDecodeAsError(read)) throw new InputError(`-d ${read.problem}`);
  return read;
}

async function openWhat(what: string | undefined, flags: InputFlags): Promise<Input> {
  if (flags.interface !== undefined) {
    if (what !== undefined)
      throw new InputError(`${what}: name either a capture or an --interface, not both`);
    if (flags.follow === true)
      throw new InputError("--follow: is for files; an interface is followed anyway");
    const filter = flags.captureFilter;
    const { openInterface } = await import("../capture/live/interface.ts");
    return openInterface(flags.interface, filter === undefined ? {} : { filter });
  }
  if (what === undefined) throw new InputError("name a capture, - for a pipe, or an --interface");
  if (flags.captureFilter !== undefined) {
    throw new InputError("-f: a capture filter wants -i; -Y filters what was captured");
  }
  const options = { lazy: true, ...(flags.follow === true ? { follow: true } : {}) };
  return { capture: await openCaptureFile(what, options), stop: null };
}
