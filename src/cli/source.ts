// What `open`, `snapshot` and `export` are given: a lesson, a scenario file, or a capture.

import { existsSync } from "node:fs";
import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import { openCapture } from "../capture/open.ts";
import type { OpenOptions } from "../capture/open.ts";
import { LESSONS } from "../scenario/catalogue.ts";
import { InputError, suggest } from "../scenario/input-error.ts";
import { loadScenario } from "../scenario/load.ts";
import { completeLab, openLab } from "../scenario/session.ts";
import type { LabSession } from "../scenario/session.ts";
import type { CaptureSession } from "../tui/session.ts";
import { runOptions } from "./arguments.ts";
import type { NetworkFlags } from "./arguments.ts";

/** Whether `what` names a scenario rather than a capture: a lesson's name, or a script's file. */
export function isScenario(what: string): boolean {
  return LESSONS.some(({ name }) => name === what) || /\.[cm]?[jt]s$/.test(what);
}

/**
 * Runs the scenario or opens the capture. `loopback` runs the scenario on real sockets too; without it the session is the
 * same every time. Throws `InputError` or `CaptureError`.
 */
export async function openSession(
  what: string,
  flags: NetworkFlags,
  loopback: boolean,
): Promise<LabSession | CaptureSession> {
  if (!isScenario(what)) return openCaptureSession(what, {});
  const scenario = await loadScenario(what);
  const options = runOptions(scenario, flags);
  const session = await openLab(scenario, options);
  return loopback ? completeLab(session, options) : simOnly(session);
}

/** The session of a lab whose loopback side nobody asked for. */
export function simOnly(session: LabSession): LabSession {
  return { ...session, loopback: { unavailable: "not run here: --loopback runs it" } };
}

/** Opens a capture, or says that there is neither a lesson nor a file of that name. */
export async function openCaptureFile(what: string, options: OpenOptions): Promise<Capture> {
  if (what !== "-" && !/[./\\]/.test(what) && !existsSync(what)) {
    throw new InputError(
      `no lesson and no file called ${what}${suggest(
        what,
        LESSONS.map(({ name }) => name),
      )}`,
    );
  }
  return openCapture(what, options);
}

async function openCaptureSession(what: string, options: OpenOptions): Promise<CaptureSession> {
  return captureSession(await openCaptureFile(what, options));
}

/** What the screens show of a capture, as far as it has been read. */
export function captureSession(capture: Capture): CaptureSession {
  const { bytesRead, bytesTotal, done } = capture.progress;
  const isReading = !done && !capture.isLive && bytesTotal !== null;
  return {
    name: capture.path === "-" ? "standard input" : capture.path,
    trace: capture.trace,
    problems: capture.problems.map(problemText),
    context: contextOf(capture),
    ...(isReading ? { reading: bytesRead / bytesTotal } : {}),
    ...(capture.isLive && !done ? { growing: { count: capture.trace.packets.count } } : {}),
  };
}

/** `packet 7, byte 512: cut short in the packet's data`. */
export function problemText({ packet, offset, message }: Capture["problems"][number]): string {
  return `${packet === 0 ? "" : `packet ${packet}, `}byte ${offset}: ${message}`;
}
