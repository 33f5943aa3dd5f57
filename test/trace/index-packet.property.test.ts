// The index pass against the decoders: two readers of the same bytes have to agree, on any bytes.

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { indexPacket, indexTransport } from "../../src/trace/index-packet.ts";
import { NO_OFFSET, NO_STREAM, PROTOCOL, PacketTable } from "../../src/trace/packets.ts";
import { StreamTable } from "../../src/trace/streams.ts";
import { readIpv4 } from "../../src/wire/address.ts";
import { finalDestinationOffset } from "../../src/wire/ipv4-options.ts";
import { LINKTYPE } from "../../src/wire/link-types.ts";
import { decodeNetwork, decodePacket } from "../../src/wire/packet.ts";
import type { DecodedPacket } from "../../src/wire/packet.ts";
import { bytesOf, ethernet, ipv4, ipv6, tcp, udp, vlan } from "./crafted-packets.ts";

const payload = new Uint8Array(30);
const templates = [
  bytesOf(
    [
      ethernet(0x800),
      ipv4(17, { options: [{ type: 131, data: Uint8Array.of(4, 1, 2, 3, 4, 5, 6, 7, 8) }] }),
      udp(1, 2),
    ],
    payload,
  ),
  bytesOf([ethernet(0x800), ipv4(6), tcp(1, 2, 3, 4, 16)], payload),
  bytesOf([ethernet(0x8100), vlan(0x86dd), ipv6(17), udp(1, 2)], payload),
  bytesOf([ethernet(0x86dd), ipv6(6), tcp(1, 2, 3, 4, 2, [{ kind: "mss", mss: 1 }])], payload),
  bytesOf([ethernet(0x800), ipv4(4), ipv4(17), udp(1, 2)], payload),
  bytesOf([ethernet(0x800), ipv4(4), ipv6(17), udp(1, 2)], payload),
  bytesOf([ethernet(0x800), ipv6(6), tcp(1, 2, 3, 4, 16)], payload),
  bytesOf(
    [ethernet(0x800), ipv4(1), { kind: "icmp", header: { type: 3, code: 3, checksum: 0, rest: 0 } }],
    bytesOf([ipv4(17), udp(1, 2)], payload),
  ),
];

/** Sound packets with a few bytes replaced, and cut anywhere; or anything. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  fc
    .tuple(
      fc.constantFrom(...templates),
      fc.array(fc.tuple(fc.nat({ max: 80 }), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
      fc.option(fc.nat({ max: 120 })),
    )
    .map(([template, patches, cut]) => {
      const copy = template.slice();
      for (const [at, value] of patches) if (at < copy.length) copy[at] = value;
      return cut === null ? copy : copy.slice(0, cut);
    }),
);

function columnsOf(table: PacketTable, streams: StreamTable, row: number): object {
  const stream = table.stream[row];
  return {
    protocol: table.protocol[row],
    networkOffset: table.networkOffset[row],
    transportOffset: table.transportOffset[row],
    payloadOffset: table.payloadOffset[row],
    payloadLength: table.payloadLength[row],
    source: table.addresses.text(table.source[row]),
    destination: table.addresses.text(table.destination[row]),
    sourcePort: table.sourcePort[row],
    destinationPort: table.destinationPort[row],
    flags: table.tcpFlags[row],
    seq: table.tcpSeq[row],
    stream,
    windowScale:
      stream === NO_STREAM || table.protocol[row] !== PROTOCOL.tcp
        ? -1
        : streams.tcpDirection(stream, streams.direction(table, row)).windowScale,
  };
}

/** What the layers say: a header too damaged to decode may still have a readable beginning, so only what was decoded is expected. */
function expectedColumns(bytes: Uint8Array, { layers, payloadStart, payloadWireEnd }: DecodedPacket): object {
  const expected: Record<string, unknown> = {};
  const outermost = layers.find(({ kind }) => kind === "ipv4" || kind === "ipv6");
  if (outermost !== undefined) expected["networkOffset"] = outermost.start;
  for (const { kind, header, start } of layers) {
    if (kind === "ipv4" || kind === "ipv6") {
      expected["source"] = header.source;
      const routed = kind === "ipv4" ? finalDestinationOffset(header.options) : null;
      expected["destination"] = routed === null ? header.destination : readIpv4(bytes, start + routed);
    }
    if (kind !== "tcp" && kind !== "udp") continue;
    expected["protocol"] = PROTOCOL[kind];
    expected["transportOffset"] = start;
    expected["sourcePort"] = header.sourcePort;
    expected["destinationPort"] = header.destinationPort;
    if (kind === "udp") continue;
    Object.assign(expected, { flags: header.flags, seq: header.seq, stream: 0 });
    Object.assign(expected, { payloadOffset: payloadStart, payloadLength: payloadWireEnd - payloadStart });
    const scale = header.options.find((option) => option.kind === "windowScale");
    if (scale !== undefined) expected["windowScale"] = Math.min(14, scale.shift);
  }
  return expected;
}

