// What TCP itself says of a segment in the Info column, and UDP of a datagram, straight from the packet table and TCP's options: what
// most lines of a listing are. `dissect` says the same of these packets, which a test holds.

import { ANALYSIS, ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { SegmentNumbers, StreamTable } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../../wire/tcp.ts";
import { TCP_OPTION } from "../../wire/tcp-options.ts";
import type { TcpAnalysis } from "../analysis/tcp.ts";
import { analysisInfo } from "../dissect/tcp-analysis.ts";
import { tcpFlagsText } from "../dissect/tcp.ts";
import { putDecimal, putWords } from "./digits.ts";
import { pieceOf } from "./line-bytes.ts";
import type { LineBytes, Piece } from "./line-bytes.ts";

const LENGTH = pieceOf(" Len=");
const TS_VAL = pieceOf(" TSval=");
const TS_ECR = pieceOf(" TSecr=");
/** ` → `, whose arrow is three bytes of UTF-8. */
const ARROW = pieceOf(" → ");

/**
 * By flags: what stands before each number of Info, in order: ports, Seq, Ack where it counts, Win, Urg where it counts, Len. The two of
 * the timestamps option follow.
 */
const labels: (readonly Piece[] | undefined)[] = [];

function labelsOf(flags: number): readonly Piece[] {
  return (labels[flags] ??= [
    pieceOf(""),
    ARROW,
    pieceOf(` [${tcpFlagsText(flags)}] Seq=`),
    ...((flags & TCP_FLAG.ack) === 0 ? [] : [pieceOf(" Ack=")]),
    pieceOf(" Win="),
    ...((flags & TCP_FLAG.urg) === 0 ? [] : [pieceOf(" Urg=")]),
    LENGTH,
    TS_VAL,
    TS_ECR,
  ]);
}

/** The numbers of the segment being written, in the order of its labels. */
const numbers = new Uint32Array(9);
/** More than all of them and their labels take, the names of all flags among these. */
const NUMBERS_BYTES = 256;

/** Writes TCP's Info of plain segment `row`, the analysis' remarks before it; false, having written nothing, for one with rare or damaged options. */
export function writeTcpInfo(
  out: LineBytes,
  row: number,
  trace: Trace,
  streams: StreamTable,
  analysis: TcpAnalysis,
  { seq, ack, window }: SegmentNumbers,
): boolean {
  const table = trace.packets;
  const flags = table.tcpFlags[row];
  const options = table.transportOffset[row] + TCP_HEADER_LENGTH_MIN;
  const optionsEnd = table.payloadOffset[row];
  const isUrgent = (flags & TCP_FLAG.urg) !== 0;
  const found = table.analysis[row];
  const hasOnlyTimestamps = (found & ANALYSIS.onlyTimestamps) !== 0;
  // The bytes are looked for only where something in them counts.
  const bytes = !isUrgent && (hasOnlyTimestamps || options === optionsEnd) ? NOTHING : trace.glance(row);
  if (bytes.length < optionsEnd && bytes !== NOTHING) return false;
  const start = out.length;
  if ((found & ANALYSIS_FLAGS) !== 0) out.text(analysisInfo(trace, analysis, row));
  let count = 0;
  numbers[count++] = table.sourcePort[row];
  numbers[count++] = table.destinationPort[row];
  numbers[count++] = seq;
  if ((flags & TCP_FLAG.ack) !== 0) numbers[count++] = ack;
  numbers[count++] = window;
  if (isUrgent) numbers[count++] = getUint16(bytes, options - 2);
  numbers[count++] = table.payloadLength[row];
  if (hasOnlyTimestamps) {
    numbers[count++] = analysis.tsVal(row);
    numbers[count++] = analysis.tsEcr(row);
  }
  out.reserve(NUMBERS_BYTES);
  const before = labelsOf(flags);
  const { view } = out;
  let at = out.length;
  for (let i = 0; i < count; i++) {
    const { words, length } = before[i];
    at = putDecimal(view, putWords(view, at, words, 0, length), numbers[i]);
  }
  out.length = at;
  if (hasOnlyTimestamps || options === optionsEnd) return true;
  if (writeOptions(out, bytes, options, optionsEnd, trace, streams, row)) return true;
  out.length = start;
  return false;
}

const NOTHING = new Uint8Array(0);

/** Writes UDP's Info of a datagram that is not tunnelled: `40000 → 5004 Len=172`. */
export function writeUdpInfo(out: LineBytes, row: number, table: PacketTable): void {
  out.decimal(table.sourcePort[row]);
  arrow(out);
  out.decimal(table.destinationPort[row]);
  out.piece(LENGTH);
  out.decimal(table.payloadLength[row]);
}

export function arrow(out: LineBytes): void {
  out.piece(ARROW);
}

function writeTimestamps(out: LineBytes, value: number, echo: number): void {
  out.piece(TS_VAL);
  out.decimal(value);
  out.piece(TS_ECR);
  out.decimal(echo);
}

/** ` MSS=1460 SACK_PERM TSval=1 TSecr=2`; false for options that are damaged or rare. */
function writeOptions(
  out: LineBytes,
  bytes: Uint8Array,
  start: number,
  end: number,
  trace: Trace,
  streams: StreamTable,
  row: number,
): boolean {
  for (let at = start; at < end;) {
    const type = bytes[at];
    if (type === TCP_OPTION.endOfList) return true;
    if (type === TCP_OPTION.noOperation) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2 || at + length > end) return false;
    if (type === TCP_OPTION.timestamps && length === 10) {
      writeTimestamps(out, getUint32(bytes, at + 2), getUint32(bytes, at + 6));
    } else if (type === TCP_OPTION.sack && length % 8 === 2 && length > 2) {
      const other = streams.direction(trace.packets, row) === 0 ? 1 : 0;
      const base = streams.tcpDirection(trace.packets.stream[row], other, row).base ?? 0;
      for (let edge = at + 2; edge < at + length; edge += 4) {
        out.text((edge - at) % 8 === 2 ? " SLE=" : " SRE=");
        out.decimal((getUint32(bytes, edge) - base) >>> 0);
      }
    } else if (type === TCP_OPTION.mss && length === 4) {
      out.text(" MSS=");
      out.decimal(getUint16(bytes, at + 2));
    } else if (type === TCP_OPTION.sackPermitted && length === 2) {
      out.text(" SACK_PERM");
    } else if (type === TCP_OPTION.windowScale && length === 3) {
      out.text(" WS=");
      out.decimal(2 ** Math.min(bytes[at + 2], 14));
    } else {
      return false;
    }
    at += length;
  }
  return true;
}
