// The frame check sequence at the end of Ethernet frames, where a capture has it.

import { crc32 } from "node:zlib";
import type { CaptureInterface } from "../capture.ts";
import { LINKTYPE } from "../../wire/link-types.ts";

const LENGTH = 4;
/** Where pcapng's flags of a packet have the length of its FCS. */
const FLAGS_SHIFT = 5;
const FLAGS_MASK = 0xf;

/** What is known of a frame beside its bytes. */
export interface FrameAround {
  readonly at: CaptureInterface;
  /** pcapng's flags of the packet; null for none. */
  readonly flags: number | null;
  /** On the wire. */
  readonly length: number;
}

/**
 * Mends the FCS of an Ethernet frame `bytes` that was `before` before it was changed, where there is one: where the file says so, or the last
 * four bytes are what it would be. A wrong one stays as wrong as it was, and a cut frame has none.
 */
export function mendFrameCheck(
  bytes: Uint8Array,
  before: Uint8Array,
  { at, flags, length }: FrameAround,
): void {
  const end = bytes.length - LENGTH;
  if (at.linkType !== LINKTYPE.ethernet || end <= 0 || bytes.length < length) return;
  const sum = crc32(before.subarray(0, end));
  const stored = Buffer.from(before.buffer, before.byteOffset + end, LENGTH).readUInt32LE();
  const said = ((flags ?? 0) >>> FLAGS_SHIFT) & FLAGS_MASK || at.fcsBytes;
  if (stored !== sum && said !== LENGTH) return;
  const mended = (stored ^ sum ^ crc32(bytes.subarray(0, end))) >>> 0;
  Buffer.from(bytes.buffer, bytes.byteOffset + end, LENGTH).writeUInt32LE(mended);
}
