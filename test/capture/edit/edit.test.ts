// Cut, merged and shifted as editcap and mergecap do it; addresses replaced without anything else changing.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { fc, test } from "@fast-check/vitest";
import { afterAll, describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { AnonymousAddresses } from "../../../src/capture/edit/anonymous-addresses.ts";
import { instantAfter, isWithin, parseFrames, parseInstant } from "../../../src/capture/edit/cut.ts";
import { TimeOutOfRange, editedPackets } from "../../../src/capture/edit/edited-packets.ts";
import type { EditOptions, EditSource } from "../../../src/capture/edit/edited-packets.ts";
import { PrefixPreserving } from "../../../src/capture/edit/prefix-preserving.ts";
import { rewriteAddresses } from "../../../src/capture/edit/rewrite-addresses.ts";
import { editedChunks } from "../../../src/capture/edit/write-edited.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { parseSpan } from "../../../src/cli/durations.ts";
import {
  interfaceBlock,
  namesBlock,
  packetBlock,
  secretsBlock,
  sectionHeaderBlock,
} from "../../../src/capture/write-blocks.ts";
import { parseIpv4, readIpv4 } from "../../../src/wire/address.ts";
import { setUint32 } from "../../../src/wire/bytes.ts";
import { addWords } from "../../../src/wire/checksum.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { classicFile, joined } from "../packets.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { TUNNELS } from "../tunnel-packets.ts";
import { capturePath, hasSharedCaptures, hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-edit-"));
afterAll(() => rmSync(folder, { recursive: true }));

function allRows(capture: Capture): number[] {
  return Array.from({ length: capture.trace.packets.count }, (_, row) => row);
}

/** Writes the edited packets and answers the file. */
function written(sources: readonly EditSource[], options: EditOptions = {}): string {
  const path = join(folder, "edited.pcapng");
  writeFileSync(path, Buffer.concat([...editedChunks(sources, options)]));
  return path;
}

/** A line a packet: time, lengths and bytes. */
async function contents(path: string): Promise<string[]> {
  const capture = await openCapture(path);
  const { packets } = capture.trace;
  const lines = allRows(capture).map(
    (row) =>
      `${packets.seconds[row]}.${packets.nanoseconds[row]} ${packets.length[row]} ${Buffer.from(capture.trace.bytes(row)).toString("hex")}`,
  );
  capture.close();
  return lines;
}

const hasEditcap = hasTshark && spawnSync("editcap", ["--version"]).status === 0;

/** What a program of Wireshark's makes of its arguments, the last of which is to be the file it writes. */
function made(program: string, args: readonly string[]): string {
  const path = join(folder, "theirs.pcapng");
  rmSync(path, { force: true });
  const { status, stderr } = spawnSync(
    program,
    args.map((arg) => (arg === "OUT" ? path : arg)),
  );
  if (status !== 0) throw new Error(stderr.toString());
  return path;
}

const CAPTURES = [
  "tcpdump__dns_tcp.pcap",
  "pcapplusplus__one_ipv6_http_stream.pcap",
  "pcapplusplus__nanosecs_big_endian.pcap",
  "zeek__tcp_retransmit-fast009.pcap",
];

describe.skipIf(!hasSharedCaptures || !hasEditcap)(
  "beside editcap and mergecap (skipped without them or the captures)",
  () => {
    it.each(CAPTURES)("%s cut by number and by time is editcap's", async (name) => {
      const path = capturePath(name);
      const capture = await openCapture(path);
      const { packets } = capture.trace;
      const frames = parseFrames("2-4,7,9-12") ?? [];
      const byNumber = allRows(capture).filter((row) => isWithin(packets, row, { frames }));
      const theirs = made("editcap", ["-r", path, "OUT", "2-4", "7", "9-12"]);
      expect(await contents(written([{ capture, rows: byNumber }]))).toEqual(await contents(theirs));

      const [after, before] = [30e6, 300e6].map((nanoseconds) =>
        instantAfter(packets, 0, { seconds: 0, nanoseconds }),
      );
      const byTime = allRows(capture).filter((row) => isWithin(packets, row, { after, before }));
      const text = ({ seconds, nanoseconds }: typeof after): string =>
        `${seconds}.${String(nanoseconds).padStart(9, "0")}`;
      const cut = made("editcap", ["-A", text(after), "-B", text(before), path, "OUT"]);
      expect(await contents(written([{ capture, rows: byTime }]))).toEqual(await contents(cut));
      capture.close();
    });

    it.each(["3600", "-0.5", "0.000001", "-86400.25", "1000000000", "-1234567890.000001"])(
      "shifted by %s s is editcap's -t",
      async (shift) => {
        const path = capturePath(CAPTURES[0]);
        const capture = await openCapture(path);
        const ours = written([{ capture, rows: allRows(capture) }], {
          shift: parseSpan("--shift", `${shift}s`),
        });
        expect(await contents(ours)).toEqual(await contents(made("editcap", ["-t", shift, path, "OUT"])));
        capture.close();
      },
    );

    it("merged by time are mergecap's", async () => {
      const names = [...CAPTURES, CAPTURES[0]];
      const captures = await Promise.all(names.map((name) => openCapture(capturePath(name))));
      const ours = written(captures.map((capture) => ({ capture, rows: allRows(capture) })));
      const theirs = made("mergecap", ["-w", "OUT", ...names.map(capturePath)]);
      expect(await contents(ours)).toEqual(await contents(theirs));
      for (const capture of captures) capture.close();
    });
  },
);

describe("cutting", () => {
  it("understands lists of frames, and instants", () => {
    expect(parseFrames("1-3,7, 9-")).toEqual([
      { from: 1, to: 3 },
      { from: 7, to: 7 },
      { from: 9, to: Infinity },
    ]);
    for (const wrong of ["", "0", "3-1", "a", "1,,2", "-3"]) expect(parseFrames(wrong)).toBeNull();
    expect(parseInstant("2020-06-10T09:21:03.847323Z")).toEqual({
      seconds: 1_591_780_863,
      nanoseconds: 847_323_000,
    });
    expect(parseInstant("2020-06-10 11:21:03+02:00")).toEqual({ seconds: 1_591_780_863, nanoseconds: 0 });
    expect(parseInstant("2020-13-10T00:00:00Z")).toBeNull();
    expect(parseInstant("yesterday")).toBeNull();
  });

  it("refuses to move packets before 1970, and to where nanoseconds end", async () => {
    const capture = await openCapture(
      join(import.meta.dirname, "../../../fixtures/captures/udp-loss-reorder.pcapng"),
    );
    const edit = editedPackets([{ capture, rows: allRows(capture) }], {
      shift: { seconds: -3e9, nanoseconds: 0 },
    });
    expect(() => [...edit]).toThrow(TimeOutOfRange);
    for (const [seconds, isThere] of [
      [18_446_744_072, true],
      [18_446_744_073, false],
    ] as const) {
      const far = editedPackets([{ capture, rows: [0] }], { shift: { seconds, nanoseconds: 0 } });
      if (isThere) expect([...far][0].seconds).toBe(seconds);
      else expect(() => [...far]).toThrow("packet 1 of");
    }
    capture.close();
  });
});

function ipv4(text: string): Uint8Array {
  const bytes = new Uint8Array(4);
  setUint32(bytes, 0, parseIpv4(text) ?? 0);
  return bytes;
}

/** Bits from the front that two addresses share. */
function shared(a: Uint8Array, b: Uint8Array): number {
  for (let bit = 0; bit < a.length * 8; bit++) {
    if (((a[bit >> 3] ^ b[bit >> 3]) & (0x80 >> (bit & 7))) !== 0) return bit;
  }
  return a.length * 8;
}

describe("Crypto-PAn", () => {
  it("replaces as its authors' sample does", () => {
    const key = Uint8Array.from(
      "21 34 23 141 51 164 207 128 19 10 91 22 73 144 125 16 216 152 143 131 121 121 101 39 98 87 76 45 42 132 34 2".split(
        " ",
      ),
      Number,
    );
    const addresses = new PrefixPreserving(key, 32);
    for (const [from, to] of [
      ["128.11.68.132", "135.242.180.132"],
      ["129.118.74.4", "134.136.186.123"],
      ["130.132.252.244", "133.68.164.234"],
      ["141.223.7.43", "141.167.8.160"],
      ["141.233.145.108", "141.129.237.235"],
    ]) {
      expect(readIpv4(addresses.replacement(ipv4(from), 0), 0)).toBe(to);
    }
  });
});

const address = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
/** Two addresses with a common beginning. */
const pair = (length: number): fc.Arbitrary<[Uint8Array, Uint8Array]> =>
  fc.tuple(address(length), address(length), fc.nat(length * 8)).map(([a, b, bits]) => {
    const near = b.slice();
    for (let bit = 0; bit < bits; bit++) {
      const mask = 0x80 >> (bit & 7);
      near[bit >> 3] = (near[bit >> 3] & ~mask) | (a[bit >> 3] & mask);
    }
    return [a, near];
  });

describe("anonymous addresses", () => {
  const kinds = [
    ["ipv4", 4],
    ["ipv6", 16],
    ["mac", 6],
  ] as const;

  for (const [kind, length] of kinds) {
    test.prop([pair(length), fc.string({ maxLength: 8 })])(
      `share as much of their beginning as the ${kind} addresses they stand for, the same each time`,
      ([a, b], seed) => {
        const replace = (bytes: Uint8Array): Uint8Array => {
          const copy = bytes.slice();
          new AnonymousAddresses(seed)[kind](copy, 0);
          return copy;
        };
        // Group addresses of Ethernet stay, and are no neighbours of others.
        if (kind === "mac") a[0] &= 0xfe;
        if (kind === "mac") b[0] &= 0xfe;
        expect(shared(replace(a), replace(b))).toBe(shared(a, b));
        expect(replace(a)).toEqual(replace(a));
      },
    );
  }

  it("leave those that mean the same to everyone, and make no others into them", () => {
    const addresses = new AnonymousAddresses("x");
    for (const text of ["0.0.0.0", "127.0.0.1", "127.9.8.7", "224.0.0.251", "239.1.2.3", "255.255.255.255"]) {
      const bytes = ipv4(text);
      addresses.ipv4(bytes, 0);
      expect(readIpv4(bytes, 0)).toBe(text);
    }
    for (let i = 0; i < 2000; i++) {
      const bytes = ipv4(`${1 + (i % 126)}.${i % 256}.${(i * 7) % 256}.${(i * 13) % 256}`);
      addresses.ipv4(bytes, 0);
      expect(bytes[0] !== 0 && bytes[0] !== 127 && bytes[0] < 0xe0).toBe(true);
    }
    const group = Uint8Array.of(0x01, 0, 0x5e, 0, 0, 1);
    addresses.mac(group, 0);
    expect(group).toEqual(Uint8Array.of(0x01, 0, 0x5e, 0, 0, 1));
  });

  test.prop([
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276, 999),
  ])("of any bytes throw nothing and change no length", (bytes, linkType) => {
    const copy = bytes.slice();
    rewriteAddresses(copy, linkType, new AnonymousAddresses("x"));
    expect(copy.length).toBe(bytes.length);
  });
});

describe("the frame check sequence of anonymous frames", () => {
  const frame = hex(`020000000001 020000000002 0800 45000020 0001 0000 4011 0000 0a000001 0a000002
    0009 0007 000c 0000 61626364 ${"00".repeat(14)}`);
  const checked = (change: number, length: 0 | 4 = 4): Uint8Array => {
    const check = new Uint8Array(length);
    if (length === 4) Buffer.from(check.buffer).writeUInt32LE((crc32(frame) ^ change) >>> 0);
    return joined(frame, check);
  };
  /** How far the last four bytes are from the right ones. */
  const wrong = (bytes: Uint8Array): number =>
    (Buffer.from(bytes).readUInt32LE(bytes.length - 4) ^ crc32(bytes.subarray(0, -4))) >>> 0;

  async function anonymous(
    frames: readonly Uint8Array[],
    network: number,
    lengths: readonly number[],
  ): Promise<Uint8Array[]> {
    const path = join(folder, "checked.pcap");
    const records = frames.map((bytes, i) => ({ seconds: i, fraction: 0, length: lengths[i], bytes }));
    writeFileSync(path, classicFile(records, { network }));
    const capture = await openCapture(path);
    const edited = editedPackets([{ capture, rows: allRows(capture) }], { anonymousSeed: "x" });
    const all = [...edited].map(({ bytes }) => bytes);
    capture.close();
    return all;
  }

  it("is right where it was, as wrong where the file says that there is one, and otherwise left alone", async () => {
    const frames = [checked(0), checked(0x1234), checked(0, 0)];
    const lengths = frames.map(({ length }) => length);
    const [right, other, none] = await anonymous(frames, LINKTYPE.ethernet, lengths);
    expect(Buffer.from(right).equals(frames[0])).toBe(false);
    expect(wrong(right)).toBe(0);
    expect(other.slice(-4)).toEqual(frames[1].slice(-4));
    expect(none.slice(-4)).toEqual(frames[2].slice(-4));
    // Classic files say in the link type that frames have four bytes of it.
    const said = await anonymous(frames.slice(0, 2), LINKTYPE.ethernet + 0x2400_0000, lengths);
    expect(said.map(wrong)).toEqual([0, 0x1234]);
    const [cut] = await anonymous([frames[0]], LINKTYPE.ethernet, [lengths[0] + 1]);
    expect(cut.slice(-4)).toEqual(frames[0].slice(-4));
  });
});

describe("packets in tunnels, made anonymous", () => {
  const addresses = new AnonymousAddresses("x");
  const replacement = ipv4("10.0.0.1");
  addresses.ipv4(replacement, 0);

  it.each(TUNNELS)("%s keep their layers and none of their addresses", (protocols, linkType, packet) => {
    const bytes = Buffer.from(packet);
    expect(rewriteAddresses(bytes, linkType, addresses)).toBe(true);
    for (const address of ["0a000001", "0a000002", "020000000001", "020000000002"])
      expect(bytes.includes(Buffer.from(address, "hex")), address).toBe(false);
    const { trace, context } = memoryTrace([bytes], linkType);
    const source = readIpv4(replacement, 0);
    expect(dissect(trace, 0, context)).toMatchObject({ protocols, protocol: "TCP", stopped: null, source });
  });

  it("have sound checksums where they had", () => {
    const sums = (bytes: Uint8Array, isUdp: boolean): number[] => [
      addWords(bytes, 0, 20, 0) % 0xffff,
      addWords(bytes, isUdp ? 12 : 20, bytes.length, 0) % 0xffff,
    ];
    let checked = 0;
    for (const [name, linkType, packet] of TUNNELS) {
      const isUdp = name.includes(":udp:");
      const hasChecksum = isUdp || (name.includes(":gre:") && (packet[20] & 0x80) !== 0);
      if (!hasChecksum) continue;
      const bytes = packet.slice();
      if (isUdp) bytes.set([0x12, 0x34], 26);
      const before = sums(bytes, isUdp);
      rewriteAddresses(bytes, linkType, addresses);
      expect(sums(bytes, isUdp), name).toEqual(before);
      checked++;
    }
    expect(checked).toBe(4);
  });

  it("of a link nothing is known of are not written", async () => {
    const path = join(folder, "unknown-link.pcap");
    writeFileSync(
      path,
      Buffer.from(
        `d4c3b2a102000400${"00".repeat(8)}ffff000093000000${"00".repeat(8)}0100000001000000ff`,
        "hex",
      ),
    );
    const capture = await openCapture(path);
    const source = { capture, rows: allRows(capture) };
    expect([...editedPackets([source])]).toHaveLength(1);
    expect(() => [...editedPackets([source], { anonymousSeed: "x" })]).toThrow(
      `packet 1 of ${path} is of link type 147, in which no addresses are found`,
    );
    capture.close();
  });

  test.prop([
    fc.constantFrom(...TUNNELS),
    fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 4 }),
    fc.nat(110),
  ])("may be cut or changed anywhere, and nothing throws", ([, linkType, packet], patches, cut) => {
    const bytes = packet.slice(0, cut);
    for (const [at, value] of patches) if (at < bytes.length) bytes[at] = value;
    rewriteAddresses(bytes, linkType, addresses);
    expect(bytes.length).toBe(Math.min(cut, packet.length));
  });
});

