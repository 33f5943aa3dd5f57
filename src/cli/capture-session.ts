// A capture that was named on the command line, and what the screens show of it.

import { existsSync } from "node:fs";
import type { Capture } from "../capture/capture.ts";
import { contextOf, decodeCaptureAs } from "../capture/context.ts";
import { openCapture } from "../capture/open.ts";
import type { OpenOptions } from "../capture/open.ts";
import { InputError, suggest } from "../scenario/input-error.ts";
import type { CaptureSession } from "../tui/session.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";

/** Opens a capture, or says that there is neither a lesson nor a file of that name. */
export async function openCaptureFile(what: string, options: OpenOptions): Promise<Capture> {
  if (what !== "-" && !/[./\\]/.test(what) && !existsSync(what)) {
    const { LESSONS } = await import("../scenario/catalogue.ts");
    const names = LESSONS.map(({ name }) => name);
    if (names.includes(what))
      throw new InputError(
        `${what}: is a lesson and no capture; wirelab export ${what} --to pcapng makes one`,
      );
    throw new InputError(`no lesson and no file called ${what}${suggest(what, names)}`);
  }
  return openCapture(what, options);
}

/** The same with what commands say of a capture's contents. */
export async function openDecoded(what: string, flags: KeyLogFlags): Promise<Capture> {
  if (flags.keylog === undefined) return openCaptureFile(what, {});
  const { keyLogsOf } = await import("./key-log.ts");
  const keyLogs = keyLogsOf(flags);
  const capture = await openCaptureFile(what, {});
  decodeCaptureAs(capture, [], keyLogs);
  return capture;
}

/** What the screens show of a capture, as far as it has been read. */
export function captureSession(capture: Capture, { keylog }: KeyLogFlags = {}): CaptureSession {
  const { bytesRead, bytesTotal, done } = capture.progress;
  const isReading = !done && !capture.isLive && bytesTotal !== null;
  return {
    name: capture.path === "-" ? "standard input" : capture.path,
    ...(capture.isLive || capture.path === "-" ? {} : { path: capture.path }),
    ...(keylog === undefined ? {} : { given: ["--keylog", keylog] }),
    trace: capture.trace,
    problems: capture.problems.map(problemText),
    context: contextOf(capture),
    ...(isReading ? { reading: bytesRead / bytesTotal } : {}),
    ...(capture.isLive && !done ? { growing: { count: capture.trace.packets.count } } : {}),
  };
}

/** Says on standard error what could not be read; answers whether there was anything. */
export function tellProblems({ path, problems }: Capture): boolean {
  for (const problem of problems) process.stderr.write(`wirelab: ${path}: ${problemText(problem)}\n`);
  return problems.length > 0;
}

/** `packet 7, byte 512: cut short in the packet's data`. */
export function problemText({ packet, offset, message }: Capture["problems"][number]): string {
  return `${packet === 0 ? "" : `packet ${packet}, `}byte ${offset}: ${message}`;
}
