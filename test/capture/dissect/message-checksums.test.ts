// Checksums of ICMP, ICMPv6 and IGMP, which are worked out of captured packets too, and pings with their data, line by line as tshark.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { finishChecksum, addWords } from "../../../src/wire/checksum.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-checksums-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ADDRESSES = "fe800000000000000000000000000001 fe800000000000000000000000000002";

const MESSAGES = [
  [1, "0800 abcd 0001 0001 f1f1"],
  [1, "0000 abcd 0001 0002"],
  [1, "0303 abcd 00000000 4500001c00014000401112340a0000010a000002 c35cc35d 0008 0000"],
  [2, "1600 abcd e0000105"],
  [2, "1700 abcd e0000105"],
  [58, "8000 abcd 0001 0001 f1f1"],
  [58, "8500 abcd 00000000"],
] as const;

/** A message in its IP header, its checksum right or `sum`, the header's length `more` than there is. */
const packet = fc
  .record({
    message: fc.constantFrom(...MESSAGES),
    sum: fc.constantFrom(null, null, 0, 0xffff, 0xabcd),
    more: fc.constantFrom(0, 0, 0, 9),
  })
  .map(({ message: [protocol, text], sum, more }) => {
    const body = hex(text);
    const isSix = protocol === 58;
    const pseudo = isSix ? addWords(hex(ADDRESSES), 0, 32, protocol + body.length) : 0;
    const view = new DataView(body.buffer);
    view.setUint16(2, 0);
    view.setUint16(2, sum ?? finishChecksum(addWords(body, 0, body.length, pseudo)));
    const head = isSix
      ? hex(`60000000 0000 3a ff ${ADDRESSES}`)
      : hex("4500 0000 0001 4000 40 00 1234 0a000001 0a000002");
    if (!isSix) head[9] = protocol;
    new DataView(head.buffer).setUint16(isSix ? 4 : 2, body.length + (isSix ? 0 : 20 + more));
    return joined(head, body);
  });

it("a message on its way through routers is summed over where it goes in the end (RFC 8200 section 8.1)", () => {
  const [source, next, last] = ["a0", "b0", "c0"].map((byte) => hex(`20010db8${"00".repeat(11)}${byte}`));
  const ping = hex("8000 0000 0001 0001 f1f1");
  const sum = finishChecksum(addWords(joined(source, last, ping), 0, 32 + ping.length, 58 + ping.length));
  new DataView(ping.buffer).setUint16(2, sum);
  const head = hex("60000000 0000 2b ff");
  new DataView(head.buffer).setUint16(4, 24 + ping.length);
  const packet = (segmentsLeft: number): Uint8Array =>
    joined(head, source, next, hex(`3a 02 00 0${segmentsLeft} 00000000`), last, ping);
  const { trace, context } = memoryTrace([packet(1), packet(0)], LINKTYPE.raw);
  const names = ["icmpv6.checksum.status", "ipv6.routing.src.reserved"];
  expect([...printFields(trace, [0, 1], names, context)]).toEqual(["1\t00000000", "0\t00000000"]);
});

it.skipIf(!hasTshark)("messages print as tshark prints them (skipped without it)", async () => {
  const path = join(folder, "messages.pcap");
  const records = fc
    .sample(packet, { numRuns: 200, seed: 51 })
    .map((bytes, i) => ({ seconds: 1_700_000_000 + i, fraction: 0, length: bytes.length, bytes }));
  writeFileSync(path, classicFile(records, { network: LINKTYPE.raw }));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const context = contextOf(capture);
  const details = [...printDetails(capture.trace, rows, context)].flatMap((line) => line.split("\n"));
  const names = [
    ..."icmp.checksum icmp.checksum.status icmp.checksum_bad icmpv6.checksum.status".split(" "),
    ..."icmpv6.checksum_bad.expert igmp.checksum.status ip.bogus_ip_length data.data".split(" "),
  ];
  const fields = [...printFields(capture.trace, rows, names, context)];
  capture.close();
  const asked = names.flatMap((name) => ["-e", name]);
  expect(fields).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...asked]));
  const theirs = tshark(["-n", "-V", "-r", path]) ?? [];
  expect(details.slice(0, theirs.length)).toEqual(theirs);
});
