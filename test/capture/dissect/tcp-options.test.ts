// TCP options of any kind and length, line by line and field by field as tshark prints them, and what the analysis makes of them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { withoutReasons } from "../malformed-reasons.ts";
import { ANALYSIS_FIELDS } from "../analysis/tshark-analysis.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-options-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Multipath TCP, SCPS capabilities and Riverbed's, which are not read here. */
const OTHERS = new Set([20, 30, 76, 78]);
const KINDS = Array.from({ length: 256 }, (_, kind) => kind).filter((kind) => !OTHERS.has(kind));
const COMMON = [2, 3, 4, 5, 5, 5, 6, 7, 8, 11, 12, 13, 19, 21, 22, 27, 28, 29, 34, 172, 174, 253, 254];
/** Lengths that options of these kinds have. */
const LENGTHS = [2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 16, 18, 26];

const byte = fc.integer({ min: 0, max: 255 });

const randomOption = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...COMMON) }, fc.constantFrom(...KINDS)),
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...LENGTHS) }, fc.integer({ min: 2, max: 24 })),
    fc.uint8Array({ minLength: 38, maxLength: 38 }),
    fc.constantFrom([], [0xf9, 0x89], [0x00, 0xac], [0xac, 0xc0], [0xac, 0xc1]),
  )
  .map(([kind, length, data, head]) => [kind, length, ...[...head, ...data].slice(0, length - 2)]);

/** What a list ends with before its time. */
const broken = fc.oneof(
  { weight: 12, arbitrary: fc.constant([] as number[]) },
  fc.tuple(fc.constantFrom(...COMMON), fc.constantFrom(0, 1, 41, 255)),
  fc.constantFrom([0, 1], [0, 0, 0, 7], [2], [5]),
);

const area = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: randomOption },
        fc.constantFrom([1], [1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1]),
      ),
      { maxLength: 3 },
    ),
    broken,
    fc.constantFrom(0, 1),
  )
  .map(([options, end, padding]) => {
    const bytes = [...options.flat(), ...end].slice(0, 40);
    while (bytes.length % 4 !== 0) bytes.push(padding);
    return Uint8Array.from(bytes);
  });

function segment(
  port: number,
  flags: number,
  seq: number,
  ack: number,
  options: Uint8Array,
  length: number,
  isBack = false,
): Uint8Array {
  const head = hex(
    "4500 0000 0001 4000 4006 1234 0a000001 0a000002 9c40 9c41 00000000 00000000 5010 2000 abcd 0000",
  );
  const view = new DataView(head.buffer);
  view.setUint16(2, 40 + options.length + length);
  if (isBack) [head[15], head[19]] = [2, 1];
  view.setUint16(isBack ? 22 : 20, port);
  view.setUint32(24, seq);
  view.setUint32(28, ack);
  view.setUint16(32, ((5 + options.length / 4) << 12) | flags);
  return joined(head, options, new Uint8Array(length).fill(0xf1));
}

const alone = fc
  .record({
    flags: fc.constantFrom(0x02, 0x12, 0x10, 0x18, 0x00),
    seq: fc.constantFrom(0, 7000, 0xffff_fff0),
    ack: fc.constantFrom(0, 7000, 0x9000_0000),
    area,
    length: fc.constantFrom(0, 0, 5),
  })
  .map((one) => ({ ...one, isBack: false }));

const sackEdge = byte.map((near) => 1000 + near);
const sackOption = fc
  .tuple(fc.array(fc.tuple(sackEdge, sackEdge), { maxLength: 2 }), fc.constantFrom(0, 0, 0, 1, 4))
  .map(([blocks, more]) => {
    const bytes = Uint8Array.from([
      5,
      2 + 8 * blocks.length + more,
      ...new Uint8Array(8 * blocks.length + more),
    ]);
    const view = new DataView(bytes.buffer);
    blocks.flat().forEach((edge, i) => view.setUint32(2 + 4 * i, edge));
    return [...bytes];
  });

