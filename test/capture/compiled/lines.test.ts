// Lines of fields that compiled code writes, or begins, are those that are written without it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { writeCaptureFile } from "../../../bench/capture-file.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { fieldsWriter, printFields } from "../../../src/capture/print/fields.ts";
import { LineBytes } from "../../../src/capture/print/line-bytes.ts";
import { FIELDS, KINDS, linesAtOnce, linesEach } from "./both-ways.ts";
import { framesOf } from "./talks.ts";
import type { Talk } from "./talks.ts";
import { classicFile } from "../packets.ts";
import { captureNames, capturePath, hasSharedCaptures } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-lines-"));
const path = join(folder, "capture.pcap");
const network = join(folder, "network.pcap");
const FIXTURES = new URL("../../../fixtures/captures/", import.meta.url);

const LONG_TALK: Talk = {
  ports: [40_000, 5000],
  turns: [{ side: 0, bytes: new Uint8Array(3000), sizes: [200] }],
};

beforeAll(() => {
  writeCaptureFile(network, 6_000);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("lines written by compiled code", () => {
  it("are those of a capture as networks have them", async () => {
    for (const kind of KINDS)
      expect(await linesAtOnce(network, kind)).toEqual(await linesEach(readFileSync(network), kind));
  });

  it("are right for any of these fields in any order, Info among them once at most", async () => {
    const bytes = readFileSync(network).subarray(0, 400_000);
    writeFileSync(path, bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: 8 }),
        async (fields) => {
          const lines = await linesAtOnce(path, fields);
          const infos = fields.filter((field) => field === "_ws.col.Info").length;
          expect(lines === null).toBe(infos > 1);
          if (lines !== null) expect(lines).toEqual(await linesEach(bytes, fields));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("are right for packets of any time, those before the first among them, however fine it is", async () => {
    const FIRST = { seconds: 1_700_000_000, fraction: 500_000 };
    const frames = framesOf(LONG_TALK, 1);
    const time = fc.record({
      seconds: fc.constantFrom(
        0,
        FIRST.seconds - 1,
        FIRST.seconds,
        FIRST.seconds + 1,
        2_000_000_000,
        0xffff_ffff,
      ),
      fraction: fc.constantFrom(0, 1, 499_999, FIRST.fraction, 500_001, 999_999),
    });
    const times = fc.array(time, { minLength: frames.length - 1, maxLength: frames.length - 1 });
    const decimals = fc.constantFrom(0, 1, 2, 3, 6, 9);
    await fc.assert(
      fc.asyncProperty(times, decimals, async (times, decimals) => {
        const records = [FIRST, ...times].map((one, i) => ({
          ...one,
          bytes: frames[i],
          length: frames[i].length,
        }));
        const file = classicFile(records, { network: 1 });
        writeFileSync(path, file);
        expect(await linesAtOnce(path, "list", [], decimals)).toEqual(
          await linesEach(file, "list", [], decimals),
        );
        expect(await linesAtOnce(path, FIELDS)).toEqual(await linesEach(file, FIELDS));
      }),
      { numRuns: 40 },
    );
  });

  it("are each writer's own where several take turns, to places of their own", async () => {
    const capture = await openCapture(network);
    const context = contextOf(capture);
    const { packets } = capture.trace;
    const lists = [["frame.number", "tcp.seq"], ["ip.src", "tcp.flags", "tcp.len"], ["tcp.window_size"]];
    const texts = ["", "", ""];
    const writers = lists.map((fields) => fieldsWriter(capture.trace, fields, context));
    const outs = lists.map(() => new LineBytes(packets.memory));
    for (let from = 0; from < 3_000; from += 100) {
      writers.forEach(({ many }, i) => {
        for (let row = from; row < from + 100;) row = many?.(row, from + 100, outs[i]) ?? from + 100;
        texts[i] += outs[i].textFrom(0);
        outs[i].length = 0;
      });
    }
    const rows = Array.from({ length: 3_000 }, (_, row) => row);
    lists.forEach((fields, i) => {
      const each = [...printFields(capture.trace, rows, fields, context)];
      expect(texts[i].split("\n").slice(0, -1)).toEqual(each);
    });
    capture.close();
  });

  it("are none for fields that it knows nothing of, or with longer separators", async () => {
    const capture = await openCapture(network);
    const context = contextOf(capture);
    expect(fieldsWriter(capture.trace, ["frame.number", "http.host"], context).many).toBeUndefined();
    expect(fieldsWriter(capture.trace, FIELDS, context, { separator: ", " }).many).toBeUndefined();
    expect(fieldsWriter(capture.trace, FIELDS, context, { separator: ";" }).many).toBeDefined();
    expect(fieldsWriter(capture.trace, FIELDS, context, { quote: "double" }).many).toBeUndefined();
    capture.close();
  });

  it("are right for packets that are damaged, missing, doubled or out of order", async () => {
    const whole = readFileSync(network);
    const records: Uint8Array[] = [];
    for (let at = 24; at + 16 <= whole.length;) {
      const end = at + 16 + whole.readUInt32LE(at + 8);
      records.push(whole.subarray(at, end));
      at = end;
    }
    const place = fc.integer({ min: 0, max: records.length - 2 });
    const changes = fc.array(
      fc.record({
        place,
        kind: fc.constantFrom("drop", "double", "swap", "flip"),
        byte: fc.nat({ max: 119 }),
      }),
      { maxLength: 300 },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const changed: (Uint8Array | null)[] = [...records];
        for (const { place, kind, byte } of all) {
          const record = changed[place];
          if (record === null) continue;
          if (kind === "drop") changed[place] = null;
          else if (kind === "double") changed[place + 1] = record;
          else if (kind === "swap") [changed[place], changed[place + 1]] = [changed[place + 1], record];
          else {
            const flipped = Uint8Array.from(record);
            // Not the record's header, so that what follows stays readable.
            if (16 + byte < flipped.length) flipped[16 + byte] ^= 1 << (byte % 8);
            changed[place] = flipped;
          }
        }
        const bytes = Buffer.concat([whole.subarray(0, 24), ...changed.filter((one) => one !== null)]);
        writeFileSync(path, bytes);
        for (const kind of KINDS) expect(await linesAtOnce(path, kind)).toEqual(await linesEach(bytes, kind));
      }),
      { numRuns: 12 },
    );
  });

  it.each(["applications.pcapng", "lan.pcapng", "https.pcapng"])("are those of %s", async (name) => {
    const file = new URL(name, FIXTURES);
    for (const kind of KINDS)
      expect(await linesAtOnce(file.pathname, kind)).toEqual(await linesEach(readFileSync(file), kind));
  });

  it.skipIf(!hasSharedCaptures)("are those of captures of others", { timeout: 60_000 }, async () => {
    let compared = 0;
    for (const name of captureNames().filter((one) => /\.pcap(ng)?$/.test(one))) {
      const bytes = readFileSync(capturePath(name));
      const isReadable = await linesEach(bytes, FIELDS).then(
        () => true,
        () => false,
      );
      if (!isReadable) continue;
      for (const kind of KINDS) {
        const lines = await linesEach(bytes, kind);
        expect({ name, lines: await linesAtOnce(capturePath(name), kind) }).toEqual({ name, lines });
      }
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });
});
