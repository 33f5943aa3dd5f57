// Writes a simulation into a trace: every packet once, where and when its sender put it on a wire, and what became of it.
//
// Columns are filled from the packet object; bytes are made when somebody reads them, and then kept in the packet's place.

import { parseIpv4, parseIpv6 } from "../wire/address.ts";
import { getUint32 } from "../wire/bytes.ts";
import type { DropReason, TraceEvent } from "../trace/events.ts";
import { ConnectionQueues } from "../trace/connection-queues.ts";
import { indexPacket } from "../trace/index-packet.ts";
import { PROTOCOL } from "../trace/packets.ts";
import type { PacketBytes } from "../trace/packets.ts";
import { QueueDepths } from "../trace/queue-depths.ts";
import { StreamTable } from "../trace/streams.ts";
import { TcpSeries } from "../trace/tcp-series.ts";
import { LINKTYPE, Trace } from "../trace/trace.ts";
import type { Transit } from "../trace/trace.ts";
import { UDP_HEADER_BYTES, ipHeaderBytes, tcpHeaderBytes } from "./packet-build.ts";
import type { IpPacket } from "./packet.ts";
import { RecordedPackets } from "./recorded-packets.ts";

/** One direction of a link, as rows refer to it. */
interface Track {
  /** -1 until the first packet, for an interface few have use for. */
  interfaceId: number;
  readonly transit: Transit;
  /** The trace's number of that way. */
  readonly way: number;
  /** The trace's number of the host at the other end. */
  readonly to: number;
  /** Null until a packet has had to wait. */
  depths: QueueDepths | null;
  /** Addresses of the last packet, and their ids: packets come in trains. */
  source: string;
  sourceId: number;
  destination: string;
  destinationId: number;
}

export class Recorder {
  readonly trace: Trace;
  readonly streams = new StreamTable();
  readonly #packets: RecordedPackets;
  readonly #tracks: Track[] = [];
  readonly #addressIds = new Map<string, number>();
  /** Their texts, by id. */
  readonly #addresses: string[] = [];

