// What headers carry besides numbers, line by line as `tshark -V` prints it: options of IP and TCP, what addresses were made from, flags of pcapng.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { enhancedPacket, fields, interfaceDescription, joined, option, sectionHeader } from "../packets.ts";
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

/** An option of an IPv6 header with `size` bytes of data. */
function sized6(type: number, size: number): fc.Arbitrary<readonly number[]> {
  return fc.array(byte, { minLength: size, maxLength: size }).map((data) => [type, size, ...data]);
}

const EXACT6: readonly (readonly [type: number, size: number])[] = [
  [0x01, 3],
  [0x04, 1],
  [0x05, 2],
  [0x0f, 10],
  [0x26, 6],
  [0x30, 4],
  [0x41, 4],
  [0x63, 4],
  [0x8a, 2],
  [0x8b, 4],
  [0xc2, 4],
  [0xee, 3],
  [0x3e, 2],
  [0xd9, 5],
];

const option6: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constantFrom([0], [1, 0], [0x9e, 0], [0xd9, 0]),
  fc.constantFrom([5, 1, 0], [5, 3, 0, 0, 7], [0x08, 4, 0x21, 1, 2, 3], [0x08, 2, 0x91, 2]),
  fc.constantFrom([0x07, 8, 0, 0, 0, 1, 0, 5, 1, 2], [0x07, 12, 0, 0, 0, 1, 1, 5, 1, 2, 9, 8, 7, 6]),
  fc.constantFrom([0x8c, 3, 2, 0x41, 0x42], [0x8c, 4, 2, 0x41, 0x42, 3]),
  ...EXACT6.map(([type, size]) => sized6(type, size)),
);

const address6 = fc.oneof(
  fc.constantFrom("fe80000000000000021ff3fffecdf617", "20020102030400050000000000000001"),
  fc.constantFrom("20010000c00002010000a1b2fefdfcfb", "fe8000000000000000005efe01020304"),
  fc.constantFrom("0064ff9b000000000000000001020304", "20020102030400ff02005efe05060708"),
  fc.constantFrom("0064ff9b000000000100000001020304", "20010000c000020102001ffffe010203"),
);

/** A datagram behind a hop-by-hop or destination header, or none, which says that it is `more` bytes longer than it is. */
const packet6 = fc
  .record({
    options: fc.array(option6, { maxLength: 3 }),
    first: fc.constantFrom(0, 60, 17),
    source: address6,
    destination: address6,
    more: fc.constantFrom(0, 0, 0, 9),
    checksum: fc.constantFrom("abcd", "0000"),
  })
  .map(({ options, first, source, destination, more, checksum }) => {
    const area = Uint8Array.from([17, 0, ...options.flat()]);
    const header = new Uint8Array(first === 17 ? 0 : (area.length + 7) & ~7);
    if (first !== 17) header.set(area);
    if (first !== 17) header[1] = header.length / 8 - 1;
    const head = hex(`60000000 0000 0040 ${source} ${destination}`);
    const body = joined(header, hex(`a029 c351 0009 ${checksum} f1`));
    head[5] = body.length + more;
    head[6] = first;
    return joined(head, body);
  });

const sackBlock = fc.tuple(fc.nat(60), fc.nat(60)).map((edges) => edges.flatMap((edge) => word(8001 + edge)));

function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

const optionTcp = fc.oneof(
  fc
    .array(sackBlock, { minLength: 1, maxLength: 3 })
    .map((blocks) => [1, 1, 5, 2 + 8 * blocks.length, ...blocks.flat()]),
  fc.constantFrom([2, 4, 5, 0xb4], [], [1, 1, 4, 2]),
);

/** A segment of the data that 8001 begins with, or of the side that acknowledges it and tells of blocks that came besides. */
const segment = fc
  .record({
    port: fc.nat(20),
    isAnswer: fc.boolean(),
    flags: fc.constantFrom(0x10, 0x10, 0x18, 0x02),
    ahead: fc.nat(40),
    options: optionTcp,
  })
  .map(({ port, isAnswer, flags, ahead, options }) => {
    const head = hex("4500 0000 0001 0000 4006 0000 0a000001 0a000002");
    if (isAnswer) [head[15], head[19]] = [2, 1];
    // A SYN after data is read otherwise by Wireshark: docs/parity.md.
    const ports = [(flags === 2 && !isAnswer ? 0x9d40 : 0x9c40) + port, 0xc350];
    const isOpening = flags === 2 && !isAnswer;
    const [seq, ack] = isAnswer
      ? [100, 8001 + ahead]
      : [isOpening ? 8000 : 8001 + ahead, isOpening ? 0 : 100];
    const fixed = (isAnswer ? ports.toReversed() : ports).flatMap((number) => word(number).slice(2));
    const length = 20 + options.length + (-options.length & 3);
    const tcp = Uint8Array.from([
      ...fixed,
      ...word(seq),
      ...word(ack),
      length * 4,
      isAnswer ? 0x10 : flags,
      ...hex("1388 abcd 0000"),
      ...options,
    ]);
    const whole = joined(head, tcp, new Uint8Array(length - tcp.length).fill(1));
    whole[3] = whole.length;
    return whole;
  });

