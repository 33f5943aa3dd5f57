// Captures cut, merged, shifted in time and made anonymous: the packets of one or several, one after the other, as they are to be written.

import type { Capture, CaptureInterface } from "../capture.ts";
import { AnonymousAddresses } from "./anonymous-addresses.ts";
import { mendFrameCheck } from "./frame-check.ts";
import { instantAfter } from "./cut.ts";
import type { Instant } from "./cut.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";

/** A capture, and which of its packets. */
export interface EditSource {
  readonly capture: Capture;
  /** In the order of the file. */
  readonly rows: Iterable<number>;
}

export interface EditOptions {
  /** Added to every time; may be negative. */
  readonly shift?: Instant;
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

/** A shift leads to a time that no capture file can say. */
export class TimeOutOfRange extends RangeError {
  override readonly name = "TimeOutOfRange";
}

/** A packet is of a link that nothing is known of: it would be written as it is. */
export class NotAnonymous extends Error {
  override readonly name = "NotAnonymous";
}

/** The last second that 64 bits of nanoseconds hold whole, in the year 2554. */
const SECONDS_MAX = 18_446_744_072;

/**
 * The packets of all sources, merged by time as mergecap does: of the next packet of each, the earliest comes first, of equal ones the
 * source named first. A source whose own packets are out of order stays so. Throws TimeOutOfRange and NotAnonymous.
 */
export function* editedPackets(
  sources: readonly EditSource[],
  options: EditOptions = {},
): Generator<EditedPacket> {
  const { shift, anonymousSeed } = options;
  const addresses = anonymousSeed === undefined ? null : new AnonymousAddresses(anonymousSeed);
  for (const { capture, row } of merged(sources)) {
    const { packets } = capture.trace;
    let seconds = packets.seconds[row];
    let nanoseconds = packets.nanoseconds[row];
    if (shift !== undefined && capture.hasTime(row)) {
      ({ seconds, nanoseconds } = instantAfter(packets, row, shift));
      const beyond = seconds < 0 ? "before 1970" : seconds > SECONDS_MAX ? "after 2554" : null;
      if (beyond !== null)
        throw new TimeOutOfRange(`packet ${row + 1} of ${capture.path} would be ${beyond}`);
    }
    const at = capture.interfaces[packets.interfaceId[row]];
    const length = packets.length[row];
    const flags = capture.packetFlags(row);
    let bytes = capture.trace.bytes(row);
    if (addresses !== null) {
      const before = bytes;
      bytes = before.slice();
      if (!rewriteAddresses(bytes, at.linkType, addresses))
        throw new NotAnonymous(
          `packet ${row + 1} of ${capture.path} is of link type ${at.linkType}, in which no addresses are found`,
        );
      mendFrameCheck(bytes, before, { at, flags, length });
    }
    yield {
      interface: at,
      seconds,
      nanoseconds,
      bytes,
      length,
      comments: addresses === null ? (capture.comments.get(row) ?? []) : [],
      flags,
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
