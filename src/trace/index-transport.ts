// The index pass over transports: TCP, UDP and ICMP columns straight from a packet's bytes, and its number among the streams.

import { getUint16, getUint32 } from "../wire/bytes.ts";
import { ICMP_HEADER_LENGTH, quotedEnd, quotesPacket } from "../wire/icmp.ts";
import { TCP_OPTION } from "../wire/tcp-options.ts";
import { ANALYSIS } from "./analysis-flags.ts";
import { numberQuoted } from "./index-quoted.ts";
import { NO_OFFSET, PROTOCOL } from "./packets.ts";
import type { PacketTable } from "./packets.ts";
import { WINDOW_SCALE_CUT } from "./streams.ts";
import type { StreamTable } from "./streams.ts";

/** What a TCP header must have for its stream to be known: up to the window field. */
const TCP_READABLE = 16;
/** NOP, NOP, timestamps: what nearly every segment with options has, and no window scale in it. */
const TIMESTAMPS_ONLY = 0x0101080a;

/** Fills the TCP columns of `row` from the segment in `bytes[at, end)`, which ends at `wireEnd` on the wire; the packet begins at `start`. */
export function indexTcp(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
): void {
  if (at + 4 > end) return;
  const sourcePort = getUint16(bytes, at);
  const destinationPort = getUint16(bytes, at + 2);
  table.protocol[row] = PROTOCOL.tcp;
  table.transportOffset[row] = offsetOf(at - start);
  table.sourcePort[row] = sourcePort;
  table.destinationPort[row] = destinationPort;
  if (at + TCP_READABLE > end) return;
  const seq = getUint32(bytes, at + 4);
  const ack = getUint32(bytes, at + 8);
  const word = getUint16(bytes, at + 12);
  const flags = word & 0xfff;
  const headerLength = (word >>> 12) * 4;
  table.tcpSeq[row] = seq;
  table.tcpAck[row] = ack;
  table.tcpFlags[row] = flags;
  table.tcpWindow[row] = getUint16(bytes, at + 14);
  const payload = at + headerLength;
  const whole = payload <= wireEnd;
  let isCut = false;
  if (whole) {
    table.payloadLength[row] = wireEnd - payload;
    if (headerLength >= 20 && payload <= end) table.payloadOffset[row] = offsetOf(payload - start);
    else if (headerLength >= 20 && at + 20 <= end) {
      table.analysis[row] = ANALYSIS.unreadable;
      isCut = true;
    }
  }
  const optionsEnd = Math.min(payload, end);
  const options = optionsEnd - at - 20;
  const found =
    options < 3 || (options === 12 && getUint32(bytes, at + 20) === TIMESTAMPS_ONLY)
      ? -1
      : windowScaleOf(bytes, at + 20, optionsEnd);
  const scale = isCut && found === -1 ? WINDOW_SCALE_CUT : found;
  table.stream[row] = streams.tcp(
    row,
    table.source[row],
    sourcePort,
    table.destination[row],
    destinationPort,
    seq | 0,
    ack | 0,
    flags,
    scale,
    whole,
  );
}

/** Shift of the window scale option among the TCP options of `bytes[start, end)`, or -1. */
function windowScaleOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const kind = bytes[at];
    if (kind === TCP_OPTION.endOfList) return -1;
    if (kind === TCP_OPTION.noOperation) {
      at++;
      continue;
    }
    if (at + 1 >= end) return -1;
    const length = bytes[at + 1];
    if (length < 2 || at + length > end) return -1;
    if (kind === TCP_OPTION.windowScale && length === 3) return bytes[at + 2];
    at += length;
  }
  return -1;
}

/** The same for a UDP datagram. */
export function indexUdp(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
): void {
  if (at + 4 > end) return;
  const sourcePort = getUint16(bytes, at);
  const destinationPort = getUint16(bytes, at + 2);
  table.protocol[row] = PROTOCOL.udp;
  table.transportOffset[row] = offsetOf(at - start);
  table.sourcePort[row] = sourcePort;
  table.destinationPort[row] = destinationPort;
  if (at + 6 > end) return;
  let length = getUint16(bytes, at + 4);
  // A jumbogram's length is 0 (RFC 2675).
  if (length === 0 && table.addresses.family(table.source[row]) === 6) length = wireEnd - at;
  if (length < 8) return;
  table.payloadLength[row] = length - 8;
  if (at + 8 > end) return;
  table.payloadOffset[row] = offsetOf(at + 8 - start);
  table.stream[row] = streams.udp(
    row,
    table.source[row],
    sourcePort,
    table.destination[row],
    destinationPort,
  );
}

/** The same for an ICMP or ICMPv6 message (`protocol`): the streams of packets that errors quote are numbered too. */
export function indexIcmp(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  protocol: number,
  streams: StreamTable,
): void {
  if (at + 4 > end) return;
  table.protocol[row] = protocol;
  table.transportOffset[row] = offsetOf(at - start);
  if (at + ICMP_HEADER_LENGTH > end) return;
  table.payloadOffset[row] = offsetOf(at + ICMP_HEADER_LENGTH - start);
  if (quotesPacket(protocol === PROTOCOL.icmp ? "icmp" : "icmpv6", bytes[at])) {
    const stop = protocol === PROTOCOL.icmp ? quotedEnd(bytes, at, end) : end;
    numberQuoted(table.addresses, streams, row, bytes, start, at + ICMP_HEADER_LENGTH, stop);
  }
}

/** Offsets are kept in 16 bits. */
export function offsetOf(offset: number): number {
  return offset < NO_OFFSET ? offset : NO_OFFSET;
}
