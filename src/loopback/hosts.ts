// Which loopback address, port or path stands for what a program names: how several hosts share one machine.
//
// On Linux host i of a run is 127.x.y.i, all of 127.0.0.0/8 being the machine's own, with x.y the run's own: fixed ports of two runs
// never meet. IPv6 has only ::1 (and macOS only 127.0.0.1), so there a program's (host, port) is mapped to a port of the machine and
// back: programs see fd00::i, the wire shows ::1. Unix paths are names in a directory of the run's own, apart for each host.

import { ANY_INET, ANY_INET6, isAny } from "../socket/address.ts";
import type { InetAddress, SocketType } from "../socket/address.ts";
import type { Failure } from "../socket/core.ts";

export type InetFamily = "inet" | "inet6";

/** Host numbers end the address: 1 to 250; 254 is the run's own, see `guardAddress`. */
export const HOSTS_MAX = 250;

const LOOPBACK = { inet: "127.0.0.1", inet6: "::1" } as const;

/** Where a program's address leads on this machine. `host` is null for addresses outside the run. */
export interface RealAddress {
  readonly address: string;
  readonly host: string | null;
}

/** How the addresses and ports of the programs on a run's hosts stand to the machine's. */
export interface HostAddresses {
  /** Whether hosts share what would be theirs alone, so that sockets are bound to the host's own address before they connect or send. */
  readonly shared: boolean;
  isMapped(family: InetFamily): boolean;
  toBind(host: string, address: InetAddress): RealAddress | Failure;
  toReach(from: string, address: InetAddress): RealAddress | Failure;
  realPort(host: string, family: InetFamily, type: SocketType, port: number): number | undefined;
  map(host: string, family: InetFamily, type: SocketType, port: number, realPort: number): number;
  toProgram(family: InetFamily, type: SocketType, address: string, port: number): InetAddress;
}

export class RunHosts implements HostAddresses {
  readonly shared = true;
  readonly names: readonly string[];
  readonly #net: string;
  readonly #hostByAddress = new Map<string, string>();
  readonly #mapped: Readonly<Record<InetFamily, boolean>>;
  /** Program port to port of the machine, by family, type and host. */
  readonly #realPorts = new Map<string, number>();
  /** The same backwards, by family, type and port of the machine. */
  readonly #programPorts = new Map<string, { readonly host: string; readonly port: number }>();

  /**
   * `net` is the run's x and y. Throws RangeError for no hosts, more than `HOSTS_MAX`, or a name twice.
   */
  constructor(names: readonly string[], net: readonly [number, number], wholeLoopbackNet: boolean) {
    if (names.length === 0 || names.length > HOSTS_MAX) {
      throw new RangeError(`a loopback run has 1 to ${HOSTS_MAX} hosts, not ${names.length}`);
    }
    if (new Set(names).size !== names.length) throw new RangeError("two hosts of a run have the same name");
    this.names = names;
    this.#net = `127.${net[0]}.${net[1]}`;
    this.#mapped = { inet: !wholeLoopbackNet, inet6: true };
    for (const name of names) {
      this.#hostByAddress.set(this.addressOf(name, "inet"), name);
      this.#hostByAddress.set(this.addressOf(name, "inet6"), name);
    }
  }

  /** An IPv4 address of the run that is no host's: for telling the run apart and for probes. */
  get guardAddress(): string {
    return `${this.#net}.254`;
  }

  /** The first three octets of the run's IPv4 addresses. */
  get net(): string {
    return this.#net;
  }

  /** Whether ports of this family are mapped, its hosts sharing one address. */
  isMapped(family: InetFamily): boolean {
    return this.#mapped[family];
  }

  /** A host's address as programs see it. */
  addressOf(host: string, family: InetFamily): string {
    const number = this.names.indexOf(host) + 1;
    return family === "inet" ? `${this.#net}.${number}` : `fd00::${number.toString(16)}`;
  }

  /** As `Backend.hostOf`: by the address programs see. */
  hostOf(address: string): string | null {
    return this.#hostByAddress.get(address) ?? null;
  }

