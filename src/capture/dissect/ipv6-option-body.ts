// What the dissectors of IPv6's options share: what each is given, and how it adds bytes and says that something is odd.

import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import type { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What of the packet an option's dissector may need. */
export interface OptionsContext {
  readonly isHopByHop: boolean;
  /** Of the fixed header. */
  readonly payloadLength: number;
  readonly hopLimit: number;
}

export interface OptionBody {
  readonly reading: Reading;
  /** Bytes of data that the option says it has. */
  readonly size: number;
  /** The option's own line. */
  readonly line: DetailNode;
  readonly context: OptionsContext;
}

/** Adds what is worth saying about bytes [at, at + length). */
export function say(
  d: Dissection,
  out: DetailNode[],
  field: string,
  item: Omit<ExpertItem, "protocol">,
  at: number,
  length: number,
): void {
  addExpert(d, out, field, { ...item, protocol: "IPv6" }, at, length);
}

/** What stands for bytes where there are none. */
export const MISSING = "<MISSING>";

/** Bytes of `ipv6.opt.FIELD`, `empty` where there are none. */
export function addRaw(reading: Reading, field: string, name: string, size: number, empty: string): void {
  if (size > 0) {
    reading.bytes(`ipv6.opt.${field}`, name, size);
    return;
  }
  const { d, at, out } = reading;
  d.add(out, `ipv6.opt.${field}`, `${name}: ${empty}`, at, 0, d.bytes.subarray(at, at));
}

/** Writes numbers as hexadecimal of at least `digits` digits. */
export function hexOf(digits: number): (value: number) => string {
  return (value) => hexText(value, digits);
}
