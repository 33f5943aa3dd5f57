import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captureSession, openCaptureFile } from "../../src/cli/capture-session.ts";
import { LESSON_LIST, LESSONS } from "../../src/scenario/catalogue.ts";
import { openLab } from "../../src/scenario/session.ts";
import { SCREEN_NAMES } from "../../src/tui/model.ts";
import type { ScreenName } from "../../src/tui/model.ts";
import { toAsciicast } from "../../src/tui/render/asciicast.ts";
import type { CastFrame } from "../../src/tui/render/asciicast.ts";
import { framesToGif } from "../../src/tui/render/gif.ts";
import type { Grid } from "../../src/tui/render/grid.ts";
import { gridToPixels } from "../../src/tui/render/png.ts";
import { gridToSvg } from "../../src/tui/render/svg.ts";
import type { Session } from "../../src/tui/session.ts";
import { renderScreen } from "../../src/tui/snapshot.ts";
import type { SnapshotOptions } from "../../src/tui/snapshot.ts";
import { playedTape } from "../../src/cli/record.ts";
import { expectFile } from "../golden/bytes-file.ts";
import { colorAt, distance, indexedPng, pixelsOf, sourceOf } from "../golden/indexed-png.ts";
import { brokenSession } from "../tui/build-framing.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const PICTURES = join(DOCS, "pictures");
const SIZES = { "80x24": [80, 24], "120x40": [120, 40], "200x60": [200, 60] } as const;

const { version } = createRequire(import.meta.url)("@resvg/resvg-js/package.json") as { version: string };

async function lesson(name: string): Promise<Session> {
  const found = LESSONS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no lesson ${name}`);
  return { ...(await openLab(found)), loopback: { unavailable: "not run for pictures" } };
}

async function capture(path: string): Promise<Session> {
  const file = await openCaptureFile(path, {});
  return { ...captureSession(file), name: path };
}

type Shown = readonly [session: () => Promise<Session>, options: Omit<SnapshotOptions, "size">];

/** What each screen is shown with, at every size. */
const SHOWN: Readonly<Record<ScreenName, Shown>> = {
  lab: [() => lesson("tcp-echo-recv16"), { at: { timeNs: 50e6 } }],
  sequence: [() => lesson("tcp-backlog"), {}],
  packets: [() => lesson("http-hello"), { at: { timeNs: 30e6 } }],
  stream: [() => lesson("tcp-echo-recv16"), {}],
  graphs: [() => lesson("zero-window"), { at: { timeNs: 800e6 } }],
  framing: [async () => brokenSession(), {}],
  statistics: [() => capture("fixtures/captures/applications.pcapng"), {}],
};

/** What a picture was drawn from: the screen's SVG, and who turned it into pixels. */
function drawnFrom(grid: Grid): string {
  return `resvg ${version} ${createHash("sha256").update(gridToSvg(grid)).digest("hex")}`;
}

/** Expects `file` to have been drawn from `grid`. Only what is not gets new pixels, which are most of the work. */
function expectPicture(file: string, grid: Grid): void {
  const source = drawnFrom(grid);
  const kept = existsSync(file) ? readFileSync(file) : null;
  const isFresh = kept !== null && sourceOf(kept) === source;
  expectFile(file, isFresh ? kept : indexedPng(gridToPixels(grid), source));
}

const pages = ["../README.md", "screens.md", "commands/record.md"].map((page) =>
  readFileSync(join(DOCS, page), "utf8"),
);

describe("docs/pictures", () => {
  const drawn = new Set(["lost-packet.gif"]);

  describe.each(SCREEN_NAMES)("%s", (screen) => {
    const [open, options] = SHOWN[screen];
    const opened = open();

    it.each(Object.entries(SIZES))("at %s is what the screen shows today", async (name, [width, height]) => {
      const file = `${screen}-${name}.png`;
      drawn.add(file);
      const size = { width, height };
      const grid = renderScreen(await opened, { ...options, screen, size, lessons: LESSON_LIST });
      expectPicture(join(PICTURES, file), grid);
      expect(pages.some((page) => page.includes(`pictures/${file})`))).toBe(true);
    });
  });

  it("have the colours of the screens they were drawn from", async () => {
    const [open, options] = SHOWN.lab;
    const grid = renderScreen(await open(), {
      ...options,
      size: { width: 80, height: 24 },
      lessons: LESSON_LIST,
    });
    const fresh = gridToPixels(grid);
    const kept = pixelsOf(readFileSync(join(PICTURES, "lab-80x24.png")));
    expect([kept.width, kept.height]).toEqual([fresh.width, fresh.height]);
    let furthest = 0;
    for (let i = 0; i < kept.width * kept.height; i++)
      furthest = Math.max(furthest, distance(colorAt(kept.rgba, i), colorAt(fresh.rgba, i)));
    expect(furthest).toBeLessThan(48);
  });

  it("of the README move as the tape plays today", async () => {
    const frames = await playedTape(join(import.meta.dirname, "../../fixtures/tapes/loss.tape"));
    expectGif(join(PICTURES, "lost-packet.gif"), frames);
  });

  it("are no more than those of the table", () => {
    expect(readdirSync(PICTURES).filter((file) => !drawn.has(file))).toEqual([]);
  });
});

/** A GIF says in a comment before its end what it was drawn from. */
function expectGif(file: string, frames: readonly CastFrame[]): void {
  const hash = createHash("sha256").update(toAsciicast(frames)).digest("hex");
  const comment = Buffer.from(`resvg ${version} ${hash}`, "latin1");
  const end = Buffer.concat([Uint8Array.of(0x21, 0xfe, comment.length), comment, Uint8Array.of(0, 0x3b)]);
  const kept = existsSync(file) ? readFileSync(file) : null;
  const isFresh = kept !== null && kept.subarray(-end.length).equals(end);
  expectFile(file, isFresh ? kept : Buffer.concat([framesToGif(frames).subarray(0, -1), end]));
}
