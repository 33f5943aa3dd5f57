// What lines of plain packets are made of, by number: what compiled code writes many of at once, and `segment-cells.ts` one by one.

import type { Trace } from "../../trace/trace.ts";
import { CompiledLines } from "../compiled/lines.ts";
import { compiledPacketsOf } from "../compiled/packets.ts";
import { conversationsOf } from "../dissect/conversations.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { AddressWords } from "./address-words.ts";
import type { LineWriter } from "./line-bytes.ts";
import type { TransportColumns } from "./transport-columns.ts";
import { writeLabel } from "./transport-info.ts";

/** Cells, as `compiled/assembly/lines.ts` has them too. */
export const CELL = {
  /** None of these. */
  other: 0,
  frameNumber: 1,
  timeEpoch: 2,
  ipv4Source: 3,
  ipv4Destination: 4,
  ipv6Source: 5,
  ipv6Destination: 6,
  sourcePort: 7,
  destinationPort: 8,
  stream: 9,
  seq: 10,
  ack: 11,
  length: 12,
  flags: 13,
  window: 14,
  analysisFlags: 15,
  info: 16,
  protocol: 17,
  frameLength: 18,
  /** The packet's number, its time since the first packet and its addresses as columns, with blanks. */
  listNumber: 19,
  listTime: 20,
  listSource: 21,
  arrow: 22,
  listDestination: 23,
  /** What a packet was taken for: a number of `TAKEN`. */
  taken: 24,
} as const;

/** What compiled code takes packets for. */
export const TAKEN = {
  /** The middle of a message. */
  middle: 1,
  /** Data that is nobody's, or none at all; a datagram, whatever is in it. */
  data: 2,
  /** The beginning of a record of TLS, and nothing else. */
  beginning: 3,
  /** Records of TLS. */
  records: 4,
  /** Messages whose words are said. */
  said: 5,
  /** Options without data. */
  options: 6,
} as const;

const OF_TIME: ReadonlySet<number> = new Set([CELL.timeEpoch, CELL.listTime]);

/** A line's cells, and what else it takes to write them. */
export interface LineOfCells {
  readonly cells: readonly number[];
  /** A byte that stands between them. */
  readonly separator: number;
  readonly addresses: AddressWords;
  readonly columns: TransportColumns;
  /** Digits behind the point of `listTime`, null where they are not the same of all packets so far. */
  readonly timeDecimals?: () => number | null;
}

/** Writes many such lines at once, `line` one of them; null where that cannot be. */
export function linesAtOnce(
  trace: Trace,
  context: DissectContext,
  { cells, separator, addresses, columns, timeDecimals }: LineOfCells,
  line: LineWriter,
): CompiledLines | null {
  const packets = compiledPacketsOf(trace.packets);
  const infos = cells.filter((cell) => cell === CELL.info).length;
  // What Info has is to be asked for once.
  if (packets === null || separator === 0 || cells.includes(CELL.other) || infos > 1) return null;
  const { conversations = conversationsOf(trace), decodeAs = [] } = context;
  const { labels } = columns;
  return new CompiledLines(packets, {
    cells,
    separator,
    hasTime: cells.some((cell) => OF_TIME.has(cell)),
    hasSince: cells.includes(CELL.listTime),
    hasInfo: infos > 0,
    hasProtocol: cells.includes(CELL.protocol),
    isInfoLast: cells.at(-1) === CELL.info,
    timeDecimals: timeDecimals ?? ((): number => 0),
    addresses,
    labels,
    label: (flags, out) => writeLabel(out, flags, labels),
    middles: conversations.middles,
    isUnruled: decodeAs.length === 0 && conversations.isUnruled,
    info: (row, out) => columns.writeInfo(row, out),
    line,
  });
}
