// DHCP's options by name, as tshark prints each of them.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { printDetails } from "../../../src/capture/print/details.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-dhcp-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Padding, the message's type and the end have no length of their own choice. */
const APART = new Set([0, 53, 255]);
const CODES = Array.from({ length: 256 }, (_, code) => code).filter((code) => !APART.has(code));

/** A request with option `code` of four bytes. */
function request(code: number): Uint8Array {
  const message = joined(
    hex("01010600"),
    new Uint8Array(24),
    hex("020000000001"),
    new Uint8Array(202),
    hex("63825363 350101"),
    Uint8Array.of(code, 4, 1, 2, 3, 4, 255),
  );
  const headers = hex("45000000 0001 0000 4011 0000 00000000 ffffffff 0044 0043 0000 0000");
  const packet = joined(headers, message);
  const view = new DataView(packet.buffer);
  view.setUint16(2, packet.length);
  view.setUint16(24, packet.length - 20);
  return packet;
}

/** The lines that name options; the end is not reached where four bytes are too little for a value. */
function named(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("    Option: (") && !line.endsWith("(255) End"));
}

describe("options of DHCP", () => {
  const packets = CODES.map(request);
  const { trace, context } = memoryTrace(packets, LINKTYPE.raw);
  const rows = packets.map((_, row) => row);
  const lines = named([...printDetails(trace, rows, context)].flatMap((text) => text.split("\n")));

  it("have a name even where nobody uses them any more", () => {
    expect(lines).toContain("    Option: (96) Removed/Unassigned");
    expect(lines).toContain("    Option: (137) LoST Server Domain Name");
  });

  it.skipIf(!hasTshark)("are called what tshark calls them (skipped without tshark)", () => {
    const records = packets.map((bytes) => ({ seconds: 1, fraction: 0, length: bytes.length, bytes }));
    const path = join(folder, "options.pcap");
    writeFileSync(path, classicFile(records, { network: LINKTYPE.raw }));
    const theirs = execFileSync("tshark", ["-n", "-r", path, "-V"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 26,
    });
    expect(lines).toEqual(named(theirs.split("\n")));
  });
});
