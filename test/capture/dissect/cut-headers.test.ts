// Captures that keep only the first bytes of each packet, as `tcpdump -s 68` does: what there is of TCP's header is read, and the analysis
// goes by it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { ANALYSIS_FIELDS } from "../analysis/tshark-analysis.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-cut-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TIMES = "0101 080a 00000001 00000002";

/** Whether it is the server's, flags, sequence and acknowledgment numbers, options and bytes of data. */
const CONVERSATION: readonly (readonly [boolean, number, number, number, string, number])[] = [
  [false, 0x02, 999, 0, "0204 05b4 0402 080a 00000001 00000000 01 0303 07", 0],
  [true, 0x12, 4999, 1000, "0204 05b4 0402 080a 00000002 00000001 01 0303 08", 0],
  [false, 0x10, 1000, 5000, TIMES, 0],
  [false, 0x18, 1000, 5000, TIMES, 100],
  [false, 0x18, 1200, 5000, TIMES, 100],
  [true, 0x10, 5000, 1100, `${TIMES} 0101 050a 000004b0 00000514`, 0],
  [false, 0x18, 1100, 5000, TIMES, 100],
  [true, 0x10, 5000, 1300, TIMES, 0],
  [true, 0x18, 5000, 1300, TIMES, 50],
  [false, 0x11, 1300, 5050, TIMES, 0],
];

function segments(port: number): Uint8Array[] {
  return CONVERSATION.map(([isBack, flags, seq, ack, options, length]) => {
    const area = hex(options);
    const head = hex(
      "4500 0000 0001 4000 4006 1234 0a000001 0a000002 0000 9c41 00000000 00000000 5010 2000 abcd 0000",
    );
    const view = new DataView(head.buffer);
    view.setUint16(2, 40 + area.length + length);
    if (isBack) [head[15], head[19]] = [2, 1];
    view.setUint16(isBack ? 22 : 20, port);
    view.setUint16(isBack ? 20 : 22, 40_001);
    view.setUint32(24, seq);
    view.setUint32(28, ack);
    view.setUint16(32, ((5 + area.length / 4) << 12) | flags);
    return joined(head, area, new Uint8Array(length).fill(0xf1));
  });
}

const FIELDS = [
  ..."tcp.stream tcp.srcport tcp.flags tcp.seq tcp.ack tcp.seq_raw tcp.len tcp.nxtseq tcp.window_size".split(
    " ",
  ),
  ..."tcp.window_size_scalefactor tcp.checksum tcp.hdr_len tcp.completeness tcp.options.mss_val".split(" "),
  ..."tcp.options.wscale.shift tcp.time_relative frame.cap_len _ws.col.Info".split(" "),
  ...ANALYSIS_FIELDS,
];

interface Cut {
  readonly bytes: Uint8Array;
  /** Bytes kept of it. */
  readonly held: number;
}

/** Writes a capture of cut packets, and prints the fields of each. */
async function printed(
  packets: readonly Cut[],
  fields: readonly string[],
): Promise<{ path: string; ours: string[] }> {
  const path = join(folder, "cut.pcap");
  const records = packets.map(({ bytes, held }, i) => ({
    seconds: 1_700_000_000 + i,
    fraction: 0,
    length: bytes.length,
    bytes: bytes.subarray(0, held),
  }));
  writeFileSync(path, classicFile(records, { network: LINKTYPE.raw }));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const ours = [...printFields(capture.trace, rows, fields, contextOf(capture))];
  capture.close();
  return { path, ours };
}

it.skipIf(!hasTshark)(
  "headers cut at any byte print as tshark prints them (skipped without it)",
  async () => {
    const packets: Cut[] = [];
    for (let held = 40; held <= 90; held++) {
      for (const bytes of segments(51_000 + held)) {
        // In cut data tshark looks for protocols that are not known here.
        packets.push({ bytes, held: Math.min(held, 20 + (bytes[32] >> 4) * 4) });
      }
    }
    const { path, ours } = await printed(packets, FIELDS);
    const asked = FIELDS.flatMap((field) => ["-e", field]);
    expect(ours).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...asked]));
  },
);

it("a SYN cut among its options has its numbers, and says nothing of window scaling", async () => {
  const [syn, , ack] = segments(51_000);
  const packets = [
    { bytes: syn, held: 46 },
    { bytes: ack, held: 52 },
  ];
  const fields = ["tcp.seq", "tcp.flags", "tcp.options.mss_val", "tcp.window_size_scalefactor"];
  const { ours } = await printed(packets, fields);
  expect(ours).toEqual(["0\t0x0002\t1460\t", "1\t0x0010\t\t-1"]);
});
