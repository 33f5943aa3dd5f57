// A TUN device (Documentation/networking/tuntap.rst): a network interface whose other end is a descriptor. What the kernel sends comes
// out of it as IP packets, what is written into it the kernel receives.

import { parseIpv6, writeIpv4 } from "../../wire/address.ts";
import { fixedMemory } from "../libc.ts";
import type { Libc } from "../libc.ts";
import { errnoName } from "../platform.ts";
import type { LinuxCalls } from "./linux-calls.ts";
import type { NetworkNamespace, Refused } from "./namespace.ts";

const DEVICE = "/dev/net/tun";
const O_RDWR_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const IFF_UP = 1;
const IFF_TUN_NO_PI = 0x0001 | 0x1000;
const TUNSETIFF = 0x400454ca;
const SIOCADDRT = 0x890b;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const SIOCSIFMTU = 0x8922;
const SIOCGIFINDEX = 0x8933;
const RTF_UP = 1;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const RTM_NEWLINK = 16;
const NLM_F_REQUEST_ACK = 1 | 4;
const IFLA_TXQLEN = 13;
/** `struct ifreq`: the name, then what the request is about. */
const IFREQ_SIZE = 40;
const IFREQ_VALUE = 16;
const PREFIX_INET6 = 64;
/** RFC 8200: a link with less carries no IPv6. */
const MTU_MIN_INET6 = 1280;
/** Packets that wait for us to read them. The link behind has the queue that is meant to overflow. */
const QUEUE_PACKETS = 10_000;
const PACKET_MAX = 65_536;

export interface DeviceSettings {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly mtu: number;
}

export class TunDevice {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #linux: LinuxCalls;
  readonly #buffer = fixedMemory(PACKET_MAX);

  private constructor(libc: Libc, linux: LinuxCalls, fd: number) {
    this.#libc = libc;
    this.#linux = linux;
    this.fd = fd;
  }

  /**
   * Makes the device in `namespace`, up, with its addresses and the way to everywhere, and brings the loopback interface up. The IPv4 network
   * is a /24, as the simulator's hosts have it.
   */
  static open(libc: Libc, namespace: NetworkNamespace, settings: DeviceSettings): TunDevice | Refused {
    const { linux } = libc;
    if (linux === null) return { call: `open(${DEVICE})`, errno: "ENOSYS" };
    return namespace.enter(() => {
      const fd = linux.open(DEVICE, O_RDWR_NONBLOCK_CLOEXEC);
      if (fd < 0) return { call: `open(${DEVICE})`, errno: errnoName(libc.errno()) };
      const refused = new Configuration(libc, linux, settings).apply(fd);
      if (refused === null) return new TunDevice(libc, linux, fd);
      libc.close(fd);
      return refused;
    });
  }

  /** The next packet the kernel sends, from the IP header on; null when there is none now. The caller owns it. */
  read(): Uint8Array | null {
    const length = this.#linux.read(this.fd, this.#buffer, PACKET_MAX);
    return length > 0 ? this.#buffer.slice(0, length) : null;
  }

  /** Hands the kernel a packet; false when it does not take it. */
  write(packet: Uint8Array): boolean {
    return this.#libc.write(this.fd, packet, packet.length) === packet.length;
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}

/** netdevice(7)'s requests, one after another until one fails. */
class Configuration {
  readonly #libc: Libc;
  readonly #linux: LinuxCalls;
  readonly #settings: DeviceSettings;
  readonly #request = fixedMemory(IFREQ_SIZE);
  readonly #view = new DataView(this.#request.buffer);

  constructor(libc: Libc, linux: LinuxCalls, settings: DeviceSettings) {
    this.#libc = libc;
    this.#linux = linux;
    this.#settings = settings;
  }

  apply(tun: number): Refused | null {
    const { mtu } = this.#settings;
    this.#name(this.#settings.name);
    this.#view.setInt16(IFREQ_VALUE, IFF_TUN_NO_PI, true);
    if (this.#linux.ioctl(tun, TUNSETIFF, this.#request) !== 0) return this.#refused("TUNSETIFF");
    const { inet, inet6 } = this.#libc.platform.family;
    return (
      this.#with(inet, (fd) => this.#inet(fd)) ??
      (mtu >= MTU_MIN_INET6 ? this.#with(inet6, (fd) => this.#inet6(fd)) : null)
    );
  }

  #with(family: number, configure: (fd: number) => Refused | null): Refused | null {
    const libc = this.#libc;
    const fd = libc.socket(family, libc.platform.type.dgram, 0);
    // A kernel without IPv6 is one on which programs meet EAFNOSUPPORT themselves.
    if (fd < 0) return family === libc.platform.family.inet ? this.#refused("socket") : null;
    const refused = configure(fd);
    libc.close(fd);
    return refused;
  }

  #inet(fd: number): Refused | null {
    const { name, ipv4, mtu } = this.#settings;
    return (
      this.#up(fd, "lo") ??
      this.#ask(fd, name, SIOCSIFADDR, "SIOCSIFADDR", () => this.#address(ipv4)) ??
      this.#ask(fd, name, SIOCSIFNETMASK, "SIOCSIFNETMASK", () => this.#address("255.255.255.0")) ??
      this.#ask(fd, name, SIOCSIFMTU, "SIOCSIFMTU", () => this.#view.setInt32(IFREQ_VALUE, mtu, true)) ??
      this.#up(fd, name) ??
      this.#defaultRoute(fd) ??
      this.#ask(fd, name, SIOCGIFINDEX, "SIOCGIFINDEX", () => undefined) ??
      this.#queue(this.#view.getInt32(IFREQ_VALUE, true))
    );
  }

