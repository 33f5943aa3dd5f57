// A host: its addresses, where its packets go, what it does with those that come, and what transports need of it.

import { isIpv6 } from "../wire/address.ts";
import type { Family, SocketType } from "../socket/address.ts";
import type { Failure, SocketCore } from "../socket/core.ts";
import type { Errno } from "../socket/errno.ts";
import type { ConnectionQueues } from "../trace/connection-queues.ts";
import { PMTUDISC } from "../socket/options.ts";
import type { PmtuDiscovery } from "../socket/options.ts";
import type { DropReason, TraceEvent } from "../trace/events.ts";
import type { TcpSeries } from "../trace/tcp-series.ts";
import { lookAtHeader } from "./damage.ts";
import { decodePacket } from "./encode.ts";
import { Reassembler, fragmentsOf } from "./fragment.ts";
import { complain, receiveIcmp } from "./host-icmp.ts";
import type { IcmpHost } from "./host-icmp.ts";
import { isIcmp, tooBigFor } from "./icmp.ts";
import type { LinkDirection, PacketSink } from "./link.ts";
import type { IcmpError, Timer } from "./network.ts";
import {
  ICMP_HEADER_BYTES,
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  UDP_HEADER_BYTES,
  copied,
  forwarded,
  packetOf,
  tcpHeaderBytes,
} from "./packet-build.ts";
import type { PacketOwner } from "./packet-owner.ts";
import type { IcmpMessage, IpPacket, Segment, UdpDatagram } from "./packet.ts";
import { PathMtus } from "./path-mtu.ts";
import { PERSONALITIES } from "./personality/personality.ts";
import type { PlannedHost } from "./plan.ts";
import { RandomStream } from "./random.ts";
import type { Recorder } from "./record.ts";
import { Routes } from "./routes.ts";
import type { Scheduler } from "./scheduler.ts";
import type { UdpNetwork } from "./udp/stack.ts";
import { UdpStack } from "./udp/stack.ts";
import { UnixStack } from "./unix/stack.ts";

const IP_PACKET_MAX = 65_535;

/** What a host needs of its TCP. */
export interface SegmentStack {
  socket(family: "inet" | "inet6"): SocketCore;
  input(packet: IpPacket, segment: Segment): void;
  icmpError(error: IcmpError): void;
}

export interface HostSurroundings {
  readonly scheduler: Scheduler;
  readonly recorder: Recorder | null;
  readonly seed: number;
}

export class SimHost implements UdpNetwork, IcmpHost, PacketSink {
  readonly name: string;
  readonly host: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly forwards: boolean;
  readonly ttl: number;
  readonly filtersIcmp: boolean;
  readonly recording: boolean;
  readonly udp: UdpStack;
  readonly unix: UnixStack;
  /** Set once, before anything runs. */
  tcp: SegmentStack | null = null;
  /** Where packets for this host go when its transports are elsewhere: a real stack. Set once, before anything runs. */
  outside: ((packet: IpPacket) => void) | null = null;
  readonly #scheduler: Scheduler;
  readonly #recorder: Recorder | null;
  readonly #seed: number;
  readonly #streams = new Map<string, RandomStream>();
  readonly #routes: Routes;
  readonly #pathMtus = new PathMtus();
  readonly #reassembly4: Reassembler;
  readonly #reassembly6: Reassembler;
  /** The packet being received and its row, for whoever drops it. */
  #current: IpPacket | null = null;
  #currentRow = -1;
  #nextId: number;

  constructor(planned: PlannedHost, surroundings: HostSurroundings) {
    this.name = planned.name;
    this.host = planned.name;
    this.ipv4 = planned.ipv4;
    this.ipv6 = planned.ipv6;
    this.forwards = planned.forwards;
    const personality = PERSONALITIES[planned.personality];
    this.ttl = personality.ttl;
    this.filtersIcmp = planned.filtersIcmp;
    this.#scheduler = surroundings.scheduler;
    this.#recorder = surroundings.recorder;
    this.#seed = surroundings.seed;
    this.recording = surroundings.recorder !== null;
    this.#routes = new Routes(planned.ipv4, planned.ipv6);
    this.#reassembly4 = this.#reassembler(4);
    this.#reassembly6 = this.#reassembler(6);
    this.#nextId = this.random("ip id", 0x10000);
    this.udp = new UdpStack(this, personality.udp);
    this.unix = new UnixStack(this);
  }