  constructor() {
    const bytes: PacketBytes = { read: (row) => this.#packets.read(row) };
    this.trace = new Trace(bytes);
    this.#packets = new RecordedPackets(this.trace.packets, this.#addresses);
  }

  /** Registers a direction of a link; answers the number to send with. The interface at its sending end is there at once, lo with its first packet. */
  track(link: string, from: string, to: string): number {
    const interfaceId = from === to ? -1 : this.#interface(from, link);
    const transit = { link, from, to, copyOf: null };
    this.#tracks.push({
      interfaceId,
      transit,
      way: this.trace.way(transit),
      to: this.trace.log.host(to),
      depths: null,
      source: "",
      sourceId: 0,
      destination: "",
      destinationId: 0,
    });
    return this.#tracks.length - 1;
  }

  #interface(host: string, link: string): number {
    const interfaces = this.trace.interfaces;
    return interfaces.push({ name: `${host}/${link}`, linkType: LINKTYPE.raw, snapLength: 0 }) - 1;
  }

  event(event: TraceEvent): void {
    this.trace.addEvent(event);
  }

  tcpSeries(host: string, local: string, remote: string): TcpSeries {
    const series = new TcpSeries(host, local, remote);
    this.trace.tcp.push(series);
    return series;
  }

  connectionQueues(host: string, local: string, remote: string): ConnectionQueues {
    return new ConnectionQueues(this.trace, host, local, remote);
  }

  /** `copyOf` is the row of the packet this one is a copy of, -1 for none. Answers the row. */
  sent(trackId: number, packet: IpPacket, timeNs: number, copyOf: number): number {
    const track = this.#tracks[trackId];
    if (track.interfaceId === -1) track.interfaceId = this.#interface(track.transit.from, track.transit.link);
    const way = copyOf === -1 ? track.way : this.trace.way({ ...track.transit, copyOf });
    const row = this.trace.addPacket(timeNs, way);
    this.#packets.keep(row, packet);
    this.#fill(row, packet, track);
    return row;
  }

  /** `packets` wait for the transmitter from now on. */
  waiting(trackId: number, packets: number, timeNs: number): void {
    const track = this.#tracks[trackId];
    if (track.depths === null) {
      if (packets === 0) return;
      const { link, from, to } = track.transit;
      track.depths = new QueueDepths(link, from, to);
      this.trace.queues.push(track.depths);
    }
    track.depths.sample(timeNs, packets);
  }

  /** A packet of that track is at its other end. */
  arrived(trackId: number, row: number, timeNs: number): void {
    this.trace.addArrival(timeNs, row, this.#tracks[trackId].to);
  }

  dropped(row: number, where: string, reason: DropReason, timeNs: number): void {
    this.trace.addEvent({ kind: "drop", timeNs, packet: row, where, reason });
  }

  #fill(row: number, packet: IpPacket, track: Track): void {
    const table = this.trace.packets;
    const { payload } = packet;
    const transport = ipHeaderBytes(packet.version, payload);
    table.interfaceId[row] = track.interfaceId;
    table.capturedLength[row] = packet.length;
    table.length[row] = packet.length;
    if (packet.wire !== undefined && packet.wire !== null) {
      // A real stack's: its options may lie elsewhere than ours would.
      indexPacket(table, row, packet.wire, 0, packet.length, LINKTYPE.raw, this.streams);
      return;
    }
    const source = this.#source(track, packet.source);
    const destination = this.#destination(track, packet.destination);
    table.source[row] = source;
    table.destination[row] = destination;
    table.networkOffset[row] = 0;
    switch (payload.kind) {
      case "tcp":
        table.protocol[row] = PROTOCOL.tcp;
        table.transportOffset[row] = transport;
        table.payloadOffset[row] = transport + tcpHeaderBytes(payload);
        table.payloadLength[row] = payload.payload.length;
        table.sourcePort[row] = payload.sourcePort;
        table.destinationPort[row] = payload.destinationPort;
        table.tcpSeq[row] = payload.seq;
        table.tcpAck[row] = payload.ack;
        table.tcpFlags[row] = payload.flags;
        table.tcpWindow[row] = payload.window;
        table.stream[row] = this.streams.tcp(
          row,
          source,
          payload.sourcePort,
          destination,
          payload.destinationPort,
          table.tcpSeq[row],
          table.tcpAck[row],
          payload.flags,
          payload.windowScale,
        );
        return;
      case "udp":
        table.protocol[row] = PROTOCOL.udp;
        table.transportOffset[row] = transport;
        table.payloadOffset[row] = transport + UDP_HEADER_BYTES;
        table.payloadLength[row] = payload.payload.length;
        table.sourcePort[row] = payload.sourcePort;
        table.destinationPort[row] = payload.destinationPort;
        table.stream[row] = this.streams.udp(
          row,
          source,
          payload.sourcePort,
          destination,
          payload.destinationPort,
        );
        return;
      case "icmp":
        // Rare, and what it quotes counts too: read off its bytes like a captured packet.
        indexPacket(table, row, this.#packets.read(row), 0, packet.length, LINKTYPE.raw, this.streams);
        return;
      case "fragment":
        table.protocol[row] = PROTOCOL.fragment;
    }
  }

  #source(track: Track, text: string): number {
    if (track.source === text) return track.sourceId;
    track.source = text;
    return (track.sourceId = this.#address(text));
  }

  #destination(track: Track, text: string): number {
    if (track.destination === text) return track.destinationId;
    track.destination = text;
    return (track.destinationId = this.#address(text));
  }

  #address(text: string): number {
    let id = this.#addressIds.get(text);
    if (id !== undefined) return id;
    const { addresses } = this.trace.packets;
    const word = parseIpv4(text);
    if (word === null) {
      const bytes = parseIpv6(text) ?? new Uint8Array(16);
      id = addresses.internIpv6(
        getUint32(bytes, 0),
        getUint32(bytes, 4),
        getUint32(bytes, 8),
        getUint32(bytes, 12),
      );
    } else {
      id = addresses.internIpv4(word);
    }
    this.#addressIds.set(text, id);
    this.#addresses[id] = text;
    return id;
  }
}
