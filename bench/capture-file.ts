// Makes classic captures of any size to measure with: TCP connections over Ethernet that talk in turns, with right
// checksums. The same arguments give the same bytes.

import { closeSync, openSync, writeSync } from "node:fs";

import { encodeEthernet, ETHERNET_HEADER_LENGTH } from "../src/wire/ethernet.ts";
import { internetChecksum, transportChecksum } from "../src/wire/checksum.ts";
import { TCP_FLAG } from "../src/wire/tcp.ts";

const CONNECTIONS_AT_ONCE = 100;
/** After so many packets a connection ends and another takes its place. */
const PACKETS_EACH = 136;
const IP_BYTES = 20;
const TCP_BYTES = 32;
const HEADER_BYTES = ETHERNET_HEADER_LENGTH + IP_BYTES + TCP_BYTES;
const RECORD_HEADER_BYTES = 16;
const CHUNK_BYTES = 1024 * 1024;
/** Payloads in turn: a request, full segments with acknowledgements between, small writes. */
const PAYLOADS = [0, 180, 0, 1448, 1448, 0, 1448, 620, 0, 48, 0, 1448];

interface Connection {
  port: number;
  packets: number;
  /** Next sequence numbers of client and server. */
  readonly seq: [number, number];
}

/** Writes `packets` packets to `path`, some 540 bytes each, and answers the file's size in bytes. */
export function writeCaptureFile(path: string, packets: number): number {
  const fd = openSync(path, "w");
  const chunk = new Uint8Array(CHUNK_BYTES);
  const view = new DataView(chunk.buffer);
  chunk.fill(0x61);
  let at = fileHeader(view);
  let size = 0;
  const connections = Array.from({ length: CONNECTIONS_AT_ONCE }, (_, i) => connection(i));
  let opened = CONNECTIONS_AT_ONCE;
  try {
    for (let i = 0; i < packets; i++) {
      if (at + RECORD_HEADER_BYTES + HEADER_BYTES + 1448 > CHUNK_BYTES) {
        writeSync(fd, chunk, 0, at);
        size += at;
        at = 0;
      }
      const index = i % CONNECTIONS_AT_ONCE;
      if (connections[index].packets === PACKETS_EACH) connections[index] = connection(opened++);
      at += record(chunk, view, at, i, connections[index]);
    }
    writeSync(fd, chunk, 0, at);
    return size + at;
  } finally {
    closeSync(fd);
  }
}

function connection(number: number): Connection {
  return {
    port: 1024 + (number % 60_000),
    packets: 0,
    seq: [(number * 7919) >>> 0, (number * 104_729) >>> 0],
  };
}

function fileHeader(view: DataView): number {
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  return 24;
}

/** One packet, 10 us after the one before; answers the bytes it takes. */
function record(out: Uint8Array, view: DataView, at: number, number: number, from: Connection): number {
  const turn = from.packets++;
  const server = turn % 3 === 1 ? 1 : 0;
  const length = turn < 3 ? 0 : PAYLOADS[turn % PAYLOADS.length];
  const flags =
    turn === 0 ? TCP_FLAG.syn : turn === 1 ? TCP_FLAG.syn | TCP_FLAG.ack : TCP_FLAG.ack | TCP_FLAG.psh;
  const total = HEADER_BYTES + length;
  const time = number * 10;
  view.setUint32(at, 1_700_000_000 + Math.floor(time / 1e6), true);
  view.setUint32(at + 4, time % 1e6, true);
  view.setUint32(at + 8, total, true);
  view.setUint32(at + 12, total, true);

  const frame = at + RECORD_HEADER_BYTES;
  encodeEthernet({ destination: "02:00:00:00:00:02", source: "02:00:00:00:00:01", type: 0x0800 }, out, frame);
  const ip = frame + ETHERNET_HEADER_LENGTH;
  view.setUint16(ip, 0x4500);
  view.setUint16(ip + 2, total - ETHERNET_HEADER_LENGTH);
  view.setUint16(ip + 4, number & 0xffff);
  view.setUint16(ip + 6, 0x4000);
  view.setUint8(ip + 8, 64);
  view.setUint8(ip + 9, 6);
  view.setUint16(ip + 10, 0);
  const client = 0x0a000000 + (from.port % 250) + 1;
  view.setUint32(ip + 12, server === 1 ? 0x0a000101 : client);
  view.setUint32(ip + 16, server === 1 ? client : 0x0a000101);
  view.setUint16(ip + 10, internetChecksum(out, ip, ip + IP_BYTES));

  const tcp = ip + IP_BYTES;
  view.setUint16(tcp, server === 1 ? 80 : from.port);
  view.setUint16(tcp + 2, server === 1 ? from.port : 80);
  view.setUint32(tcp + 4, from.seq[server]);
  view.setUint32(tcp + 8, turn === 0 ? 0 : from.seq[1 - server]);
  view.setUint16(tcp + 12, 0x8000 | flags);
  view.setUint16(tcp + 14, 65_160);
  view.setUint32(tcp + 16, 0);
  // Timestamps, as nearly all of today's segments carry them.
  view.setUint32(tcp + 20, 0x0101080a);
  view.setUint32(tcp + 24, number);
  view.setUint32(tcp + 28, number - 1);
  const end = tcp + TCP_BYTES + length;
  out.fill(0x61, tcp + TCP_BYTES, end);
  view.setUint16(tcp + 16, transportChecksum(out, ip, 6, tcp, end));
  const syn = (flags & TCP_FLAG.syn) === 0 ? 0 : 1;
  from.seq[server] = (from.seq[server] + length + syn) >>> 0;
  return RECORD_HEADER_BYTES + total;
}
