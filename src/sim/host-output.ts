// What leaves a host: segments, datagrams and messages become packets, whole or in pieces, and go by the route to their destination.

import { isIpv6 } from "../wire/address.ts";
import type { Errno } from "../socket/errno.ts";
import { PMTUDISC } from "../socket/options.ts";
import type { PmtuDiscovery } from "../socket/options.ts";
import { fragmentsOf } from "./fragment.ts";
import { tooBigFor } from "./icmp.ts";
import type { LinkDirection } from "./link.ts";
import type { IcmpError } from "./network.ts";
import {
  ICMP_HEADER_BYTES,
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  UDP_HEADER_BYTES,
  copied,
  packetOf,
  tcpHeaderBytes,
} from "./packet-build.ts";
import type { PacketOwner } from "./packet-owner.ts";
import type { IcmpMessage, IpPacket, Segment, UdpDatagram } from "./packet.ts";
import { PathMtus } from "./path-mtu.ts";
import type { Routes } from "./routes.ts";
import type { Scheduler } from "./scheduler.ts";

const IP_PACKET_MAX = 65_535;

/** What packets need of the host they leave. */
export interface OutputHost {
  /** Hop limit of its packets. */
  readonly ttl: number;
  readonly tcp: { icmpError(error: IcmpError): void } | null;
  random(purpose: string, limit: number): number;
}

export class HostOutput {
  readonly #host: OutputHost;
  readonly #scheduler: Scheduler;
  readonly #routes: Routes;
  readonly #pathMtus = new PathMtus();
  #nextId: number;

  constructor(host: OutputHost, scheduler: Scheduler, routes: Routes) {
    this.#host = host;
    this.#scheduler = scheduler;
    this.#routes = routes;
    this.#nextId = host.random("ip id", 0x10000);
  }

  // What is known of paths, as HostNetwork asks for it.

  mtuFor(destination: string): number {
    const route = this.#routes.to(destination);
    return route === null ? IP_PACKET_MAX : this.#mtuBy(route, destination);
  }

  /** The same, with its route at hand. */
  #mtuBy(route: LinkDirection, destination: string): number {
    const isCut = route.mtu > IP_PACKET_MAX && !this.#routes.isV6(destination);
    return this.#pathMtus.limit(isCut ? IP_PACKET_MAX : route.mtu, destination, this.#scheduler.now);
  }

  learnMtu(destination: string, mtu: number): number {
    const present = this.mtuFor(destination);
    this.#pathMtus.learn(destination, mtu, present, this.#scheduler.now);
    return this.mtuFor(destination);
  }

  mtuUntil(destination: string): number {
    return this.#pathMtus.until(destination, this.#scheduler.now);
  }

  segment(
    source: string,
    destination: string,
    segment: Segment,
    ecn: number,
    discovery: PmtuDiscovery,
  ): Errno | null {
    const route = this.#routes.to(destination);
    if (route === null) return "ENETUNREACH";
    const v6 = this.#routes.lastIsV6;
    const length =
      (v6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + tcpHeaderBytes(segment) + segment.payload.length;
    const id = v6 ? 0 : this.#takeId();
    const whole = v6 || this.#pathMtus.forbidsFragments(discovery, destination, this.#scheduler.now);
    const packet = packetOf(
      v6 ? 6 : 4,
      source,
      destination,
      this.#host.ttl,
      ecn,
      whole,
      id,
      segment,
      length,
      -1,
    );
    if (length > route.mtu && !whole) {
      for (const piece of fragmentsOf(packet, route.mtu)) route.enter(piece);
      return null;
    }
    route.enter(packet);
    if (length > route.mtu) this.#tellTooBig(source, destination, segment, route.mtu);
    return null;
  }

  datagram(
    source: string,
    destination: string,
    datagram: UdpDatagram,
    ttl: number,
    discovery: PmtuDiscovery,
    owner: PacketOwner,
  ): Errno | null {
    const v6 = this.#routes.isV6(destination);
    const length = (v6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + UDP_HEADER_BYTES + datagram.payload.length;
    const packet = packetOf(
      v6 ? 6 : 4,
      source,
      destination,
      ttl,
      0,
      discovery === PMTUDISC.PROBE ||
        this.#pathMtus.forbidsFragments(discovery, destination, this.#scheduler.now),
      v6 ? 0 : this.#takeId(),
      datagram,
      length,
      -1,
      null,
      owner,
    );
    if (!v6 && this.#routes.isBroadcast(destination)) return this.#broadcast(packet);
    return this.#send(packet, discovery);
  }

  /** Sends a packet that the stack outside has made. Without a route it is not sent. */
  whole(packet: IpPacket): void {
    if (this.#routes.isBroadcast(packet.destination)) {
      for (const direction of this.#routes.out) direction.enter(copied(packet));
    } else this.#routes.to(packet.destination)?.enter(packet);
  }

  /** Sends a packet of this host's own, in fragments when it is too long for its path, unless that is forbidden. */
  #send(packet: IpPacket, discovery: PmtuDiscovery): Errno | null {
    const route = this.#routes.to(packet.destination);
    if (route === null) return "ENETUNREACH";
    if (route !== this.#routes.loopback && this.#routes.isLoopback(packet.source)) return "EINVAL";
    const { DONT, WANT, DO, OMIT } = PMTUDISC;
    const asksPath = discovery === DONT || discovery === WANT || discovery === DO;
    const mtu = asksPath ? this.#mtuBy(route, packet.destination) : route.mtu;
    if (packet.length <= mtu) {
      route.enter(packet);
      return null;
    }
    if (discovery !== DONT && discovery !== WANT && discovery !== OMIT) return "EMSGSIZE";
    const numbered =
      packet.version === 4 ? packet : { ...packet, id: this.#host.random("fragment id", 2 ** 32) };
    const pieces = fragmentsOf(numbered, mtu);
    if (packet.owner?.admits(pieces) === false) return "ENOBUFS";
    for (const piece of pieces) route.enter(piece);
    return null;
  }

  #broadcast(packet: IpPacket): Errno | null {
    if (this.#routes.out.length === 0) return "ENETUNREACH";
    for (const direction of this.#routes.out) {
      if (packet.length <= direction.mtu) direction.enter(copied(packet));
      else for (const piece of fragmentsOf(packet, direction.mtu)) direction.enter(piece);
    }
    // Its own sockets hear it too.
    if (this.#routes.loopback !== null) this.#routes.loopback.enter(packet);
    return null;
  }

  /** Sends a message of this host's own. */
  icmp(source: string, destination: string, message: IcmpMessage): void {
    const v6 = isIpv6(destination);
    const length = (v6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + ICMP_HEADER_BYTES + message.body.length;
    const id = v6 ? 0 : this.#takeId();
    // Nobody waits for what becomes of it: without a route it is not sent.
    this.#send(
      packetOf(v6 ? 6 : 4, source, destination, this.#host.ttl, 0, false, id, message, length, -1),
      PMTUDISC.DONT,
    );
  }

  /** Tells this host's own TCP that its link does not carry segments of that length any more; soon, not from within its call. */
  #tellTooBig(source: string, destination: string, segment: Segment, mtu: number): void {
    const error = tooBigFor(source, destination, segment, mtu);
    this.#scheduler.at(this.#scheduler.now, () => this.#host.tcp?.icmpError(error));
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = (id + 1) & 0xffff;
    return id;
  }
}
