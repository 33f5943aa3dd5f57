// Makes classic captures of any size to measure with: TCP connections of mixed sizes over Ethernet (TLS, HTTP, bulk nobody knows),
// DNS and media over UDP, some of it over IPv6, with right checksums and a few losses. The same arguments give the same bytes.
//
// As in the capture that other tools' figures are of, a packet has some 900 bytes and a connection some 130 packets on average.

import { closeSync, openSync, writeSync } from "node:fs";

import { internetChecksum, transportChecksum } from "../src/wire/checksum.ts";
import { encodeEthernet, ETHERNET_HEADER_LENGTH } from "../src/wire/ethernet.ts";
import { ETHER_TYPE, IP_PROTOCOL } from "../src/wire/protocols.ts";
import { TCP_FLAG } from "../src/wire/tcp.ts";
import { Connection } from "./traffic.ts";
import type { Ends, Segment } from "./traffic.ts";
import { Dice, writeTurn } from "./traffic-messages.ts";

const SEED = 20_260_314;
const CONNECTIONS_AT_ONCE = 150;
/** How often the next packet is of the connection the last one was of. */
const STAYS = 0.8;
const MEDIA = 0.015;
const MEDIA_FLOWS = 6;
const RECORD_HEADER_BYTES = 16;
const FRAME_BYTES_MAX = 1600;
const CHUNK_BYTES = 1024 * 1024;
const RESOLVER = 0x0a000035;
/** NOP, NOP, timestamps; and a SYN's MSS, SACK permitted, timestamps and window scale. */
const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0];
const SYN_OPTIONS = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7];
const TIMESTAMPS_AT = { plain: 4, syn: 8 } as const;

/** Writes `packets` packets to `path`, some 900 bytes each, and answers the file's size in bytes. */
export function writeCaptureFile(path: string, packets: number): number {
  const fd = openSync(path, "w");
  try {
    const writer = new RecordWriter(fd);
    const dice = new Dice(SEED);
    let opened = 0;
    const talking = Array.from({ length: CONNECTIONS_AT_ONCE }, () => new Connection(dice, opened++));
    let current = 0;
    while (writer.count < packets) {
      if (dice.chance(MEDIA)) {
        const flow = dice.below(MEDIA_FLOWS);
        const ends = {
          isIpv6: false,
          client: 0x0a000001 + flow,
          server: 0xcb007101,
          clientPort: 40_000 + flow,
        };
        writer.datagram({ ...ends, serverPort: 5004 }, 1, null, flow < 3 ? 172 : 1100);
        continue;
      }
      if (!dice.chance(STAYS)) current = dice.below(CONNECTIONS_AT_ONCE);
      const segment = talking[current].next();
      if (segment !== null) {
        writer.segment(talking[current].ends, segment);
        continue;
      }
      const next = (talking[current] = new Connection(dice, opened++));
      if (next.lookup === null) continue;
      const { client, clientPort } = next.ends;
      const ends = { isIpv6: false, client, server: RESOLVER, clientPort, serverPort: 53 };
      writer.datagram(ends, 0, next.lookup[0], next.lookup[0].length);
      if (writer.count < packets) writer.datagram(ends, 1, next.lookup[1], next.lookup[1].length);
    }
    return writer.finish();
  } finally {
    closeSync(fd);
  }
}

/** Puts records into a file, a chunk at a time. */
class RecordWriter {
  count = 0;
  readonly #fd: number;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #view = new DataView(this.#chunk.buffer);
  #at = 24;
  #size = 0;
  /** Microseconds since the first packet. */
  #time = 0;

  constructor(fd: number) {
    this.#fd = fd;
    const view = this.#view;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, 262_144, true);
    view.setUint32(20, 1, true);
  }

