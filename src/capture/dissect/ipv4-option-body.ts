// What the dissectors of IPv4's options share: what each is given, and how it says that something is odd.

import type { PlacedIpv4Option } from "../../wire/ipv4-options.ts";
import type { Ipv4Header } from "../../wire/ipv4.ts";
import { addExpert } from "./expert.ts";
import type { Reading } from "./reading.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** An option to be read: `reading` is behind its length byte. */
export interface OptionBody {
  readonly reading: Reading;
  readonly option: PlacedIpv4Option;
  /** The option's own line. */
  readonly line: DetailNode;
  readonly header: Ipv4Header;
}

/** Adds a warning about bytes [at, at + length). */
export function warn(
  d: Dissection,
  out: DetailNode[],
  field: string,
  summary: string,
  at: number,
  length: number,
): void {
  const item = { severity: "Warning", group: "Protocol", protocol: "IPv4", summary } as const;
  addExpert(d, out, field, item, at, length);
}
