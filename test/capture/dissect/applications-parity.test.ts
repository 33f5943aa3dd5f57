// Every field of an application protocol that we know, and the columns, beside tshark's: over the project's own captures of
// application protocols and the shared captures, all in one file, so that tshark runs once.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { APPLICATION_FIELD_ROWS } from "../../../src/capture/fields-applications.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printText } from "../../../src/capture/print/text.ts";
import { expectFile } from "../../golden/bytes-file.ts";
import { applicationFrames, APPLICATIONS, LAN, lanFrames, sampleFile } from "../samples/applications.ts";
import { captureNames, capturePath, hasTshark, tshark } from "../shared-captures.ts";

/** Damaged on purpose, with frames of tshark's own making, of nothing but TCP, or the same connection as in another file. */
const LEFT_OUT =
  /^(derived__|libpcap__|pcapng-test-generator__|zeek__echo-connections|zeek__linux_dlt|pcapplusplus__ip[46]_frag|pcap-parser-rs|pcapplusplus__unidirectional)/;

const COLUMNS = ["frame.protocols", "_ws.col.Protocol", "_ws.col.Info"];
const FIELDS = [...APPLICATION_FIELD_ROWS.map(([name]) => name), ...COLUMNS];

/** The protocols, and what TCP's segments make of their messages. */
const PROTOCOLS = [...new Set(APPLICATION_FIELD_ROWS.map(([name]) => name.split(".")[0]))];

interface Exception {
  readonly fields: RegExp;
  readonly why: string;
  /** Files by the beginnings of their names; all by default. */
  readonly files?: RegExp;
}

/** Where we differ and mean to; docs/parity.md has the same in words. */
const EXCEPTIONS: readonly Exception[] = [
  { fields: /^dhcp\.option\.value$/, why: "tshark repeats each option's bytes in a hidden field" },
  {
    files: /^applications/,
    fields: /^ssh\.(encrypted_packet|packet_length_encrypted|host_sig\.data)$|^_ws\.col\.Info$/,
    why: "tshark leaves out what it has no keys for, and signatures other than RSA's",
  },
  { files: /^applications/, fields: /^ssh\.seq_num$/, why: "tshark counts some packets twice" },
  {
    files: /^suricata-verify__tcp-empty-sack/,
    fields: /^tls\.handshake\.sig_hash_/,
    why: "of certificates' extensions, only other names are shown",
  },
  {
    files: /http2-continuation/,
    fields: /^http2\.continuation\.header$/,
    why: "control characters are spelled out",
  },
];

/** The listing of what comes after the frames that tshark reads as we do. */
const ONLY_OURS = [
  "NTP NTP Version 2, control",
  "NTP NTP Version 2, control",
  "NTP NTP Version 2, control",
  "NTP NTP Version 2, private, Request, SET_PRECISION",
  "TCP Request: [continuation] [TCP segment of a reassembled PDU]",
  "TCP Request: [continuation] [TCP segment of a reassembled PDU]",
  "RESP Request: SET long BulkString(300)",
  "RESP Response: OK",
  "RESP Request: PING",
  "RESP Response: PONG",
  "RESP Request: HELLO 3",
  "RESP Response: Array(2)",
  "RESP Request: SMEMBERS s",
  "RESP Response: Array(2)",
  "RESP Request: ZSCORE z m",
  "RESP Response: 1.5",
  "RESP Request: EXISTS k",
  "RESP Response: t",
  "RESP Request: GET none",
  "RESP Response: null",
  "TCP [TCP segment of a reassembled PDU]",
  "SSH Server: Protocol (SSH-2.0-dropbear_2022.83)",
  "SSH Client: Protocol (SSH-2.0-libssh_0.10.4)",
  "TCP [TCP segment of a reassembled PDU]",
  "SSHv2 Client: Key Exchange Init",
  "SSHv2 Server: Key Exchange Init",
  "SSHv2 Server: Key Exchange Init",
  "QUIC Unknown version, DCID=1111111111111111, SCID=2222",
  "QUIC Version Negotiation, DCID=2222, SCID=1111111111111111",
  "QUIC Initial, DCID=8394c8f03e515708, SCID=77, PKN: 0, CRYPTO, PING, CRYPTO, PADDING",
];

let folder = "";
/** By field, in order of FIELDS, a row a frame; and which file a frame is from. */
let ours: string[][] = [];
let theirs: string[][] = [];
const files: string[] = [];

