// Ports of the machine: which one a descriptor has, and one for a program's port that nobody has bound yet.

import type { SocketType } from "../socket/address.ts";
import { isFailure } from "../socket/core.ts";
import { wildcard } from "./hosts.ts";
import type { HostAddresses, InetFamily } from "./hosts.ts";
import { fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";
import { SOCKADDR_MAX, readSockaddr, writeInet } from "./sockaddr.ts";

const name = fixedMemory(SOCKADDR_MAX);
const nameLength = new Int32Array(fixedMemory(4).buffer, 0, 1);

/** The machine's port a descriptor is bound to. */
export function boundPort(libc: Libc, fd: number): number {
  nameLength[0] = SOCKADDR_MAX;
  libc.getsockname(fd, name, nameLength);
  return readSockaddr(libc.platform, name, nameLength[0]).port;
}

/**
 * Picks the machine's port for a host's port that nobody has bound yet, so that what is sent there is refused by the kernel
 * itself, and finds whoever binds it later.
 */
export function reservePort(
  libc: Libc,
  hosts: HostAddresses,
  host: string,
  family: InetFamily,
  type: SocketType,
  port: number,
): number {
  const real = hosts.toBind(host, wildcard(family, port));
  const fd = libc.socket(libc.platform.family[family], libc.platform.type[type], 0);
  if (fd < 0 || isFailure(real)) return port;
  libc.bind(fd, name, writeInet(libc.platform, name, family, real.address, 0));
  const realPort = boundPort(libc, fd);
  libc.close(fd);
  hosts.map(host, family, type, port, realPort);
  return realPort;
}
