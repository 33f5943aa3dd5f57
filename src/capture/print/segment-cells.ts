// The fields of plain TCP segments that nearly every list of fields is made of, straight from the packet table. One function writes
// them all, by number, and asks for room once: a call of its own for each would take longer than writing most of them.

import { ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import { NO_STREAM } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CompiledLines } from "../compiled/lines.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { AddressWords } from "./address-words.ts";
import { CELL, linesAtOnce } from "./cells.ts";
import { KEPT_TEXT_MAX, KeptTexts } from "./kept-texts.ts";
import { putDecimal, putHexFour, putNine, putWords, SLACK_BYTES } from "./digits.ts";
import type { LineBytes, LineWriter, Piece } from "./line-bytes.ts";
import { writeSeconds } from "./times.ts";
import type { TransportColumns } from "./transport-columns.ts";

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
  ["_ws.col.Protocol", CELL.protocol],
  ["frame.len", CELL.frameLength],
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

/** `0x`, its first character in the low byte. */
const HEX_PREFIX = 0x7830;
const ONE = 49;
const POINT = 46;
/** More than a field has of what is put here; those that others write make room themselves. */
const FIELD_BYTES = 40;
/** Seconds beyond are written more slowly, as are those before the epoch. */
const SECONDS_MAX = 2 ** 32;

export class SegmentCells {
  readonly #trace: Trace;
  readonly #context: DissectContext;
  readonly #table: PacketTable;
  readonly #columns: TransportColumns;
  readonly #cells: Uint8Array;
  readonly #addresses: AddressWords;
  readonly #hasTime: (row: number) => boolean;
  readonly #between: Piece;
  /** The same where it is a single byte, 0 where it is not. */
  readonly #separator: number;
  /** Bytes that texts of directions may take beside what is counted for each field. */
  readonly #sharedRoom: number;
  /** By field: behind the last of those one after another that a direction decides, where it is the first; 0 for all others. */
  readonly #sharedEnds: Uint8Array;
  readonly #texts: readonly KeptTexts[];

  /** For fields of these `names`, `between` between them; `columns` writes what applications have a say in. */
  constructor(
    trace: Trace,
    names: readonly string[],
    context: DissectContext,
    columns: TransportColumns,
    between: Piece,
  ) {
    this.#trace = trace;
    this.#context = context;
    this.#table = trace.packets;
    this.#columns = columns;
    this.#addresses = new AddressWords(trace.packets);
    this.#hasTime = context.hasTime ?? ((): boolean => true);
    // Without them numbers are shown as they were sent.
    const isKnown = context.streams !== undefined && context.analysis !== undefined;
    this.#cells = Uint8Array.from(names, (name) => (isKnown ? (CELLS.get(name) ?? CELL.other) : CELL.other));
    this.#between = between;
    this.#separator = between.length === 1 ? new Uint8Array(between.words.buffer)[0] : 0;
    this.#sharedEnds = sharedEndsOf(this.#cells);
    this.#sharedRoom = this.#sharedEnds.filter((end) => end !== 0).length * (KEPT_TEXT_MAX + SLACK_BYTES);
    this.#texts = names.map(() => new KeptTexts(trace.packets.memory));
  }

