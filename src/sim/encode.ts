// Simulated packets to bytes, checksums and all, and back: for the trace, for ICMP's quotes, for damage and reassembly.

import {
  ICMP_HEADER_LENGTH,
  decodeIcmp,
  encodeIcmp,
  fillIcmpChecksum,
  fillIcmpv6Checksum,
} from "../wire/icmp.ts";
import { internetChecksum, transportChecksum } from "../wire/checksum.ts";
import { isWireError } from "../wire/error.ts";
import { IPV4_FLAGS, decodeIpv4, encodeIpv4, fillIpv4Checksum } from "../wire/ipv4.ts";
import { decodeIpv6Extension, encodeIpv6Extension } from "../wire/ipv6-extensions.ts";
import { IPV6_HEADER_LENGTH, decodeIpv6, encodeIpv6 } from "../wire/ipv6.ts";
import { IP_PROTOCOL } from "../wire/protocols.ts";
import { decodeTcp, encodeTcp, fillTcpChecksum } from "../wire/tcp.ts";
import type { TcpOption } from "../wire/tcp-options.ts";
import { UDP_HEADER_LENGTH, decodeUdp, encodeUdp, fillUdpChecksum } from "../wire/udp.ts";
import {
  fastOpenBytes,
  IPV4_HEADER_BYTES,
  IPV6_FRAGMENT_HEADER_BYTES,
  ipHeaderBytes,
  packetOf,
} from "./packet-build.ts";
import type { FastOpenOption, IpPacket, IpPayload, Segment } from "./packet.ts";

/** Why bytes are no packet a host would take. */
export type Damage = "checksum" | "malformed";

const EMPTY = new Uint8Array(0);
const NOP: TcpOption = { kind: "nop" };

/** The IP protocol number of a payload. */
export function protocolOf(version: 4 | 6, payload: IpPayload): number {
  switch (payload.kind) {
    case "tcp":
      return IP_PROTOCOL.tcp;
    case "udp":
      return IP_PROTOCOL.udp;
    case "icmp":
      return version === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6;
    case "fragment":
      return payload.protocol;
  }
}

/** The packet as it is on the wire, from the IP header on; a damaged one with its bit flipped. */
export function encodePacket(packet: IpPacket): Uint8Array {
  let bytes: Uint8Array;
  if (packet.wire !== undefined && packet.wire !== null) {
    bytes = carried(packet, packet.wire);
  } else {
    bytes = new Uint8Array(packet.length);
    const start = ipHeaderBytes(packet.version, packet.payload);
    if (packet.version === 4) encodeIpv4Header(packet, bytes);
    else encodeIpv6Header(packet, bytes);
    encodePayload(packet, bytes, start);
  }
  if (packet.flippedBit !== -1) bytes[packet.flippedBit >>> 3] ^= 0x80 >>> (packet.flippedBit & 7);
  return bytes;
}

/** A real stack's bytes with what the way has changed since: the time to live and the ECN field. */
function carried(packet: IpPacket, wire: Uint8Array): Uint8Array {
  const bytes = wire.slice();
  if (packet.version === 4) {
    bytes[1] = (bytes[1] & 0xfc) | packet.ecn;
    bytes[8] = packet.ttl;
    fillIpv4Checksum(bytes, 0, (bytes[0] & 15) * 4);
  } else {
    bytes[1] = (bytes[1] & 0xcf) | (packet.ecn << 4);
    bytes[7] = packet.ttl;
  }
  return bytes;
}

function encodeIpv4Header(packet: IpPacket, out: Uint8Array): void {
  const { payload } = packet;
  const more = payload.kind === "fragment" && payload.more;
  const headerLength = encodeIpv4(
    {
      dsfield: packet.ecn,
      totalLength: packet.length,
      id: packet.id & 0xffff,
      flags: (packet.dontFragment ? IPV4_FLAGS.dontFragment : 0) | (more ? IPV4_FLAGS.moreFragments : 0),
      fragmentOffset: payload.kind === "fragment" ? payload.offset : 0,
      ttl: packet.ttl,
      protocol: protocolOf(4, payload),
      checksum: 0,
      source: packet.source,
      destination: packet.destination,
      options: [],
      optionsTail: EMPTY,
    },
    out,
    0,
  );
  fillIpv4Checksum(out, 0, headerLength);
}