/** Decodes a packet; IPv6 where IPv4 was announced is read as such, as Wireshark does and no host. */
function decodedAsRead(bytes: Uint8Array, linkType: number, wireEnd: number): DecodedPacket {
  let decoded = decodePacket(bytes, linkType, 0, bytes.length, wireEnd);
  while (decoded.error?.layer === "ip" && bytes[decoded.error.offset] >>> 4 === 6) {
    const { layers, error, payloadEnd, payloadWireEnd } = decoded;
    const inner = decodeNetwork(bytes, error.offset, payloadEnd, payloadWireEnd);
    if (inner.layers.length === 0) break;
    decoded = { ...inner, layers: [...layers, ...inner.layers] };
  }
  return decoded;
}

test("columns are what decodePacket finds, for any bytes, wherever they lie and however much was cut", () => {
  const linkTypes = fc.constantFrom(LINKTYPE.ethernet, ...Object.values(LINKTYPE));
  fc.assert(
    fc.property(linkTypes, bytes, fc.nat({ max: 9 }), fc.nat({ max: 60 }), (linkType, bytes, start, more) => {
      const table = new PacketTable();
      const streams = new StreamTable();
      const row = table.append();
      table.length[row] = bytes.length + more;
      const shifted = new Uint8Array(bytes.length + start + 5).fill(0x45);
      shifted.set(bytes, start);
      indexPacket(table, row, shifted, start, bytes.length, linkType, streams);
      const decoded = decodedAsRead(bytes, linkType, bytes.length + more);
      expect(columnsOf(table, streams, row)).toMatchObject(expectedColumns(bytes, decoded));
    }),
    { numRuns: 3000 },
  );
});

test("a datagram put together from fragments gets its transport columns, and no offsets into a row that lacks them", () => {
  const table = new PacketTable();
  const streams = new StreamTable();
  const row = table.append();
  const last = bytesOf([ipv4(17, { fragmentOffset: 800 })], payload);
  table.length[row] = last.length;
  indexPacket(table, row, last, 0, last.length, LINKTYPE.raw, streams);
  expect(table.protocol[row]).toBe(PROTOCOL.fragment);
  expect(table.stream[row]).toBe(NO_STREAM);

  const datagram = bytesOf([ipv4(17), udp(5, 6)], new Uint8Array(800)).subarray(20);
  indexTransport(table, row, datagram, 17, streams);

  expect(table.protocol[row]).toBe(PROTOCOL.udp);
  expect([table.sourcePort[row], table.destinationPort[row]]).toEqual([5, 6]);
  expect(table.payloadLength[row]).toBe(800);
  expect(table.stream[row]).toBe(0);
  expect(table.networkOffset[row]).toBe(0);
  expect([table.transportOffset[row], table.payloadOffset[row]]).toEqual([NO_OFFSET, NO_OFFSET]);
});
