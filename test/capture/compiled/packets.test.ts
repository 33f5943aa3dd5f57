// What compiled code puts into the index is what the code around it would: for segments in every order and of every kind, for captures as
// networks have them and damaged ones, and where its memory does not suffice.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { writeCaptureFile } from "../../../bench/capture-file.ts";
import { CaptureBuilder } from "../../../src/capture/builder.ts";
import { announceClassic, ClassicDecoder, readClassicHeader } from "../../../src/capture/classic.ts";
import { CompiledCode } from "../../../src/capture/compiled/code.ts";
import { openChunks } from "../../../src/capture/open.ts";
import { FilePages } from "../../../src/capture/store.ts";
import { classicFile } from "../packets.ts";
import { bothWays, contents, once } from "./index-contents.ts";
import { packetsOf, traffic } from "./traffic.ts";
import { captureNames, capturePath, hasSharedCaptures } from "../shared-captures.ts";

const ETHERNET = 1;
const HEADER_BYTES = 24;
const folder = mkdtempSync(join(tmpdir(), "wirelab-compiled-"));
const path = join(folder, "capture.pcap");
const network = join(folder, "network.pcap");

beforeAll(() => {
  writeCaptureFile(network, 3_000);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Builds the index of a classic file within `pages` of memory; answers how much of it compiled code did at once, and what came out. */
function indexWithin(file: string, pages: number): { builder: CaptureBuilder; atOnce: number } {
  const fd = openSync(file, "r");
  const store = new FilePages(fd);
  const code = CompiledCode.load(pages);
  if (code === null) throw new Error("the package is not built");
  const builder = new CaptureBuilder(store, null, code);
  const bytes = readFileSync(file);
  const layout = { kind: "pcap", bigEndian: false, nanoseconds: false, modified: false } as const;
  const header = readClassicHeader(bytes, layout, file);
  announceClassic(builder, header);
  const held = code.memory.make(Uint8Array, bytes.length);
  held.set(bytes);
  let atOnce = 0;
  const walk = builder.walk.bind(builder);
  builder.walk = (...args): number => {
    const before = builder.count;
    const end = walk(...args);
    atOnce += builder.count - before;
    return end;
  };
  new ClassicDecoder(builder, header).decode(held, HEADER_BYTES, held.length, 0);
  closeSync(fd);
  return { builder, atOnce };
}

describe("the compiled part of the index", () => {
  it("finds of segments in any order what the code around finds", async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (all) => {
        const { compiled, around } = await bothWays(path, classicFile(packetsOf(all), { network: ETHERNET }));
        expect(compiled).toEqual(around);
      }),
      { numRuns: 400 },
    );
  });

  it("does most of a capture, and that as the code around", async () => {
    const { atOnce, builder } = indexWithin(network, 1024);
    expect(atOnce).toBeGreaterThan(builder.count * 0.95);
    const { compiled, around } = await bothWays(path, readFileSync(network));
    expect(compiled).toEqual(around);
    expect(contents(builder)).toEqual(compiled);
  });

  it("leaves damaged packets to the code around", async () => {
    const file = readFileSync(network).subarray(0, 200_000);
    const place = fc.integer({ min: HEADER_BYTES, max: file.length - 1 });
    const damage = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(damage, async (places) => {
        const damaged = Uint8Array.from(file);
        for (const [at, byte] of places) damaged[at] = byte;
        const { compiled, around } = await bothWays(path, damaged);
        expect(compiled).toEqual(around);
      }),
      { numRuns: 60 },
    );
  });

  it("gives way where its memory is full", async () => {
    const large = join(folder, "large.pcap");
    const pages = Math.ceil(writeCaptureFile(large, 4_300) / 65_536) + 8;
    const { builder: roomy } = indexWithin(large, 1024);
    const { builder: tight, atOnce } = indexWithin(large, pages);
    expect(atOnce).toBeGreaterThan(0);
    expect(atOnce).toBeLessThan(tight.count * 0.9);
    expect(contents(tight)).toEqual(contents(roomy));
  });

  it.skipIf(!hasSharedCaptures)(
    "indexes captures of others as the code around",
    { timeout: 60_000 },
    async () => {
      let compared = 0;
      for (const name of captureNames().filter((one) => /\.pcap(ng)?$/.test(one))) {
        const file = readFileSync(capturePath(name));
        const opened = await openChunks(once(file), "-").catch(() => null);
        if (opened === null) continue;
        opened.close();
        const { compiled, around } = await bothWays(path, file);
        expect({ name, compiled }).toEqual({ name, compiled: around });
        compared++;
      }
      expect(compared).toBeGreaterThan(30);
    },
  );
});
