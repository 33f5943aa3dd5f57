// Detail trees line by line, as `tshark -V` prints them: random segments and datagrams of a few connections.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-details-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ETHERNET = "020000000002 c20000000001 0800";

interface Sent {
  readonly connection: number;
  readonly isBack: boolean;
  readonly flags: number;
  readonly length: number;
  readonly ttl: number;
  readonly destination: string;
  readonly wait: number;
}

/** Sequence numbers follow what was sent, so that some of it makes sense. */
class Ends {
  readonly #next = new Map<string, number>();

  segment({ connection, isBack, flags, length, ttl }: Sent): Uint8Array {
    const head = hex(
      `${ETHERNET} 4500 0000 0001 4000 4006 1234 0a000001 0a000002 0000 0000 00000000 00000000 5000 ffff abcd 0000`,
    );
    const view = new DataView(head.buffer);
    view.setUint16(16, head.length - 14 + length);
    head[22] = ttl;
    if (isBack) [head[29], head[33]] = [2, 1];
    view.setUint16(isBack ? 36 : 34, 40_000 + connection);
    view.setUint16(isBack ? 34 : 36, 50_000);
    const [own, other] = [`${connection}${isBack}`, `${connection}${!isBack}`];
    const seq = this.#next.get(own) ?? 7000;
    const isOpening = (flags & 0x02) !== 0 && !this.#next.has(own);
    this.#next.set(own, seq + length + (isOpening || (flags & 1) !== 0 ? 1 : 0));
    view.setUint32(38, seq);
    view.setUint32(42, (flags & 0x10) === 0 ? 0 : (this.#next.get(other) ?? 7000));
    // A SYN after data is read otherwise by Wireshark: docs/parity.md.
    head[47] = isOpening ? flags : flags & ~0x02;
    return joined(head, data(length));
  }
}

function datagram({ connection, length, ttl, destination }: Sent): Uint8Array {
  const head = hex(`${ETHERNET} 4500 0000 0001 0000 4011 0000 0a000001 ${destination} 0000 c351 0000 0000`);
  const view = new DataView(head.buffer);
  view.setUint16(16, head.length - 14 + length);
  head[22] = ttl;
  view.setUint16(34, 41_000 + connection);
  view.setUint16(38, 8 + length);
  view.setUint16(40, connection === 0 ? 0 : 0x1111);
  return joined(head, data(length));
}

/** Bytes that nobody takes for a protocol. */
function data(length: number): Uint8Array {
  return new Uint8Array(length).fill(0xf1);
}

/** A datagram of two fragments, which come in either order. */
function fragments(id: number, isSwapped: boolean): Uint8Array[] {
  const part = (offset: number, more: boolean, body: Uint8Array): Uint8Array => {
    const head = hex(`${ETHERNET} 4500 0000 0000 0000 4011 0000 0a000001 0a000002`);
    const view = new DataView(head.buffer);
    view.setUint16(16, 20 + body.length);
    view.setUint16(18, id);
    view.setUint16(20, (more ? 0x2000 : 0) | (offset / 8));
    return joined(head, body);
  };
  const first = part(0, true, joined(hex("a029 c351 0030 0000"), data(16)));
  const last = part(24, false, data(24));
  return isSwapped ? [last, first] : [first, last];
}

/** A header without a payload, some of whose addresses were made from Ethernet addresses. */
function header6(source: string): Uint8Array {
  return hex(
    `${ETHERNET.replace("0800", "86dd")} 60000000 0000 3b40 ${source} 20010db8000000000000000000000001`,
  );
}

const SOURCES = [
  "fe80000000000000021ff3fffecdf617",
  "20010db800000000001ff3fffecdf617",
  "ff02000000000000031ff3fffecdf617",
  "fe80000000000000021ff3fefecdf617",
];

const sent: fc.Arbitrary<Sent> = fc.record({
  connection: fc.nat(5),
  isBack: fc.boolean(),
  flags: fc.constantFrom(0x02, 0x12, 0x10, 0x10, 0x18, 0x11, 0x14, 0x04, 0x00),
  length: fc.constantFrom(0, 0, 1, 20, 33),
  ttl: fc.constantFrom(64, 1, 4, 255),
  destination: fc.constantFrom("0a000002", "e0000016", "e00000fb", "ef010203"),
  wait: fc.nat(50_000_000),
});

function packets(): Uint8Array[] {
  const ends = new Ends();
  const steps = fc.sample(fc.tuple(fc.integer({ min: 0, max: 9 }), sent), { numRuns: 400, seed: 11 });
  const others = SOURCES.map(header6);
  const transports = steps.flatMap(([kind, one], i) => {
    if (kind === 0) return fragments(i, one.isBack);
    return [kind < 3 ? datagram(one) : ends.segment(one)];
  });
  return [...others, ...transports];
}

async function written(): Promise<{ ours: string[]; path: string; fields: (names: string[]) => string[] }> {
  const path = join(folder, "details.pcap");
  const waits = fc.sample(fc.nat(900_000), { numRuns: 1000, seed: 12 });
  let at = 1_700_000_000_000_000;
  const records = packets().map((bytes, i) => {
    at += waits[i];
    return { seconds: Math.floor(at / 1e6), fraction: at % 1e6, length: bytes.length, bytes };
  });
  writeFileSync(path, classicFile(records, { network: LINKTYPE.ethernet }));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const context = contextOf(capture);
  const ours = [...printDetails(capture.trace, rows, context)];
  return { ours, path, fields: (names) => [...printFields(capture.trace, rows, names, context)] };
}

describe.skipIf(!hasTshark)("beside tshark (skipped without it)", () => {
  it("every line of every packet's details is the same", async () => {
    const { ours, path } = await written();
    const theirs = tshark(["-n", "-V", "-r", path]) ?? [];
    expect(ours.slice(0, theirs.length)).toEqual(theirs);
    expect(ours.slice(theirs.length).filter((line) => line !== "")).toEqual([]);
  });

  it("and so are the fields of streams and checksums", async () => {
    const { path, fields } = await written();
    const names = ["tcp", "udp"].flatMap((protocol) =>
      ["time_delta", "time_relative", "checksum.status"].map((name) => `${protocol}.${name}`),
    );
    names.push("tcp.completeness", "ip.checksum.status", "frame.time_delta_displayed", "frame.marked");
    const flags = names.flatMap((name) => ["-e", name]);
    expect(fields(names)).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...flags]));
  });
});