describe.skipIf(!hasTshark)("application fields beside tshark's (skipped without tshark 4.0)", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "wirelab-applications-"));
    const names = captureNames().filter((name) => !LEFT_OUT.test(name));
    const paths = [APPLICATIONS, LAN, ...names.map(capturePath)];
    for (const path of paths) {
      const capture = await openCapture(path);
      files.push(...Array.from({ length: capture.trace.packets.count }, () => path.split("/").at(-1) ?? ""));
      capture.close();
    }
    const all = join(folder, "all.pcapng");
    execFileSync("mergecap", ["-a", "-w", all, ...paths], { stdio: "ignore" });
    const fields = FIELDS.flatMap((name) => ["-e", name]);
    theirs = (tshark(["-n", "-r", all, "-T", "fields", ...fields]) ?? []).map((line) => line.split("\t"));
    const capture = await openCapture(all);
    const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
    ours = [...printFields(capture.trace, rows, FIELDS, contextOf(capture))].map((line) => line.split("\t"));
    capture.close();
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What of `fields` differs, outside of what is excepted, in the frames that `isCompared` picks. */
  function differences(
    fields: readonly string[],
    isCompared: (values: readonly string[]) => boolean = () => true,
  ): string[] {
    const samples = [applicationFrames(), lanFrames()];
    const lanFrom = samples[0].frames.length;
    const isBeyond = (row: number): boolean =>
      (row >= samples[0].beyond && row < lanFrom) ||
      (row >= lanFrom + samples[1].beyond && row < lanFrom + samples[1].frames.length);
    const indexes = fields.map((field) => FIELDS.indexOf(field));
    const found: string[] = [];
    for (const [row, values] of theirs.entries()) {
      for (const i of indexes) {
        if (ours[row]?.[i] === values[i] || isExcepted(files[row], FIELDS[i]) || !isCompared(values))
          continue;
        if (isBeyond(row)) continue;
        found.push(`${files[row]} frame ${row + 1} ${FIELDS[i]}: ${ours[row]?.[i]} instead of ${values[i]}`);
      }
    }
    return found;
  }

  it("compares as many frames as there are, and fields that are there", () => {
    expect(theirs).toHaveLength(files.length);
    expect(ours).toHaveLength(files.length);
    for (const protocol of ["dhcp", "igmp", "ntp", "resp", "ssh", "quic", "tls", "ospf", "nfs", "gquic"]) {
      const index = FIELDS.indexOf(protocol);
      expect(theirs.filter((values) => values[index] !== "").length, protocol).toBeGreaterThan(0);
    }
  });

  it.each(PROTOCOLS)("%s", (protocol) => {
    expect(differences(FIELDS.filter((field) => field.split(".")[0] === protocol))).toEqual([]);
  });

  it("columns and layers of frames with such a protocol", () => {
    expect(differences(COLUMNS, isApplication)).toEqual([]);
  });
});

/** Whether tshark found a protocol of ours in a frame. */
function isApplication(values: readonly string[]): boolean {
  const layers = values[FIELDS.indexOf("frame.protocols")].split(":");
  return PROTOCOLS.some((name) => name !== "tcp" && layers.includes(name));
}

function isExcepted(file: string, field: string): boolean {
  return EXCEPTIONS.some(({ files: of, fields }) => (of?.test(file) ?? true) && fields.test(field));
}

describe("fixtures/captures/applications.pcapng", () => {
  it("is what test/capture/samples makes", () => {
    expectFile(APPLICATIONS, sampleFile(applicationFrames()));
  });

  it("lists what only we read", async () => {
    const { beyond } = applicationFrames();
    const capture = await openCapture(APPLICATIONS);
    const rows = Array.from({ length: capture.trace.packets.count - beyond }, (_, i) => beyond + i);
    const lines = [...printText(capture.trace, rows, contextOf(capture))];
    capture.close();
    const info = lines.map((line) => line.replace(/^.*? → \S+ +/, "").replace(/^(\S+) \d+ /, "$1 "));
    expect(info.filter((line) => !/^TCP .*Len=0/.test(line))).toEqual(ONLY_OURS);
  });
});

describe("fixtures/captures/lan.pcapng", () => {
  it("is what test/capture/samples makes", () => {
    expectFile(LAN, sampleFile(lanFrames()));
  });

  it("lists programs of RPC of which only names are known here, and messages in fragments", async () => {
    const { beyond } = lanFrames();
    const capture = await openCapture(LAN);
    const rows = Array.from({ length: capture.trace.packets.count - beyond }, (_, i) => beyond + i);
    const names = ["frame.protocols", "_ws.col.Info"];
    const lines = [...printFields(capture.trace, rows, names, contextOf(capture))];
    capture.close();
    expect(
      lines.filter((line) => line.includes(":rpc")).map((line) => line.replace(/^.*:rpc/, "rpc")),
    ).toEqual([
      "rpc:mount\tV3 MNT Call",
      `rpc:mount\tV3 MNT Reply (Call In ${beyond + 1})`,
      "rpc:nfs\tV2 GETATTR Call",
      `rpc:nfs\tV2 GETATTR Reply (Call In ${beyond + 3})`,
      "rpc:nfs\tV4 COMPOUND Call",
      `rpc:nfs\tV4 COMPOUND Reply (Call In ${beyond + 5})`,
      "rpc\tFragment",
      "rpc\tFragment",
    ]);
  });
});
