// Whole packets: what is encoded is decoded to the same layers with right lengths and checksums, and any bytes at all are
// decoded to something.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { internetChecksum, transportChecksum } from "../../src/wire/checksum.ts";
import { ipv6ExtensionNumber } from "../../src/wire/ipv6-extensions.ts";
import type { Ipv6ExtensionFields } from "../../src/wire/ipv6-extensions.ts";
import type { Ipv6Header } from "../../src/wire/ipv6.ts";
import type { LayerFields } from "../../src/wire/layers.ts";
import { LINKTYPE } from "../../src/wire/link-types.ts";
import { decodeNetwork, decodePacket, encodePacket, packetLength } from "../../src/wire/packet.ts";
import { ETHER_TYPE, IP_PROTOCOL } from "../../src/wire/protocols.ts";
import {
  ipv4Fields,
  ipv6Extension,
  ipv6Header,
  mac,
  tcpFields,
  uint16,
  uint32,
  uint8,
} from "./arbitraries.ts";

interface Stack {
  readonly linkType: number;
  readonly layers: readonly LayerFields[];
}

const udpFields = fc.record({
  sourcePort: uint16,
  destinationPort: uint16,
  length: fc.constant(0),
  checksum: fc.constant(0),
});
const icmpFields = fc.record({ type: uint8, code: uint8, checksum: fc.constant(0), rest: uint32 });

function transport(protocol: number): fc.Arbitrary<LayerFields> {
  switch (protocol) {
    case IP_PROTOCOL.tcp:
      return tcpFields.map((header) => ({ kind: "tcp", header }));
    case IP_PROTOCOL.udp:
      return udpFields.map((header) => ({ kind: "udp", header }));
    case IP_PROTOCOL.icmp:
      return icmpFields.map((header) => ({ kind: "icmp", header }));
    default:
      return icmpFields.map((header) => ({ kind: "icmpv6", header }));
  }
}

const ipv4Stack: fc.Arbitrary<LayerFields[]> = fc
  .constantFrom(IP_PROTOCOL.tcp, IP_PROTOCOL.udp, IP_PROTOCOL.icmp)
  .chain((protocol) =>
    fc.tuple(ipv4Fields(fc.constant(protocol)), transport(protocol)).map(([header, above]) => [
      // Not a fragment: one would end the layers.
      { kind: "ipv4" as const, header: { ...header, fragmentOffset: 0, flags: header.flags & 6 } },
      above,
    ]),
  );

/** The layers with each header naming the next. */
function ipv6Layers(
  header: Ipv6Header,
  extensions: readonly Ipv6ExtensionFields[],
  above: LayerFields,
  protocol: number,
): LayerFields[] {
  const numbers = [...extensions.map(({ kind }) => ipv6ExtensionNumber(kind)), protocol];
  const layers: LayerFields[] = [{ kind: "ipv6", header: { ...header, nextHeader: numbers[0] } }];
  for (const [index, extension] of extensions.entries()) {
    layers.push({ kind: "ipv6Extension", header: { ...extension, nextHeader: numbers[index + 1] } });
  }
  return [...layers, above];
}

const ipv6Stack: fc.Arbitrary<LayerFields[]> = fc
  .tuple(
    fc.constantFrom(IP_PROTOCOL.tcp, IP_PROTOCOL.udp, IP_PROTOCOL.icmpv6),
    fc.array(ipv6Extension(fc.constant(0), false), { maxLength: 3 }),
  )
  .chain(([protocol, extensions]) =>
    fc
      .tuple(ipv6Header(), transport(protocol))
      .map(([header, above]) => ipv6Layers(header, extensions, above, protocol)),
  );

const stack: fc.Arbitrary<Stack> = fc
  .tuple(fc.oneof(ipv4Stack, ipv6Stack), mac, mac, fc.array(uint16, { maxLength: 2 }), fc.boolean())
  .map(([layers, destination, source, tags, raw]) => {
    if (raw) return { linkType: LINKTYPE.raw, layers };
    const network = layers[0].kind === "ipv4" ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6;
    const types = [...tags.map(() => ETHER_TYPE.vlan), network];
    return {
      linkType: LINKTYPE.ethernet,
      layers: [
        { kind: "ethernet", header: { destination, source, type: types[0] } },
        ...tags.map((id, index): LayerFields => ({
          kind: "vlan",
          header: { priority: id >>> 13, dei: (id >>> 12) & 1, id: id & 0xfff, type: types[index + 1] },
        })),
        ...layers,
      ],
    };
  });

/** The layer without what encoding fills in. */
function given(layer: LayerFields): object {
  const header: Record<string, unknown> = { ...layer.header };
  if (layer.kind === "ipv4") delete header["totalLength"];
  if (layer.kind === "ipv6") delete header["payloadLength"];
  if (layer.kind === "udp") delete header["length"];
  delete header["checksum"];
  return { kind: layer.kind, header };
}

