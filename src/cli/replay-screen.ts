// `replay` on the screens: the capture plays in its own time.

import { InputError } from "../scenario/input-error.ts";
import { stepAtTime } from "../trace/state-at.ts";
import { runReplay } from "./inspector.ts";
import { parseDuration } from "./durations.ts";
import { openCaptureFile } from "./capture-session.ts";
import { screenStart } from "./screen-start.ts";
import type { ScreenFlags } from "./screen-flags.ts";

export interface ReplayScreenFlags extends ScreenFlags {
  readonly speed?: string;
  readonly at?: string;
  readonly paused?: true;
}

const SPEED_MIN = 0.001;
const SPEED_MAX = 1_000_000;

/** Reads the capture whole and plays it. Without a terminal, prints the screen at `--at`. */
export async function replayOnScreen(what: string, flags: ReplayScreenFlags): Promise<void> {
  if (what === "-") throw new InputError("-: a pipe happens once; write it to a file to replay it");
  const text = flags.speed ?? "1";
  const speed = /^\d{1,7}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(speed >= SPEED_MIN && speed <= SPEED_MAX)) {
    throw new InputError(`--speed ${text}: want a number such as 10 or 0.5`);
  }
  const atNs = flags.at === undefined ? 0 : parseDuration("--at", flags.at);
  const start = screenStart(flags);
  const capture = await openCaptureFile(what, {});
  try {
    const { trace } = capture;
    await runReplay(capture, speed, Math.max(0, stepAtTime(trace, atNs)), flags.paused === true, start);
  } finally {
    capture.close();
  }
}
