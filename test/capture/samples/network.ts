// Frames made of messages, so that a capture of a protocol is written as a list of who says what.

import { encodeEthernet, ETHERNET_HEADER_LENGTH } from "../../../src/wire/ethernet.ts";
import { encodeIpv4, fillIpv4Checksum, IPV4_FLAGS, ipv4HeaderLength } from "../../../src/wire/ipv4.ts";
import type { Ipv4Option } from "../../../src/wire/ipv4-options.ts";
import { IP_PROTOCOL } from "../../../src/wire/protocols.ts";
import { encodeTcp, fillTcpChecksum, TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../../../src/wire/tcp.ts";
import { encodeUdp, fillUdpChecksum, UDP_HEADER_LENGTH } from "../../../src/wire/udp.ts";

/** An IPv4 address and a port. */
export interface End {
  readonly address: string;
  readonly port: number;
}

export function end(address: string, port: number): End {
  return { address, port };
}

/** Bytes of hexadecimal digits; blanks are for reading. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

/** Bytes of a text of single-byte characters. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** A number as `size` bytes, big-endian. */
export function number(value: number | bigint, size: number): Uint8Array {
  return hex(value.toString(16).padStart(size * 2, "0"));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** Bytes that look like anything: what is encrypted does. */
export function noise(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (Math.imul(seed + i, 0x9e3779b1) >>> 13) & 0xff);
}

const NOTHING = new Uint8Array(0);

/** Ethernet frames in order; addresses of hosts are made from their IP addresses. */
export class SampleNetwork {
  readonly frames: Uint8Array[] = [];
  #id = 1;

  /** A packet whose payload `fill` completes: it is told where the IP header and the payload begin. */
  ip(
    from: string,
    to: string,
    protocol: number,
    payload: Uint8Array,
    options: readonly Ipv4Option[] = [],
    fill: (frame: Uint8Array, ipStart: number, start: number) => void = () => {},
  ): void {
    const header = {
      dsfield: 0,
      id: this.#id++,
      flags: IPV4_FLAGS.dontFragment,
      fragmentOffset: 0,
      ttl: protocol === IP_PROTOCOL.igmp ? 1 : 64,
      protocol,
      checksum: 0,
      source: from,
      destination: to,
      options,
      optionsTail: NOTHING,
    };
    const headerLength = ipv4HeaderLength(header);
    const totalLength = headerLength + payload.length;
    const frame = new Uint8Array(Math.max(60, ETHERNET_HEADER_LENGTH + totalLength));
    encodeEthernet({ destination: macOf(to), source: macOf(from), type: 0x0800 }, frame, 0);
    const ipStart = ETHERNET_HEADER_LENGTH;
    encodeIpv4({ ...header, totalLength }, frame, ipStart);
    fillIpv4Checksum(frame, ipStart, headerLength);
    frame.set(payload, ipStart + headerLength);
    fill(frame, ipStart, ipStart + headerLength);
    this.frames.push(frame);
  }

  udp(from: End, to: End, payload: Uint8Array): void {
    const datagram = new Uint8Array(UDP_HEADER_LENGTH + payload.length);
    const length = datagram.length;
    encodeUdp({ sourcePort: from.port, destinationPort: to.port, length, checksum: 0 }, datagram, 0);
    datagram.set(payload, UDP_HEADER_LENGTH);
    this.ip(from.address, to.address, IP_PROTOCOL.udp, datagram, [], (frame, ipStart, start) =>
      fillUdpChecksum(frame, ipStart, start, start + length),
    );
  }

  segment(from: End, to: End, seq: number, ack: number, flags: number, payload: Uint8Array): void {
    const segment = new Uint8Array(TCP_HEADER_LENGTH_MIN + payload.length);
    const fields = { window: 64_240, checksum: 0, urgentPointer: 0, options: [], optionsTail: NOTHING };
    encodeTcp({ ...fields, sourcePort: from.port, destinationPort: to.port, seq, ack, flags }, segment, 0);
    segment.set(payload, TCP_HEADER_LENGTH_MIN);
    this.ip(from.address, to.address, IP_PROTOCOL.tcp, segment, [], (frame, ipStart, start) =>
      fillTcpChecksum(frame, ipStart, start, start + segment.length),
    );
  }

  /** A connection, opened: each call sends a segment, from the client or from the server. */
  connect(client: End, server: End): TcpSample {
    return new TcpSample(this, client, server);
  }
}

/** A connection of two who never lose a segment. */
export class TcpSample {
  readonly #network: SampleNetwork;
  readonly #client: End;
  readonly #server: End;
  #clientSeq = 1000;
  #serverSeq = 5000;

  constructor(network: SampleNetwork, client: End, server: End) {
    this.#network = network;
    this.#client = client;
    this.#server = server;
    network.segment(client, server, this.#clientSeq++, 0, TCP_FLAG.syn, NOTHING);
    const both = TCP_FLAG.syn | TCP_FLAG.ack;
    network.segment(server, client, this.#serverSeq++, this.#clientSeq, both, NOTHING);
    network.segment(client, server, this.#clientSeq, this.#serverSeq, TCP_FLAG.ack, NOTHING);
  }

  /** The client sends. */
  say(payload: Uint8Array, flags: number = TCP_FLAG.psh | TCP_FLAG.ack): void {
    this.#network.segment(this.#client, this.#server, this.#clientSeq, this.#serverSeq, flags, payload);
    this.#clientSeq += payload.length;
  }

  /** The server sends. */
  answer(payload: Uint8Array, flags: number = TCP_FLAG.psh | TCP_FLAG.ack): void {
    this.#network.segment(this.#server, this.#client, this.#serverSeq, this.#clientSeq, flags, payload);
    this.#serverSeq += payload.length;
  }
}

/** A locally administered address; of groups as RFC 1112 6.4 makes it. */
function macOf(address: string): string {
  const bytes = address.split(".").map(Number);
  if (address === "255.255.255.255") return "ff:ff:ff:ff:ff:ff";
  const digits = (values: readonly number[]): string =>
    values.map((value) => value.toString(16).padStart(2, "0")).join(":");
  const isGroup = bytes[0] >= 224 && bytes[0] < 240;
  return isGroup
    ? digits([0x01, 0x00, 0x5e, bytes[1] & 0x7f, bytes[2], bytes[3]])
    : digits([0x02, 0x00, ...bytes]);
}
