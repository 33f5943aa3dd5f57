// A stream can be read a few packets at a time before one of its packets is shown.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { writeCaptureFile } from "../../../bench/capture-file.ts";
import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { COLUMNS, dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { PROTOCOL } from "../../../src/trace/packets.ts";
import { LINKTYPE } from "../../../src/trace/trace.ts";
import { hex, memoryTrace } from "../memory-trace.ts";

const ROWS = 1_500;
const folder = mkdtempSync(join(tmpdir(), "wirelab-conversations-"));
let capture: Capture;

beforeAll(async () => {
  const path = join(folder, "network.pcap");
  writeCaptureFile(path, ROWS);
  capture = await openCapture(path);
});

afterAll(() => {
  capture.close();
  rmSync(folder, { recursive: true });
});

function conversations(): Conversations {
  const { reassembly, trace } = capture;
  return new Conversations(trace, { reassembly });
}

test("however a stream is approached, its packets are dissected as when all is read at once", () => {
  const context = contextOf(capture);
  const row = fc.nat(ROWS - 1);
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, most) => {
        const approached = conversations();
        for (const at of rows) {
          for (let calls = 0; !approached.approach(at, most); calls++) expect(calls).toBeLessThan(ROWS);
          const shown = dissect(capture.trace, at, { ...context, conversations: approached }, COLUMNS);
          const whole = dissect(capture.trace, at, { ...context, conversations: conversations() }, COLUMNS);
          expect(shown).toEqual(whole);
        }
      },
    ),
    { numRuns: 10 },
  );
});

test("one approach reads no more of a stream than it may, and dissecting reads nothing behind it", () => {
  const { packets } = capture.trace;
  let last = 0;
  const sizes = new Map<number, number>();
  for (let row = 0; row < packets.count; row++) {
    if (packets.protocol[row] !== PROTOCOL.tcp) continue;
    const size = (sizes.get(packets.stream[row]) ?? 0) + 1;
    sizes.set(packets.stream[row], size);
    if (size >= (sizes.get(packets.stream[last]) ?? 0)) last = row;
  }
  const approached = conversations();
  const segments = sizes.get(packets.stream[last]) ?? 0;
  expect(segments).toBeGreaterThan(40);
  let calls = 1;
  while (!approached.approach(last, 5)) calls++;
  // Acknowledgements alone are not read; the table is looked through first.
  expect(calls).toBeGreaterThan(segments / 2 / 5);
  expect(approached.approach(last, 0)).toBe(true);
});

test("a ping's answer is looked for a few packets at a time", () => {
  const ping = (isReply: boolean, number: number): Uint8Array => {
    const bytes = hex(
      isReply
        ? "4500001c000000004001 0000 0a000002 0a000001 0000180000010000"
        : "4500001c000000004001 0000 0a000001 0a000002 0800100000010000",
    );
    bytes[27] = number;
    return bytes;
  };
  const pings = Array.from({ length: 40 }, (_, i) => ping(i % 2 === 1, i >> 1));
  const { trace } = memoryTrace(pings, LINKTYPE.raw);
  const known = new Conversations(trace);
  let calls = 1;
  while (!known.approach(39, 10)) calls++;
  expect(calls).toBe(4);
  expect(known.echoes.partner(39)).toBe(38);
});
