// What TCP and UDP need of the host they live on. The host implements it; transports know nothing else of the network.

import type { Errno } from "../socket/errno.ts";
import type { ConnectionQueues } from "../trace/connection-queues.ts";
import type { PmtuDiscovery } from "../socket/options.ts";
import type { DropReason, TraceEvent } from "../trace/events.ts";
import type { TcpSeries } from "../trace/tcp-series.ts";
import type { PacketOwner } from "./packet-owner.ts";
import type { IpPacket, Segment, UdpDatagram } from "./packet.ts";

/** A timer: set again it moves, cleared it never fires; both O(1). */
export interface Timer {
  /** Absolute virtual time in ns. */
  setAt(timeNs: number): void;
  clear(): void;
}

/** What every transport of a host is given. */
export interface HostNetwork {
  readonly host: string;
  /** Virtual time in ns. */
  now(): number;
  /** Not set yet; calls `fire` with `target`. */
  timer<T>(fire: (target: T) => void, target: T): Timer;
  /** A random integer in [0, limit), from this host's stream of that purpose. */
  random(purpose: string, limit: number): number;
  /** Whether `address` is one of this host's own (loopback 127.0.0.0/8 and ::1 included). */
  isLocal(address: string): boolean;
  /** The address this host would send from to reach `destination`, or null without a route. */
  sourceFor(destination: string): string | null;
  /** MTU in bytes of the first link towards `destination`, lowered by what ICMP has reported since. */
  mtuFor(destination: string): number;
  /** Takes note that ICMP has reported `mtu` on the way to `destination`; answers what `mtuFor` says from now on. */
  learnMtu(destination: string, mtu: number): number;
  /** When what ICMP has reported of that way is forgotten, in ns; Infinity where it has reported nothing. */
  mtuUntil(destination: string): number;
  /** Sends a segment; an errno when it cannot leave at all (EHOSTUNREACH, ENETUNREACH). */
  sendSegment(
    source: string,
    destination: string,
    segment: Segment,
    ecn: number,
    discovery: PmtuDiscovery,
  ): Errno | null;
  /** Sends a datagram, fragmenting it if need be; EMSGSIZE where `discovery` forbids that, ENOBUFS where its owner does not admit the pieces. */
  sendDatagram(
    source: string,
    destination: string,
    datagram: UdpDatagram,
    ttl: number,
    discovery: PmtuDiscovery,
    owner: PacketOwner,
  ): Errno | null;
  /** Whether somebody records: skip building events when not. */
  readonly recording: boolean;
  record(event: TraceEvent): void;
  /** Where the samples of a connection go that begins; null when nobody records. */
  tcpSeries(local: string, remote: string): TcpSeries | null;
  /** The same for what its queues hold. */
  connectionQueues(local: string, remote: string): ConnectionQueues | null;
  /** Records that `packet`, having arrived, was dropped here. */
  dropped(packet: IpPacket, reason: DropReason): void;
}

/** An error ICMP reported about something this host sent. */
export interface IcmpError {
  readonly errno: Errno;
  /** Whether it ends a connection attempt (port unreachable) or is only advice (host unreachable, RFC 1122 4.2.3.9). */
  readonly hard: boolean;
  /** Next-hop MTU for "fragmentation needed", else 0. */
  readonly mtu: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Sequence number quoted, for TCP to check (RFC 5927); 0 for UDP. */
  readonly seq: number;
}
