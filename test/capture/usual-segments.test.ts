// Segments that need no dissection to be counted show their headers and nothing else, and nothing odd is found in them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { writeCaptureFile } from "../../bench/capture-file.ts";
import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { dissect } from "../../src/capture/dissect/dissect.ts";
import { openCapture, openChunks } from "../../src/capture/open.ts";
import { isUsualSegment } from "../../src/capture/usual-segments.ts";
import { anyFrames, USUAL } from "./compiled/any-talks.ts";
import { framesOf, recordsOf } from "./compiled/talks.ts";
import {
  classicFile,
  enhancedPacket,
  interfaceDescription,
  joined,
  option,
  sectionHeader,
} from "./packets.ts";
import { captureNames, capturePath, hasSharedCaptures } from "./shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-usual-"));

afterAll(() => rmSync(folder, { recursive: true }));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The rows of usual segments; throws for one that shows anything else. */
function usualRows(capture: Capture): number[] {
  const { trace } = capture;
  const context = contextOf(capture);
  const rows: number[] = [];
  for (let row = 0; row < trace.packets.count; row++) {
    if (!isUsualSegment(trace, row, context)) continue;
    rows.push(row);
    const { tree, experts } = dissect(trace, row, context);
    const version = trace.packets.addresses.family(trace.packets.source[row]) === 6 ? "ipv6" : "ip";
    const layers = tree.map(({ field }) => field);
    expect({ row, layers, experts }).toEqual({ row, layers: ["frame", "eth", version, "tcp"], experts: [] });
  }
  return rows;
}

const damage = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 80 }), fc.nat({ max: 255 })), {
  maxLength: 6,
});

describe("usual segments", () => {
  it("show their headers alone", async () => {
    await fc.assert(
      fc.asyncProperty(anyFrames, damage, async (frames, places) => {
        for (const [at, place, byte] of places) {
          if (frames[at]?.[place] === undefined) continue;
          frames[at] = Uint8Array.from(frames[at]);
          frames[at][place] = byte;
        }
        usualRows(await openChunks(once(classicFile(recordsOf(frames), { network: 1 })), "-"));
      }),
      { numRuns: Number(process.env.USUAL_RUNS ?? 150) },
    );
  });

  it("are most of a capture of short connections", async () => {
    const path = join(folder, "capture.pcap");
    writeCaptureFile(path, 3_000);
    const capture = await openCapture(path);
    expect(usualRows(capture).length).toBeGreaterThan(capture.trace.packets.count / 2);
    capture.close();
  });

  it("have no comments", async () => {
    // Behind SYN and SYN, ACK.
    const frame = framesOf(USUAL.HTTP, 1)[2];
    const comment = option(1, Buffer.from("look"));
    const packets = [frame, frame].map((bytes, i) =>
      enhancedPacket(0, BigInt(i), bytes, false, bytes.length, i === 0 ? new Uint8Array(0) : comment),
    );
    const file = joined(sectionHeader(), interfaceDescription(1, 0), ...packets);
    const capture = await openChunks(once(file), "-");
    expect(usualRows(capture)).toEqual([0]);
  });

  it.skipIf(!hasSharedCaptures)(
    "show their headers alone in captures of others",
    { timeout: 60_000 },
    async () => {
      let count = 0;
      for (const name of captureNames()) {
        const capture = await openCapture(capturePath(name)).catch(() => null);
        if (capture === null) continue;
        count += usualRows(capture).length;
        capture.close();
      }
      expect(count).toBeGreaterThan(1_000);
    },
  );
});
