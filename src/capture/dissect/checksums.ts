// What is said of a checksum. As in Wireshark, those of captured packets are taken as they are, since network cards fill them in after
// the capture; those of simulated ones are worked out.

import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** A field of a checksum, and what its lines begin with. */
export interface ChecksumField {
  readonly field: string;
  readonly title: string;
  readonly statusTitle: string;
  /** What stands behind one that was not worked out. */
  readonly unverified: string;
}

/** Values of `...checksum.status`. */
const STATUS = {
  bad: [0, "Bad"],
  good: [1, "Good"],
  unverified: [2, "Unverified"],
  notPresent: [3, "Not present"],
} as const;

/**
 * Adds the two lines of the checksum `value` at `at`. `isRight` works it out, null where that cannot be done; without one no checksum was
 * sent.
 */
export function addChecksum(
  d: Dissection,
  out: DetailNode[],
  { field, title, statusTitle, unverified }: ChecksumField,
  value: number,
  at: number,
  isRight: (() => boolean | null) | null,
): void {
  const verdict = isRight === null ? null : d.around.verifiesChecksums ? isRight() : null;
  const status =
    isRight === null
      ? STATUS.notPresent
      : verdict === null
        ? STATUS.unverified
        : verdict
          ? STATUS.good
          : STATUS.bad;
  const words =
    isRight === null
      ? "zero-value ignored"
      : verdict === null
        ? unverified
        : verdict
          ? "correct"
          : "incorrect";
  const line = d.add(out, field, () => `${title}: ${hexText(value, 4)} [${words}]`, at, 2, value);
  const into = isRight === null ? line.children : out;
  d.add(into, `${field}.status`, `[${statusTitle}: ${status[1]}]`, at, 0, status[0]);
}
