// Edited packets as pcapng.

import type { TraceInterface } from "../../trace/trace.ts";
import { interfaceBlock, packetBlock, sectionHeaderBlock } from "../write-blocks.ts";
import type { EditedPacket } from "./edited-packets.ts";

/** Bytes gathered before they are handed on. */
const CHUNK_BYTES = 64 * 1024;

/** The file in chunks of some 64 KiB; `interfaces` are described first, in this order. The same packets give the same bytes. */
export function* editedChunks(
  interfaces: readonly TraceInterface[],
  packets: Iterable<EditedPacket>,
): Generator<Uint8Array> {
  const numbers = new Map(interfaces.map((at, number) => [at, number]));
  const pending: Uint8Array[] = [sectionHeaderBlock("wirelab")];
  for (const { name, description, linkType, snapLength } of interfaces) {
    pending.push(interfaceBlock(name, description ?? "", linkType, snapLength));
  }
  let bytes = 0;
  for (const packet of packets) {
    const block = packetBlock({ ...packet, interfaceId: numbers.get(packet.interface) ?? 0 });
    pending.push(block);
    bytes += block.length;
    if (bytes >= CHUNK_BYTES) {
      yield Buffer.concat(pending);
      pending.length = 0;
      bytes = 0;
    }
  }
  if (pending.length > 0) yield Buffer.concat(pending);
}
