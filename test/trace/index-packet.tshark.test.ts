// The index pass and the stream table against tshark on packets built to be hard to read.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { indexPacket } from "../../src/trace/index-packet.ts";
import { PacketTable } from "../../src/trace/packets.ts";
import { StreamTable } from "../../src/trace/streams.ts";
import { LINKTYPE } from "../../src/wire/link-types.ts";
import {
  BACK,
  bytesOf,
  captured,
  ethernet,
  icmpError,
  ipv4,
  ipv6,
  patched,
  pcapOf,
  segment,
  tcp,
  udp,
  vlan,
} from "./crafted-packets.ts";
import type { Captured } from "./crafted-packets.ts";
import { shownFields } from "./shown-fields.ts";

const haveTshark = ((): boolean => {
  try {
    return execFileSync("tshark", ["--version"], { stdio: ["ignore", "pipe", "ignore"] }).length > 0;
  } catch {
    return false;
  }
})();

const SYN = 2;
const ACK = 16;
const FIN = 1;
const TEN = new Uint8Array(10);
const ipv4Udp = (port: number): Uint8Array => bytesOf([ipv4(17), udp(port, 9000)], TEN);
const ipv4Tcp = (port: number, payload: Uint8Array = TEN): Uint8Array =>
  bytesOf([ipv4(6), tcp(port, 9000, 5, 0, ACK)], payload);
const ports = (port: number): [number, number] => [port, 9000];
const inner = bytesOf([ipv4(6), tcp(1, 9000, 5, 0, SYN)], TEN);
const scale = (shift: number): [{ kind: "windowScale"; shift: number }, { kind: "nop" }] => [
  { kind: "windowScale", shift },
  { kind: "nop" },
];
const self = { source: "127.0.0.1", destination: "127.0.0.1" };

interface Case {
  readonly name: string;
  readonly linkType?: number;
  readonly packets: readonly Captured[];
  /** Fields left out, and why the table cannot have tshark's value. */
  readonly except?: Readonly<Record<string, string>>;
}

const SEVERAL = "tshark lists both headers' values; a row has the one of the packet itself";

