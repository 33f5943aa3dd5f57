// A trace as pcapng, for Wireshark and its kin: simulated runs from any vantage point, captures whole or in part.

import { closeSync, openSync, writeSync } from "node:fs";

import type { Trace, TraceInterface } from "../trace/trace.ts";
import { DECIMALS_MAX, interfaceBlock, packetBlock, sectionHeaderBlock } from "./write-blocks.ts";
import { sightings } from "./write-sightings.ts";
import type { SightingOptions } from "./write-sightings.ts";

export interface WriteOptions extends SightingOptions {
  /** Packet comments to keep, by row: a capture's own. */
  readonly comments?: ReadonlyMap<number, readonly string[]>;
}

/** Bytes gathered before they are handed on. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The file in chunks of some 64 KiB. The same trace and options give the same bytes. A capture's packets without
 * timestamp get time 0. Throws RangeError for a vantage host the trace does not know.
 */
export function* pcapngChunks(trace: Trace, options: WriteOptions = {}): Generator<Uint8Array> {
  const pending: Uint8Array[] = [sectionHeaderBlock("wirelab")];
  let bytes = 0;
  /** Interface names written, in order: an interface is described before its first packet. */
  const numbers = new Map<TraceInterface | string, number>();
  const describe = (key: TraceInterface | string, entry: TraceInterface): number => {
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
      pending.push(interfaceBlock(entry, DECIMALS_MAX));
    }
    return number;
  };
  const bySender = options.vantage === undefined || options.vantage === "sender";
  if (bySender) for (const entry of trace.interfaces) describe(entry, entry);
  for (const { row, seconds, nanoseconds, seenAt, direction, comments } of sightings(trace, options)) {
    const own = trace.interfaces[trace.packets.interfaceId[row]];
    const interfaceId =
      seenAt === null ? describe(own, own) : describe(seenAt, { ...own, name: seenAt, snapLength: 0 });
    const kept = options.comments?.get(row) ?? [];
    const block = packetBlock({
      interfaceId,
      decimals: DECIMALS_MAX,
      seconds,
      nanoseconds,
      bytes: trace.bytes(row),
      length: trace.packets.length[row],
      comments: kept.length === 0 ? comments : [...kept, ...comments],
      flags: direction === 0 ? null : direction,
    });
    bytes += block.length;
    pending.push(block);
    if (bytes >= CHUNK_BYTES) {
      yield Buffer.concat(pending);
      pending.length = 0;
      bytes = 0;
    }
  }
  if (pending.length > 0) yield Buffer.concat(pending);
}

/** Writes the file at `path`, replacing what is there. Throws what node:fs throws. */
export function writePcapng(path: string, trace: Trace, options: WriteOptions = {}): void {
  const fd = openSync(path, "w");
  try {
    for (const chunk of pcapngChunks(trace, options)) {
      for (let done = 0; done < chunk.length;) done += writeSync(fd, chunk, done);
    }
  } finally {
    closeSync(fd);
  }
}
