// The names of one kernel socket: between the addresses and ports a program's hosts have and those the machine has for them.

import { isAny } from "../socket/address.ts";
import type { Family, InetAddress, SocketAddress, SocketType } from "../socket/address.ts";
import { isFailure } from "../socket/core.ts";
import type { Failure } from "../socket/core.ts";
import { wildcard } from "./hosts.ts";
import type { InetFamily } from "./hosts.ts";
import { setSwitch } from "./kernel-options.ts";
import { boundPort, reservePort } from "./kernel-ports.ts";
import type { KernelRun } from "./kernel-socket.ts";
import { fixedMemory } from "./libc.ts";
import { errnoName } from "./platform.ts";
import { SOCKADDR_MAX, readSockaddr, writeInet, writeUnix, writeUnixUnnamed } from "./sockaddr.ts";
import type { RawAddress } from "./sockaddr.ts";

/** The sockaddr of the call being made: `KernelName.target` writes it. */
export const sockaddr = fixedMemory(SOCKADDR_MAX);
const length = new Int32Array(fixedMemory(4).buffer, 0, 1);

export class KernelName {
  readonly #run: KernelRun;
  readonly #host: string;
  #fd: number;
  readonly #family: Family;
  readonly #type: SocketType;
  #bound: boolean;
  /** Bound to every address, as the program sees it, and not connected. */
  #isWildcard = false;

  /** `bound`: it has an address already, as accepted ones have. */
  constructor(run: KernelRun, host: string, fd: number, family: Family, type: SocketType, bound: boolean) {
    this.#run = run;
    this.#host = host;
    this.#fd = fd;
    this.#family = family;
    this.#type = type;
    this.#bound = bound;
  }

  bind(address: SocketAddress): null | Failure {
    if (address.family === "unix") return this.#bindUnix(address.path);
    if (address.family !== this.#family) return "EAFNOSUPPORT";
    const failure = this.#bindInet(address);
    if (failure === null) this.#isWildcard = isAny(address.address);
    return failure;
  }

  /** Writes the sockaddr that reaches `address` into `sockaddr` and answers its length. */
  target(address: SocketAddress): number | Failure {
    if (address.family !== this.#family) return "EAFNOSUPPORT";
    const { libc, hosts, paths } = this.#run;
    if (address.family === "unix") {
      const found = paths.toFile(this.#host, address.path);
      if (!("file" in found)) return found;
      return writeUnix(libc.platform, sockaddr, found.file) ?? "EINVAL";
    }
    const { family } = address;
    const real = hosts.toReach(this.#host, address);
    if (isFailure(real)) return real;
    const failure = this.#bindOwn(family);
    if (failure !== null) return failure;
    let { port } = address;
    if (real.host !== null && port !== 0) port = this.#realPort(real.host, family, port);
    return writeInet(libc.platform, sockaddr, family, real.address, port);
  }

  /** It has a peer now, and with it an address of its own. */
  connected(): void {
    this.#isWildcard = false;
  }

  /** The descriptor is closed. */
  forget(): void {
    this.#fd = -1;
  }

  /** getsockname(2). */
  local(): SocketAddress | Failure {
    const { libc } = this.#run;
    length[0] = SOCKADDR_MAX;
    if (libc.getsockname(this.#fd, sockaddr, length) !== 0) return errnoName(libc.errno());
    const address = this.program(readSockaddr(libc.platform, sockaddr, length[0]));
    return this.#isWildcard && address.family !== "unix" ? wildcard(address.family, address.port) : address;
  }

  /** getpeername(2). */
  peer(): SocketAddress | Failure {
    const { libc } = this.#run;
    length[0] = SOCKADDR_MAX;
    if (libc.getpeername(this.#fd, sockaddr, length) !== 0) return errnoName(libc.errno());
    return this.program(readSockaddr(libc.platform, sockaddr, length[0]));
  }

  /** The address programs know a machine's by. */
  program(raw: RawAddress): SocketAddress {
    const { hosts, paths } = this.#run;
    if (raw.family !== "unix") return hosts.toProgram(raw.family, this.#type, raw.address, raw.port);
    if (this.#family !== "unix") return this.nobody();
    return { family: "unix", path: raw.address === "" ? "" : paths.toPath(raw.address) };
  }

  nobody(): SocketAddress {
    return this.#family === "unix" ? { family: "unix", path: "" } : wildcard(this.#family, 0);
  }

  /** Binds to the host's own address, at the machine's port for a program's. */
  #bindInet(address: InetAddress): null | Failure {
    const { libc, hosts } = this.#run;
    const { family } = address;
    const real = hosts.toBind(this.#host, address);
    if (isFailure(real)) return real;
    // A port asked for by number stays the socket's when its connection is over, so the machine's is asked for by number, too.
    const port = address.port === 0 ? 0 : this.#realPort(this.#host, family, address.port);
    const failure = this.#bindTo(writeInet(libc.platform, sockaddr, family, real.address, port));
    if (failure !== null) return failure;
    this.#bound = true;
    if (hosts.isMapped(family))
      hosts.map(this.#host, family, this.#type, address.port, boundPort(libc, this.#fd));
    return null;
  }

  /** The machine's port for a host's, a new one when nobody has asked for it yet. */
  #realPort(host: string, family: InetFamily, port: number): number {
    const { libc, hosts } = this.#run;
    const known = hosts.realPort(host, family, this.#type, port);
    return known ?? reservePort(libc, hosts, host, family, this.#type, port);
  }

  /** Gives a socket without an address its host's, so that the other end sees who calls. */
  #bindOwn(family: InetFamily): null | Failure {
    const { libc, hosts } = this.#run;
    if (this.#bound || !hosts.shared) return null;
    const { bindAddressNoPort } = libc.platform;
    if (this.#type === "stream" && bindAddressNoPort !== null && !hosts.isMapped(family)) {
      setSwitch(libc, this.#fd, bindAddressNoPort);
    }
    const failure = this.#bindInet(wildcard(family, 0));
    // A socket already connected or listening has its address: what is wrong, the call itself says.
    if (failure !== null && failure !== "EINVAL") return failure;
    this.#isWildcard = this.#type === "dgram";
    return null;
  }

  /** An empty path lets the kernel choose an abstract name, as Linux has it. */
  #bindUnix(path: string): null | Failure {
    if (path !== "") {
      const size = this.target({ family: "unix", path });
      return typeof size === "number" ? this.#bindTo(size) : size;
    }
    if (this.#family !== "unix") return "EAFNOSUPPORT";
    const before = this.local();
    const failure = this.#bindTo(writeUnixUnnamed(this.#run.libc.platform, sockaddr));
    if (failure !== null) return failure;
    // A socket that has a name keeps it.
    const given = this.local();
    const isNew = !isFailure(before) && before.family === "unix" && before.path === "";
    if (isNew && !isFailure(given) && given.family === "unix") this.#run.paths.adopt(this.#host, given.path);
    return null;
  }

  /** bind(2) to what is in `sockaddr`. */
  #bindTo(size: number): null | Failure {
    const { libc } = this.#run;
    return libc.bind(this.#fd, sockaddr, size) === 0 ? null : errnoName(libc.errno());
  }
}