describe("packets", () => {
  test("decode(encode(layers, payload)) is the layers and the payload, with an Ethernet trailer left out", () => {
    fc.assert(
      fc.property(
        stack,
        fc.uint8Array({ maxLength: 60 }),
        fc.nat({ max: 9 }),
        ({ linkType, layers }, payload, pad) => {
          const trailer = linkType === LINKTYPE.ethernet ? pad : 0;
          const out = new Uint8Array(packetLength(layers, payload.length) + trailer);
          const length = encodePacket(layers, payload, out);
          const decoded = decodePacket(out, linkType);
          expect(decoded.error).toBeNull();
          expect(decoded.layers).toMatchObject(layers.map(given));
          expect(out.subarray(decoded.payloadStart, decoded.payloadEnd)).toEqual(payload);
          expect(decoded.payloadEnd).toBe(length);
          let next = 0;
          for (const layer of decoded.layers) {
            expect(layer.start).toBe(next);
            next = layer.end;
          }
          expect(next).toBe(decoded.payloadStart);
        },
      ),
    );
  });

  test("encoded packets have right checksums", () => {
    fc.assert(
      fc.property(stack, fc.uint8Array({ maxLength: 61 }), ({ linkType, layers }, payload) => {
        const out = new Uint8Array(packetLength(layers, payload.length));
        encodePacket(layers, payload, out);
        const { layers: decoded } = decodePacket(out, linkType);
        const network = decoded.find(({ kind }) => kind === "ipv4" || kind === "ipv6")?.start ?? 0;
        const sums = decoded.map(({ kind, start, end }) => {
          if (kind === "ipv4") return internetChecksum(out, start, end);
          if (kind === "icmp") return internetChecksum(out, start, out.length);
          const protocol = kind === "tcp" || kind === "udp" || kind === "icmpv6" ? IP_PROTOCOL[kind] : null;
          return protocol === null ? 0 : transportChecksum(out, network, protocol, start, out.length);
        });
        expect(sums).toEqual(decoded.map(() => 0));
      }),
    );
  });

  test("a packet cut anywhere by the capture keeps its whole layers and is never called malformed", () => {
    fc.assert(
      fc.property(stack, fc.uint8Array({ maxLength: 20 }), fc.nat(), ({ linkType, layers }, payload, at) => {
        const out = new Uint8Array(packetLength(layers, payload.length));
        const length = encodePacket(layers, payload, out);
        const kept = at % (length + 1);
        const whole = decodePacket(out, linkType);
        const cut = decodePacket(out, linkType, 0, kept, length);
        const within = whole.layers.filter((layer) => layer.end <= kept);
        expect(cut.layers.map(({ kind, start }) => [kind, start])).toEqual(
          within.map(({ kind, start }) => [kind, start]),
        );
        const complete = within.length === whole.layers.length;
        expect(cut.error?.cut ?? null).toBe(complete ? null : true);
      }),
    );
  });

  test("any bytes under any link type decode within their bounds, in bounded layers", () => {
    const linkType = fc.constantFrom(...Object.values(LINKTYPE), 147);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // Extension headers and tunnels nested as deep as they fit.
      fc.constantFrom(0x00, 0x3c, 0x29, 0x04, 0x81).map((byte) => new Uint8Array(400).fill(byte)),
      fc.tuple(stack, fc.nat(), uint8).map(([{ layers }, at, value]) => {
        const out = new Uint8Array(packetLength(layers, 0));
        encodePacket(layers, new Uint8Array(0), out);
        out[at % out.length] = value;
        return out;
      }),
    );
    fc.assert(
      fc.property(linkType, bytes, fc.nat({ max: 300 }), (linkType, bytes, more) => {
        const decoded = decodePacket(bytes, linkType, 0, bytes.length, bytes.length + more);
        expect(decoded.layers.length).toBeLessThanOrEqual(32);
        for (const layer of decoded.layers) expect(layer.end).toBeLessThanOrEqual(bytes.length);
        expect(decoded.payloadStart).toBeLessThanOrEqual(decoded.payloadEnd);
        expect(decoded.payloadEnd).toBeLessThanOrEqual(bytes.length);
        expect(decoded.payloadEnd).toBeLessThanOrEqual(decoded.payloadWireEnd);
        expect(decoded.error?.offset ?? 0).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 1500 },
    );
  });

  test("a UDP checksum that comes out as zero is sent as ffff, since zero means none", () => {
    const layers = (port: number): LayerFields[] => [
      {
        kind: "ipv6",
        header: {
          trafficClass: 0,
          flowLabel: 0,
          payloadLength: 0,
          nextHeader: IP_PROTOCOL.udp,
          hopLimit: 1,
          source: "::",
          destination: "::",
        },
      },
      { kind: "udp", header: { sourcePort: port, destinationPort: 0, length: 0, checksum: 0 } },
    ];
    const out = new Uint8Array(48);
    // The sum of all other words is 17 (the protocol) and twice the length of 8.
    encodePacket(layers(0xffff - 17 - 16), new Uint8Array(0), out);
    expect(decodeNetwork(out).layers[1].header).toMatchObject({ checksum: 0xffff });
  });

  test("encoding refuses what has no room or no IP header for its checksum", () => {
    const udp: LayerFields = {
      kind: "udp",
      header: { sourcePort: 1, destinationPort: 2, length: 0, checksum: 0 },
    };
    expect(() => encodePacket([udp], new Uint8Array(0), new Uint8Array(7))).toThrow(RangeError);
    expect(() => encodePacket([udp], new Uint8Array(0), new Uint8Array(8))).toThrow("needs an IP header");
  });
});
