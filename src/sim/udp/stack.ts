// A host's UDP: which socket a datagram is for, which ports are taken.

import { isIpv6 } from "../../wire/address.ts";
import type { IcmpError, HostNetwork } from "../network.ts";
import type { IpPacket, UdpDatagram } from "../packet.ts";
import { hash32, mix32 } from "../random.ts";
import type { UdpPersonality } from "./personality.ts";
import { UdpSocket } from "./socket.ts";

/** What UDP needs of its host beyond what every transport does. */
export interface UdpNetwork extends HostNetwork {
  /** Hop limit of packets whose socket sets none. */
  readonly ttl: number;
  isBroadcast(address: string): boolean;
  /** Answers `packet` with an ICMP error, if it may be answered. */
  portUnreachable(packet: IpPacket): void;
}

export class UdpStack {
  readonly network: UdpNetwork;
  readonly personality: UdpPersonality;
  /** Sockets by local port, the latest first. */
  readonly #ports = new Map<number, UdpSocket[]>();

  constructor(network: UdpNetwork, personality: UdpPersonality) {
    this.network = network;
    this.personality = personality;
  }

  socket(family: "inet" | "inet6"): UdpSocket {
    return new UdpSocket(family, this);
  }

  /** Whether `socket` may have this address and port beside those that have one already. */
  isFree(socket: UdpSocket, address: string, port: number): boolean {
    const sockets = this.#ports.get(port);
    return sockets === undefined || sockets.every((other) => !other.conflictsWith(socket, address));
  }

  /** A free ephemeral port, 0 when all are taken. */
  ephemeralPort(socket: UdpSocket, address: string): number {
    const { portFirst, portLast } = this.personality;
    const count = portLast - portFirst + 1;
    const first = this.network.random("udp port", count);
    for (let i = 0; i < count; i++) {
      const port = portFirst + ((first + i) % count);
      if (!this.#ports.has(port) || this.isFree(socket, address, port)) return port;
    }
    return 0;
  }

  add(socket: UdpSocket, port: number): void {
    const sockets = this.#ports.get(port);
    if (sockets === undefined) this.#ports.set(port, [socket]);
    else sockets.unshift(socket);
  }

  remove(socket: UdpSocket, port: number): void {
    const sockets = this.#ports.get(port);
    if (sockets === undefined) return;
    const rest = sockets.filter((other) => other !== socket);
    if (rest.length === 0) this.#ports.delete(port);
    else this.#ports.set(port, rest);
  }

  input(packet: IpPacket, datagram: UdpDatagram): void {
    const broadcast = packet.version === 4 && this.network.isBroadcast(packet.destination);
    if (broadcast) {
      this.#inputToAll(packet, datagram);
      return;
    }
    const { version, source, destination } = packet;
    const { sourcePort, destinationPort, payload } = datagram;
    const socket = this.#find(version, destination, destinationPort, source, sourcePort);
    if (socket === null) {
      this.network.dropped(packet, "no listener");
      this.network.portUnreachable(packet);
    } else if (!socket.deliver(version, source, sourcePort, payload)) {
      this.network.dropped(packet, "receive buffer");
    }
  }

  icmpError(error: IcmpError): void {
    const { source, sourcePort, destination, destinationPort } = error;
    const socket = this.#find(isIpv6(source) ? 6 : 4, source, sourcePort, destination, destinationPort);
    if (socket !== null) socket.fail(error);
  }

  #inputToAll(packet: IpPacket, datagram: UdpDatagram): void {
    const { version, source, destination } = packet;
    let heard = false;
    for (const socket of this.#ports.get(datagram.destinationPort) ?? []) {
      if (socket.match(version, destination, source, datagram.sourcePort) === -1) continue;
      heard = true;
      if (!socket.deliver(version, source, datagram.sourcePort, datagram.payload.slice())) {
        this.network.dropped(packet, "receive buffer");
      }
    }
    if (!heard) this.network.dropped(packet, "no listener");
  }

  /** The socket that matches best; among equals the latest, or with SO_REUSEPORT the one its flow hashes to. */
  #find(
    version: 4 | 6,
    local: string,
    localPort: number,
    remote: string,
    remotePort: number,
  ): UdpSocket | null {
    const sockets = this.#ports.get(localPort);
    if (sockets === undefined) return null;
    if (sockets.length === 1)
      return sockets[0].match(version, local, remote, remotePort) === -1 ? null : sockets[0];
    let best: UdpSocket | null = null;
    let bestScore = -1;
    let equals = 0;
    for (const socket of sockets) {
      const score = socket.match(version, local, remote, remotePort);
      if (score > bestScore) {
        best = socket;
        bestScore = score;
        equals = 1;
      } else if (score !== -1 && score === bestScore) equals++;
    }
    if (best === null || equals === 1 || !best.reusesPort) return best;
    const group = sockets.filter(
      (socket) => socket.reusesPort && socket.match(version, local, remote, remotePort) === bestScore,
    );
    return group[mix32(hash32(remote), remotePort) % group.length];
  }
}