  /**
   * Writes fields of plain TCP segment `row` from number `from` to before `to`, and what is between them, as far as they come from here;
   * answers the number of the first that does not.
   */
  write(from: number, to: number, row: number, out: LineBytes): number {
    const table = this.#table;
    const cells = this.#cells;
    const between = this.#between;
    const separator = this.#separator;
    const room = FIELD_BYTES + between.length;
    out.reserve((to - from) * room + this.#sharedRoom);
    let { view, length: at } = out;
    const numbers = this.#columns.numbers(row);
    for (let i = from; i < to; i++) {
      const cell = cells[i];
      if (cell === CELL.other) {
        out.length = at;
        return i;
      }
      const start = at;
      if (i > from) {
        if (separator !== 0) view.setUint8(at++, separator);
        else at = putWords(view, at, between.words, 0, between.length);
      }
      const sharedEnd = this.#sharedEnds[i];
      if (sharedEnd !== 0 && sharedEnd <= to && numbers.direction !== NO_STREAM) {
        const text = at;
        at = this.#texts[i].put(view, at, numbers.direction);
        if (at !== text) {
          i = sharedEnd - 1;
          continue;
        }
      }
      let value = 0;
      switch (cell) {
        case CELL.frameNumber:
          value = row + 1;
          break;
        case CELL.sourcePort:
          value = table.sourcePort[row];
          break;
        case CELL.destinationPort:
          value = table.destinationPort[row];
          break;
        case CELL.seq:
          value = numbers.seq;
          break;
        case CELL.ack:
          value = numbers.ack;
          break;
        case CELL.frameLength:
          value = table.length[row];
          break;
        case CELL.length:
          value = table.payloadLength[row];
          break;
        case CELL.window:
          value = numbers.window;
          break;
        case CELL.timeEpoch: {
          if (!this.#hasTime(row)) continue;
          const seconds = table.seconds[row];
          if (seconds >= 0 && seconds < SECONDS_MAX) {
            value = seconds;
            break;
          }
          out.length = at;
          writeSeconds(out, seconds, table.nanoseconds[row], 9);
          at = out.length;
          continue;
        }
        case CELL.flags:
          view.setUint16(at, HEX_PREFIX, true);
          at = putHexFour(view, at + 2, table.tcpFlags[row]);
          continue;
        case CELL.analysisFlags:
          if ((table.analysis[row] & ANALYSIS_FLAGS) !== 0) view.setUint8(at++, ONE);
          continue;
        default: {
          out.length = at;
          const end = this.#writeOther(i, to, row, out);
          if (end === i) {
            out.length = start;
            return i;
          }
          i = end - 1;
          out.reserve((to - end) * room + this.#sharedRoom);
          ({ view, length: at } = out);
          continue;
        }
      }
      at = putDecimal(view, at, value);
      if (cell === CELL.timeEpoch) {
        view.setUint8(at, POINT);
        at = putNine(view, at + 1, table.nanoseconds[row]);
      }
    }
    out.length = at;
    return to;
  }

  /** Writes many lines of nothing but these fields at once, `line` one of them; null where that cannot be. */
  compiled(line: LineWriter): CompiledLines | null {
    const of = { cells: [...this.#cells], separator: this.#separator, addresses: this.#addresses };
    return linesAtOnce(this.#trace, this.#context, { ...of, columns: this.#columns }, line);
  }

  /** The same for one field that is no number, or for several that a direction decides. */
  #writeOther(i: number, to: number, row: number, out: LineBytes): number {
    const table = this.#table;
    const sharedEnd = this.#sharedEnds[i];
    const { direction } = this.#columns.numbers(row);
    if (sharedEnd !== 0 && sharedEnd <= to && direction !== NO_STREAM) {
      this.#writeShared(i, sharedEnd, row, direction, out);
      return sharedEnd;
    }
    switch (this.#cells[i]) {
      case CELL.ipv4Source:
        this.#address(table.source[row], 4, out);
        break;
      case CELL.ipv4Destination:
        this.#address(table.destination[row], 4, out);
        break;
      case CELL.ipv6Source:
        this.#address(table.source[row], 6, out);
        break;
      case CELL.ipv6Destination:
        this.#address(table.destination[row], 6, out);
        break;
      case CELL.stream:
        if (table.stream[row] !== NO_STREAM) out.decimal(table.stream[row]);
        break;
      case CELL.protocol: {
        const protocol = this.#columns.protocol(row);
        if (protocol === null) return i;
        out.text(protocol);
        break;
      }
      default:
        return this.#columns.writeInfo(row, out) ? i + 1 : i;
    }
    return i + 1;
  }

  /** Fields that a direction decides, to be kept as they are first written. */
  #writeShared(i: number, end: number, row: number, direction: number, out: LineBytes): void {
    const start = out.length;
    for (let field = i; field < end; field++) {
      if (field > i) out.piece(this.#between);
      this.write(field, field + 1, row, out);
    }
    this.#texts[i].keep(direction, out, start);
  }

  #address(id: number, family: 4 | 6, out: LineBytes): void {
    if (this.#table.addresses.family(id) === family) this.#addresses.write(id, out);
  }
}

/** Single fields are written as fast without. */
function sharedEndsOf(cells: Uint8Array): Uint8Array {
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
