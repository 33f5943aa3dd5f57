// A host: its addresses, where its packets go, what it does with those that come, and what transports need of it.

import type { Family, SocketType } from "../socket/address.ts";
import type { Failure, SocketCore } from "../socket/core.ts";
import type { Errno } from "../socket/errno.ts";
import type { ConnectionQueues } from "../trace/connection-queues.ts";
import type { PmtuDiscovery } from "../socket/options.ts";
import type { DropReason, TraceEvent } from "../trace/events.ts";
import type { TcpSeries } from "../trace/tcp-series.ts";
import { lookAtHeader } from "./damage.ts";
import { decodePacket } from "./encode.ts";
import { Reassembler, fragmentsOf } from "./fragment.ts";
import { complain, receiveIcmp } from "./host-icmp.ts";
import type { IcmpHost } from "./host-icmp.ts";
import { HostOutput } from "./host-output.ts";
import type { OutputHost } from "./host-output.ts";
import { isIcmp } from "./icmp.ts";
import type { LinkDirection, PacketSink } from "./link.ts";
import type { IcmpError, Timer } from "./network.ts";
import { forwarded } from "./packet-build.ts";
import type { PacketOwner } from "./packet-owner.ts";
import type { IcmpMessage, IpPacket, Segment, UdpDatagram } from "./packet.ts";
import { PERSONALITIES } from "./personality/personality.ts";
import type { PlannedHost } from "./plan.ts";
import { RandomStream } from "./random.ts";
import type { Recorder } from "./record.ts";
import { Routes } from "./routes.ts";
import type { Scheduler } from "./scheduler.ts";
import type { UdpNetwork } from "./udp/stack.ts";
import { UdpStack } from "./udp/stack.ts";
import { UnixStack } from "./unix/stack.ts";

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

export class SimHost implements UdpNetwork, IcmpHost, OutputHost, PacketSink {
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
  readonly #output: HostOutput;
  readonly #reassembly4: Reassembler;
  readonly #reassembly6: Reassembler;
  /** The packet being received and its row, for whoever drops it. */
  #current: IpPacket | null = null;
  #currentRow = -1;

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
    this.#output = new HostOutput(this, surroundings.scheduler, this.#routes);
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

  timer<T>(fire: (target: T) => void, target: T): Timer {
    return this.#scheduler.timer(fire, target);
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
    return this.#output.mtuFor(destination);
  }

  learnMtu(destination: string, mtu: number): number {
    return this.#output.learnMtu(destination, mtu);
  }

  mtuUntil(destination: string): number {
    return this.#output.mtuUntil(destination);
  }

  sendSegment(
    source: string,
    destination: string,
    segment: Segment,
    ecn: number,
    discovery: PmtuDiscovery,
  ): Errno | null {
    return this.#output.segment(source, destination, segment, ecn, discovery);
  }

  sendDatagram(
    source: string,
    destination: string,
    datagram: UdpDatagram,
    ttl: number,
    discovery: PmtuDiscovery,
    owner: PacketOwner,
  ): Errno | null {
    return this.#output.datagram(source, destination, datagram, ttl, discovery, owner);
  }

  sendIcmp(source: string, destination: string, message: IcmpMessage): void {
    this.#output.icmp(source, destination, message);
  }

  /** Sends a packet that the stack outside has made. Without a route it is not sent. */
  emit(packet: IpPacket): void {
    this.#output.whole(packet);
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
