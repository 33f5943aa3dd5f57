// `struct sockaddr` in memory: sockaddr_in, sockaddr_in6 and sockaddr_un of Linux and macOS.

import { readIpv6, writeIpv6 } from "../wire/address.ts";
import type { Family } from "../socket/address.ts";
import type { Platform } from "./platform.ts";

/** Large enough for any of them (`sockaddr_storage`). */
export const SOCKADDR_MAX = 128;

/** Fixed part of sockaddr_un: the family (and, on macOS, the length). */
const PATH_AT = 2;

/** What a sockaddr says, on this machine. `port` is 0 and `address` the file for Unix sockets. */
export interface RawAddress {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
}

/** Writes an IPv4 or IPv6 address, as text that is known to be one, and answers the length. */
export function writeInet(
  platform: Platform,
  into: Uint8Array,
  family: "inet" | "inet6",
  address: string,
  port: number,
): number {
  const length = family === "inet" ? 16 : 28;
  into.fill(0, 0, length);
  writeHead(platform, into, platform.family[family], length);
  into[2] = port >> 8;
  into[3] = port & 0xff;
  if (family === "inet") {
    const octets = address.split(".");
    for (let i = 0; i < 4; i++) into[4 + i] = Number(octets[i]);
  } else {
    writeIpv6(into, 8, address);
  }
  return length;
}

/** Asks bind(2) for an abstract name of the kernel's choice; answers the length. */
export function writeUnixUnnamed(platform: Platform, into: Uint8Array): number {
  writeHead(platform, into, platform.family.unix, PATH_AT);
  return PATH_AT;
}

/** Writes the path of a Unix socket, or its abstract name, and answers the length; null when it does not fit. */
export function writeUnix(platform: Platform, into: Uint8Array, file: string): number | null {
  const path = Buffer.from(file);
  if (path.length >= platform.pathLength) return null;
  // A path ends with a zero; an abstract name begins with one, and ends where the length says.
  const length = PATH_AT + path.length + (path[0] === 0 ? 0 : 1);
  into.fill(0, 0, length);
  writeHead(platform, into, platform.family.unix, length);
  into.set(path, PATH_AT);
  return length;
}

/** Reads what the kernel wrote into the first `length` bytes. A family unknown here reads as an unnamed Unix socket. */
export function readSockaddr(platform: Platform, from: Uint8Array, length: number): RawAddress {
  const family = length < 2 ? 0 : platform.addressLength ? from[1] : from[0] | (from[1] << 8);
  if (family === platform.family.inet && length >= 8) {
    return {
      family: "inet",
      address: `${from[4]}.${from[5]}.${from[6]}.${from[7]}`,
      port: (from[2] << 8) | from[3],
    };
  }
  if (family === platform.family.inet6 && length >= 24) {
    return { family: "inet6", address: readIpv6(from, 8), port: (from[2] << 8) | from[3] };
  }
  const isAbstract = length > PATH_AT && from[PATH_AT] === 0;
  const end = isAbstract ? -1 : from.indexOf(0, PATH_AT);
  const limit = Math.min(length, SOCKADDR_MAX);
  const pathEnd = end === -1 || end > limit ? limit : end;
  return {
    family: "unix",
    address: Buffer.from(from.subarray(PATH_AT, Math.max(PATH_AT, pathEnd))).toString(),
    port: 0,
  };
}

function writeHead(platform: Platform, into: Uint8Array, family: number, length: number): void {
  into[0] = platform.addressLength ? length : family & 0xff;
  into[1] = platform.addressLength ? family : family >> 8;
}
