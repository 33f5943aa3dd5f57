// Addresses as programs give them and as packets have them: IPv6 sockets speak to IPv4 hosts by mapped addresses (RFC 4291 section 2.5.5.2).

import { isIpv6 } from "../../wire/address.ts";
import { isAny } from "../../socket/address.ts";
import type { InetAddress, SocketAddress } from "../../socket/address.ts";
import type { Errno } from "../../socket/errno.ts";

const MAPPED = "::ffff:";

type Family = "inet" | "inet6";

/** An address that a socket of that family takes. */
export function inetAddress(family: Family, address: SocketAddress): InetAddress | Errno {
  if (address.family !== family) return "EAFNOSUPPORT";
  return isIpv6(address.address) === (family === "inet6") ? address : "EAFNOSUPPORT";
}

/** As packets have it; null for a mapped address on an IPv6-only socket. */
export function unmapped(family: Family, v6Only: boolean, address: string): string | null {
  if (family === "inet" || !address.startsWith(MAPPED)) return address;
  return v6Only ? null : address.slice(MAPPED.length);
}

/** Where datagrams to `address` go: unspecified means this host. Null as of `unmapped`. */
export function destinationOf(family: Family, v6Only: boolean, address: string): string | null {
  if (isAny(address)) return family === "inet" ? "127.0.0.1" : "::1";
  return unmapped(family, v6Only, address);
}

/** An address of packets as a socket of that family shows it. */
export function shownAs(family: Family, address: string): string {
  return family === "inet" || isIpv6(address) ? address : `${MAPPED}${address}`;
}