/** What must stay: all but addresses and checksums. */
const FIELDS = `
  frame.len frame.protocols eth.type ip.len ip.proto ip.ttl ip.id ipv6.nxt tcp.srcport tcp.dstport
  tcp.seq_raw tcp.len tcp.stream udp.stream udp.length icmp.type icmpv6.type arp.opcode dns.id
  ip.checksum.status tcp.checksum.status udp.checksum.status icmp.checksum.status
  icmpv6.checksum.status
`
  .trim()
  .split(/\s+/);
const ASKED = [...FIELDS, "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "eth.src"].flatMap((field) => [
  "-e",
  field,
]);
/** Of each link type, of both versions of IP, with fragments, errors that quote packets, options and wrong checksums. */
const ANONYMISED = [
  "arkime__turn.pcap",
  "pcapplusplus__ip4_fragments.pcap",
  "pcapplusplus__ip6_fragments.pcap",
  "pcapplusplus__ipv6_options.pcap",
  "pcapplusplus__many_interfaces-1.pcapng",
  "pcapplusplus__null_loopback.pcap",
  "pcapplusplus__one_tcp_stream.pcap",
  "suricata-verify__tcp-urgp-01-oob_tcp-urgent1.pcap",
  "zeek__http-qinq-0.pcap",
  "zeek__linux_dlt_sll2.pcap",
  "zeek__tcp_options.pcap",
];
const CHECKED = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);