/** A packet's block with these `epb_flags`; null for none. */
function flagged(packet: Uint8Array, flags: number | null, at: number): Uint8Array {
  const options = flags === null ? new Uint8Array(0) : option(2, fields([[4, flags]]));
  return enhancedPacket(0, BigInt(at) * 1_000_000n, packet, false, packet.length, options);
}

const flags = fc.option(
  fc.oneof(fc.constantFrom(0, 1, 2, 3, 0x4000_0009), fc.integer({ min: 0, max: 0xffff_ffff })),
);

const NAMES = ["frame.packet_flags", "frame.packet_flags_direction", "frame.p2p_dir", "ip.opt.type"].concat(
  ["ip.dst", "ip.cur_rt", "ip.options.timestamp", "ip.opt.time_stamp", "ip.cipso.categories", "ipv6.opt"],
  ["ipv6.opt.type", "ipv6.opt.rpl.flag", "ipv6.6to4_gw_ipv4", "ipv6.tc_port", "frame.interface_name"],
  [
    "tcp.options.sack.dsack_le",
    "tcp.options.sack.dsack_re",
    "tcp.options.mss.present",
    "tcp.options.mss.absent",
  ],
);

interface Printed {
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/** Details and fields of packets in a pcapng file, by us and by tshark. */
async function printed(packets: readonly Uint8Array[]): Promise<{ details: Printed; fields: Printed }> {
  const path = join(folder, "headers.pcapng");
  const marks = fc.sample(flags, { numRuns: packets.length, seed: 23 });
  const blocks = packets.map((packet, i) => flagged(packet, marks[i], i));
  writeFileSync(path, joined(sectionHeader(), interfaceDescription(LINKTYPE.raw, 0), ...blocks));
  const capture = await openCapture(path);
  const rows = packets.map((_, row) => row);
  const context = contextOf(capture);
  const lines = [...printDetails(capture.trace, rows, context)].flatMap((line) => line.split("\n"));
  const values = [...printFields(capture.trace, rows, NAMES, context)];
  const asked = NAMES.flatMap((name) => ["-e", name]);
  return {
    details: { ours: lines, theirs: tshark(["-n", "-V", "-r", path]) ?? [] },
    fields: { ours: values, theirs: tshark(["-n", "-r", path, "-T", "fields", ...asked]) ?? [] },
  };
}

it.skipIf(!hasTshark)("headers print as tshark prints them (skipped without it)", async () => {
  const packets4 = fc.sample(options4, { numRuns: 300, seed: 21 }).map(withOptions);
  const packets6 = fc.sample(packet6, { numRuns: 300, seed: 22 });
  const { details, fields } = await printed([
    ...packets4,
    ...packets6,
    ...fc.sample(segment, { numRuns: 200, seed: 24 }),
  ]);
  expect(details.theirs.length).toBeGreaterThan(40_000);
  expect(details.ours.slice(0, details.theirs.length)).toEqual(details.theirs);
  expect(fields.ours).toEqual(fields.theirs);
});

it("options of IPv6 may be any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 30 }), fc.boolean(), (bytes, isHopByHop) => {
      const head = hex(
        "60000000 0000 0040 fe800000000000000000000000000001 fe800000000000000000000000000002",
      );
      head[5] = bytes.length + 2;
      head[6] = isHopByHop ? 0 : 60;
      const packet = joined(head, Uint8Array.of(17, (bytes.length + 2) >> 4), bytes);
      const { trace, context } = memoryTrace([packet], LINKTYPE.raw);
      expect(dissect(trace, 0, context).protocols).toMatch(/^raw:ipv6(:ipv6\.(hop|dst)opts)?(:udp|$)/);
    }),
  );
});

it("data that came twice, and MSS options out of place, are expert information", () => {
  const acknowledging = (options: string): Uint8Array =>
    hex(
      `4500 0038 0001 0000 4006 0000 0a000001 0a000002 9c40 c350 00000064 00000fa0 9010 1388 abcd 0000 ${options}`,
    );
  const packets = [
    acknowledging("0101 050a 00000001 00000fa0 01010101"),
    acknowledging("0101 050a 00000001 00000fa1 01010101"),
    acknowledging("0204 05b4 01010101 01010101 01010101"),
  ];
  const { trace, context } = memoryTrace(packets, LINKTYPE.raw);
  const found = packets.map((_, row) => dissect(trace, row, context).experts.map(({ field }) => field));
  expect(found).toEqual([["tcp.options.sack.dsack"], [], ["tcp.options.mss.present", "tcp.nop"]]);
});

it("a home address is where an IPv6 packet comes from", () => {
  const [care, home] = ["fe80000000000000000000000000000a", "20010db8000000000000000000000009"];
  const option = `1102 0104 0000 0000 c910 ${home}`;
  const packet = hex(`60000000 0020 3c40 ${care} ${care} ${option} a029 c351 0008 abcd`);
  const { trace, context } = memoryTrace([packet], LINKTYPE.raw);
  const names = ["_ws.col.Source", "ipv6.src", "ipv6.opt.mipv6.home_address"];
  expect([...printFields(trace, [0], names, context)]).toEqual(["2001:db8::9\tfe80::a\t2001:db8::9"]);
});

describe("options of IPv4", () => {
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
