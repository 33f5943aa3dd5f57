// What those who read TCP options share: what each is given, and what a kind of option is.

import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What of the segment its options are read with. */
export interface OptionsContext {
  /** The acknowledgment number as it is shown. */
  readonly ack: number;
  /** Where SACK edges count from; null where they are shown as they are. */
  readonly sackBase: number | null;
  /** A SYN without ACK. */
  readonly isOpening: boolean;
  /** SACK edges so far, counted from `sackBase`. */
  readonly edges: number[];
}

/** One option within its header's bytes. */
export interface TcpOptionBody {
  readonly d: Dissection;
  /** Its first byte, and how many it has. */
  readonly at: number;
  readonly length: number;
  readonly context: OptionsContext;
}

export interface TcpOptionKind {
  /** In the list of the area's line, and on the option's own where that is not `title`. */
  readonly name: string;
  readonly title?: string;
  readonly kindName: string;
  readonly field: string;
  /** Its length, with kind and length byte; any where it is left out. */
  readonly length?: number;
  /** What is said of its length, where it may have several; null for one it may have. */
  readonly wrong?: (option: TcpOptionBody) => string | null;
  /** It is read from this length on, wrong or not; left out, where its length is right. */
  readonly least?: number;
  /** What Info says of it whatever its length: as it is, which in Wireshark may be without a space before it. */
  readonly mark?: string;
  /** Of an option of the right length: what its line says further, what Info does, and the lines below. */
  readonly told?: (option: TcpOptionBody) => string;
  readonly info?: (option: TcpOptionBody) => string;
  /** False where it is so broken that the header's dissection ends with it. */
  readonly read?: (option: TcpOptionBody, out: DetailNode[]) => boolean | void;
}

/** The option's bytes from the `offset`th on, where there are any. */
export function addBytesOf(
  { d, at, length }: TcpOptionBody,
  out: DetailNode[],
  field: string,
  name: string,
  offset: number,
): void {
  const size = length - offset;
  if (size <= 0) return;
  const bytes = d.bytes.subarray(at + offset, at + length);
  d.add(out, field, () => `${name}: ${bytesText(d.bytes, at + offset, size)}`, at + offset, size, bytes);
}
