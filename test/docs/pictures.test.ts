import { join } from "node:path";
import { describe, it } from "vitest";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import { openLab } from "../../src/scenario/session.ts";
import { gridToPng } from "../../src/tui/render/png.ts";
import { renderScreen } from "../../src/tui/snapshot.ts";
import type { SnapshotOptions } from "../../src/tui/snapshot.ts";
import { expectFile } from "../golden/bytes-file.ts";

const PICTURES = join(import.meta.dirname, "../../docs/pictures");

/** Each picture of the documentation: the lesson and what its screen is asked for. */
const SHOWN: Readonly<Record<string, readonly [lesson: string, options: SnapshotOptions]>> = {
  "lab.png": ["tcp-echo-recv16", { size: { width: 120, height: 40 }, at: { timeNs: 50e6 } }],
  "lab-80x24.png": ["tcp-echo-recv16", { size: { width: 80, height: 24 }, at: { timeNs: 50e6 } }],
  "lab-200x60.png": ["tcp-upper", { size: { width: 200, height: 60 } }],
  "packets.png": [
    "tcp-echo-recv16",
    { size: { width: 120, height: 40 }, screen: "packets", keys: ["j", "j", "j"] },
  ],
};

describe("docs/pictures", () => {
  it.each(Object.entries(SHOWN))("%s is what the screen shows today", async (file, [name, options]) => {
    const lesson = LESSONS.find((candidate) => candidate.name === name);
    if (lesson === undefined) throw new Error(`no lesson ${name}`);
    const session = { ...(await openLab(lesson)), loopback: { unavailable: "not run for pictures" } };
    const png = gridToPng(renderScreen(session, { ...options, lessons: LESSONS }));
    expectFile(join(PICTURES, file), png);
  });
});
