// The laws every header keeps: decoding what was encoded gives the header back, and encoding what was decoded the bytes.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeArp, encodeArp } from "../../src/wire/arp.ts";
import { isWireError } from "../../src/wire/error.ts";
import { decodeEthernet, decodeVlan, encodeEthernet, encodeVlan } from "../../src/wire/ethernet.ts";
import { decodeIcmp, encodeIcmp } from "../../src/wire/icmp.ts";
import { decodeIpv4, encodeIpv4 } from "../../src/wire/ipv4.ts";
import {
  decodeIpv6Extension,
  encodeIpv6Extension,
  ipv6ExtensionNumber,
} from "../../src/wire/ipv6-extensions.ts";
import { decodeIpv6, encodeIpv6 } from "../../src/wire/ipv6.ts";
import { decodeLoopback, encodeLoopback } from "../../src/wire/loopback.ts";
import { decodeSll, decodeSll2, encodeSll, encodeSll2 } from "../../src/wire/sll.ts";
import { decodeSnap, encodeSnap } from "../../src/wire/snap.ts";
import { decodeTcp, encodeTcp } from "../../src/wire/tcp.ts";
import { decodeUdp, encodeUdp } from "../../src/wire/udp.ts";
import {
  exactly,
  ipv4Fields,
  ipv6Extension,
  ipv6Header,
  mac,
  tcpFields,
  uint16,
  uint32,
  uint8,
} from "./arbitraries.ts";

/** Where headers are put in the tests, so that nothing rests on starting at 0. */
const START = 5;
const ROOM = 2048;

interface Protocol {
  readonly name: string;
  /** Headers as an encoder takes them. */
  readonly headers: fc.Arbitrary<object>;
  readonly encode: (header: never, out: Uint8Array, at: number) => number;
  readonly decode: (bytes: Uint8Array, start: number, end: number, wireEnd?: number) => object;
}

/** Encoded headers with one byte replaced: they come further into a decoder than random bytes. */
function damaged(headers: fc.Arbitrary<object>, encode: Protocol["encode"]): fc.Arbitrary<Uint8Array> {
  return fc.tuple(headers, fc.nat(), uint8).map(([header, at, value]) => {
    const out = new Uint8Array(ROOM);
    const bytes = out.slice(0, encode(header as never, out, 0));
    bytes[at % bytes.length] = value;
    return bytes;
  });
}

const bits = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** count - 1 });
const sllFields = {
  packetType: uint16,
  arphrdType: uint16,
  addressLength: uint16,
  address: exactly(8),
  protocol: uint16,
};
const icmpFields = fc.record({ type: uint8, code: uint8, checksum: uint16, rest: uint32 });

const PROTOCOLS: readonly Protocol[] = [
  {
    name: "Ethernet",
    headers: fc.record({ destination: mac, source: mac, type: uint16 }),
    encode: encodeEthernet,
    decode: decodeEthernet,
  },
  {
    name: "VLAN",
    headers: fc.record({ priority: bits(3), dei: bits(1), id: bits(12), type: uint16 }),
    encode: encodeVlan,
    decode: decodeVlan,
  },
  {
    name: "SNAP",
    headers: fc.record({ oui: bits(24), type: uint16 }),
    encode: encodeSnap,
    decode: decodeSnap,
  },
  { name: "SLL", headers: fc.record(sllFields), encode: encodeSll, decode: decodeSll },
  {
    name: "SLL2",
    headers: fc.record({
      ...sllFields,
      packetType: uint8,
      addressLength: uint8,
      reserved: uint16,
      interfaceIndex: uint32,
    }),
    encode: encodeSll2,
    decode: decodeSll2,
  },
  {
    name: "loopback",
    headers: fc.record({ family: fc.integer({ min: 1, max: 0xffff }), littleEndian: fc.boolean() }),
    encode: encodeLoopback,
    decode: decodeLoopback,
  },
  {
    name: "ARP",
    headers: fc.tuple(bits(3), bits(3)).chain(([hardware, protocol]) =>
      fc.record({
        hardwareType: uint16,
        protocolType: uint16,
        opcode: uint16,
        senderHardware: exactly(hardware),
        senderProtocol: exactly(protocol),
        targetHardware: exactly(hardware),
        targetProtocol: exactly(protocol),
      }),
    ),
    encode: encodeArp,
    decode: decodeArp,
  },
  { name: "IPv4", headers: ipv4Fields(), encode: encodeIpv4, decode: decodeIpv4 },
  { name: "IPv6", headers: ipv6Header(), encode: encodeIpv6, decode: decodeIpv6 },
  { name: "TCP", headers: tcpFields, encode: encodeTcp, decode: decodeTcp },
  {
    name: "UDP",
    headers: fc.record({
      sourcePort: uint16,
      destinationPort: uint16,
      length: fc.oneof(fc.constant(0), fc.integer({ min: 8, max: 0xffff })),
      checksum: uint16,
    }),
    encode: encodeUdp,
    decode: decodeUdp,
  },
  {
    name: "ICMP",
    headers: icmpFields,
    encode: encodeIcmp,
    decode: (bytes, start, end, wireEnd) => decodeIcmp("icmp", bytes, start, end, wireEnd),
  },
];

