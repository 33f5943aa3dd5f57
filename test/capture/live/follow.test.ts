// A file that is followed while it grows, shrinks, or another takes its place.

import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { classicFile, udpPacket } from "../packets.ts";

const PACKETS = Array.from({ length: 6 }, (_, i) => {
  const bytes = udpPacket(1, 2, Uint8Array.of(i));
  return { seconds: i, fraction: 0, length: bytes.length, bytes };
});
const WHOLE = classicFile(PACKETS);
const HALF = classicFile(PACKETS.slice(0, 3));

let folder = "";
let path = "";
let capture: Capture;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "wirelab-follow-"));
  path = join(folder, "growing.pcap");
  writeFileSync(path, HALF);
  capture = await openCapture(path, { lazy: true, follow: true });
  await until(() => capture.trace.packets.count === 3);
});

afterEach(() => {
  capture.close();
  rmSync(folder, { recursive: true });
});

/** Reads until then; answers whether the capture is whole. */
async function until(isThere: () => boolean): Promise<boolean> {
  for (;;) {
    const isWhole = await capture.indexSome(10);
    if (isWhole || isThere()) return isWhole;
  }
}

describe("a file that is followed", () => {
  it("is read on as it grows, packets once they are whole", async () => {
    appendFileSync(path, WHOLE.subarray(HALF.length, WHOLE.length - 1));
    await until(() => capture.trace.packets.count === 5);
    await capture.indexSome(60);
    expect(capture.trace.packets.count).toBe(5);
    appendFileSync(path, WHOLE.subarray(WHOLE.length - 1));
    await until(() => capture.trace.packets.count === 6);
    expect(capture.problems).toEqual([]);
  });

  it("that becomes shorter is followed no longer, and that is said", async () => {
    truncateSync(path, 24);
    expect(await until(() => false)).toBe(true);
    expect(capture.problems.map(({ message }) => message)).toEqual([
      `the file became shorter than the ${HALF.length} bytes read: no longer followed`,
    ]);
  });

  it("that is moved is followed where it is", async () => {
    renameSync(path, join(folder, "moved.pcap"));
    appendFileSync(join(folder, "moved.pcap"), WHOLE.subarray(HALF.length));
    await until(() => capture.trace.packets.count === 6);
    expect(capture.problems).toEqual([]);
  });

  it("in whose place is another is followed while it grows, and then no longer, and that is said", async () => {
    renameSync(path, join(folder, "moved.pcap"));
    writeFileSync(path, HALF);
    await capture.indexSome(100);
    appendFileSync(join(folder, "moved.pcap"), WHOLE.subarray(HALF.length));
    expect(await until(() => false)).toBe(true);
    expect(capture.trace.packets.count).toBe(6);
    expect(capture.problems.map(({ message }) => message)).toEqual([
      "another file is in its place, and nothing more came: no longer followed",
    ]);
  });
});