  /** The length of the queue to us, by rtnetlink(7): the ioctl for it is refused in user namespaces. */
  #queue(index: number): Refused | null {
    const libc = this.#libc;
    const fd = libc.socket(AF_NETLINK, SOCK_RAW, 0);
    if (fd < 0) return this.#refused("socket");
    const message = fixedMemory(40);
    const view = new DataView(message.buffer);
    view.setUint32(0, 40, true);
    view.setUint16(4, RTM_NEWLINK, true);
    view.setUint16(6, NLM_F_REQUEST_ACK, true);
    view.setInt32(20, index, true);
    view.setUint16(32, 8, true);
    view.setUint16(34, IFLA_TXQLEN, true);
    view.setUint32(36, QUEUE_PACKETS, true);
    const answer = fixedMemory(64);
    const answered = libc.send(fd, message, 40, 0) === 40 && libc.recv(fd, answer, 64, 0) >= 20;
    const refused = answered ? null : this.#refused("RTM_NEWLINK");
    libc.close(fd);
    if (refused !== null) return refused;
    const error = new DataView(answer.buffer).getInt32(16, true);
    return error === 0 ? null : { call: "rtnetlink(RTM_NEWLINK)", errno: errnoName(-error) };
  }

  /** `struct in6_ifreq` and `struct in6_rtmsg`. */
  #inet6(fd: number): Refused | null {
    const refused = this.#ask(fd, this.#settings.name, SIOCGIFINDEX, "SIOCGIFINDEX", () => undefined);
    if (refused !== null) return refused;
    const index = this.#view.getInt32(IFREQ_VALUE, true);
    const address = fixedMemory(24);
    address.set(parseIpv6(this.#settings.ipv6) ?? []);
    const addressView = new DataView(address.buffer);
    addressView.setUint32(16, PREFIX_INET6, true);
    addressView.setInt32(20, index, true);
    if (this.#linux.ioctl(fd, SIOCSIFADDR, address) !== 0) return this.#refused("SIOCSIFADDR (IPv6)");
    const route = fixedMemory(80);
    const routeView = new DataView(route.buffer);
    routeView.setUint32(56, 1, true);
    routeView.setUint32(72, RTF_UP, true);
    routeView.setInt32(76, index, true);
    return this.#linux.ioctl(fd, SIOCADDRT, route) === 0 ? null : this.#refused("SIOCADDRT (IPv6)");
  }

  /** `struct rtentry` on 64 bits. */
  #defaultRoute(fd: number): Refused | null {
    const name = fixedMemory(IFREQ_VALUE);
    name.set(Buffer.from(this.#settings.name));
    const route = fixedMemory(120);
    const view = new DataView(route.buffer);
    for (const at of [8, 24, 40]) view.setUint16(at, this.#libc.platform.family.inet, true);
    view.setUint16(56, RTF_UP, true);
    view.setBigUint64(88, this.#libc.addressOf(name), true);
    return this.#linux.ioctl(fd, SIOCADDRT, route) === 0 ? null : this.#refused("SIOCADDRT");
  }

  #up(fd: number, name: string): Refused | null {
    const refused = this.#ask(fd, name, SIOCGIFFLAGS, "SIOCGIFFLAGS", () => undefined);
    if (refused !== null) return refused;
    const flags = this.#view.getInt16(IFREQ_VALUE, true);
    return this.#ask(fd, name, SIOCSIFFLAGS, "SIOCSIFFLAGS", () =>
      this.#view.setInt16(IFREQ_VALUE, flags | IFF_UP, true),
    );
  }

  #ask(fd: number, name: string, request: number, title: string, fill: () => void): Refused | null {
    this.#name(name);
    fill();
    return this.#linux.ioctl(fd, request, this.#request) === 0 ? null : this.#refused(title);
  }

  #name(name: string): void {
    this.#request.fill(0);
    this.#request.set(Buffer.from(name));
  }

  #address(ipv4: string): void {
    this.#view.setUint16(IFREQ_VALUE, this.#libc.platform.family.inet, true);
    writeIpv4(this.#request, IFREQ_VALUE + 4, ipv4);
  }

  #refused(call: string): Refused {
    const errno = errnoName(this.#libc.errno());
    return { call: call === "socket" ? call : `ioctl(${call})`, errno };
  }
}
