// What compiled code puts into the index is what the code around it would: for segments in every order and of every kind, for captures as
// networks have them and damaged ones, and where its memory does not suffice.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { writeCaptureFile } from "../../../bench/capture-file.ts";
import { CaptureBuilder } from "../../../src/capture/builder.ts";
import type { Capture } from "../../../src/capture/capture.ts";
import { announceClassic, ClassicDecoder, readClassicHeader } from "../../../src/capture/classic.ts";
import { CompiledCode } from "../../../src/capture/compiled/code.ts";
import { compiledPacketsOf } from "../../../src/capture/compiled/packets.ts";
import { openCapture, openChunks } from "../../../src/capture/open.ts";
import { FilePages } from "../../../src/capture/store.ts";
import { NO_STREAM, PROTOCOL } from "../../../src/trace/packets.ts";
import { classicFile } from "../packets.ts";
import type { ClassicPacket } from "../packets.ts";
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

const COLUMNS = [
  "seconds",
  "nanoseconds",
  "offset",
  "capturedLength",
  "length",
  "interfaceId",
  "protocol",
  "source",
  "destination",
  "networkOffset",
  "transportOffset",
  "payloadOffset",
  "sourcePort",
  "destinationPort",
  "payloadLength",
  "tcpSeq",
  "tcpAck",
  "tcpFlags",
  "tcpWindow",
  "stream",
  "analysis",
] as const;

type Indexed = Pick<Capture, "trace" | "streams" | "analysis">;

/** Everything that the index holds of each row, one text a row, and of the addresses and streams. */
function contents({ trace, streams, analysis }: Indexed): string[] {
  const { packets: table } = trace;
  const { addresses } = table;
  const lines: string[] = [];
  const numbers = { seq: 0, ack: 0, window: 0, direction: 0 };
  for (let row = 0; row < table.count; row++) {
    const stream = table.stream[row];
    const columns = COLUMNS.map((name) => table[name][row]);
    const found = [
      analysis.acksRow(row),
      analysis.relatedRow(row),
      analysis.duplicateAckNumber(row),
      analysis.bytesInFlight(row),
      analysis.pushBytesSent(row),
      analysis.tsVal(row),
      analysis.tsEcr(row),
    ];
    if (table.protocol[row] === PROTOCOL.tcp && stream !== NO_STREAM) {
      streams.numbers(table, row, numbers);
      found.push(numbers.seq, numbers.ack, numbers.window, numbers.direction, analysis.initialRttNs(row));
      found.push(Number(analysis.closesFirst(row)), streams.tcpFirstRow(stream));
      for (const side of [0, 1] as const) {
        const { base, windowScale } = streams.tcpDirection(stream, side, row);
        found.push(base ?? -1, windowScale);
      }
    }
    lines.push(`${columns.join(" ")} | ${found.join(" ")}`);
  }
  const texts = Array.from({ length: addresses.size }, (_, i) => addresses.text(i + 1));
  return [...lines, texts.join(" "), `${streams.tcpCount} ${streams.udpCount}`];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What a file holds, with compiled code and without: it is for ordinary files. */
async function bothWays(file: Uint8Array): Promise<{ compiled: string[]; around: string[] }> {
  writeFileSync(path, file);
  const capture = await openCapture(path);
  const chunks = await openChunks(once(file), "-");
  try {
    expect(compiledPacketsOf(capture.trace.packets)).not.toBeNull();
    expect(compiledPacketsOf(chunks.trace.packets)).toBeNull();
    // A stream's bytes go elsewhere.
    chunks.trace.packets.offset.set(capture.trace.packets.offset.subarray(0, capture.trace.packets.count));
    return { compiled: contents(capture), around: contents(chunks) };
  } finally {
    capture.close();
    chunks.close();
  }
}

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

interface Sent {
  readonly side: boolean;
  readonly flow: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly length: number;
  readonly options: readonly number[];
  readonly isIpv6: boolean;
  readonly hasTag: boolean;
  readonly isUdp: boolean;
  readonly waitMs: number;
  /** Bytes that the capture lacks, and that the frame has beyond its packet. */
  readonly cut: number;
  readonly trailer: number;
}

const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 0, 9];
const OPTIONS: readonly (readonly number[])[] = [
  [],
  TIMESTAMPS,
  [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7],
  [2, 4, 5, 180],
  [3, 3, 2, 0],
  [3, 3, 20, 1],
  [1, 1, 5, 10, 0, 0, 0, 20, 0, 0, 0, 30],
  [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0],
  [21, 6, 0, 0, 0, 0, 1, 1],
  [8, 3, 1, 1],
  [127, 0, 1, 1],
  [2, 4, 5, 180, 127, 0, 0, 0],
  [0, 0, 0, 0],
];
const FLAGS = [0x10, 0x18, 0x02, 0x12, 0x11, 0x04, 0x30, 0x00, 0x03, 0x19, 0xd2];

/** Few numbers, so that they meet: sequence numbers are tens, those of one flow around 2^32. */
const sent: fc.Arbitrary<Sent> = fc.record({
  side: fc.boolean(),
  flow: fc.integer({ min: 0, max: 2 }),
  seq: fc.integer({ min: 0, max: 5 }),
  ack: fc.integer({ min: 0, max: 5 }),
  flags: fc.constantFrom(...FLAGS.slice(0, 2), ...FLAGS),
  window: fc.constantFrom(0, 1, 20, 20, 500),
  length: fc.constantFrom(0, 0, 1, 10, 10, 20),
  options: fc.constantFrom(...OPTIONS.slice(0, 2), ...OPTIONS),
  isIpv6: fc.boolean(),
  hasTag: fc.boolean(),
  isUdp: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  waitMs: fc.constantFrom(0, 1, 30),
  cut: fc.constantFrom(0, 0, 0, 0, 5, 25, 40),
  trailer: fc.constantFrom(0, 0, 0, 6),
});