describe.skipIf(!hasSharedCaptures || !hasTshark)(
  "an anonymous capture (skipped without tshark or the captures)",
  () => {
    it("is for tshark what it was, sound checksums and wrong ones, but for its addresses", async () => {
      let replaced = 0;
      for (const name of ANONYMISED) {
        const capture = await openCapture(capturePath(name));
        const path = written([{ capture, rows: allRows(capture) }], { anonymousSeed: "test" });
        capture.close();
        const fields = (file: string): string[][] =>
          (tshark(["-n", "-r", file, ...CHECKED, "-T", "fields", ...ASKED]) ?? []).map((line) =>
            line.split("\t"),
          );
        const [before, after] = [fields(capturePath(name)), fields(path)];
        const rest = (line: string[]): string[] => line.slice(0, FIELDS.length);
        expect(after.map(rest), name).toEqual(before.map(rest));
        for (const [i, line] of before.entries()) {
          if (line.slice(FIELDS.length).join() !== after[i].slice(FIELDS.length).join()) replaced++;
        }
      }
      expect(replaced).toBeGreaterThan(200);
    }, 30_000);
  },
);

/** A capture that says all that a pcapng file can say which is read here. */
function talkative(): string {
  const interfaces = [
    {
      name: "eth0",
      description: "the one with the cable",
      linkType: 1,
      snapLength: 96,
      filter: "host 192.0.2.1",
      operatingSystem: "Linux 6.1",
      comments: ["from the roof"],
      fcsBytes: 4,
    },
    { name: "tap", linkType: 1, snapLength: 0 },
  ];
  const packet = { bytes: Uint8Array.of(1, 2, 3), length: 60, comments: ["odd"], nanoseconds: 123_456_789 };
  const path = join(folder, "talkative.pcapng");
  writeFileSync(
    path,
    Buffer.concat([
      sectionHeaderBlock("test", { hardware: "a box", operatingSystem: "an OS", comments: ["of a day"] }),
      interfaceBlock(interfaces[0], 6),
      interfaceBlock(interfaces[1], 3),
      namesBlock([
        { address: "192.0.2.1", names: ["one.example", "uno.example"] },
        { address: "2001:db8::1", names: ["six.example"] },
      ]),
      secretsBlock({ type: 0x544c534b, data: Buffer.from("CLIENT_RANDOM 00 11\n") }),
      packetBlock({ ...packet, interfaceId: 0, decimals: 6, seconds: 1_600_000_000, flags: 0x8000_0002 }),
      packetBlock({ ...packet, interfaceId: 1, decimals: 3, seconds: 1_600_000_001, flags: null }),
    ]),
  );
  return path;
}