function encodeIpv6Header(packet: IpPacket, out: Uint8Array): void {
  const { payload } = packet;
  const protocol = protocolOf(6, payload);
  encodeIpv6(
    {
      trafficClass: packet.ecn,
      flowLabel: 0,
      payloadLength: packet.length - IPV6_HEADER_LENGTH,
      nextHeader: payload.kind === "fragment" ? IP_PROTOCOL.fragment : protocol,
      hopLimit: packet.ttl,
      source: packet.source,
      destination: packet.destination,
    },
    out,
    0,
  );
  if (payload.kind !== "fragment") return;
  encodeIpv6Extension(
    {
      kind: "fragment",
      nextHeader: protocol,
      fragmentOffset: payload.offset,
      moreFragments: payload.more,
      id: packet.id >>> 0,
      reservedByte: 0,
      reservedBits: 0,
    },
    out,
    IPV6_HEADER_LENGTH,
  );
}

function encodePayload(packet: IpPacket, out: Uint8Array, start: number): void {
  const { payload, length: end } = packet;
  switch (payload.kind) {
    case "tcp": {
      const options = tcpOptions(payload);
      const headerLength = encodeTcp({ ...payload, checksum: 0, options, optionsTail: EMPTY }, out, start);
      out.set(payload.payload, start + headerLength);
      fillTcpChecksum(out, 0, start, end);
      return;
    }
    case "udp": {
      const { sourcePort, destinationPort, payload: data } = payload;
      encodeUdp(
        { sourcePort, destinationPort, length: UDP_HEADER_LENGTH + data.length, checksum: 0 },
        out,
        start,
      );
      out.set(data, start + UDP_HEADER_LENGTH);
      fillUdpChecksum(out, 0, start, end);
      return;
    }
    case "icmp":
      encodeIcmp({ ...payload, checksum: 0 }, out, start);
      out.set(payload.body, start + ICMP_HEADER_LENGTH);
      if (packet.version === 4) fillIcmpChecksum(out, start, end);
      else fillIcmpv6Checksum(out, 0, start, end);
      return;
    case "fragment":
      out.set(payload.data, start);
  }
}

/** Options in Linux's order: MSS, SACK permitted and timestamps, window scale, SACK, fast open, padded to four-byte boundaries. */
function tcpOptions(segment: Segment): TcpOption[] {
  const options: TcpOption[] = [];
  if (segment.mss > 0) options.push({ kind: "mss", mss: segment.mss });
  if (segment.timestamps) {
    if (segment.sackPermitted) options.push({ kind: "sackPermitted" });
    else options.push(NOP, NOP);
    options.push({ kind: "timestamps", tsVal: segment.tsVal, tsEcr: segment.tsEcr });
  } else if (segment.sackPermitted) {
    options.push(NOP, NOP, { kind: "sackPermitted" });
  }
  if (segment.windowScale >= 0) options.push(NOP, { kind: "windowScale", shift: segment.windowScale });
  if (segment.sack !== null && segment.sack.length > 0) {
    options.push(NOP, NOP, { kind: "sack", edges: segment.sack });
  }
  if (segment.fastOpen !== null) {
    options.push({ kind: "fastOpen", ...segment.fastOpen });
    for (let length = fastOpenBytes(segment.fastOpen); length % 4 !== 0; length++) options.push(NOP);
  }
  return options;
}

/** The packet in `bytes` if a host at its destination would take it, else what is wrong with it. */
/** None, or what RFC 7413 section 4.1.1 allows: Linux takes other options for none. */
function isCookieLength(length: number): boolean {
  return length === 0 || (length >= 4 && length <= 16 && length % 2 === 0);
}

export function decodePacket(bytes: Uint8Array): IpPacket | Damage {
  if (bytes.length === 0) return "malformed";
  return bytes[0] >>> 4 === 4 ? decodeV4(bytes) : decodeV6(bytes);
}

function decodeV4(bytes: Uint8Array): IpPacket | Damage {
  const ip = decodeIpv4(bytes, 0, bytes.length);
  if (isWireError(ip)) return "malformed";
  if (internetChecksum(bytes, 0, ip.headerLength) !== 0) return "checksum";
  const end = ip.totalLength;
  if (end > bytes.length || end < ip.headerLength || ip.headerLength !== IPV4_HEADER_BYTES)
    return "malformed";
  const more = (ip.flags & IPV4_FLAGS.moreFragments) !== 0;
  const payload: IpPayload | Damage =
    more || ip.fragmentOffset > 0
      ? {
          kind: "fragment",
          protocol: ip.protocol,
          offset: ip.fragmentOffset,
          more,
          data: bytes.subarray(ip.headerLength, end),
        }
      : decodeTransport(bytes, ip.protocol, ip.headerLength, end);
  if (typeof payload === "string") return payload;
  const df = (ip.flags & IPV4_FLAGS.dontFragment) !== 0;
  return packetOf(4, ip.source, ip.destination, ip.ttl, ip.dsfield & 3, df, ip.id, payload, end, -1);
}