/** A conversation as it should be, for some of which others are put in between. */
function conversation(turns: readonly number[], flow: number): Sent[] {
  const usual = {
    flow,
    window: 500,
    isIpv6: false,
    hasTag: false,
    isUdp: false,
    waitMs: 1,
    cut: 0,
    trailer: 0,
  };
  const segments: Sent[] = [
    { ...usual, side: false, seq: 0, ack: 0, flags: 0x02, length: 0, options: OPTIONS[2] },
    { ...usual, side: true, seq: 0, ack: 0.1, flags: 0x12, length: 0, options: OPTIONS[2] },
    { ...usual, side: false, seq: 0.1, ack: 0.1, flags: 0x10, length: 0, options: TIMESTAMPS },
  ];
  let [from, to] = [0.1, 0.1];
  for (const turn of turns) {
    segments.push({
      ...usual,
      side: false,
      seq: from,
      ack: to,
      flags: 0x18,
      length: turn * 10,
      options: TIMESTAMPS,
    });
    from += turn;
    segments.push({ ...usual, side: true, seq: to, ack: from, flags: 0x10, length: 20, options: TIMESTAMPS });
    to += 2;
  }
  segments.push({ ...usual, side: true, seq: to, ack: from, flags: 0x11, length: 0, options: TIMESTAMPS });
  return segments;
}

const talk = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }), fc.integer({ min: 0, max: 2 }))
  .map(([turns, flow]) => conversation(turns, flow));

const traffic: fc.Arbitrary<readonly Sent[]> = fc
  .array(fc.oneof(talk, fc.array(sent, { maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.flat());

function packetsOf(all: readonly Sent[]): ClassicPacket[] {
  let timeMs = 0;
  return all.map((one) => {
    timeMs += one.waitMs;
    const bytes = frame(one);
    const captured = bytes.subarray(0, Math.max(0, bytes.length - one.cut));
    return {
      seconds: 1_700_000_000 + Math.floor(timeMs / 1000),
      fraction: (timeMs % 1000) * 1000,
      length: bytes.length,
      bytes: captured,
    };
  });
}

function frame(one: Sent): Uint8Array {
  const transport = one.isUdp ? datagram(one) : segment(one);
  const ip = one.isIpv6 ? 40 : 20;
  const link = one.hasTag ? 18 : 14;
  const bytes = new Uint8Array(link + ip + transport.length + one.trailer);
  const view = new DataView(bytes.buffer);
  const type = one.isIpv6 ? 0x86dd : 0x0800;
  if (one.hasTag) view.setUint32(12, 0x8100_0005);
  view.setUint16(link - 2, type);
  const protocol = one.isUdp ? 17 : 6;
  const [from, to] = one.side ? [2, 1] : [1, 2];
  if (one.isIpv6) {
    view.setUint8(link, 0x60);
    view.setUint16(link + 4, transport.length);
    view.setUint8(link + 6, protocol);
    view.setUint8(link + 23, from);
    view.setUint8(link + 39, to + one.flow);
  } else {
    view.setUint8(link, 0x45);
    view.setUint16(link + 2, ip + transport.length);
    view.setUint8(link + 9, protocol);
    view.setUint8(link + 15, from);
    view.setUint8(link + 19, to);
  }
  bytes.set(transport, link + ip);
  return bytes;
}

function ports(one: Sent): readonly [number, number] {
  const client = 40_000 + one.flow;
  return one.side ? [80, client] : [client, 80];
}

function segment(one: Sent): Uint8Array {
  const bytes = new Uint8Array(20 + one.options.length + one.length);
  const view = new DataView(bytes.buffer);
  const [from, to] = ports(one);
  const base = one.flow === 0 ? 0xffff_ffe0 : 1000;
  view.setUint16(0, from);
  view.setUint16(2, to);
  view.setUint32(4, (base + Math.round(one.seq * 10)) >>> 0);
  view.setUint32(8, (base + Math.round(one.ack * 10)) >>> 0);
  view.setUint16(12, ((20 + one.options.length) << 10) | one.flags);
  view.setUint16(14, one.window);
  bytes.set(one.options, 20);
  return bytes;
}

function datagram(one: Sent): Uint8Array {
  const bytes = new Uint8Array(8 + one.length);
  const view = new DataView(bytes.buffer);
  const [from, to] = ports(one);
  view.setUint16(0, from);
  view.setUint16(2, one.window === 1 ? 4789 : to);
  view.setUint16(4, one.window === 0 ? 0 : 8 + one.length);
  return bytes;
}

describe("the compiled part of the index", () => {
  it("finds of segments in any order what the code around finds", async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (all) => {
        const { compiled, around } = await bothWays(classicFile(packetsOf(all), { network: ETHERNET }));
        expect(compiled).toEqual(around);
      }),
      { numRuns: 400 },
    );
  });

  it("does most of a capture, and that as the code around", async () => {
    const { atOnce, builder } = indexWithin(network, 1024);
    expect(atOnce).toBeGreaterThan(builder.count * 0.95);
    const { compiled, around } = await bothWays(readFileSync(network));
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
        const { compiled, around } = await bothWays(damaged);
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
        const { compiled, around } = await bothWays(file);
        expect({ name, compiled }).toEqual({ name, compiled: around });
        compared++;
      }
      expect(compared).toBeGreaterThan(30);
    },
  );
});
