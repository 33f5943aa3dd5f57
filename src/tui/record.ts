// A lab playing by itself, recorded: the frames a terminal would show, at the times it would show them.

import { begin, update, view } from "./app.ts";
import { initialModel } from "./model.ts";
import type { Size } from "./model.ts";
import { toAsciicast } from "./render/asciicast.ts";
import type { CastFrame } from "./render/asciicast.ts";
import type { LessonEntry, Session } from "./session.ts";

/** Frames of one recording; a run longer than that is refused rather than cut. */
const FRAMES_MAX = 20_000;

/** The session played from its first step to its last at normal speed, as asciicast v2. The same bytes every time. */
export function recordSession(
  session: Session,
  options: { readonly size: Size; readonly lessons: readonly LessonEntry[] },
): string {
  let [model, effects] = begin(initialModel({ session, ...options, step: 0, playing: true }));
  let timeMs = 0;
  const frames: CastFrame[] = [{ time: 0, grid: view(model, options.size) }];
  for (;;) {
    const wait = effects.find((effect) => effect.kind === "wait");
    if (wait === undefined) return toAsciicast(frames);
    if (frames.length >= FRAMES_MAX) throw new RangeError(`a recording of more than ${FRAMES_MAX} frames`);
    timeMs += wait.ms;
    [model, effects] = update(model, { kind: "tick" });
    frames.push({ time: timeMs / 1000, grid: view(model, options.size) });
  }
}
