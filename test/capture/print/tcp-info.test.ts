// Lines made from columns alone are those that dissection makes, on real captures and on damaged ones.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { COLUMNS, dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { LineBytes } from "../../../src/capture/print/line-bytes.ts";
import { tcpInfoWriter } from "../../../src/capture/print/tcp-info.ts";
import { captureNames, capturePath, hasSharedCaptures } from "../shared-captures.ts";

const ROWS_MAX = 2_000;
const CAPTURES = captureNames().filter((name) => !name.startsWith("libpcap__"));
const folder = mkdtempSync(join(tmpdir(), "wirelab-info-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** How many rows columns sufficed for, and the first whose columns are not dissection's. */
function compare(capture: Capture): { written: number; difference: string | null } {
  const { trace } = capture;
  const context = contextOf(capture);
  const writeInfo = tcpInfoWriter(trace, context);
  const out = new LineBytes();
  let written = 0;
  for (let row = 0; row < Math.min(trace.packets.count, ROWS_MAX); row++) {
    out.length = 0;
    if (!writeInfo(row, out)) {
      if (out.length > 0) return { written, difference: `frame ${row + 1}: refused with something written` };
      continue;
    }
    written++;
    const { packets } = trace;
    const { protocol, info, source, destination } = dissect(trace, row, context, COLUMNS);
    const ours = [
      "TCP",
      out.textFrom(0),
      packets.addresses.text(packets.source[row]),
      packets.addresses.text(packets.destination[row]),
    ].join("|");
    const theirs = [protocol, info, source, destination].join("|");
    if (ours !== theirs) return { written, difference: `frame ${row + 1}: ${ours} instead of ${theirs}` };
  }
  return { written, difference: null };
}

describe.skipIf(!hasSharedCaptures)("lines from columns (skipped without the shared captures)", () => {
  it("are dissection's on every packet they are made for, which are thousands", async () => {
    let written = 0;
    for (const name of CAPTURES) {
      const capture = await openCapture(capturePath(name));
      const found = compare(capture);
      capture.close();
      expect(`${name}: ${found.difference}`).toBe(`${name}: null`);
      written += found.written;
    }
    expect(written).toBeGreaterThan(1_000);
  });

  it("are dissection's on damaged packets too", async () => {
    const files = ["zeek__tcp_options.pcap", "suricata-verify__tcp-empty-sack_tcp-opt.pcap"].map((name) =>
      readFileSync(capturePath(name)),
    );
    files.push(gunzipSync(readFileSync(capturePath("zeek__echo-connections.pcap.gz"))).subarray(0, 4_000));
    const path = join(folder, "damaged.pcap");
    const change = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 20 }),
        async (file, changes) => {
          const bytes = Uint8Array.from(file);
          for (const [at, value] of changes) bytes[24 + (at % (bytes.length - 24))] = value;
          writeFileSync(path, bytes);
          const capture = await openCapture(path);
          const { difference } = compare(capture);
          capture.close();
          expect(difference).toBeNull();
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });
});

describe("LineBytes", () => {
  it("writes any whole number as String does, in decimal, padded and in hexadecimal", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(0xffffffff), (big, word) => {
        const out = new LineBytes();
        out.decimal(big);
        out.byte(32);
        out.padded(word & 0x3fffffff, 9);
        out.byte(32);
        out.hex(word, 4);
        const padded = String(word & 0x3fffffff)
          .padStart(9, "0")
          .slice(-9);
        expect(out.textFrom(0)).toBe(`${big} ${padded} 0x${word.toString(16).padStart(4, "0")}`);
      }),
    );
  });

  it("writes any text as UTF-8, however long", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 200 })), fc.nat(70_000), (texts, room) => {
        const out = new LineBytes();
        out.blanks(room);
        for (const text of texts) out.text(text);
        expect(out.textFrom(room)).toBe(Buffer.from(texts.join("")).toString());
      }),
    );
  });
});
