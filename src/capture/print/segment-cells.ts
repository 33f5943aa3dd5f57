// The fields of plain TCP segments that nearly every list of fields is made of, straight from the packet table. One function writes
// them all, by number: calling a function of its own for each would take longer than writing most of them.

import { ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import { NO_STREAM } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { StreamTable } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { AddressWords } from "./address-words.ts";
import { DirectionTexts } from "./direction-texts.ts";
import type { LineBytes, Piece } from "./line-bytes.ts";
import { writeSeconds } from "./times.ts";
import type { TransportColumns } from "./transport-columns.ts";

const CELL = {
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
} as const;

const CELLS: ReadonlyMap<string, number> = new Map([
  ["frame.number", CELL.frameNumber],
  ["frame.time_epoch", CELL.timeEpoch],
  ["ip.src", CELL.ipv4Source],
  ["ip.dst", CELL.ipv4Destination],
  ["ipv6.src", CELL.ipv6Source],
  ["ipv6.dst", CELL.ipv6Destination],
  ["tcp.srcport", CELL.sourcePort],
  ["tcp.dstport", CELL.destinationPort],
  ["tcp.stream", CELL.stream],
  ["tcp.seq", CELL.seq],
  ["tcp.ack", CELL.ack],
  ["tcp.len", CELL.length],
  ["tcp.flags", CELL.flags],
  ["tcp.window_size", CELL.window],
  ["tcp.analysis.flags", CELL.analysisFlags],
  ["_ws.col.Info", CELL.info],
]);

/** Those that a segment's direction decides. */
const OF_DIRECTION: ReadonlySet<number> = new Set([
  CELL.ipv4Source,
  CELL.ipv4Destination,
  CELL.ipv6Source,
  CELL.ipv6Destination,
  CELL.sourcePort,
  CELL.destinationPort,
  CELL.stream,
]);

const ONE = 49;

export class SegmentCells {
  readonly #table: PacketTable;
  readonly #columns: TransportColumns;
  readonly #cells: Uint8Array;
  readonly #addresses: AddressWords;
  readonly #hasTime: ((row: number) => boolean) | undefined;
  readonly #streams: StreamTable | undefined;
  readonly #between: Piece;
  /** By field: behind the last of those one after another that a direction decides, where it is the first; 0 for all others. */
  readonly #runEnds: Uint8Array;
  readonly #texts: readonly DirectionTexts[];

  /** For fields of these `names`, `between` between them; `columns` writes what applications have a say in. */
  constructor(
    trace: Trace,
    names: readonly string[],
    context: DissectContext,
    columns: TransportColumns,
    between: Piece,
  ) {
    this.#table = trace.packets;
    this.#columns = columns;
    this.#addresses = new AddressWords(trace.packets.addresses);
    this.#hasTime = context.hasTime;
    // Without them numbers are shown as they were sent.
    const isKnown = context.streams !== undefined && context.analysis !== undefined;
    this.#cells = Uint8Array.from(names, (name) => (isKnown ? (CELLS.get(name) ?? CELL.other) : CELL.other));
    this.#streams = context.streams;
    this.#between = between;
    this.#runEnds = runEndsOf(this.#cells);
    this.#texts = names.map(() => new DirectionTexts());
  }

  /**
   * Writes fields of plain TCP segment `row` from number `i` on that its direction decides, and what is between them; answers the number
   * of the field behind them, `i` where there are none.
   */
  writeRun(i: number, row: number, out: LineBytes): number {
    const end = this.#runEnds[i];
    const stream = this.#table.stream[row];
    if (end === 0 || stream === NO_STREAM || this.#streams === undefined) return i;
    const direction = stream * 2 + this.#streams.direction(this.#table, row);
    const texts = this.#texts[i];
    if (texts.write(direction, out)) return end;
    const start = out.length;
    for (let field = i; field < end; field++) {
      if (field > i) out.piece(this.#between);
      this.write(field, row, out);
    }
    texts.keep(direction, out, start);
    return end;
  }

  /** Writes field number `i` of plain TCP segment `row`; false, having written nothing, where it has to come from elsewhere. */
  write(i: number, row: number, out: LineBytes): boolean {
    const table = this.#table;
    switch (this.#cells[i]) {
      case CELL.frameNumber:
        out.decimal(row + 1);
        return true;
      case CELL.timeEpoch:
        if (this.#hasTime === undefined || this.#hasTime(row))
          writeSeconds(out, table.seconds[row], table.nanoseconds[row], 9);
        return true;
      case CELL.ipv4Source:
        this.#address(table.source[row], 4, out);
        return true;
      case CELL.ipv4Destination:
        this.#address(table.destination[row], 4, out);
        return true;
      case CELL.ipv6Source:
        this.#address(table.source[row], 6, out);
        return true;
      case CELL.ipv6Destination:
        this.#address(table.destination[row], 6, out);
        return true;
      case CELL.sourcePort:
        out.decimal(table.sourcePort[row]);
        return true;
      case CELL.destinationPort:
        out.decimal(table.destinationPort[row]);
        return true;
      case CELL.stream:
        if (table.stream[row] !== NO_STREAM) out.decimal(table.stream[row]);
        return true;
      case CELL.seq:
        out.decimal(this.#columns.numbers(row).seq);
        return true;
      case CELL.ack:
        out.decimal(this.#columns.numbers(row).ack);
        return true;
      case CELL.length:
        out.decimal(table.payloadLength[row]);
        return true;
      case CELL.flags:
        out.hex(table.tcpFlags[row], 4);
        return true;
      case CELL.window:
        out.decimal(this.#columns.numbers(row).window);
        return true;
      case CELL.analysisFlags:
        if ((table.analysis[row] & ANALYSIS_FLAGS) !== 0) out.byte(ONE);
        return true;
      case CELL.info:
        return this.#columns.writeInfo(row, out, asItIs);
      default:
        return false;
    }
  }

  #address(id: number, family: 4 | 6, out: LineBytes): void {
    if (this.#table.addresses.family(id) === family) this.#addresses.write(id, out);
  }
}

/** Single fields are written as fast without. */
function runEndsOf(cells: Uint8Array): Uint8Array {
  const ends = new Uint8Array(cells.length);
  // A number of a field has eight bits.
  for (let i = 0; i < Math.min(cells.length, 255); i++) {
    let end = i;
    while (end < Math.min(cells.length, 255) && OF_DIRECTION.has(cells[end])) end++;
    if (end - i > 1) ends[i] = end;
    i = Math.max(i, end - 1);
  }
  return ends;
}

function asItIs(text: string): string {
  return text;
}
