// Which packets on the loopback interface are the run's, and between which of its hosts they went.

import { LINKTYPE } from "../trace/trace.ts";
import type { RunHosts } from "./hosts.ts";

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ICMPV6 = 58;
const TCP = 6;
const UDP = 17;
const IPV6_HEADER = 40;
const ICMPV6_HEADER = 8;

/** Host names; an end outside the run is its address. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

/**
 * The way of a packet of `linkType` (Ethernet or BSD null) through the run, or null when neither end is one of the run's hosts, or
 * the bytes are no IP packet.
 */
export function wayOf(hosts: RunHosts, bytes: Uint8Array, linkType: number): Way | null {
  const at = linkType === LINKTYPE.ethernet ? 14 : 4;
  if (bytes.length < at + 20) return null;
  if (linkType === LINKTYPE.ethernet) {
    const type = (bytes[12] << 8) | bytes[13];
    if (type !== ETHERTYPE_IPV4 && type !== ETHERTYPE_IPV6) return null;
  }
  const version = bytes[at] >> 4;
  if (version === 4) return wayOfIpv4(hosts, bytes, at);
  return version === 6 && bytes.length >= at + IPV6_HEADER ? wayOfIpv6(hosts, bytes, at) : null;
}

function wayOfIpv4(hosts: RunHosts, bytes: Uint8Array, at: number): Way | null {
  const source = ipv4Text(bytes, at + 12);
  const destination = ipv4Text(bytes, at + 16);
  if (source === hosts.guardAddress || destination === hosts.guardAddress) return null;
  const transport = at + (bytes[at] & 15) * 4;
  const type = bytes[at + 9] === UDP ? "dgram" : "stream";
  const ports = bytes.length >= transport + 4;
  const from = hosts.hostOfPacket("inet", type, source, ports ? port(bytes, transport) : 0);
  const to = hosts.hostOfPacket("inet", type, destination, ports ? port(bytes, transport + 2) : 0);
  return way(from, to, source, destination);
}

function wayOfIpv6(hosts: RunHosts, bytes: Uint8Array, at: number): Way | null {
  if (!isLoopback6(bytes, at + 8) || !isLoopback6(bytes, at + 24)) return null;
  const next = bytes[at + 6];
  const transport = at + IPV6_HEADER;
  if (next === ICMPV6) {
    // An error quotes the packet that caused it, which says who is told: its sender.
    const quoted = transport + ICMPV6_HEADER;
    const caused = bytes.length >= quoted + IPV6_HEADER + 4 ? wayOfIpv6(hosts, bytes, quoted) : null;
    return caused === null ? null : { from: caused.to, to: caused.from };
  }
  if ((next !== TCP && next !== UDP) || bytes.length < transport + 4) return null;
  const type = next === UDP ? "dgram" : "stream";
  const from = hosts.hostOfPacket("inet6", type, "::1", port(bytes, transport));
  const to = hosts.hostOfPacket("inet6", type, "::1", port(bytes, transport + 2));
  return way(from, to, "::1", "::1");
}

function way(from: string | null, to: string | null, source: string, destination: string): Way | null {
  return from === null && to === null ? null : { from: from ?? source, to: to ?? destination };
}

function port(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

function isLoopback6(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 15; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 15] === 1;
}
