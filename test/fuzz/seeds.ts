// What mutations begin with: small captures of every file kind, and packets of every protocol we have a capture of.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { openCapture } from "../../src/capture/open.ts";
import { captureNames, capturePath } from "../capture/shared-captures.ts";
import { SAMPLE_FILES } from "../capture/sample-files.ts";

/** Packets of one capture, as they were captured. */
export interface PacketSeed {
  readonly name: string;
  readonly linkType: number;
  readonly packets: readonly Uint8Array[];
}

export interface Seeds {
  readonly files: readonly Uint8Array[];
  readonly captures: readonly PacketSeed[];
}

const FIXTURES = new URL("../../fixtures/captures/", import.meta.url).pathname;

/** Packets taken of one capture, and bytes of a file: what is beyond shows nothing new. */
const PACKETS_MAX = 120;
const FILE_BYTES_MAX = 24 * 1024;
/** Of one link type only: a classic file has one for all. */
const FIRST_INTERFACE = 0;

/** The seeds: always the same where the same captures are there. */
export async function readSeeds(): Promise<Seeds> {
  // Copies: some are Buffers, whose slices are the same memory.
  const files = Object.values(SAMPLE_FILES).map((bytes) => new Uint8Array(bytes));
  const captures: PacketSeed[] = [];
  const fixtures = existsSync(FIXTURES) ? readdirSync(FIXTURES).toSorted() : [];
  const paths = [
    ...fixtures.filter((name) => /\.pcap(ng)?$/.test(name)).map((name) => join(FIXTURES, name)),
    ...captureNames()
      .filter((name) => /\.pcap(ng)?$/.test(name) && !name.startsWith("libpcap__"))
      .map(capturePath),
  ];
  for (const path of paths) {
    const bytes = readFileSync(path);
    if (bytes.length <= FILE_BYTES_MAX) files.push(new Uint8Array(bytes));
    const seed = await packetsOf(path);
    if (seed.packets.length > 0) captures.push(seed);
  }
  return { files, captures };
}

async function packetsOf(path: string): Promise<PacketSeed> {
  const capture = await openCapture(path);
  const { trace } = capture;
  const { linkType } = trace.interfaces[FIRST_INTERFACE];
  const packets: Uint8Array[] = [];
  for (let row = 0; row < trace.packets.count && packets.length < PACKETS_MAX; row++) {
    if (trace.interfaces[trace.packets.interfaceId[row]]?.linkType !== linkType) continue;
    packets.push(new Uint8Array(trace.bytes(row)));
  }
  capture.close();
  return { name: path, linkType, packets };
}
