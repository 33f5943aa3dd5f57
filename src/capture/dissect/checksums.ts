// What is said of a checksum. As in Wireshark, those of captured packets are taken as they are, since network cards fill them in after
// the capture; those of simulated ones are worked out.

import { getUint16 } from "../../wire/bytes.ts";
import { addWords, finishChecksum } from "../../wire/checksum.ts";
import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
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
  illegal: [4, "Illegal", "zero-value illegal"],
} as const;
type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/** Works it out; null where that cannot be done. */
type Check = () => boolean | null;

/** What no checksum is, where none was sent: allowed, or not. */
type Absence = "notPresent" | "illegal";

function verdictOf(d: Dissection, isRight: Check | Absence): Verdict {
  if (typeof isRight === "string") return VERDICT[isRight];
  const right = d.around.verifiesChecksums ? isRight() : null;
  if (right === null) return VERDICT.unverified;
  return right ? VERDICT.good : VERDICT.bad;
}

/** Adds the two lines of the checksum `value` at `at`. Where `isRight` is a word, none was sent. */
export function addChecksum(
  d: Dissection,
  out: DetailNode[],
  { field, title, statusTitle, unverified }: ChecksumField,
  value: number,
  at: number,
  isRight: Check | Absence,
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
  if (isRight === "illegal") {
    const summary = "Illegal checksum value (0)";
    const item = { severity: "Error", group: "Checksum", protocol: "UDP", summary } as const;
    addExpert(d, line.children, `${field}.zero`, item, at, 2);
  }
  const into = typeof isRight === "string" ? line.children : out;
  d.add(into, `${field}.status`, `[${statusTitle}: ${word}]`, at, 0, status);
}

/** A checksum that is worked out of captured packets too, as Wireshark does of those that no network card fills in. */
export interface WorkedOut {
  readonly field: string;
  /** What says that it is wrong. */
  readonly bad: Pick<ExpertItem, "severity" | "protocol"> & { readonly field: string };
}

/**
 * Adds the lines of the checksum at `at` of the message in [start, end), to whose sum `pseudo` is added; null where what it is summed over is not
 * known. That it is wrong is not said of what another packet quotes.
 */
export function addWorkedOut(
  d: Dissection,
  out: DetailNode[],
  { field, bad }: WorkedOut,
  at: number,
  start: number,
  end: number,
  pseudo: number | null,
): void {
  const { bytes } = d;
  const value = getUint16(bytes, at);
  const isKnown = pseudo !== null && end <= bytes.length;
  const isRight = isKnown && finishChecksum(addWords(bytes, start, end, pseudo)) === 0;
  const [status, word, note] = !isKnown ? VERDICT.unverified : isRight ? VERDICT.good : VERDICT.bad;
  const rest = addWords(bytes, at + 2, end, addWords(bytes, start, at, pseudo ?? 0));
  const due = `should be ${hexText(isKnown ? finishChecksum(rest) : 0, 4)}`;
  const text = status === 0 ? `incorrect, ${due}` : `[${note ?? "unverified"}]`;
  const line = d.add(out, field, () => `Checksum: ${hexText(value, 4)} ${text}`, at, 2, value);
  if (status === 0 && d.quoted === 0) {
    const summary = `Bad checksum [${due}]`;
    const { severity, protocol } = bad;
    addExpert(d, line.children, bad.field, { severity, group: "Checksum", protocol, summary }, at, 2);
  }
  d.add(out, `${field}.status`, `[Checksum Status: ${word}]`, at, 0, status);
}
