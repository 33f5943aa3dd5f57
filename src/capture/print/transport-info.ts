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
import { putDecimal, putWord, wordOf } from "./digits.ts";
import type { KeptTexts } from "./kept-texts.ts";
import { pieceOf } from "./line-bytes.ts";
import type { LineBytes } from "./line-bytes.ts";

/** ` → `, whose arrow is three bytes of UTF-8. */
const ARROW = pieceOf(" → ");
const ACK = wordOf(" Ack=");
const WINDOW = wordOf(" Win=");
const URGENT = wordOf(" Urg=");
const LENGTH = wordOf(" Len=");
/** Bytes of each of these. */
const LABEL_BYTES = 5;
const TS_VAL = wordOf(" TSval=");
const TS_ECR = wordOf(" TSecr=");
const TS_LABEL_BYTES = 7;

/** What Info has again and again. */
export interface InfoTexts {
  /** By direction: its ports. */
  readonly ports: KeptTexts;
  /** By flags: what stands between ports and Seq. */
  readonly labels: KeptTexts;
}

/** More than all numbers and their labels take, the names of all flags among these. */
const NUMBERS_BYTES = 256;

/**
 * Writes TCP's Info of plain segment `row`, the analysis' remarks before it; false, having written nothing, for one with rare or damaged
 * options. `texts` keeps what it has again and again.
 */
export function writeTcpInfo(
  out: LineBytes,
  row: number,
  trace: Trace,
  streams: StreamTable,
  analysis: TcpAnalysis,
  { seq, ack, window, direction }: SegmentNumbers,
  { ports, labels }: InfoTexts,
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
  out.reserve(NUMBERS_BYTES);
  const { view, length: begin } = out;
  let at = ports.put(view, begin, direction);
  if (at === begin) {
    writePorts(out, table, row);
    ports.keep(direction, out, begin);
    at = out.length;
  }
  const label = at;
  at = labels.put(view, label, flags);
  if (at === label) {
    out.length = label;
    writeLabel(out, flags, labels);
    at = out.length;
  }
  at = putDecimal(view, at, seq);
  if ((flags & TCP_FLAG.ack) !== 0) at = putDecimal(view, putWord(view, at, ACK, LABEL_BYTES), ack);
  at = putDecimal(view, putWord(view, at, WINDOW, LABEL_BYTES), window);
  if (isUrgent) at = putDecimal(view, putWord(view, at, URGENT, LABEL_BYTES), getUint16(bytes, options - 2));
  at = putDecimal(view, putWord(view, at, LENGTH, LABEL_BYTES), table.payloadLength[row]);
  if (hasOnlyTimestamps) {
    at = putDecimal(view, putWord(view, at, TS_VAL, TS_LABEL_BYTES), analysis.tsVal(row));
    at = putDecimal(view, putWord(view, at, TS_ECR, TS_LABEL_BYTES), analysis.tsEcr(row));
  }
  out.length = at;
  if (hasOnlyTimestamps || options === optionsEnd) return true;
  if (writeOptions(out, bytes, options, optionsEnd, trace, streams, row)) return true;
  out.length = start;
  return false;
}

const NOTHING = new Uint8Array(0);

/** Writes what stands between a segment's ports and its sequence number, which is kept then. */
export function writeLabel(out: LineBytes, flags: number, labels: KeptTexts): void {
  const start = out.length;
  out.text(` [${tcpFlagsText(flags)}] Seq=`);
  labels.keep(flags, out, start);
}

/** Writes UDP's Info of a datagram that is not tunnelled: `40000 → 5004 Len=172`. */
export function writeUdpInfo(out: LineBytes, row: number, table: PacketTable): void {
  writePorts(out, table, row);
  writeLabelled(out, LENGTH, LABEL_BYTES, table.payloadLength[row]);
}

function writePorts(out: LineBytes, table: PacketTable, row: number): void {
  out.decimal(table.sourcePort[row]);
  arrow(out);
  out.decimal(table.destinationPort[row]);
}

function arrow(out: LineBytes): void {
  out.piece(ARROW);
}

function writeTimestamps(out: LineBytes, value: number, echo: number): void {
  writeLabelled(out, TS_VAL, TS_LABEL_BYTES, value);
  writeLabelled(out, TS_ECR, TS_LABEL_BYTES, echo);
}

function writeLabelled(out: LineBytes, label: number, length: number, value: number): void {
  out.reserve(NUMBERS_BYTES);
  out.length = putDecimal(out.view, putWord(out.view, out.length, label, length), value);
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
