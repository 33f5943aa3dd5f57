// What headers carry besides their fixed part, line by line as `tshark -V` prints it: options of IPv4.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/text.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-headers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A datagram to a port of nobody's, behind a header with these options, which are filled up with zeros. */
function withOptions(options: Uint8Array): Uint8Array {
  const area = new Uint8Array((options.length + 3) & ~3);
  area.set(options);
  const head = hex("4500 0000 0001 0000 4011 0000 0a000001 0a000002");
  head[0] += area.length / 4;
  head[3] = head.length + area.length + 9;
  return joined(head, area, hex("a029 c351 0009 0000 f1"));
}

const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 3, 4, 8, 12, 0x80));

/** An option of `type` as long as it has to be, with anything in it. */
function sized(type: number, length: number): fc.Arbitrary<readonly number[]> {
  return fc
    .array(byte, { minLength: length - 2, maxLength: length - 2 })
    .map((data) => [type, length, ...data]);
}

const CIPSO_HEAD = [0, 0, 0, 3];

const option4: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constantFrom([1], [1, 1], [1, 1, 1, 1, 1], [0], [222, 4, 1, 2], [94, 2]),
  ...[136, 11, 12, 148].map((type) => sized(type, 4)),
  ...[7, 68, 131, 137].flatMap((type) => [7, 11, 15, 16].map((length) => sized(type, length))),
  ...[3, 6, 9, 14].flatMap((length) => [sized(130, length), sized(133, length)]),
  sized(82, 12),
  sized(25, 8),
  sized(149, 8),
  sized(149, 10),
  fc
    .constantFrom(
      [1, 4, 0, 7],
      [1, 7, 0, 7, 0x81, 0, 3],
      [2, 8, 0, 9, 0, 1, 2, 1],
      [5, 10, 0, 9, 0, 9, 0, 2, 0, 1],
      [6, 5, 1, 2, 3],
      [7, 2],
      [9, 3, 4],
      [1, 3, 0],
      [0, 0],
    )
    .map((tag) => [134, 6 + tag.length, ...CIPSO_HEAD, ...tag]),
  fc.constant([130, 11, 0xf1, 0x35, 0, 1, 0x41, 0x42, 0x43, 0x44, 0x45]),
);

/** Options that say where they end, all but perhaps the last one. */
const options4 = fc
  .tuple(
    fc.array(option4, { maxLength: 4 }),
    fc.constantFrom([], [], [], [148], [148, 0], [148, 40], [222, 1], [7, 3, 4]),
  )
  .map(([options, last]) => Uint8Array.from([...options.flat().slice(0, 37), ...last]))
  .filter(isReadable);

/** Whether no option was cut by the header's end within its head: what follows such a header is not read. */
function isReadable(options: Uint8Array): boolean {
  const { trace, context } = memoryTrace([withOptions(options)], LINKTYPE.raw);
  return dissect(trace, 0, context).protocols.includes("udp");
}

async function linesOf(packets: readonly Uint8Array[]): Promise<{ ours: string[]; theirs: string[] }> {
  const path = join(folder, "headers.pcap");
  const records = packets.map((bytes, i) => ({ seconds: i, fraction: 0, length: bytes.length, bytes }));
  writeFileSync(path, classicFile(records, { network: LINKTYPE.raw }));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const ours = [...printDetails(capture.trace, rows, contextOf(capture))].flatMap((line) => line.split("\n"));
  return { ours, theirs: tshark(["-n", "-V", "-r", path]) ?? [] };
}

describe("options of IPv4", () => {
  it.skipIf(!hasTshark)("print as tshark prints them (skipped without it)", async () => {
    const { ours, theirs } = await linesOf(fc.sample(options4, { numRuns: 300, seed: 21 }).map(withOptions));
    expect(theirs.length).toBeGreaterThan(20_000);
    expect(ours.slice(0, theirs.length)).toEqual(theirs);
  });

  it("may be any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (options) => {
        const { trace, context } = memoryTrace([withOptions(options)], LINKTYPE.raw);
        expect(dissect(trace, 0, context).protocol).toMatch(/^(UDP|IPv4)$/);
      }),
    );
  });

  it("end what is read where one is too short for what it says", () => {
    const { trace, context } = memoryTrace([withOptions(hex("9403 0000"))], LINKTYPE.raw);
    const { protocols, info } = dissect(trace, 0, context);
    expect([protocols, info]).toEqual(["raw:ip", "[Malformed Packet]"]);
  });

  it("have a packet's destination at the end of a source route that is not at its end", () => {
    const packets = ["04", "08", "0c"].map((pointer) =>
      withOptions(hex(`830b ${pointer} 01020304 05060708 00`)),
    );
    const { trace, context } = memoryTrace(packets, LINKTYPE.raw);
    const { addresses, destination, stream } = trace.packets;
    const told = packets.map((_, row) => addresses.text(destination[row]));
    expect(told).toEqual(["5.6.7.8", "5.6.7.8", "10.0.0.2"]);
    expect([...stream.subarray(0, 3)]).toEqual([0, 0, 1]);
    expect(dissect(trace, 0, context).tree[2].label).toBe(
      "Internet Protocol Version 4, Src: 10.0.0.1, Dst: 5.6.7.8, Via: 10.0.0.2",
    );
  });
});
