// Addresses as sockets of either family see them: an IPv6 socket speaks to IPv4 hosts under mapped addresses (RFC 4291
// section 2.5.5.2), while packets carry the plain ones.

import { isIpv6 } from "../../wire/address.ts";
import { ANY_INET, ANY_INET6, isAny } from "../../socket/address.ts";
import type { InetAddress } from "../../socket/address.ts";

const MAPPED = "::ffff:";

export type InetFamily = "inet" | "inet6";

export function isInet6(address: string): boolean {
  return isIpv6(address);
}

/** What packets carry of `address`. */
export function toWire(address: string): string {
  return address.startsWith(MAPPED) && address.includes(".") ? address.slice(MAPPED.length) : address;
}

/** What a program with a socket of `family` is told of a packet's `address`. */
export function toProgram(family: InetFamily, address: string, port: number): InetAddress {
  const mapped = family === "inet6" && !isInet6(address);
  return { family, address: mapped ? MAPPED + address : address, port };
}

export function anyOf(family: InetFamily): string {
  return family === "inet" ? ANY_INET : ANY_INET6;
}

/** Whether a socket bound to `bound` receives what is sent to `address`. */
export function covers(bound: string, v6Only: boolean, address: string): boolean {
  if (bound === ANY_INET) return !isInet6(address);
  if (bound === ANY_INET6) return isInet6(address) || !v6Only;
  return bound === address;
}

/** Whether two bound addresses have an address in common. */
export function overlap(a: string, aV6Only: boolean, b: string, bV6Only: boolean): boolean {
  if (isAny(a) && isAny(b)) return isInet6(a) === isInet6(b) || !(isInet6(a) ? aV6Only : bV6Only);
  if (isAny(a)) return covers(a, aV6Only, b);
  return covers(b, bV6Only, a);
}
