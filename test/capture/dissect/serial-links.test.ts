// Frames of serial links - PPP with and without a direction, Cisco's HDLC - line by line as tshark prints them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printText } from "../../../src/capture/print/text.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex } from "../memory-trace.ts";
import { classicFile } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-serial-"));
afterAll(() => rmSync(folder, { recursive: true }));

const IP = "4500001c 0001 0000 4011 0000 0a000005 0a000006 03e8 07d0 0008 0000";
/** Labels behind which there is no packet. */
const NO_PACKET: ReadonlySet<number> = new Set([13, 14]);
const REQUEST = "c021 01 01 0004";

/** Writes frames of a link type; answers where. */
function fileOf(network: number, frames: readonly string[]): string {
  const path = join(folder, `${network}.pcap`);
  const records = frames.map((text, i) => {
    const bytes = hex(text);
    return { seconds: i, fraction: 0, length: bytes.length, bytes };
  });
  writeFileSync(path, classicFile(records, { network }));
  return path;
}

const HDLC = [
  ...Array.from({ length: 20 }, (_, label) => label)
    .filter((label) => !NO_PACKET.has(label))
    .map((label) => `0f00 8847 ${label.toString(16).padStart(5, "0")}140 ${IP}`),
  `0f00 0800 ${IP}`,
  `8f00 0800 ${IP}`,
  `ff03 ${REQUEST}`,
  "0f00 0101 f1f1",
  `ff03 0021 ${IP}`,
  "1234 c023 01010004",
  `0f00 8847 00064140 ${IP}`,
];

it.skipIf(!hasTshark)("Cisco's HDLC and PPP print as tshark prints them (skipped without it)", async () => {
  const paths = [
    fileOf(LINKTYPE.ciscoHdlc, HDLC),
    fileOf(LINKTYPE.ppp, [`ff03 ${REQUEST}`, REQUEST, `ff03 0021 ${IP}`, `21 ${IP}`, HDLC[0]]),
  ];
  for (const path of paths) {
    const capture = await openCapture(path);
    const context = contextOf(capture);
    const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
    const details = [...printDetails(capture.trace, rows, context)].flatMap((text) => text.split("\n"));
    const lines = [...printText(capture.trace, rows, context)];
    capture.close();
    expect(lines).toEqual(tshark(["-n", "-r", path]));
    const theirs = tshark(["-n", "-V", "-r", path]) ?? [];
    expect(details.slice(0, theirs.length)).toEqual(theirs);
  }
});

it.skipIf(!hasTshark)("PPP's ends are named by the direction (skipped without tshark)", async () => {
  const frames = [`00 ff03 0021 ${IP}`, `01 ff03 ${REQUEST}`, `00 ${REQUEST}`, "01"];
  const path = fileOf(LINKTYPE.pppWithDirection, frames);
  const names = ["_ws.col.Source", "_ws.col.Destination", "_ws.col.Protocol", "ppp.direction"];
  const capture = await openCapture(path);
  const ours = [...printFields(capture.trace, [0, 1, 2, 3], names, contextOf(capture))];
  capture.close();
  const args = ["-n", "-r", path, "-T", "fields", ...names.flatMap((name) => ["-e", name])];
  expect(ours.slice(0, 3)).toEqual(tshark(args)?.slice(0, 3));
});
