// TCP of one host: makes sockets, and hands segments and ICMP errors to the connections they belong to.

import type { SocketCore } from "../../socket/core.ts";
import { PMTUDISC } from "../../socket/options.ts";
import type { HostNetwork, IcmpError } from "../network.ts";
import { TCP_FLAGS } from "../packet.ts";
import type { IpPacket, Segment } from "../packet.ts";
import { LINUX } from "../personality/linux.ts";
import { mayReplace } from "./arrival.ts";
import { Demux } from "./demux.ts";
import type { EcnMode } from "./ecn.ts";
import type { MtuProbing } from "./mtu-search.ts";
import { nextIss } from "./endpoint.ts";
import { FastOpen } from "./fast-open.ts";
import type { FastOpenMode } from "./fast-open.ts";
import type { TcpHost } from "./host.ts";
import type { TcpPersonality } from "./personality.ts";
import { Ports } from "./ports.ts";
import { resetFor } from "./segments.ts";
import { SocketSettings, defaultSettings } from "./settings.ts";
import { TcpSocket } from "./socket.ts";

export interface TcpStack {
  socket(family: "inet" | "inet6"): SocketCore;
  /** A segment in a packet addressed to this host, its checksum found right. */
  input(packet: IpPacket, segment: Segment): void;
  /** An error about a segment this host sent. */
  icmpError(error: IcmpError): void;
}

/** How a host's TCP is set up: its system, and its sysctls. */
export interface TcpConfiguration {
  readonly personality: TcpPersonality;
  /** The personality's by default. */
  readonly ecn: EcnMode;
  /** 0 by default. */
  readonly mtuProbing: MtuProbing;
  /** The personality's by default. */
  readonly fastOpen: FastOpenMode;
}

/** TCP for the host that `network` belongs to. */
export function createTcp(network: HostNetwork, configuration: Partial<TcpConfiguration> = {}): TcpStack {
  const { personality = LINUX.tcp, mtuProbing = 0 } = configuration;
  const demux = new Demux();
  const random = (limit: number): number => network.random("port", limit);
  const ports = new Ports(personality, random);
  const { ecn = personality.ecn, fastOpen: mode = personality.fastOpen } = configuration;
  const fastOpen = new FastOpen(mode, network);
  const host: TcpHost = { network, personality, ports, demux, ecn, mtuProbing, fastOpen };

  const settings = defaultSettings(personality);

  function unclaimed(packet: IpPacket, segment: Segment, iss: number | null): void {
    const { flags, destinationPort, sourcePort } = segment;
    const listener = demux.listener(packet.destination, destinationPort, sourcePort);
    if (listener !== null && (flags & (TCP_FLAGS.ACK | TCP_FLAGS.RST)) === 0) {
      if ((flags & TCP_FLAGS.SYN) === 0 || (flags & TCP_FLAGS.FIN) !== 0) return;
      if (!listener.refusesSyns) {
        listener.syn(packet.destination, packet.source, segment, iss);
        return;
      }
      network.dropped(packet, "backlog");
      if (personality.backlogOverflow === "drops SYNs") return;
    }
    if (listener === null) network.dropped(packet, "no listener");
    const reset = resetFor(segment);
    if (reset !== null) network.sendSegment(packet.destination, packet.source, reset, 0, PMTUDISC.WANT);
  }

  return {
    socket: (family) => new TcpSocket(host, family, new SocketSettings(settings)),
    input(packet, segment) {
      const { source, destination } = packet;
      const endpoint = demux.find(destination, segment.destinationPort, source, segment.sourcePort);
      if (endpoint === null) {
        unclaimed(packet, segment, null);
        return;
      }
      if (
        endpoint.connection.state === "TIME_WAIT" &&
        mayReplace(endpoint.connection, segment, network.now())
      ) {
        const iss = nextIss(endpoint.connection);
        endpoint.connection.finish();
        endpoint.settle();
        unclaimed(packet, segment, iss);
        return;
      }
      endpoint.input(packet, segment);
    },
    icmpError(error) {
      const { source, sourcePort, destination, destinationPort } = error;
      demux.find(source, sourcePort, destination, destinationPort)?.icmpError(error);
    },
  };
}
