// One-liners that people write for tshark: what `wirelab read` prints of them is what tshark prints.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hex } from "../capture/memory-trace.ts";
import { classicFile } from "../capture/packets.ts";
import { capturePath, hasSharedCaptures, hasTshark, tshark } from "../capture/shared-captures.ts";
import { wirelab } from "./wirelab.ts";

const APPLICATIONS = "fixtures/captures/applications.pcapng";
const HELLO = "fixtures/captures/tcp-hello-loopback.pcapng";

const TREES = "ip_hosts ip_srcdst ptype dests ipv6_hosts ipv6_srcdst ipv6_ptype ipv6_dests".split(" ");

/** Routing headers, options and authentication in IPv6. */
const EXTENSIONS = capturePath("pcapplusplus__ipv6_options.pcap");

const ONE_LINERS: readonly (readonly string[])[] = [
  ...(hasSharedCaptures ? [["-r", EXTENSIONS, "-V"]] : []),
  ["-r", APPLICATIONS, "-O", "dns,udp", "-c", "40"],
  ["-r", HELLO, "-O", "tcp", "-x"],
  ["-r", HELLO, "-O", "data"],
  ["-r", HELLO, "-O", "", "-P"],
  ["-r", HELLO, "-O", "ip, tcp", "-S", "----"],
  ["-r", HELLO, "-V", "-S", "next"],
  ["-r", HELLO, "-x", "-S", ""],
  ["-r", HELLO, "-S", "----"],
  ...TREES.flatMap((tree) =>
    [APPLICATIONS, "fixtures/captures/lan.pcapng"].map((capture) => [
      "-r",
      capture,
      "-q",
      "-z",
      `${tree},tree`,
    ]),
  ),
  [
    "-r",
    HELLO,
    "-o",
    "tcp.desegment_tcp_streams: TRUE",
    "-o",
    "ip.check_checksum:FALSE",
    "-q",
    "-z",
    "conv,ip",
  ],
  [
    "-r",
    APPLICATIONS,
    "-Y",
    "len(dns.qry.name) > 10 && count(dns.a) == 0",
    "-T",
    "fields",
    "-e",
    "dns.qry.name",
  ],
  ["-r", APPLICATIONS, "-Y", 'upper(dns.qry.name) contains "EXAMPLE"', "-t", "ud"],
  ["-r", APPLICATIONS, "-Y", 'string(frame.number) matches "[13579]$"', "-T", "fields", "-e", "frame.number"],
  ["-r", HELLO, "-Y", "max(tcp.srcport, tcp.dstport) > 5000 && abs(tcp.len) > 3"],
  ["-r", HELLO, "-Y", "tcp.port in {80, 443, 1000..65535} && frame[0:1] == 45", "-t", "e"],
  ["-r", HELLO, "-Y", "tcp[13] & 2", "-T", "fields", "-e", "ip.src", "-e", "tcp.flags.str", "-E", "quote=d"],
];

describe.skipIf(!hasTshark)("cookies of DNS, in -T fields and JSON (skipped without tshark)", () => {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-cookies-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const names = ["dns.opt.data", "dns.opt.cookie.client", "dns.opt.cookie.server"];

  it.each(["fields", "json"])("read -T %s", async (format) => {
    const path = join(folder, "cookies.pcap");
    const records = [8, 16, 40, 9].map((size, i) => {
      const option = `000a ${size.toString(16).padStart(4, "0")} ${"61".repeat(size)}`;
      const bytes = hex(`45000000 0001 0000 4011 0000 0a000001 0a000002 0400 0035 0000 0000
        000${i} 0100 0001 0000 0000 0001 03777777 00 0001 0001 00 0029 1000 00000000 ${(size + 4).toString(16).padStart(4, "0")} ${option}`);
      const view = new DataView(bytes.buffer);
      view.setUint16(2, bytes.length);
      view.setUint16(24, bytes.length - 20);
      return { seconds: i, fraction: 0, length: bytes.length, bytes };
    });
    writeFileSync(path, classicFile(records));
    const args = ["-n", "-r", path, "-T", format, ...names.flatMap((name) => ["-e", name])];
    const { stdout } = await wirelab(["read", ...args]);
    expect(stdout.split("\n").slice(0, -1)).toEqual(tshark(args));
  });
});

describe.skipIf(!hasTshark)("what HTTP was asked, and answered (skipped without tshark)", () => {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-asked-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const codes = [99, 100, 101, 199, 200, 204, 302, 399, 400, 404, 500, 600, 999];
  const heads = ["", "Host: a\r\n", "Host: \r\n", "Host: b\r\nHost: c\r\n"];
  const texts = [
    ...codes.map((code) => `HTTP/1.1 ${code} X\r\nContent-Length: 0\r\n\r\n`),
    ...heads.map((head) => `GET /x HTTP/1.1\r\n${head}\r\n`),
    "NOTIFY * HTTP/1.1\r\nHost: z\r\n\r\n",
    "GET /a HTTP/1.1\r\nHost: z\r\n\r\nGET /b HTTP/1.1\r\nHost: y\r\n\r\n",
  ];

  it.each(["http_req,tree", "http_srv,tree"])("read -q -z %s", async (name) => {
    const path = join(folder, "http.pcap");
    const records = texts.map((text, i) => {
      const bytes = hex(`45000000 0001 0000 4006 0000 0a000001 0a000002 0000 0050 00000001 00000001
        5018 0100 0000 0000 ${Buffer.from(text).toString("hex")}`);
      const view = new DataView(bytes.buffer);
      view.setUint16(2, bytes.length);
      view.setUint16(20, 2000 + i);
      return { seconds: i, fraction: 0, length: bytes.length, bytes };
    });
    writeFileSync(path, classicFile(records));
    const args = ["-n", "-r", path, "-q", "-z", name];
    const { stdout } = await wirelab(["read", ...args]);
    expect(stdout.split("\n").slice(0, -1)).toEqual(tshark(args));
  });
});

describe.skipIf(!hasTshark)(
  "a file that says frames are shorter than what was captured of them (skipped without tshark)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "wirelab-one-liners-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
      ["-V"],
      ["-q", "-z", "expert"],
      ["-Y", "frame.len_lt_caplen"],
      ["-Y", "_ws.malformed", "-T", "fields", "-e", "frame.number"],
      ["-T", "fields", "-e", "_ws.expert.message", "-e", "_ws.expert.severity"],
    ])("read %s %s %s", async (...args) => {
      const path = join(folder, "short.pcap");
      const bytes = hex(`4500002c 0001 0000 4006 0000 0a000001 0a000002 c350 0fa0 00000001 00000001
      5018 0100 0000 0000 f1f1f1f1`);
      const records = [10, 44, 0, 43].map((length, i) => ({ seconds: i, fraction: 0, length, bytes }));
      writeFileSync(path, classicFile(records));
      const { stdout } = await wirelab(["read", "-n", "-r", path, ...args]);
      expect(stdout.split("\n").slice(0, -1)).toEqual(tshark(["-n", "-r", path, ...args]));
    });
  },
);

describe.skipIf(!hasTshark)("beside tshark (skipped without tshark 4.0)", () => {
  it.each(ONE_LINERS.map((args) => [args.join(" "), args] as const))("read %s", async (_, args) => {
    const { stdout } = await wirelab(["read", "-n", ...args]);
    expect(stdout.split("\n").slice(0, -1)).toEqual(tshark(["-n", ...args]));
  });
});
