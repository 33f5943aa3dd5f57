// Small packets built for tests: one line each in a timeline.

import type { Ipv4Option } from "../../src/wire/ipv4-options.ts";
import type { LayerFields } from "../../src/wire/layers.ts";
import { encodePacket, packetLength } from "../../src/wire/packet.ts";
import { IP_PROTOCOL } from "../../src/wire/protocols.ts";
import type { TcpOption } from "../../src/wire/tcp-options.ts";

const NO_BYTES = new Uint8Array(0);

/** A captured packet; `length` is its length on the wire. */
export interface Captured {
  readonly bytes: Uint8Array;
  readonly length: number;
}

export function bytesOf(layers: readonly LayerFields[], payload: Uint8Array = NO_BYTES): Uint8Array {
  const out = new Uint8Array(packetLength(layers, payload.length));
  encodePacket(layers, payload, out);
  return out;
}

/** The packet as a capture that keeps `kept` bytes has it. */
export function captured(bytes: Uint8Array, kept: number = bytes.length): Captured {
  return { bytes: bytes.subarray(0, kept), length: bytes.length };
}

/** The bytes with some replaced. */
export function patched(bytes: Uint8Array, ...patches: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, value] of patches) copy[at] = value;
  return copy;
}

interface Ipv4Choices {
  readonly source?: string;
  readonly destination?: string;
  readonly flags?: number;
  readonly fragmentOffset?: number;
  readonly id?: number;
  readonly options?: readonly Ipv4Option[];
}

/** From 10.0.0.1 to 10.0.0.2 unless told otherwise. */
export function ipv4(protocol: number, choices: Ipv4Choices = {}): LayerFields {
  const {
    source = "10.0.0.1",
    destination = "10.0.0.2",
    flags = 0,
    fragmentOffset = 0,
    id = 1,
    options = [],
  } = choices;
  return {
    kind: "ipv4",
    header: {
      dsfield: 0,
      totalLength: 0,
      id,
      flags,
      fragmentOffset,
      ttl: 64,
      protocol,
      checksum: 0,
      source,
      destination,
      options,
      optionsTail: NO_BYTES,
    },
  };
}

/** The other way of `ipv4`'s default. */
export const BACK = { source: "10.0.0.2", destination: "10.0.0.1" };

export function ipv6(
  nextHeader: number,
  source: string = "fd00::1",
  destination: string = "fd00::2",
): LayerFields {
  return {
    kind: "ipv6",
    header: {
      trafficClass: 0,
      flowLabel: 0,
      payloadLength: 0,
      nextHeader,
      hopLimit: 64,
      source,
      destination,
    },
  };
}

export function udp(sourcePort: number, destinationPort: number): LayerFields {
  return { kind: "udp", header: { sourcePort, destinationPort, length: 0, checksum: 0 } };
}

export function tcp(
  sourcePort: number,
  destinationPort: number,
  seq: number,
  ack: number,
  flags: number,
  options: readonly TcpOption[] = [],
): LayerFields {
  const window = 1000;
  const fields = { sourcePort, destinationPort, seq, ack, flags, window, checksum: 0, urgentPointer: 0 };
  return { kind: "tcp", header: { ...fields, options, optionsTail: NO_BYTES } };
}

/** An IPv4 TCP segment from 10.0.0.1, or with BACK from 10.0.0.2. */
export function segment(
  ports: readonly [number, number],
  numbers: readonly [number, number],
  flags: number,
  options: readonly TcpOption[] = [],
  choices: Ipv4Choices = {},
): Captured {
  const layers = [
    ipv4(IP_PROTOCOL.tcp, choices),
    tcp(ports[0], ports[1], numbers[0], numbers[1], flags, options),
  ];
  return captured(bytesOf(layers));
}

export function icmpError(type: number, quoted: Uint8Array): Captured {
  const header = { type, code: 3, checksum: 0, rest: 0 };
  return captured(bytesOf([ipv4(IP_PROTOCOL.icmp, BACK), { kind: "icmp", header }], quoted));
}

export function ethernet(type: number): LayerFields {
  return {
    kind: "ethernet",
    header: { destination: "02:00:00:00:00:01", source: "02:00:00:00:00:02", type },
  };
}

export function vlan(type: number): LayerFields {
  return { kind: "vlan", header: { priority: 1, dei: 0, id: 5, type } };
}

/** A classic pcap file of these packets. */
export function pcapOf(linkType: number, packets: readonly Captured[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(linkType, 20);
  const parts = [header];
  for (const [index, { bytes, length }] of packets.entries()) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(index, 0);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(length, 12);
    parts.push(record, Buffer.from(bytes));
  }
  return Buffer.concat(parts);
}