describe.each(PROTOCOLS)("$name headers", ({ headers, encode, decode }) => {
  test("decode(encode(header)) is the header, and nothing outside of it is written", () => {
    fc.assert(
      fc.property(headers, (header) => {
        const out = new Uint8Array(ROOM).fill(0xa5);
        const length = encode(header as never, out, START);
        const decoded = decode(out, START, START + length);
        expect(decoded).toMatchObject(header);
        expect(out.subarray(0, START).every((byte) => byte === 0xa5)).toBe(true);
        expect(out.subarray(START + length).every((byte) => byte === 0xa5)).toBe(true);
      }),
    );
  });

  test("encode(decode(bytes)) is the bytes, or decode says where they are wrong", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged(headers, encode)), (bytes) => {
        const decoded = decode(bytes, 0, bytes.length);
        const error = isWireError(decoded) ? decoded : null;
        const out = new Uint8Array(ROOM);
        const length = error === null ? encode(decoded as never, out, 0) : 0;
        expect(out.subarray(0, length)).toEqual(bytes.subarray(0, length));
        expect(error === null || (error.offset >= 0 && error.offset <= bytes.length)).toBe(true);
        expect(error?.cut ?? false).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("a header with bytes missing is an error, the capture's if the packet was longer on the wire", () => {
    fc.assert(
      fc.property(headers, fc.nat(), (header, at) => {
        const out = new Uint8Array(ROOM);
        const length = encode(header as never, out, START);
        const end = START + (at % length);
        expect(decode(out, START, end)).toMatchObject({ cut: false });
        expect(decode(out, START, end, START + length)).toMatchObject({ cut: true });
      }),
    );
  });
});

describe("IPv6 extension headers", () => {
  test("decode(encode(header)) is the header", () => {
    fc.assert(
      fc.property(ipv6Extension(), (header) => {
        const out = new Uint8Array(ROOM);
        const length = encodeIpv6Extension(header, out, START);
        const decoded = decodeIpv6Extension(ipv6ExtensionNumber(header.kind), out, START, START + length);
        expect(decoded).toMatchObject(header);
      }),
    );
  });

  test("encode(decode(bytes)) is the bytes, or decode says where they are wrong", () => {
    const kinds = fc.constantFrom(0, 43, 44, 51, 60);
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 4 }), (kind, bytes, units) => {
        if (bytes.length > 1) bytes[1] = units;
        const decoded = decodeIpv6Extension(kind, bytes, 0, bytes.length);
        if (isWireError(decoded)) return;
        const out = new Uint8Array(ROOM);
        const length = encodeIpv6Extension(decoded, out, 0);
        expect(out.subarray(0, length)).toEqual(bytes.subarray(0, length));
      }),
      { numRuns: 1000 },
    );
  });
});
