// What is opened from the dashboard itself, and by tapes.

import { resolve } from "node:path";
import { LESSONS } from "../scenario/catalogue.ts";
import { loadScenario } from "../scenario/load.ts";
import { openCaptureFile } from "./capture-session.ts";
import { LabSource } from "./dashboard-source.ts";
import type { DashboardSource, LabSettings } from "./dashboard-source.ts";
import { CaptureSource } from "./inspector.ts";
import { isScenario } from "./source.ts";

/** A lesson, a scenario's file or a capture, by the name it is opened with. Rejects with what cannot be opened, and why. */
export async function openSource(what: string, settings: LabSettings = {}): Promise<DashboardSource> {
  if (!isScenario(what)) return new CaptureSource(await openCaptureFile(resolve(what), {}));
  return LabSource.open(await loadScenario(what), settings, { what, flags: [] });
}

/** A lesson by its name. */
export async function openLesson(name: string, settings: LabSettings): Promise<DashboardSource | null> {
  const lesson = LESSONS.find((known) => known.name === name);
  return lesson === undefined ? null : LabSource.open(lesson, settings);
}
