// ICMP and ICMPv6 errors (RFC 792, RFC 1122 3.2.2, RFC 4443): making them of packets, and reading out of them what went wrong.

import { getUint16, getUint32 } from "../wire/bytes.ts";
import { readIpv4, readIpv6 } from "../wire/address.ts";
import { ICMPV6_TYPE, ICMP_TYPE } from "../wire/icmp.ts";
import { IP_PROTOCOL } from "../wire/protocols.ts";
import type { Errno } from "../socket/errno.ts";
import { encodePacket } from "./encode.ts";
import type { IcmpError } from "./network.ts";
import type { IcmpMessage, IpPacket, Segment } from "./packet.ts";

/** What can be wrong with a packet that its sender should hear of. */
export type IcmpProblem =
  | "port unreachable"
  | "no route"
  | "too big"
  | "ttl exceeded"
  | "reassembly time exceeded";

/** Type and code, in ICMP and in ICMPv6. */
const TYPES: Readonly<Record<IcmpProblem, { readonly 4: [number, number]; readonly 6: [number, number] }>> = {
  "port unreachable": {
    4: [ICMP_TYPE.destinationUnreachable, 3],
    6: [ICMPV6_TYPE.destinationUnreachable, 4],
  },
  "no route": { 4: [ICMP_TYPE.destinationUnreachable, 0], 6: [ICMPV6_TYPE.destinationUnreachable, 0] },
  "too big": { 4: [ICMP_TYPE.destinationUnreachable, 4], 6: [ICMPV6_TYPE.packetTooBig, 0] },
  "ttl exceeded": { 4: [ICMP_TYPE.timeExceeded, 0], 6: [ICMPV6_TYPE.timeExceeded, 0] },
  "reassembly time exceeded": { 4: [ICMP_TYPE.timeExceeded, 1], 6: [ICMPV6_TYPE.timeExceeded, 1] },
};

/** How much of the packet is quoted: as much as keeps the error within 576 bytes in IPv4 and 1,280 in IPv6. */
const QUOTE_MAX = { 4: 576 - 28, 6: 1280 - 48 } as const;

/** The error about `packet`; `mtu` for "too big". Null when the packet may not be answered with an error (RFC 1122 3.2.2). */
export function icmpErrorAbout(packet: IpPacket, problem: IcmpProblem, mtu: number): IcmpMessage | null {
  const { payload, version } = packet;
  if (payload.kind === "icmp" && isIcmpError(version, payload.type)) return null;
  if (payload.kind === "fragment") {
    const { offset, protocol, data } = payload;
    if (offset > 0) return null;
    // The first piece of an error is an error too: answering it would go on for ever.
    const icmp = version === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6;
    if (protocol === icmp && (data.length === 0 || isIcmpError(version, data[0]))) return null;
  }
  const [type, code] = TYPES[problem][version];
  const body = encodePacket(packet).subarray(0, QUOTE_MAX[version]);
  return { kind: "icmp", type, code, rest: problem === "too big" ? mtu : 0, body };
}

/** What a host tells its own TCP of a segment that the first link, of `mtu` bytes, does not carry. */
export function tooBigFor(source: string, destination: string, segment: Segment, mtu: number): IcmpError {
  const { sourcePort, destinationPort, seq } = segment;
  return { errno: "EMSGSIZE", hard: true, mtu, source, destination, sourcePort, destinationPort, seq };
}

/** Whether it is ICMP, in one piece or a fragment of it. */
export function isIcmp({ version, payload }: IpPacket): boolean {
  if (payload.kind !== "fragment") return payload.kind === "icmp";
  return payload.protocol === (version === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6);
}

export function isIcmpError(version: 4 | 6, type: number): boolean {
  if (version === 6) return type < 128;
  return type !== ICMP_TYPE.echoRequest && type !== ICMP_TYPE.echoReply;
}

interface Meaning {
  readonly errno: Errno;
  readonly hard: boolean;
}

const SOFT_UNREACHABLE: Meaning = { errno: "EHOSTUNREACH", hard: false };

/** What Linux makes of ICMP's unreachable codes (icmp_err_convert), as far as this project has the errnos. */
const UNREACHABLE_V4: Readonly<Record<number, Meaning>> = {
  0: { errno: "ENETUNREACH", hard: false },
  1: SOFT_UNREACHABLE,
  2: { errno: "ENOPROTOOPT", hard: true },
  3: { errno: "ECONNREFUSED", hard: true },
  4: { errno: "EMSGSIZE", hard: true },
};

/** The same of ICMPv6's. */
const UNREACHABLE_V6: Readonly<Record<number, Meaning>> = {
  0: { errno: "ENETUNREACH", hard: false },
  1: { errno: "EACCES", hard: true },
  2: SOFT_UNREACHABLE,
  3: SOFT_UNREACHABLE,
  4: { errno: "ECONNREFUSED", hard: true },
};

function meaningOf(version: 4 | 6, type: number, code: number): Meaning | null {
  if (version === 4) {
    if (type === ICMP_TYPE.destinationUnreachable) return UNREACHABLE_V4[code] ?? SOFT_UNREACHABLE;
    return type === ICMP_TYPE.timeExceeded ? SOFT_UNREACHABLE : null;
  }
  if (type === ICMPV6_TYPE.destinationUnreachable) return UNREACHABLE_V6[code] ?? SOFT_UNREACHABLE;
  if (type === ICMPV6_TYPE.packetTooBig) return { errno: "EMSGSIZE", hard: true };
  return type === ICMPV6_TYPE.timeExceeded ? SOFT_UNREACHABLE : null;
}

/** What a received error says, and which transport protocol it is about; null when it says nothing a transport could use. */
export function readIcmpError(
  version: 4 | 6,
  message: IcmpMessage,
): { readonly protocol: number; readonly error: IcmpError } | null {
  const { body, type, code } = message;
  const meaning = meaningOf(version, type, code);
  if (meaning === null) return null;
  const quoted = version === 4 ? quotedV4(body) : quotedV6(body);
  if (quoted === null || body.length < quoted.transport + 8) return null;
  const { transport, protocol, source, destination } = quoted;
  const tooBig = meaning.errno === "EMSGSIZE";
  return {
    protocol,
    error: {
      errno: meaning.errno,
      hard: meaning.hard,
      mtu: tooBig ? (version === 4 ? message.rest & 0xffff : message.rest) : 0,
      source,
      destination,
      sourcePort: getUint16(body, transport),
      destinationPort: getUint16(body, transport + 2),
      seq: protocol === IP_PROTOCOL.tcp ? getUint32(body, transport + 4) : 0,
    },
  };
}

interface Quoted {
  readonly transport: number;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
}

/** A quoted packet is cut short and its header may have changed on the way, so nothing but what is needed is looked at. */
function quotedV4(body: Uint8Array): Quoted | null {
  if (body.length < 20 || body[0] >>> 4 !== 4) return null;
  const transport = (body[0] & 15) * 4;
  if (transport < 20 || (getUint16(body, 6) & 0x1fff) !== 0) return null;
  return { transport, protocol: body[9], source: readIpv4(body, 12), destination: readIpv4(body, 16) };
}

function quotedV6(body: Uint8Array): Quoted | null {
  if (body.length < 48 || body[0] >>> 4 !== 6) return null;
  const source = readIpv6(body, 8);
  const destination = readIpv6(body, 24);
  if (body[6] !== IP_PROTOCOL.fragment) return { transport: 40, protocol: body[6], source, destination };
  if ((getUint16(body, 42) & 0xfff8) !== 0) return null;
  return { transport: 48, protocol: body[40], source, destination };
}
