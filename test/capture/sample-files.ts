// Small whole files of every kind we read, for tests that cut and damage them.

import { gzipSync } from "node:zlib";

import {
  block,
  classicFile,
  enhancedPacket,
  fields,
  interfaceDescription,
  joined,
  option,
  sectionHeader,
  udpPacket,
} from "./packets.ts";

const PACKETS = [0, 1, 40, 700].map((size, i) => ({
  seconds: 1_700_000_000 + i,
  fraction: 123_456 + i,
  length: 28 + size,
  bytes: udpPacket(1000 + i, 53, new Uint8Array(size).fill(i + 65)),
}));

function text(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

/** One of each block, packets of three kinds, two interfaces of different clocks. */
export function pcapngFile(bigEndian: boolean): Uint8Array {
  const endOfOptions = new Uint8Array(4);
  const options = joined(
    option(2, text("eth0"), bigEndian),
    option(9, Uint8Array.of(0x94), bigEndian),
    option(14, fields([[8, 1_700_000_000]], bigEndian), bigEndian),
    endOfOptions,
  );
  const ipv4Name = joined(Uint8Array.of(10, 0, 0, 1), text("client\0"));
  const names = joined(
    fields(
      [
        [2, 1],
        [2, ipv4Name.length],
      ],
      bigEndian,
    ),
    ipv4Name,
    new Uint8Array(-ipv4Name.length & 3),
    endOfOptions,
  );
  const simple = joined(fields([[4, PACKETS[2].bytes.length]], bigEndian), PACKETS[2].bytes);
  const obsolete = joined(
    fields(
      [
        [2, 1],
        [2, 0],
        [4, 0x5e0b1],
        [4, 77],
        [4, PACKETS[1].bytes.length],
        [4, 900],
      ],
      bigEndian,
    ),
    PACKETS[1].bytes,
  );
  const commented = joined(
    fields(
      [
        [4, 0],
        [4, 0],
        [4, 3 << 20],
        [4, 28],
        [4, 28],
      ],
      bigEndian,
    ),
    PACKETS[0].bytes,
    option(1, text("a comment"), bigEndian),
    option(2, fields([[4, 2]], bigEndian), bigEndian),
    endOfOptions,
  );
  const statistics = joined(
    fields(
      [
        [4, 0],
        [4, 0],
        [4, 0],
      ],
      bigEndian,
    ),
    option(4, fields([[8, 100]], bigEndian), bigEndian),
    option(5, fields([[8, 3]], bigEndian), bigEndian),
    endOfOptions,
  );
  const secrets = joined(
    fields(
      [
        [4, 0x544c534b],
        [4, 5],
      ],
      bigEndian,
    ),
    text("keys!"),
  );
  return joined(
    sectionHeader(bigEndian),
    interfaceDescription(101, 0, options, bigEndian),
    interfaceDescription(101, 64, undefined, bigEndian),
    enhancedPacket(0, 5n << 20n, PACKETS[3].bytes, bigEndian),
    block(6, commented, bigEndian),
    block(0xbad, text("custom, and nothing to us"), bigEndian),
    block(3, simple, bigEndian),
    block(2, obsolete, bigEndian),
    block(4, names, bigEndian),
    block(5, statistics, bigEndian),
    block(10, secrets, bigEndian),
    enhancedPacket(1, 1_700_000_000_000_001n, PACKETS[2].bytes, bigEndian),
  );
}

/** Two fragments of a datagram, as a classic file. */
function fragmentsFile(): Uint8Array {
  const whole = udpPacket(9, 9, new Uint8Array(32));
  const part = (offset: number, more: boolean): Uint8Array => {
    const packet = joined(
      whole.subarray(0, 20),
      whole.subarray(20 + offset, more ? 20 + offset + 24 : undefined),
    );
    const view = new DataView(packet.buffer);
    view.setUint16(2, packet.length);
    view.setUint16(6, (more ? 0x2000 : 0) | (offset / 8));
    return packet;
  };
  return classicFile(
    [part(0, true), part(24, false)].map((bytes) => ({
      seconds: 1,
      fraction: 2,
      length: bytes.length,
      bytes,
    })),
  );
}

/** By name. */
export const SAMPLE_FILES: Readonly<Record<string, Uint8Array>> = {
  pcap: classicFile(PACKETS),
  "pcap, big-endian": classicFile(PACKETS, { bigEndian: true }),
  "pcap, nanoseconds": classicFile(PACKETS, { magic: 0xa1b23c4d }),
  "pcap, modified": classicFile(PACKETS, { magic: 0xa1b2cd34, headerBytes: 24 }),
  "pcap, version 2.2": classicFile(PACKETS, { version: [2, 2] }),
  "pcap, fragments": fragmentsFile(),
  pcapng: joined(pcapngFile(false), pcapngFile(true)),
  "pcapng, big-endian": pcapngFile(true),
  "pcap, gzip": gzipSync(classicFile(PACKETS)),
  "pcapng, gzip": gzipSync(pcapngFile(false)),
};
