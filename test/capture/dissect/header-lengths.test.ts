// Lengths that are not so: of UDP, of IPv6 without one, of headers cut short, and what is left over in the frame; line by line as tshark.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { withoutReasons } from "../malformed-reasons.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-lengths-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ETHERNET = "020000000002 c20000000001";
const ADDRESSES = "fe800000000000000000000000000001 fe800000000000000000000000000002";

/** A datagram of any length and more or less of it, in IPv4. */
const datagram = fc
  .record({
    length: fc.constantFrom(0, 1, 5, 7, 8, 9, 13, 14, 200, 65_535),
    held: fc.constantFrom(0, 1, 3, 4, 5, 6, 7, 8, 9, 13, 19),
    protocol: fc.constantFrom(17, 17, 6),
  })
  .map(({ length, held: most, protocol }) => {
    const held = protocol === 6 ? Math.min(most, 13) : most;
    const body = new Uint8Array(held).fill(0xf1);
    body.set(hex("c35c c35d 0000 abcd").subarray(0, held));
    if (held >= 6 && protocol === 17) new DataView(body.buffer).setUint16(4, length);
    const head = hex(`${ETHERNET} 0800 4500 0000 0001 4000 40 00 1234 0a000001 0a000002`);
    new DataView(head.buffer).setUint16(16, 20 + held);
    head[23] = protocol;
    return joined(head, body);
  });

/** Hop-by-hop options or none, behind a fixed header whose length may be 0. */
const withoutLength = fc
  .record({
    option: fc.constantFrom(
      "",
      "c204 00011170",
      "c204 00000011",
      "c204 7fffffff",
      "0100 c204 00020000",
      "c202 0001",
    ),
    zero: fc.boolean(),
    udp: fc.constantFrom("c35c c35d 0009 abcd f1", "c35c c35d 0000 abcd f1f2"),
    multicast: fc.constantFrom(
      "",
      "6d02 0007",
      "6d04 2007 1234",
      "6d04 7007 abcd",
      "6d0a 9007 0102030405060708",
    ),
  })
  .map(({ option, zero, udp, multicast }) => {
    const options = hex(`${option} ${multicast}`);
    const area = new Uint8Array((options.length + 9) & ~7);
    area.set(options, 2);
    area[0] = 17;
    area[1] = area.length / 8 - 1;
    // A datagram without a length of its own is in a jumbogram.
    const inner = hex(options.length === 0 ? "c35c c35d 0009 abcd f1" : udp);
    const body = options.length === 0 ? inner : joined(area, inner);
    const head = hex(`${ETHERNET} 86dd 60000000 0000 00 40 ${ADDRESSES}`);
    head[19] = zero ? 0 : body.length;
    head[20] = options.length === 0 ? 17 : 0;
    return joined(head, body);
  });

const trailer = fc
  .constantFrom(0, 0, 2, 3, 17, 21, 40)
  .chain((length) => fc.constantFrom(0, 0x61).map((byte) => new Uint8Array(length).fill(byte)));

const packet = fc.oneof(
  fc.tuple(datagram, trailer).map(([frame, rest]) => joined(frame, rest)),
  withoutLength,
);

it.skipIf(!hasTshark)(
  "headers of wrong lengths print as tshark prints them (skipped without it)",
  async () => {
    const path = join(folder, "lengths.pcap");
    const records = fc
      .sample(packet, { numRuns: 700, seed: 41 })
      .map((bytes, i) => ({ seconds: 1_700_000_000 + i, fraction: 0, length: bytes.length, bytes }));
    writeFileSync(path, classicFile(records, { network: LINKTYPE.ethernet }));
    const capture = await openCapture(path);
    const rows = records.map((_, row) => row);
    const details = [...printDetails(capture.trace, rows, contextOf(capture))].flatMap((line) =>
      line.split("\n"),
    );
    const names = [
      ..."udp.length.bad udp.length.bad_zero eth.fcs.status eth.padding_bad ipv6.plen ipv6.plen_zero".split(
        " ",
      ),
      ..."ipv6.opt.jumbo.missing ipv6.opt.mpl.seed_id ipv6.opt.mpl.flag frame.protocols _ws.col.Info".split(
        " ",
      ),
    ];
    const fields = [...printFields(capture.trace, rows, names, contextOf(capture))];
    capture.close();
    const asked = names.flatMap((name) => ["-e", name]);
    expect(fields).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...asked]));
    expect(withoutReasons(details)).toEqual(withoutReasons(tshark(["-n", "-V", "-r", path]) ?? []));
  },
);
