// What is printed of TCP segments and UDP datagrams without dissecting all of them is what dissection says: on captures as networks have them, on real
// ones and on damaged ones.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { COLUMNS, dissect } from "../../../src/capture/dissect/dissect.ts";
import { compileFilter, isFilterError } from "../../../src/capture/filter/compile.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { nodesOf, findField, formatValue } from "../../../src/capture/fields.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { hexWriter } from "../../../src/capture/print/hex.ts";
import { LineBytes } from "../../../src/capture/print/line-bytes.ts";
import { TransportColumns } from "../../../src/capture/print/transport-columns.ts";
import { writeCaptureFile } from "../../../bench/capture-file.ts";
import { captureNames, capturePath, hasSharedCaptures } from "../shared-captures.ts";

const ROWS_MAX = 1_000;
const NETWORK_ROWS = 1_000;
const CAPTURES = captureNames().filter((name) => !name.startsWith("libpcap__"));
const folder = mkdtempSync(join(tmpdir(), "wirelab-info-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** How many rows were not dissected whole, and the first whose columns are not dissection's. */
function compare(capture: Capture): { written: number; difference: string | null } {
  const { trace } = capture;
  const context = contextOf(capture);
  const segments = new TransportColumns(trace, context);
  const out = new LineBytes();
  let written = 0;
  for (let row = 0; row < Math.min(trace.packets.count, ROWS_MAX); row++) {
    out.length = 0;
    if (!segments.writeInfo(row, out)) {
      if (out.length > 0) return { written, difference: `frame ${row + 1}: refused with something written` };
      continue;
    }
    written++;
    const { packets } = trace;
    const { protocol, info, source, destination } = dissect(trace, row, context, COLUMNS);
    const ours = [
      segments.protocol(row),
      out.textFrom(0),
      packets.addresses.text(packets.source[row]),
      packets.addresses.text(packets.destination[row]),
    ].join("|");
    const theirs = [protocol, info, source, destination].join("|");
    if (ours !== theirs) return { written, difference: `frame ${row + 1}: ${ours} instead of ${theirs}` };
  }
  return { written, difference: null };
}

const FIELDS = [
  "frame.number",
  "frame.time_epoch",
  "ip.src",
  "ipv6.dst",
  "tcp.srcport",
  "tcp.stream",
  "tcp.seq",
  "tcp.flags",
  "tcp.window_size",
  "tcp.options.timestamp.tsval",
  "http.host",
  "tls.handshake.extensions_server_name",
  "dns.qry.name",
  "_ws.col.Protocol",
  "_ws.col.Info",
];

/** Fields that only streams which speak their protocols have. */
const SPOKEN = ["frame.number", "http.host", "dns.qry.name", "http2.streamid", "resp.string", "tcp.stream"];

/** The first row whose printed fields are not those of its whole tree. */
function compareFields(capture: Capture): string | null {
  return compareThese(capture, FIELDS) ?? compareThese(capture, SPOKEN);
}

function compareThese(capture: Capture, names: readonly string[]): string | null {
  const { trace } = capture;
  const context = contextOf(capture);
  const rows = Array.from({ length: Math.min(trace.packets.count, ROWS_MAX) }, (_, row) => row);
  const printed = [...printFields(trace, rows, names, context)];
  for (const row of rows) {
    const packet = dissect(trace, row, context);
    const expected = names
      .map((name) => {
        if (name === "_ws.col.Protocol") return packet.protocol;
        if (name === "_ws.col.Info") return packet.info;
        const field = findField(name);
        if (field === null) return `${name}?`;
        return nodesOf(packet.tree, field)
          .map(({ value, label }) => formatValue(field.type, value, label))
          .join(",");
      })
      .join("\t");
    if (printed[row] !== expected) return `frame ${row + 1}: ${printed[row]} instead of ${expected}`;
  }
  return null;
}

/** The first row whose dump is not one of all bytes that its whole tree is of. */
function compareDumps(capture: Capture): string | null {
  const { trace } = capture;
  const context = contextOf(capture);
  const write = hexWriter(trace, context);
  const out = new LineBytes();
  for (let row = 0; row < Math.min(trace.packets.count, ROWS_MAX); row++) {
    out.length = 0;
    write(row, out);
    const { sources } = dissect(trace, row, context);
    const expected = sources.map(({ name, bytes }) =>
      sources.length > 1 ? `${name} (${bytes.length} bytes):\n${dumped(bytes)}` : dumped(bytes),
    );
    if (out.textFrom(0) !== expected.join("")) return `frame ${row + 1}`;
  }
  return null;
}

function dumped(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 16) {
    const line = [...bytes.subarray(at, at + 16)];
    const digits = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const signs = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    text += `${at.toString(16).padStart(4, "0")}  ${digits.padEnd(47)}   ${signs}\n`;
  }
  return text;
}

/** Filters, and the field whose presence in a packet's whole tree they come down to. */
const FILTERS = [
  ["tcp.flags.syn == 1", "tcp.flags.syn"],
  ["tcp.flags.fin == 1", "tcp.flags.fin"],
  ["http.host", "http.host"],
  ["tls.handshake.extensions_server_name", "tls.handshake.extensions_server_name"],
  ["!http", "http"],
  ["http2", "http2"],
  ["dns", "dns"],
  ["dns.qry.name", "dns.qry.name"],
  ["tls.record.length", "tls.record.length"],
  ["mqtt", "mqtt"],
  ["resp", "resp"],
  ["ssh", "ssh"],
] as const;

/** The filters that let other packets through than whole dissection says. */
function compareFilters(capture: Capture): string[] {
  const { trace } = capture;
  const context = contextOf(capture);
  return FILTERS.filter(([text, name]) => {
    const filter = compileFilter(text);
    const field = findField(name);
    if (isFilterError(filter) || field === null) return true;
    const passes = filter.on(trace, context);
    for (let row = 0; row < Math.min(trace.packets.count, ROWS_MAX); row++) {
      const has = nodesOf(dissect(trace, row, context).tree, field).some(({ value }) => value !== false);
      if (passes(row) !== (text.startsWith("!") ? !has : has)) return true;
    }
    return false;
  }).map(([text]) => text);
}

describe("fields and columns of segments that are not dissected whole", () => {
  it("are dissection's on a capture as networks have them: TLS, HTTP, losses, IPv6", async () => {
    const path = join(folder, "network.pcap");
    writeCaptureFile(path, NETWORK_ROWS);
    const capture = await openCapture(path);
    const { written, difference } = compare(capture);
    const fields = compareFields(capture);
    const filters = compareFilters(capture);
    const dumps = compareDumps(capture);
    capture.close();
    expect([difference, fields, filters, dumps]).toEqual([null, null, [], null]);
    expect(written).toBeGreaterThan(NETWORK_ROWS * 0.9);
  });
});

describe.skipIf(!hasSharedCaptures)("the same on real captures (skipped without the shared captures)", () => {
  it("is dissection's on every packet, of which thousands need none", async () => {
    let written = 0;
    for (const name of CAPTURES) {
      const capture = await openCapture(capturePath(name));
      const found = compare(capture);
      const fields = compareFields(capture);
      const dumps = compareDumps(capture);
      const filters = compareFilters(capture);
      capture.close();
      expect([name, found.difference, fields, dumps, filters]).toEqual([name, null, null, null, []]);
      written += found.written;
    }
    expect(written).toBeGreaterThan(1_000);
  });

  it("is dissection's on damaged packets too", async () => {
    const files = [
      "zeek__tcp_options.pcap",
      "suricata-verify__tcp-empty-sack_tcp-opt.pcap",
      "gopacket__test_dns.pcap",
    ].map((name) => readFileSync(capturePath(name)));
    files.push(gunzipSync(readFileSync(capturePath("zeek__echo-connections.pcap.gz"))).subarray(0, 4_000));
    const path = join(folder, "damaged.pcap");
    const change = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 20 }),
        async (file, changes) => {
          const bytes = Uint8Array.from(file);
          for (const [at, value] of changes) bytes[24 + (at % (bytes.length - 24))] = value;
          writeFileSync(path, bytes);
          const capture = await openCapture(path);
          const { difference } = compare(capture);
          const dumps = compareDumps(capture);
          capture.close();
          expect([difference, dumps]).toEqual([null, null]);
        },
      ),
      { numRuns: 150, seed: 11 },
    );
  });
});

describe("LineBytes", () => {
  it("writes any whole number as String does, in decimal, padded and in hexadecimal", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(0xffffffff), (big, word) => {
        const out = new LineBytes();
        out.decimal(big);
        out.byte(32);
        out.padded(word & 0x3fffffff, 9);
        out.byte(32);
        out.hex(word, 4);
        const padded = String(word & 0x3fffffff)
          .padStart(9, "0")
          .slice(-9);
        expect(out.textFrom(0)).toBe(`${big} ${padded} 0x${word.toString(16).padStart(4, "0")}`);
      }),
    );
  });

  it("writes any text as UTF-8, however long", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 200 })), fc.nat(70_000), (texts, room) => {
        const out = new LineBytes();
        out.blanks(room);
        for (const text of texts) out.text(text);
        expect(out.textFrom(room)).toBe(Buffer.from(texts.join("")).toString());
      }),
    );
  });
});
