// What `open`, `snapshot` and `export` are given: a lesson, a scenario file, or a capture.

import { LESSONS } from "../scenario/catalogue.ts";
import { loadScenario } from "../scenario/load.ts";
import { completeLab, openLab } from "../scenario/session.ts";
import type { LabSession } from "../scenario/session.ts";
import type { CaptureSession } from "../tui/session.ts";
import { InputError } from "../scenario/input-error.ts";
import { simOnly } from "./dashboard-source.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";
import { runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";

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
  flags: NetworkFlags & KeyLogFlags,
  loopback: boolean,
): Promise<LabSession | CaptureSession> {
  if (!isScenario(what)) {
    const { captureSession, openDecoded } = await import("./capture-session.ts");
    return captureSession(await openDecoded(what, flags), flags);
  }
  if (flags.keylog !== undefined) throw new InputError(`--keylog ${flags.keylog}: is for captures`);
  const scenario = await loadScenario(what);
  const options = runOptions(scenario, flags);
  const session = await openLab(scenario, options);
  return loopback ? completeLab(session, options) : simOnly(session);
}
