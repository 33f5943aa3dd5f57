import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { CaptureError } from "../../src/capture/error.ts";
import { openCapture, openChunks } from "../../src/capture/open.ts";
import { followStream, segmentBytes } from "../../src/capture/reassembly/follow.ts";
import { SAMPLE_FILES } from "./sample-files.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wirelab-test-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function* cutAt(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield await Promise.resolve(bytes.subarray(from, Math.max(from, cut)));
    from = Math.max(from, cut);
  }
  yield bytes.subarray(from);
}

/** Everything a capture shows, or the code it was refused with. */
async function outcome(opening: Promise<Capture>): Promise<unknown> {
  let capture: Capture;
  try {
    capture = await opening;
  } catch (error) {
    if (error instanceof CaptureError) return error.code;
    throw error;
  }
  const { packets } = capture.trace;
  const rows = Array.from({ length: packets.count }, (_, row) => ({
    time: capture.hasTime(row) ? [packets.seconds[row], packets.nanoseconds[row]] : null,
    length: packets.length[row],
    interfaceId: packets.interfaceId[row],
    bytes: Buffer.from(capture.trace.bytes(row)).toString("hex"),
    columns: [packets.protocol[row], packets.source[row], packets.destinationPort[row], packets.stream[row]],
    direction: capture.direction(row),
    comments: capture.comments.get(row),
  }));
  const followed = followStream(capture.trace, 0, { protocol: "udp", reassembly: capture.reassembly });
  const payloads = followed.segments.map((segment) =>
    segment.kind === "data" ? segmentBytes(capture.trace, segment, capture.reassembly).length : -1,
  );
  const { problems, interfaces, names, secrets, statistics, sections, format } = capture;
  capture.close();
  return {
    rows,
    payloads,
    problems: [...problems],
    interfaces,
    names,
    secrets,
    statistics,
    sections,
    format,
  };
}

async function fromFile(bytes: Uint8Array): Promise<unknown> {
  const path = join(folder, "capture");
  writeFileSync(path, bytes);
  return outcome(openCapture(path));
}

const cutsArbitrary = fc.array(fc.nat(3000), { maxLength: 40 });

describe.each(Object.entries(SAMPLE_FILES))("a %s file", (_name, bytes) => {
  it("opens whole and without problems", async () => {
    expect(await fromFile(bytes)).toMatchObject({ problems: [] });
  });

  it("is the same read from disk and as a stream cut anywhere", async () => {
    const whole = await fromFile(bytes);
    const bytewise = Array.from(bytes.keys());
    expect(await outcome(openChunks(cutAt(bytes, bytewise), "-"))).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(cutsArbitrary, async (cuts) => {
        expect(await outcome(openChunks(cutAt(bytes, cuts), "-"))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("shows, cut short anywhere, the packets before the cut, on disk and as a stream alike", async () => {
    const whole = (await fromFile(bytes)) as { rows: unknown[] };
    for (let length = 0; length < bytes.length; length += 7) {
      const cut = bytes.subarray(0, length);
      const seen = await fromFile(cut);
      expect(await outcome(openChunks(cutAt(cut, [length >> 1]), "-"))).toEqual(seen);
      const rows = typeof seen === "string" ? [] : (seen as { rows: unknown[] }).rows;
      expect(rows).toEqual(whole.rows.slice(0, rows.length));
    }
  });
});

type Change = (out: Uint8Array) => Uint8Array;

/** A file changed by flipped bytes, a cut, a run of bytes put over another place, or a huge length. */
function mutated(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(bytes.length - 1);
  const flip = fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([at, value]) => {
    return (out: Uint8Array): Uint8Array => {
      out[at % out.length] = value;
      return out;
    };
  });
  const cut = place.map(
    (at) =>
      (out: Uint8Array): Uint8Array =>
        out.subarray(0, Math.max(1, at)),
  );
  const splice = fc.tuple(place, place, fc.nat(64)).map(([from, to, length]) => {
    return (out: Uint8Array): Uint8Array => out.copyWithin(to, from, from + length);
  });
  const huge = fc
    .tuple(place, fc.constantFrom(0xffffffff, 0x7fffffff, 0x40000, 0x1000000, 0))
    .map(([at, value]) => {
      return (out: Uint8Array): Uint8Array => {
        if (out.length < 4) return out;
        new DataView(out.buffer, out.byteOffset).setUint32(Math.min(at & ~3, out.length - 4), value, true);
        return out;
      };
    });
  return fc
    .array(fc.oneof<fc.Arbitrary<Change>[]>(flip, flip, splice, huge, cut), { minLength: 1, maxLength: 6 })
    .map((changes) => changes.reduce<Uint8Array>((out, change) => change(out), bytes.slice()));
}

describe("damage", () => {
  const RUNS = 120;

  it.each(Object.entries(SAMPLE_FILES))(
    "to a %s file never throws, and reads alike from disk and stream",
    async (_, bytes) => {
      const started = performance.now();
      await fc.assert(
        fc.asyncProperty(mutated(bytes), cutsArbitrary, async (damaged, cuts) => {
          expect(await outcome(openChunks(cutAt(damaged, cuts), "-"))).toEqual(await fromFile(damaged));
        }),
        { numRuns: RUNS, seed: 20_240_611 },
      );
      // A hang would be caught by the test's own limit; this catches work that grows with a length in the file.
      expect((performance.now() - started) / RUNS).toBeLessThan(100);
    },
    120_000,
  );

  it("random bytes are refused or shown, never thrown over", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(SAMPLE_FILES).map((bytes) => bytes.subarray(0, 28))),
        fc.uint8Array({ maxLength: 400 }),
        async (head, tail) => {
          const bytes = new Uint8Array(Buffer.concat([head, tail]));
          expect(await outcome(openChunks(cutAt(bytes, [30]), "-"))).toEqual(await fromFile(bytes));
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  it("a length of 4 GiB costs no memory and is named", async () => {
    const bytes = SAMPLE_FILES["pcap"].slice();
    new DataView(bytes.buffer).setUint32(24 + 8, 0xffffffff, true);
    const before = process.memoryUsage().arrayBuffers;
    expect(await fromFile(bytes)).toMatchObject({
      rows: [],
      problems: [{ message: expect.stringContaining("4294967295 bytes"), offset: 24, packet: 0 }],
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});
