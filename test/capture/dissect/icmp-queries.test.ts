// ICMP's times of day, address masks, router advertisements and pings of interfaces, line by line as tshark prints them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-icmp-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY_MS = 86_400_000;

/** Times of day in either byte order, such as are one in both, and what is none. */
const time = fc.oneof(
  fc.nat(DAY_MS - 1),
  fc.nat(DAY_MS - 1).map((value) => Buffer.from(Uint32Array.of(value).buffer).readUInt32BE()),
  fc.nat(DAY_MS - 1).map((value) => value + 0x8000_0000),
  fc.tuple(fc.nat(5), fc.nat(65_535), fc.nat(5)).map(([a, b, c]) => (a << 24) | (b << 8) | c),
  fc.constantFrom(0, 1, 999, 1000, 59_999, 60_000, 3_600_000, DAY_MS - 1, DAY_MS),
  fc.nat(0xffff_ffff),
);
const word = time.map((value) => hex(value.toString(16).padStart(8, "0")));
/** Two routers and how much each is to be preferred; as many addresses as there are, or one more, entries of another size. */
const routers = fc
  .constantFrom("0202 001e", "0302 0001", "0201 ffff", "0203 0000")
  .map((head) => joined(hex(head), hex("0a000001 00000005 0a000003 80000000")));

const message = fc
  .oneof(
    fc.tuple(fc.constantFrom(13, 14), fc.array(word, { minLength: 3, maxLength: 3 })),
    fc.tuple(fc.constantFrom(15, 16, 17, 18), fc.array(word, { minLength: 1, maxLength: 2 })),
    fc.tuple(fc.constantFrom(10, 42, 43), fc.constant<Uint8Array[]>([])),
  )
  .chain(([type, body]) =>
    fc.tuple(fc.constant(type), fc.constantFrom("1234 0102", "1234 0120", "1234 01ff"), fc.constant(body)),
  )
  .map(([type, numbers, body]) => joined(Uint8Array.of(type), hex(`00 0000 ${numbers}`), ...body));
const advertisement = routers.map((body) => joined(hex("0900 0000"), body));

/** In its header, mostly whole. */
const packet = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: message }, advertisement), fc.constantFrom(0, 0, 0, 0, 1, 3, 5))
  .map(([whole, cut]) => {
    const body = whole.subarray(0, Math.max(8, whole.length - cut));
    const head = hex("4500 0000 0001 0000 4001 0000 0a000001 0a000002");
    new DataView(head.buffer).setUint16(2, head.length + body.length);
    return joined(head, body);
  });

it.skipIf(!hasTshark)("messages print as tshark prints them (skipped without it)", async () => {
  const path = join(folder, "queries.pcap");
  const records = fc
    .sample(fc.tuple(packet, fc.nat(DAY_MS)), { numRuns: 600, seed: 7 })
    .map(([bytes, ms]) => ({
      seconds: 1_700_000_000 + Math.floor(ms / 1000),
      fraction: (ms % 1000) * 1000,
      length: bytes.length,
      bytes,
    }));
  writeFileSync(path, classicFile(records));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const lines = [...printDetails(capture.trace, rows, contextOf(capture))].flatMap((text) =>
    text.split("\n"),
  );
  capture.close();
  // What could not be read is named here beside tshark's note that something could not.
  const ours = lines.filter((line) => line !== "    [Internet Control Message Protocol]");
  const theirs = tshark(["-n", "-V", "-r", path]) ?? [];
  expect(ours.slice(0, theirs.length)).toEqual(theirs);
});