const CASES: readonly Case[] = [
  {
    name: "ICMP errors number the streams of what they quote, where they quote enough",
    packets: [
      icmpError(3, ipv4Udp(5000)),
      captured(ipv4Udp(7000)),
      captured(ipv4Udp(5000)),
      icmpError(3, ipv4Tcp(5001).subarray(0, 28)),
      segment(ports(1), [5, 0], SYN),
      icmpError(11, ipv4Tcp(5001)),
      segment(ports(2), [5, 0], SYN),
      segment(ports(5001), [100, 0], SYN),
      icmpError(3, ipv4Udp(5002).subarray(0, 28)),
      captured(ipv4Udp(5003)),
    ],
  },
  {
    name: "UDP lengths beyond and below what IP carries, and headers cut by the capture",
    packets: [
      captured(patched(ipv4Udp(1), [25, 100])),
      captured(patched(ipv4Udp(2), [25, 12])),
      captured(ipv4Udp(3), 26),
      captured(ipv4Udp(4)),
    ],
  },
  {
    name: "IP lengths beyond the frame, zero, short of the frame, and short of the header",
    packets: [
      captured(patched(ipv4Tcp(1), [3, 200])),
      captured(patched(ipv4Tcp(2), [2, 0], [3, 0])),
      captured(patched(ipv4Tcp(3), [3, 44])),
      captured(patched(ipv4Tcp(4), [3, 15])),
      captured(ipv4Tcp(5, new Uint8Array(100)), 60),
      captured(patched(ipv4Tcp(6), [0, 0x44])),
      captured(patched(ipv4Tcp(7), [0, 0x54])),
    ],
  },
  {
    name: "TCP headers with options cut by the capture",
    packets: [38, 40, 44].map((kept) =>
      captured(bytesOf([ipv4(6), tcp(kept, 9000, 5, 0, SYN, scale(7))], TEN), kept),
    ),
  },
  {
    name: "fragments: all there, and a first one cut by the capture",
    packets: [
      captured(bytesOf([ipv4(17, { flags: 1 }), udp(1, 9000)], new Uint8Array(24))),
      captured(bytesOf([ipv4(17, { flags: 1, id: 5 }), udp(3, 9000)], new Uint8Array(24)), 40),
      captured(bytesOf([ipv4(17, { fragmentOffset: 800, id: 9 })], new Uint8Array(24))),
    ],
  },
  {
    name: "IPv6 addresses are written as inet_ntop writes them",
    packets: [
      "::ffff:1.2.3.4",
      "::1.2.3.4",
      "::1:2",
      "::1",
      "::",
      "1:0:0:2:0:0:0:3",
      "1:0:0:2:0:0:3:4",
      "1:0:2:3:4:5:6:7",
      "::2:3:4:5:6:7",
      "1::",
    ].map((address) => captured(bytesOf([ipv6(17, address, address), udp(1, 2)]))),
  },
  {
    name: "IPv6 payload lengths of zero and beyond the frame",
    packets: [
      captured(patched(bytesOf([ipv6(17), udp(1, 9000)], TEN), [5, 0])),
      captured(patched(bytesOf([ipv6(6), tcp(1, 9000, 5, 0, ACK)], TEN), [5, 0])),
      captured(patched(bytesOf([ipv6(6), tcp(2, 9000, 5, 0, ACK)], TEN), [5, 99])),
    ],
  },
  {
    name: "tunnels: the stream is of the innermost addresses",
    packets: [
      captured(
        bytesOf([ipv4(4, { source: "1.1.1.1", destination: "2.2.2.2" }), ipv4(6), tcp(1, 9000, 5, 0, SYN)]),
      ),
      segment(ports(1), [6, 6], ACK),
      captured(bytesOf([ipv4(41), ipv6(17), udp(1, 2)])),
    ],
    except: { "ip.src": SEVERAL, "ip.dst": SEVERAL },
  },
  {
    name: "window scales: above 14, outside of SYNs, refused by the other side, never heard of",
    packets: [
      segment(ports(1), [5, 0], SYN, scale(15)),
      segment([9000, 1], [50, 6], SYN | ACK, scale(3), BACK),
      segment(ports(1), [6, 51], ACK),
      segment([9000, 1], [51, 6], ACK, scale(5), BACK),
      segment([9000, 1], [51, 6], ACK, [], BACK),
      segment(ports(9), [6, 51], ACK, scale(5)),
      segment(ports(9), [6, 51], ACK),
      segment(ports(11), [5, 0], SYN, scale(2)),
      segment(ports(11), [6, 51], ACK),
      segment([9000, 11], [50, 6], SYN | ACK, [], BACK),
      segment(ports(11), [6, 51], ACK),
      segment(ports(12), [6, 51], ACK),
      segment(ports(12), [4, 0], SYN, scale(2)),
      segment(ports(12), [7, 51], ACK),
    ],
  },
  {
    name: "reused ports: a SYN of other numbers begins a stream, one of the same does not, even after FIN",
    packets: [
      segment(ports(1), [5, 0], SYN),
      segment([9000, 1], [50, 6], SYN | ACK, [], BACK),
      segment(ports(1), [6, 51], ACK | FIN),
      segment([9000, 1], [51, 7], ACK | FIN, [], BACK),
      segment(ports(1), [5, 0], SYN),
      segment(ports(1), [500, 0], SYN),
      segment([9000, 1], [70, 501], SYN | ACK, [], BACK),
      segment([9000, 1], [90, 501], SYN | ACK, [], BACK),
      segment(ports(1), [501, 91], ACK),
    ],
  },
  {
    name: "a socket connected to itself, and two ports of one address",
    packets: [
      segment([7, 7], [100, 0], SYN, [], self),
      segment([7, 7], [100, 101], SYN | ACK, [], self),
      segment([7, 7], [101, 101], ACK, [], self),
      segment([7, 8], [1, 0], SYN, [], self),
      segment([8, 7], [9, 2], SYN | ACK, [], self),
      segment([8, 7], [9, 0], SYN, [], self),
      segment([8, 7], [90, 0], SYN, [], self),
      segment([7, 8], [1, 10], ACK, [], self),
    ],
  },
  {
    name: "Ethernet: tags old and new, SNAP, padding, a type that lies",
    linkType: LINKTYPE.ethernet,
    packets: [
      captured(bytesOf([ethernet(0x8100), vlan(0x800)], inner)),
      captured(bytesOf([ethernet(0x88a8), vlan(0x8100), vlan(0x800)], inner)),
      captured(bytesOf([ethernet(0x9100), vlan(0x800)], inner)),
      captured(
        bytesOf([ethernet(8 + inner.length), { kind: "snap", header: { oui: 0, type: 0x800 } }], inner),
      ),
      captured(bytesOf([ethernet(0x800)], Uint8Array.of(...inner, 0, 0, 0, 0, 0, 0))),
      captured(bytesOf([ethernet(0x86dd)], inner)),
      captured(bytesOf([ethernet(0x9200), vlan(0x800)], inner)),
    ],
  },
  {
    name: "raw IP link types go by the version, whichever they promise",
    linkType: LINKTYPE.ipv4,
    packets: [captured(bytesOf([ipv6(17), udp(1, 2)])), captured(inner)],
  },
];

function tsharkFields(file: Uint8Array, names: readonly string[]): string[][] {
  const wanted = names.flatMap((name) => ["-e", name]);
  const folder = mkdtempSync(join(tmpdir(), "wirelab-"));
  const path = join(folder, "crafted.pcap");
  writeFileSync(path, file);
  const text = execFileSync("tshark", ["-n", "-r", path, "-T", "fields", ...wanted], {
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split("\t"));
}

describe.skipIf(!haveTshark)("the index pass, against tshark on crafted packets", () => {
  test.each(CASES)("$name", ({ linkType = LINKTYPE.raw, packets, except = {} }) => {
    const table = new PacketTable();
    const streams = new StreamTable();
    for (const { bytes, length } of packets) {
      const row = table.append();
      table.length[row] = length;
      table.capturedLength[row] = bytes.length;
      indexPacket(table, row, bytes, 0, bytes.length, linkType, streams);
    }
    const names = Object.keys(shownFields(table, streams, 0));
    const theirs = tsharkFields(pcapOf(linkType, packets), [...names, "icmp.type"]);
    const ours = packets.map((_, row) => Object.values(shownFields(table, streams, row)));
    const differences = theirs.flatMap((values, row) =>
      names.flatMap((name, at) => {
        // ICMP's own row has no stream or ports; tshark shows the quoted packet's.
        const skipped = values[names.length] !== "" || name in except;
        const same = skipped || values[at] === ours[row][at];
        return same ? [] : [`${row + 1} ${name}: tshark ${values[at]}, ours ${ours[row][at]}`];
      }),
    );
    expect(differences).toEqual([]);
    expect(theirs).toHaveLength(packets.length);
  });
});