function decodeV6(bytes: Uint8Array): IpPacket | Damage {
  const ip = decodeIpv6(bytes, 0, bytes.length);
  if (isWireError(ip)) return "malformed";
  const end = IPV6_HEADER_LENGTH + ip.payloadLength;
  if (end > bytes.length) return "malformed";
  let id = 0;
  let payload: IpPayload | Damage;
  if (ip.nextHeader === IP_PROTOCOL.fragment) {
    const header = decodeIpv6Extension(ip.nextHeader, bytes, IPV6_HEADER_LENGTH, end);
    if (isWireError(header) || header.kind !== "fragment") return "malformed";
    const data = bytes.subarray(IPV6_HEADER_LENGTH + IPV6_FRAGMENT_HEADER_BYTES, end);
    ({ id } = header);
    payload = {
      kind: "fragment",
      protocol: header.nextHeader,
      offset: header.fragmentOffset,
      more: header.moreFragments,
      data,
    };
  } else {
    payload = decodeTransport(bytes, ip.nextHeader, IPV6_HEADER_LENGTH, end);
  }
  if (typeof payload === "string") return payload;
  const ecn = ip.trafficClass & 3;
  return packetOf(6, ip.source, ip.destination, ip.hopLimit, ecn, true, id, payload, end, -1);
}

/**
 * The TCP, UDP or ICMP message `bytes[start, end)` under the IP header at 0, its checksum verified as the transport would. A UDP
 * checksum of 0 means none in IPv4 (RFC 768) and is refused in IPv6 (RFC 8200 8.1).
 */
export function decodeTransport(
  bytes: Uint8Array,
  protocol: number,
  start: number,
  end: number,
): IpPayload | Damage {
  const version = bytes[0] >>> 4;
  if (protocol === IP_PROTOCOL.tcp) {
    if (transportChecksum(bytes, 0, protocol, start, end) !== 0) return "checksum";
    return decodeSegment(bytes, start, end);
  }
  if (protocol === IP_PROTOCOL.udp) {
    const udp = decodeUdp(bytes, start, end);
    if (isWireError(udp)) return "malformed";
    const stop = start + udp.length;
    if (udp.length < UDP_HEADER_LENGTH || stop > end) return "malformed";
    if (udp.checksum === 0 ? version === 6 : transportChecksum(bytes, 0, protocol, start, stop) !== 0) {
      return "checksum";
    }
    const { sourcePort, destinationPort } = udp;
    const payload = bytes.subarray(start + UDP_HEADER_LENGTH, stop);
    return { kind: "udp", sourcePort, destinationPort, payload };
  }
  if (protocol !== (version === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6)) return "malformed";
  const icmp = decodeIcmp(version === 4 ? "icmp" : "icmpv6", bytes, start, end);
  if (isWireError(icmp)) return "malformed";
  const sum =
    version === 4 ? internetChecksum(bytes, start, end) : transportChecksum(bytes, 0, protocol, start, end);
  if (sum !== 0) return "checksum";
  const { type, code, rest } = icmp;
  return { kind: "icmp", type, code, rest, body: bytes.subarray(start + ICMP_HEADER_LENGTH, end) };
}

function decodeSegment(bytes: Uint8Array, start: number, end: number): IpPayload | Damage {
  const tcp = decodeTcp(bytes, start, end);
  if (isWireError(tcp)) return "malformed";
  let mss = 0;
  let windowScale = -1;
  let sackPermitted = false;
  let sack: readonly number[] | null = null;
  let timestamps = false;
  let tsVal = 0;
  let tsEcr = 0;
  let fastOpen: FastOpenOption | null = null;
  for (const option of tcp.options) {
    switch (option.kind) {
      case "mss":
        ({ mss } = option);
        break;
      case "windowScale":
        windowScale = option.shift;
        break;
      case "sackPermitted":
        sackPermitted = true;
        break;
      case "sack":
        sack = option.edges;
        break;
      case "timestamps":
        timestamps = true;
        ({ tsVal, tsEcr } = option);
        break;
      case "fastOpen":
        if (isCookieLength(option.cookie.length)) {
          fastOpen = { cookie: option.cookie, experimental: option.experimental };
        }
        break;
      default:
    }
  }
  return {
    kind: "tcp",
    sourcePort: tcp.sourcePort,
    destinationPort: tcp.destinationPort,
    seq: tcp.seq | 0,
    ack: tcp.ack | 0,
    flags: tcp.flags,
    window: tcp.window,
    payload: bytes.subarray(start + tcp.headerLength, end),
    sack,
    timestamps,
    tsVal: tsVal | 0,
    tsEcr: tsEcr | 0,
    urgentPointer: tcp.urgentPointer,
    mss,
    windowScale,
    sackPermitted,
    fastOpen,
  };
}
