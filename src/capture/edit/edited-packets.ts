// Captures cut, merged, shifted in time and made anonymous: the packets of one or several, one after the other, as they are to be written.

import type { Capture, CaptureInterface } from "../capture.ts";
import { AnonymousAddresses } from "./anonymous-addresses.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";

/** A capture, and which of its packets. */
export interface EditSource {
  readonly capture: Capture;
  /** In the order of the file. */
  readonly rows: Iterable<number>;
}

export interface EditOptions {
  /** Added to every time, in ns; a whole number. */
  readonly shiftNs?: number;
  /** Replace addresses, the same ones by the same seed. Packet comments are then left out: they may name anything. */
  readonly anonymousSeed?: string;
}

export interface EditedPacket {
  /** One object an interface: where it was captured. */
  readonly interface: CaptureInterface;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  /** On the wire. */
  readonly length: number;
  readonly comments: readonly string[];
  /** pcapng's `epb_flags`; null where the file has none. */
  readonly flags: number | null;
}

/** The time a shift leads to is before 1970, which no capture file can say. */
export class BeforeTime extends RangeError {
  override readonly name = "BeforeTime";
}

/**
 * The packets of all sources, merged by time as mergecap does: of the next packet of each, the earliest comes first, of equal ones the
 * source named first. A source whose own packets are out of order stays so. Throws BeforeTime.
 */
export function* editedPackets(
  sources: readonly EditSource[],
  options: EditOptions = {},
): Generator<EditedPacket> {
  const { shiftNs = 0, anonymousSeed } = options;
  const addresses = anonymousSeed === undefined ? null : new AnonymousAddresses(anonymousSeed);
  for (const { capture, row } of merged(sources)) {
    const { packets } = capture.trace;
    let seconds = packets.seconds[row];
    let nanoseconds = packets.nanoseconds[row];
    if (shiftNs !== 0 && capture.hasTime(row)) {
      const sum = nanoseconds + (shiftNs % 1e9);
      seconds += Math.trunc(shiftNs / 1e9) + Math.floor(sum / 1e9);
      nanoseconds = sum - Math.floor(sum / 1e9) * 1e9;
      if (seconds < 0) throw new BeforeTime(`packet ${row + 1} of ${capture.path} would be before 1970`);
    }
    const at = capture.interfaces[packets.interfaceId[row]];
    let bytes = capture.trace.bytes(row);
    if (addresses !== null) {
      bytes = bytes.slice();
      rewriteAddresses(bytes, at.linkType, addresses);
    }
    yield {
      interface: at,
      seconds,
      nanoseconds,
      bytes,
      length: packets.length[row],
      comments: addresses === null ? (capture.comments.get(row) ?? []) : [],
      flags: capture.packetFlags(row),
    };
  }
}

interface Head {
  readonly capture: Capture;
  readonly rows: Iterator<number>;
  row: number;
}

/** Sources are few: the earliest of their next packets is looked for among all. */
function* merged(
  sources: readonly EditSource[],
): Generator<{ readonly capture: Capture; readonly row: number }> {
  const heads: Head[] = [];
  for (const { capture, rows } of sources) {
    const iterator = rows[Symbol.iterator]();
    const first = iterator.next();
    if (first.done !== true) heads.push({ capture, rows: iterator, row: first.value });
  }
  while (heads.length > 0) {
    let earliest = 0;
    for (let i = 1; i < heads.length; i++) if (isBefore(heads[i], heads[earliest])) earliest = i;
    const head = heads[earliest];
    yield { capture: head.capture, row: head.row };
    const next = head.rows.next();
    if (next.done === true) heads.splice(earliest, 1);
    else head.row = next.value;
  }
}

function isBefore(a: Head, b: Head): boolean {
  const [left, right] = [a.capture.trace.packets, b.capture.trace.packets];
  const seconds = left.seconds[a.row] - right.seconds[b.row];
  return seconds < 0 || (seconds === 0 && left.nanoseconds[a.row] < right.nanoseconds[b.row]);
}