  /** Writes what is left and answers the file's size. */
  finish(): number {
    writeSync(this.#fd, this.#chunk, 0, this.#at);
    return this.#size + this.#at;
  }

  segment(ends: Ends, { side, flags, seq, ack, turn, offset, length, sack }: Segment): void {
    const out = this.#chunk;
    const view = this.#view;
    const isSyn = (flags & TCP_FLAG.syn) !== 0;
    const options = isSyn ? SYN_OPTIONS : TIMESTAMPS;
    const header = 20 + options.length + (sack === null ? 0 : 12);
    const ip = this.#network(ends, side, IP_PROTOCOL.tcp, header + length);
    const tcp = ip + (ends.isIpv6 ? 40 : 20);
    this.#ports(ends, side, tcp);
    view.setUint32(tcp + 4, seq);
    view.setUint32(tcp + 8, ack);
    view.setUint16(tcp + 12, ((header / 4) << 12) | flags);
    view.setUint16(tcp + 14, isSyn ? 64_240 : 502 + (side === 0 ? length & 15 : 0));
    view.setUint32(tcp + 16, 0);
    out.set(options, tcp + 20);
    const stamps = tcp + 20 + (isSyn ? TIMESTAMPS_AT.syn : TIMESTAMPS_AT.plain);
    const ms = Math.floor(this.#time / 1000);
    view.setUint32(stamps, 1_000_000 + ms);
    view.setUint32(stamps + 4, (flags & TCP_FLAG.ack) === 0 ? 0 : 1_000_000 + Math.max(0, ms - 10));
    if (sack !== null) {
      view.setUint32(tcp + 32, 0x0101050a);
      view.setUint32(tcp + 36, sack[0]);
      view.setUint32(tcp + 40, sack[1]);
    }
    const payload = tcp + header;
    if (turn !== null) writeTurn(turn, offset, length, out, payload);
    view.setUint16(tcp + 16, transportChecksum(out, ip, IP_PROTOCOL.tcp, tcp, payload + length));
    this.#at = payload + length;
  }

  /** A datagram of `length` bytes, zeros without `payload`. */
  datagram(ends: Ends, side: 0 | 1, payload: Uint8Array | null, length: number): void {
    const ip = this.#network(ends, side, IP_PROTOCOL.udp, 8 + length);
    const udp = ip + (ends.isIpv6 ? 40 : 20);
    this.#ports(ends, side, udp);
    this.#view.setUint16(udp + 4, 8 + length);
    this.#view.setUint16(udp + 6, 0);
    if (payload === null) this.#chunk.fill(0, udp + 8, udp + 8 + length);
    else this.#chunk.set(payload, udp + 8);
    const sum = transportChecksum(this.#chunk, ip, IP_PROTOCOL.udp, udp, udp + 8 + length);
    this.#view.setUint16(udp + 6, sum === 0 ? 0xffff : sum);
    this.#at = udp + 8 + length;
  }

  #ports({ clientPort, serverPort }: Ends, side: 0 | 1, at: number): void {
    this.#view.setUint16(at, side === 0 ? clientPort : serverPort);
    this.#view.setUint16(at + 2, side === 0 ? serverPort : clientPort);
  }

  /** Record, Ethernet and IP headers around `length` bytes; answers where IP's begins. Packets of a capture are some 12 us apart. */
  #network(ends: Ends, side: 0 | 1, protocol: number, length: number): number {
    if (this.#at + RECORD_HEADER_BYTES + FRAME_BYTES_MAX > CHUNK_BYTES) {
      writeSync(this.#fd, this.#chunk, 0, this.#at);
      this.#size += this.#at;
      this.#at = 0;
    }
    const out = this.#chunk;
    const view = this.#view;
    const { isIpv6 } = ends;
    const at = this.#at;
    this.#time += 4 + (this.count % 17);
    const total = ETHERNET_HEADER_LENGTH + (isIpv6 ? 40 : 20) + length;
    view.setUint32(at, 1_773_482_400 + Math.floor(this.#time / 1e6), true);
    view.setUint32(at + 4, this.#time % 1e6, true);
    view.setUint32(at + 8, total, true);
    view.setUint32(at + 12, total, true);
    const frame = at + RECORD_HEADER_BYTES;
    const [near, far] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];
    const [source, destination] = side === 0 ? [near, far] : [far, near];
    const type = isIpv6 ? ETHER_TYPE.ipv6 : ETHER_TYPE.ipv4;
    encodeEthernet({ destination, source, type }, out, frame);
    const ip = frame + ETHERNET_HEADER_LENGTH;
    const from = side === 0 ? ends.client : ends.server;
    const to = side === 0 ? ends.server : ends.client;
    if (isIpv6) {
      view.setUint32(ip, 0x60000000);
      view.setUint16(ip + 4, length);
      view.setUint16(ip + 6, (protocol << 8) | 64);
      this.#ipv6(ip + 8, from);
      this.#ipv6(ip + 24, to);
    } else {
      view.setUint16(ip, 0x4500);
      view.setUint16(ip + 2, 20 + length);
      view.setUint16(ip + 4, this.count & 0xffff);
      view.setUint16(ip + 6, 0x4000);
      view.setUint16(ip + 8, (64 << 8) | protocol);
      view.setUint16(ip + 10, 0);
      view.setUint32(ip + 12, from);
      view.setUint32(ip + 16, to);
      view.setUint16(ip + 10, internetChecksum(out, ip, ip + 20));
    }
    this.count++;
    return ip;
  }

  /** 2001:db8::, and the end's number. */
  #ipv6(at: number, end: number): void {
    this.#view.setUint32(at, 0x20010db8);
    this.#view.setUint32(at + 4, 0);
    this.#view.setUint32(at + 8, 0);
    this.#view.setUint32(at + 12, end);
  }
}