/** All that a capture says. */
async function said(path: string): Promise<unknown> {
  const capture = await openCapture(path);
  const { sections, interfaces, names, secrets, comments, problems } = capture;
  const { packets } = capture.trace;
  const rows = allRows(capture);
  capture.close();
  return {
    problems,
    sections: sections.map(({ hardware, operatingSystem, comments: words }) => [
      hardware,
      operatingSystem,
      words,
    ]),
    interfaces,
    names,
    secrets,
    comments: [...comments],
    flags: rows.map((row) => capture.packetFlags(row)),
    times: rows.map((row) => [packets.seconds[row], packets.nanoseconds[row], packets.interfaceId[row]]),
  };
}

describe("what a capture says beside packets", () => {
  it("is written as it was read", async () => {
    const path = talkative();
    const before = await said(path);
    const capture = await openCapture(path);
    const edited = written([{ capture, rows: allRows(capture) }]);
    capture.close();
    expect(await said(edited)).toEqual(before);
    expect(before).toMatchObject({
      problems: [],
      sections: [["a box", "an OS", ["of a day"]]],
      interfaces: [
        {
          name: "eth0",
          filter: "host 192.0.2.1",
          operatingSystem: "Linux 6.1",
          fcsBytes: 4,
          resolution: "10^6",
        },
        { name: "tap", resolution: "10^3" },
      ],
      names: [{ names: ["one.example", "uno.example"] }, { address: "2001:db8::1" }],
      flags: [0x8000_0002, null],
      times: [
        [1_600_000_000, 123_456_000, 0],
        [1_600_000_001, 123_000_000, 1],
      ],
    });
  });

  it("is left out where it may tell what anonymous packets do not", async () => {
    const capture = await openCapture(talkative());
    const edited = written([{ capture, rows: allRows(capture) }], { anonymousSeed: "x" });
    capture.close();
    const text = readFileSync(edited).toString("latin1");
    for (const word of ["192.0.2.1", "example", "roof", "cable", "box", "CLIENT", "odd", "of a day"])
      expect(text).not.toContain(word);
    expect(text).toContain("eth0");
  });

  it("has times as fine as a shift makes them", async () => {
    const capture = await openCapture(talkative());
    const source = { capture, rows: allRows(capture) };
    const resolutions = async (nanoseconds: number): Promise<string[]> => {
      const edited = await openCapture(written([source], { shift: { seconds: -5, nanoseconds } }));
      edited.close();
      return edited.interfaces.map(({ resolution }) => resolution);
    };
    expect(await resolutions(5e6)).toEqual(["10^6", "10^3"]);
    expect(await resolutions(5e3)).toEqual(["10^6", "10^9"]);
    expect(await resolutions(5)).toEqual(["10^9", "10^9"]);
    capture.close();
  });

  it.skipIf(!hasTshark)("is what Wireshark's programs read, too (skipped without them)", () => {
    const { stdout } = spawnSync("capinfos", [talkative()]);
    const text = stdout.toString();
    for (const line of [
      /Capture hardware: +a box/,
      /Capture oper-sys: +an OS/,
      /Capture comment: +of a day/,
      /Name = eth0/,
      /Description = the one with the cable/,
      /Operating system = Linux 6\.1/,
      /FCS length = 4/,
      /Filter string = host 192\.0\.2\.1/,
      /Comment = from the roof/,
      /Time resolution = 0x06/,
    ])
      expect(text).toMatch(line);
    const names = tshark(["-r", talkative(), "-q", "-z", "hosts"])?.join("\n");
    expect(names).toMatch(/192\.0\.2\.1\s+uno\.example/);
    expect(names).toMatch(/2001:db8::1\s+six\.example/);
  });
});
