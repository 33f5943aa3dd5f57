// The shared captures with tshark's answers, for tests: where they are, a minimal classic pcap walk, and the reference tables.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { indexPacket } from "../../src/trace/index-packet.ts";
import { PacketTable } from "../../src/trace/packets.ts";
import { StreamTable } from "../../src/trace/streams.ts";

const FOLDER = new URL("../../../shared/captures/", import.meta.url);

/** Whether the captures are on this machine. */
export const haveCaptures = existsSync(new URL("index.tsv", FOLDER));

const SECTION_HEADER_BLOCK = 0x0a0d0d0a;

/** Names of the captures in classic pcap format. */
export function classicCaptures(): string[] {
  if (!haveCaptures) return [];
  return readdirSync(FOLDER).filter(
    (name) =>
      /\.pcap(\.gz)?$/.test(name) &&
      readFileSync(new URL(name, FOLDER)).readUInt32BE(0) !== SECTION_HEADER_BLOCK,
  );
}

interface Indexed {
  readonly table: PacketTable;
  readonly streams: StreamTable;
  readonly file: Uint8Array;
}

/** Walks a classic pcap file, either byte order, with the modified format's longer record headers, up to damage; indexes each packet. */
export function indexCapture(name: string): Indexed {
  const raw = readFileSync(new URL(name, FOLDER));
  const file = name.endsWith(".gz") ? gunzipSync(raw) : raw;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d || magic === 0xa1b2cd34;
  const recordHeader = magic === 0xa1b2cd34 ? 24 : 16;
  const linkType = view.getUint32(20, little) & 0xffff;
  const table = new PacketTable();
  const streams = new StreamTable();
  let at = 24;
  while (at + recordHeader <= file.length) {
    const captured = view.getUint32(at + 8, little);
    if (at + recordHeader + captured > file.length) break;
    const row = table.append();
    table.offset[row] = at + recordHeader;
    table.capturedLength[row] = captured;
    table.length[row] = view.getUint32(at + 12, little);
    indexPacket(table, row, file, at + recordHeader, captured, linkType, streams);
    at += recordHeader + captured;
  }
  return { table, streams, file };
}

export type Reference = ReadonlyMap<string, string>;

/** tshark's fields of each packet. */
export function referenceOf(name: string): Reference[] {
  const text = gunzipSync(readFileSync(new URL(`ref/${name}.packets.tsv.gz`, FOLDER))).toString("utf8");
  const [header, ...lines] = text.trimEnd().split("\n");
  const names = header.split("\t");
  return lines
    .filter((line) => line !== "")
    .map((line) => new Map(line.split("\t").map((value, index) => [names[index], value])));
}
