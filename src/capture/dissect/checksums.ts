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

/** What may come of it: the value of `...checksum.status`, its word, and what stands behind the checksum. */
const VERDICT = {
  bad: [0, "Bad", "incorrect"],
  good: [1, "Good", "correct"],
  unverified: [2, "Unverified", null],
  notPresent: [3, "Not present", "zero-value ignored"],
} as const;
type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/** Works it out; null where that cannot be done. */
type Check = () => boolean | null;

function verdictOf(d: Dissection, isRight: Check | null): Verdict {
  if (isRight === null) return VERDICT.notPresent;
  const right = d.around.verifiesChecksums ? isRight() : null;
  if (right === null) return VERDICT.unverified;
  return right ? VERDICT.good : VERDICT.bad;
}

/** Adds the two lines of the checksum `value` at `at`. Where `isRight` is null, none was sent. */
export function addChecksum(
  d: Dissection,
  out: DetailNode[],
  { field, title, statusTitle, unverified }: ChecksumField,
  value: number,
  at: number,
  isRight: Check | null,
): void {
  const [status, word, note] = verdictOf(d, isRight);
  const line = d.add(
    out,
    field,
    () => `${title}: ${hexText(value, 4)} [${note ?? unverified}]`,
    at,
    2,
    value,
  );
  const into = isRight === null ? line.children : out;
  d.add(into, `${field}.status`, `[${statusTitle}: ${word}]`, at, 0, status);
}