  /** As `BackendHost.resolve`: names of hosts, `localhost`, or literals as they stand. */
  resolve(from: string, name: string, family: InetFamily): string | null {
    if (this.names.includes(name)) return this.addressOf(name, family);
    if (name === "localhost") return this.addressOf(from, family);
    const isLiteral = family === "inet" ? /^\d+(\.\d+){3}$/.test(name) : name.includes(":");
    return isLiteral ? name : null;
  }

  /** What `host` really binds when its program binds `address`. The wildcard is narrowed to the host's own address. */
  toBind(host: string, address: InetAddress): RealAddress | Failure {
    const own = this.addressOf(host, address.family);
    const isOwn =
      isAny(address.address) || address.address === own || address.address === LOOPBACK[address.family];
    return isOwn ? this.#real(host, address.family) : "EADDRNOTAVAIL";
  }

  /** Where a program on `from` gets when it sends to `address`: a host of the run, or elsewhere on the machine's loopback. */
  toReach(from: string, address: InetAddress): RealAddress | Failure {
    const { family } = address;
    if (isAny(address.address) || address.address === LOOPBACK[family]) return this.#real(from, family);
    const host = this.hostOf(address.address);
    if (host !== null) return this.#real(host, family);
    if (family === "inet" && address.address.startsWith("127.")) {
      return { address: address.address, host: null };
    }
    return {
      code: "ENETUNREACH",
      why: "a run on real sockets stays on this machine's loopback: give the host's name",
    };
  }

  /** The machine's port for a host's port, or undefined while none is known. Unmapped families keep their ports. */
  realPort(host: string, family: InetFamily, type: SocketType, port: number): number | undefined {
    return this.#mapped[family] ? this.#realPorts.get(`${family} ${type} ${host} ${port}`) : port;
  }

  /**
   * Notes that `realPort` stands for a host's `port` (0: for any, and one is picked) and answers the program's port.
   */
  map(host: string, family: InetFamily, type: SocketType, port: number, realPort: number): number {
    if (!this.#mapped[family]) return realPort;
    let programPort = port === 0 ? realPort : port;
    if (port === 0) {
      const known = this.#programPorts.get(`${family} ${type} ${realPort}`);
      if (known?.host === host) return known.port;
      while (this.#realPorts.has(`${family} ${type} ${host} ${programPort}`)) {
        programPort = programPort === 65_535 ? 49_152 : programPort + 1;
      }
    }
    const stale = this.#programPorts.get(`${family} ${type} ${realPort}`);
    if (stale !== undefined) this.#realPorts.delete(`${family} ${type} ${stale.host} ${stale.port}`);
    this.#realPorts.set(`${family} ${type} ${host} ${programPort}`, realPort);
    this.#programPorts.set(`${family} ${type} ${realPort}`, { host, port: programPort });
    return programPort;
  }

  /** An address the machine reported, as programs see it. */
  toProgram(family: InetFamily, type: SocketType, address: string, port: number): InetAddress {
    if (this.#mapped[family] && address === LOOPBACK[family]) {
      const known = this.#programPorts.get(`${family} ${type} ${port}`);
      if (known !== undefined)
        return { family, address: this.addressOf(known.host, family), port: known.port };
    }
    return { family, address, port };
  }

  /** The host a packet's address and port belong to, as `toProgram` reads them, or null. */
  hostOfPacket(family: InetFamily, type: SocketType, address: string, port: number): string | null {
    return this.hostOf(this.toProgram(family, type, address, port).address);
  }

  #real(host: string, family: InetFamily): RealAddress {
    return { address: this.#mapped[family] ? LOOPBACK[family] : this.addressOf(host, family), host };
  }
}

/** The wildcard address of a family at a port: what getsockname(2) tells of a socket bound to every address. */
export function wildcard(family: InetFamily, port: number): InetAddress {
  return { family, address: family === "inet" ? ANY_INET : ANY_INET6, port };
}