  /** Adds a link's direction away from this host. */
  attach(direction: LinkDirection): void {
    this.#routes.out.push(direction);
  }

  attachLoopback(direction: LinkDirection): void {
    this.#routes.loopback = direction;
  }

  /** Sends what is for `address` by `direction`. */
  route(address: string, direction: LinkDirection): void {
    this.#routes.add(address, direction);
  }

  socket(family: Family, type: SocketType): SocketCore | Failure {
    if (family === "unix") return this.unix.socket(type);
    if (type === "dgram") return this.udp.socket(family);
    if (this.tcp === null) return { code: "EPROTONOSUPPORT", why: "this host has no TCP" };
    return this.tcp.socket(family);
  }

  // What transports ask: HostNetwork.

  now(): number {
    return this.#scheduler.now;
  }

  timer(fire: () => void): Timer {
    return this.#scheduler.timer(fire);
  }

  random(purpose: string, limit: number): number {
    let stream = this.#streams.get(purpose);
    if (stream === undefined) {
      stream = new RandomStream(this.#seed, `host ${this.name}/${purpose}`);
      this.#streams.set(purpose, stream);
    }
    return stream.integer(limit);
  }

  isLocal(address: string): boolean {
    return this.#routes.isLocal(address);
  }

  isBroadcast(address: string): boolean {
    return this.#routes.isBroadcast(address);
  }

  sourceFor(destination: string): string | null {
    return this.#routes.sourceFor(destination);
  }

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

  sendSegment(
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
    const packet = packetOf(v6 ? 6 : 4, source, destination, this.ttl, ecn, whole, id, segment, length, -1);
    if (length > route.mtu && !whole) {
      for (const piece of fragmentsOf(packet, route.mtu)) route.enter(piece);
      return null;
    }
    route.enter(packet);
    if (length > route.mtu) this.#tellTooBig(source, destination, segment, route.mtu);
    return null;
  }

  sendDatagram(
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
    if (!v6 && this.isBroadcast(destination)) return this.#broadcast(packet);
    return this.#send(packet, discovery);
  }

  record(event: TraceEvent): void {
    if (this.#recorder !== null) this.#recorder.event(event);
  }

  tcpSeries(local: string, remote: string): TcpSeries | null {
    return this.#recorder === null ? null : this.#recorder.tcpSeries(this.host, local, remote);
  }

  connectionQueues(local: string, remote: string): ConnectionQueues | null {
    return this.#recorder === null ? null : this.#recorder.connectionQueues(this.host, local, remote);
  }

  dropped(packet: IpPacket, reason: DropReason): void {
    if (packet === this.#current) this.#lost(this.#currentRow, reason);
  }

  portUnreachable(packet: IpPacket): void {
    complain(this, packet, "port unreachable", 0);
  }

  /** Sends a packet that the stack outside has made. Without a route it is not sent. */
  emit(packet: IpPacket): void {
    if (this.isBroadcast(packet.destination)) {
      for (const direction of this.#routes.out) direction.enter(copied(packet));
    } else this.#routes.to(packet.destination)?.enter(packet);
  }

  // What comes from links: PacketSink.

  receive(packet: IpPacket, row: number): void {
    this.#currentRow = row;
    this.#current = packet;
    if (this.filtersIcmp && isIcmp(packet)) this.dropped(packet, "filtered");
    else if (packet.flippedBit !== -1) this.#receiveDamaged(packet);
    else if (this.isLocal(packet.destination) || this.isBroadcast(packet.destination)) this.#deliver(packet);
    else this.#forward(packet, packet.destination);
    this.#current = null;
  }

  /** Looks at a damaged packet as far as a router or a host would, which is what decides whether the damage is seen. */
  #receiveDamaged(packet: IpPacket): void {
    const looked = lookAtHeader(packet);
    if (typeof looked === "string") {
      this.dropped(packet, looked);
      return;
    }
    const { destination, bytes } = looked;
    if (!this.isLocal(destination) && !this.isBroadcast(destination)) {
      this.#current = looked.packet;
      this.#forward(looked.packet, destination);
      return;
    }
    const sound = decodePacket(bytes);
    if (typeof sound === "string") {
      this.dropped(packet, sound);
      return;
    }
    this.#current = sound;
    this.#deliver(sound);
  }

  #deliver(packet: IpPacket): void {
    const { payload } = packet;
    if (this.outside !== null) {
      this.outside(packet);
      return;
    }
    switch (payload.kind) {
      case "tcp":
        if (this.tcp !== null && !this.isBroadcast(packet.destination)) {
          this.tcp.input(packet, payload);
        } else this.dropped(packet, "not for us");
        return;
      case "udp":
        this.udp.input(packet, payload);
        return;
      case "icmp":
        receiveIcmp(this, packet, payload);
        return;
      case "fragment": {
        const reassembly = packet.version === 4 ? this.#reassembly4 : this.#reassembly6;
        const whole = reassembly.add(packet, payload, this.#currentRow);
        if (whole === null) return;
        this.#current = whole;
        this.#deliver(whole);
      }
    }
  }

  #forward(packet: IpPacket, destination: string): void {
    if (!this.forwards) {
      this.dropped(packet, "not for us");
      return;
    }
    if (packet.ttl <= 1) {
      this.dropped(packet, "ttl");
      complain(this, packet, "ttl exceeded", 0);
      return;
    }
    const route = this.#routes.to(destination);
    if (route === null) {
      this.dropped(packet, "no route");
      complain(this, packet, "no route", 0);
      return;
    }
    if (packet.length <= route.mtu) {
      route.enter(forwarded(packet));
    } else if (packet.version === 4 && !packet.dontFragment) {
      for (const piece of fragmentsOf(forwarded(packet), route.mtu)) route.enter(piece);
    } else {
      this.dropped(packet, "mtu");
      complain(this, packet, "too big", route.mtu);
    }
  }

  /** Sends a packet of this host's own, in fragments when it is too long for its path, unless that is forbidden. */
  #send(packet: IpPacket, discovery: PmtuDiscovery): Errno | null {
    const route = this.#routes.to(packet.destination);
    if (route === null) return "ENETUNREACH";
    const { source } = packet;
    const isLoopback = source !== this.ipv4 && source !== this.ipv6 && this.isLocal(source);
    if (route !== this.#routes.loopback && isLoopback) return "EINVAL";
    const { DONT, WANT, DO, OMIT } = PMTUDISC;
    const asksPath = discovery === DONT || discovery === WANT || discovery === DO;
    const mtu = asksPath ? this.#mtuBy(route, packet.destination) : route.mtu;
    if (packet.length <= mtu) {
      route.enter(packet);
      return null;
    }
    if (discovery !== DONT && discovery !== WANT && discovery !== OMIT) return "EMSGSIZE";
    const numbered = packet.version === 4 ? packet : { ...packet, id: this.random("fragment id", 2 ** 32) };
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
  sendIcmp(source: string, destination: string, message: IcmpMessage): void {
    const v6 = isIpv6(destination);
    const length = (v6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + ICMP_HEADER_BYTES + message.body.length;
    const id = v6 ? 0 : this.#takeId();
    // Nobody waits for what becomes of it: without a route it is not sent.
    this.#send(
      packetOf(v6 ? 6 : 4, source, destination, this.ttl, 0, false, id, message, length, -1),
      PMTUDISC.DONT,
    );
  }

  /** Tells this host's own TCP that its link does not carry segments of that length any more; soon, not from within its call. */
  #tellTooBig(source: string, destination: string, segment: Segment, mtu: number): void {
    const error = tooBigFor(source, destination, segment, mtu);
    this.#scheduler.at(this.#scheduler.now, () => this.tcp?.icmpError(error));
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = (id + 1) & 0xffff;
    return id;
  }

  #lost(row: number, reason: DropReason): void {
    if (this.#recorder !== null && row !== -1) {
      this.#recorder.dropped(row, this.name, reason, this.#scheduler.now);
    }
  }

  #reassembler(version: 4 | 6): Reassembler {
    return new Reassembler(version, {
      now: () => this.#scheduler.now,
      timer: (fire) => this.#scheduler.timer(fire),
      lost: (row, reason) => this.#lost(row, reason),
      expired: (first) => complain(this, first, "reassembly time exceeded", 0),
    });
  }
}