/** Segments of one stream whose SACK options change what is in flight; some have several, or cut ones. */
const ofStream = fc.record({
  // A SYN after data is read otherwise by Wireshark: docs/parity.md.
  flags: fc.constantFrom(0x10, 0x10, 0x10, 0x18, 0x00),
  seq: fc.constantFrom(999, 1000, 1050, 1100, 1200),
  ack: fc.constantFrom(0, 1000, 1050, 1200),
  isBack: fc.boolean(),
  length: fc.constantFrom(0, 0, 50, 100),
  area: fc.array(fc.oneof(sackOption, fc.constant([1])), { maxLength: 2 }).map((options) => {
    const bytes = options.flat();
    while (bytes.length % 4 !== 0) bytes.push(1);
    return Uint8Array.from(bytes.slice(0, 40));
  }),
});

interface Sent {
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly area: Uint8Array;
  readonly length: number;
  readonly isBack: boolean;
}

/** Writes the streams, each from a port of its own, and prints them with both. */
async function printed(streams: readonly (readonly Sent[])[], fields: readonly string[]): Promise<Printed> {
  const path = join(folder, "options.pcap");
  const packets = streams.flatMap((stream, i) =>
    stream.map((one) => segment(51_000 + i, one.flags, one.seq, one.ack, one.area, one.length, one.isBack)),
  );
  const records = packets.map((bytes, i) => ({
    seconds: 1_700_000_000 + i,
    fraction: 0,
    length: bytes.length,
    bytes,
  }));
  writeFileSync(path, classicFile(records, { network: LINKTYPE.raw }));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const context = contextOf(capture);
  const details = [...printDetails(capture.trace, rows, context)].flatMap((line) => line.split("\n"));
  const values = [...printFields(capture.trace, rows, fields, context)];
  capture.close();
  const asked = fields.flatMap((field) => ["-e", field]);
  return {
    details: withoutReasons(details),
    theirDetails: withoutReasons(tshark(["-n", "-V", "-r", path]) ?? []),
    fields: values,
    theirFields: tshark(["-n", "-r", path, "-T", "fields", ...asked]) ?? [],
  };
}

interface Printed {
  readonly details: readonly string[];
  readonly theirDetails: readonly string[];
  readonly fields: readonly string[];
  readonly theirFields: readonly string[];
}

const FIELDS = [
  ..."_ws.col.Info tcp.option_kind tcp.option_len tcp.options tcp.options.mss tcp.options.mss_val".split(" "),
  ..."tcp.options.sack tcp.options.sack_le tcp.options.sack_re tcp.options.sack.count tcp.options.cc".split(
    " ",
  ),
  ..."tcp.options.echo tcp.options.qs.ttl_diff tcp.options.user_to_granularity tcp.options.ao.mac".split(" "),
  ..."tcp.options.acc_ecn tcp.options.acc_ecn.eceb tcp.options.unknown.payload tcp.options.tfo.cookie".split(
    " ",
  ),
  ..."tcp.option.len.invalid tcp.options.wscale.shift.invalid tcp.non_zero_bytes_after_eol".split(" "),
  ..."tcp.suboption_malformed tcp.options.mss.absent tcp.analysis.tfo_syn frame.protocols".split(" "),
];

describe.skipIf(!hasTshark)("beside tshark (skipped without it)", () => {
  it("options of any kind and length print the same", async () => {
    const streams = fc.sample(alone, { numRuns: 1200, seed: 31 }).map((one) => [one]);
    const { details, theirDetails, fields, theirFields } = await printed(streams, FIELDS);
    expect(theirDetails.length).toBeGreaterThan(90_000);
    expect(details).toEqual(theirDetails);
    expect(fields).toEqual(theirFields);
  });

  it("SACK options, several and cut ones among them, count as much in flight, from the same base", async () => {
    const streams = fc.sample(fc.array(ofStream, { minLength: 1, maxLength: 8 }), { numRuns: 500, seed: 32 });
    const { details, theirDetails, fields, theirFields } = await printed(streams, [
      ...ANALYSIS_FIELDS,
      "tcp.options.sack_le",
      "tcp.options.sack_re",
      "_ws.col.Info",
    ]);
    expect(fields).toEqual(theirFields);
    expect(details).toEqual(theirDetails);
  });
});
