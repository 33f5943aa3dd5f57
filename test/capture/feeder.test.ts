import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { openCapture } from "../../src/capture/open.ts";
import { classicFile } from "./packets.ts";
import type { ClassicPacket } from "./packets.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Link type USER0: bytes nobody looks into. */
const USER0 = 147;

function packet(length: number, seed: number): ClassicPacket {
  const bytes = new Uint8Array(length);
  for (let i = 0, value = seed; i < length; i++) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = value >>> 16;
  }
  return { seconds: seed, fraction: 0, length, bytes };
}

describe("a file read ahead of what is decoded", () => {
  it("has its packets, whole, however reads cut them", async () => {
    const sizes = fc.array(fc.oneof(fc.nat(2000), fc.integer({ min: 60_000, max: 262_144 })), {
      minLength: 1,
      maxLength: 40,
    });
    const path = join(folder, "large.pcap");
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 300_000 }), async (lengths, cut) => {
        const packets = lengths.map((length, i) => packet(length, i + 1));
        const file = classicFile(packets, { network: USER0 });
        const left = Math.max(24, file.length - cut);
        writeFileSync(path, file.subarray(0, left));
        const capture = await openCapture(path, { lazy: true });
        try {
          let seen = 0;
          for (let done = false; !done;) {
            done = await capture.indexSome(0);
            for (; seen < capture.trace.packets.count; seen++)
              expect(Buffer.from(capture.trace.glance(seen)).equals(packets[seen].bytes)).toBe(true);
          }
          let whole = 0;
          let end = 24;
          while (whole < lengths.length && end + 16 + lengths[whole] <= left) end += 16 + lengths[whole++];
          expect(seen).toBe(whole);
          expect(capture.problems.map(({ offset }) => offset)).toEqual(end === left ? [] : [end]);
          expect(capture.progress).toEqual({ bytesRead: left, bytesTotal: left, done: true });
          for (let row = 0; row < seen; row++)
            expect(Buffer.from(capture.trace.bytes(row)).equals(packets[row].bytes)).toBe(true);
        } finally {
          capture.close();
        }
      }),
      { numRuns: 40 },
    );
  });

  it.skipIf(process.platform !== "linux")(
    "is closed in the middle of a read, and read no further",
    async () => {
      const path = join(folder, "closed.pcap");
      const packets = Array.from({ length: 100 }, (_, i) => packet(50_000, i));
      writeFileSync(path, classicFile(packets, { network: USER0 }));
      const descriptors = (): number =>
        readdirSync("/proc/self/fd").filter((fd) => {
          try {
            return readlinkSync(`/proc/self/fd/${fd}`) === path;
          } catch {
            return false;
          }
        }).length;
      const capture = await openCapture(path, { lazy: true });
      await capture.indexSome(0);
      const { count } = capture.trace.packets;
      const reading = capture.indexSome(1000);
      expect(descriptors()).toBe(1);
      capture.close();
      expect(await reading).toBe(true);
      for (let turn = 0; turn < 200 && descriptors() > 0; turn++) await sleep(5);
      expect(descriptors()).toBe(0);
      expect(capture.trace.packets.count).toBe(count);
    },
  );
});
