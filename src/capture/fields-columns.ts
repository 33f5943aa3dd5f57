// Fields that the packet table's columns hold: read without touching a packet's bytes.
//
// A column holds one value, so this is only for packets whose every layer is there once: TCP and UDP that are not
// tunnelled. `isPlain` says which; the others are dissected.

import { NO_OFFSET, NO_STREAM, PROTOCOL } from "../trace/packets.ts";
import type { StreamTable } from "../trace/streams.ts";
import type { Trace } from "../trace/trace.ts";
import { TCP_FLAG } from "../wire/tcp.ts";
import { analysisReader } from "./analysis/columns.ts";
import type { ColumnReader } from "./analysis/columns.ts";
import type { DissectContext } from "./dissect/dissect.ts";

export type { ColumnReader } from "./analysis/columns.ts";

/** Whether a row's columns tell all there is of its network and transport layers. */
export function isPlain(trace: Trace, row: number): boolean {
  const table = trace.packets;
  const protocol = table.protocol[row];
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return false;
  const network = table.networkOffset[row];
  const transport = table.transportOffset[row];
  // Without a payload's beginning the header is cut or damaged.
  if (network === NO_OFFSET || transport === NO_OFFSET || table.payloadOffset[row] === NO_OFFSET)
    return false;
  // A longer distance is a tunnel, extension headers or options.
  return transport - network === (table.addresses.family(table.source[row]) === 6 ? 40 : 20);
}

/** Whether `row` is a TCP segment of a stream, whole up to its payload and not tunnelled. */
export function isPlainSegment(trace: Trace, row: number): boolean {
  const { protocol, stream } = trace.packets;
  return protocol[row] === PROTOCOL.tcp && stream[row] !== NO_STREAM && isPlain(trace, row);
}

/** The flags of `tcp.flags`, each a field of its own. */
export const TCP_FLAG_COLUMNS: ReadonlyMap<string, number> = new Map([
  ["tcp.flags.ae", TCP_FLAG.ae],
  ["tcp.flags.cwr", TCP_FLAG.cwr],
  ["tcp.flags.ece", TCP_FLAG.ece],
  ["tcp.flags.urg", TCP_FLAG.urg],
  ["tcp.flags.ack", TCP_FLAG.ack],
  ["tcp.flags.push", TCP_FLAG.psh],
  ["tcp.flags.reset", TCP_FLAG.rst],
  ["tcp.flags.syn", TCP_FLAG.syn],
  ["tcp.flags.fin", TCP_FLAG.fin],
]);

/** Whether the field is known for every row, whatever its layers are. */
export function isFrameColumn(name: string): boolean {
  return name.startsWith("frame.");
}

/** The reader of field `name`, or null where no column holds it. */
export function columnReader(name: string, trace: Trace, context: DissectContext): ColumnReader | null {
  return (
    frameReader(name, trace, context) ??
    networkReader(name, trace) ??
    transportReader(name, trace, context.streams) ??
    (context.analysis === undefined ? null : analysisReader(name, trace, context.analysis))
  );
}

function frameReader(name: string, trace: Trace, context: DissectContext): ColumnReader | null {
  const table = trace.packets;
  const hasTime = context.hasTime ?? ((): boolean => true);
  const since = (row: number, other: number): bigint =>
    BigInt(table.seconds[row] - table.seconds[other]) * 1_000_000_000n +
    BigInt(table.nanoseconds[row] - table.nanoseconds[other]);
  switch (name) {
    case "frame.number":
      return (row) => row + 1;
    case "frame.len":
      return (row) => table.length[row];
    case "frame.cap_len":
      return (row) => table.capturedLength[row];
    case "frame.marked":
      return (row) => context.isMarked?.(row) ?? false;
    case "frame.interface_id":
      return (row) => context.interfaceId?.(row) ?? null;
    case "frame.time_epoch":
      return (row) =>
        hasTime(row) ? BigInt(table.seconds[row]) * 1_000_000_000n + BigInt(table.nanoseconds[row]) : null;
    case "frame.time_relative":
      return (row) => (hasTime(row) ? since(row, 0) : null);
    case "frame.time_delta":
      return (row) => (!hasTime(row) ? null : row === 0 ? 0n : since(row, row - 1));
    default:
      return null;
  }
}

function networkReader(name: string, trace: Trace): ColumnReader | null {
  const table = trace.packets;
  const { addresses } = table;
  const address = (column: "source" | "destination", family: 4 | 6): ColumnReader => {
    return (row) => {
      const id = table[column][row];
      return addresses.family(id) === family ? addresses.text(id) : null;
    };
  };
  switch (name) {
    case "ip.src":
      return address("source", 4);
    case "ip.dst":
      return address("destination", 4);
    case "ipv6.src":
      return address("source", 6);
    case "ipv6.dst":
      return address("destination", 6);
    case "ip.proto":
    case "ipv6.nxt": {
      const family = name === "ip.proto" ? 4 : 6;
      return (row) => {
        if (addresses.family(table.source[row]) !== family) return null;
        return table.protocol[row] === PROTOCOL.tcp ? 6 : 17;
      };
    }
    default:
      return null;
  }
}

function transportReader(name: string, trace: Trace, streams: StreamTable | undefined): ColumnReader | null {
  const table = trace.packets;
  const isTcp = (row: number): boolean => table.protocol[row] === PROTOCOL.tcp;
  const isUdp = (row: number): boolean => table.protocol[row] === PROTOCOL.udp;
  const of =
    (is: (row: number) => boolean, read: (row: number) => number): ColumnReader =>
    (row) =>
      is(row) ? read(row) : null;
  const flag = TCP_FLAG_COLUMNS.get(name);
  if (flag !== undefined) return (row) => (isTcp(row) ? (table.tcpFlags[row] & flag) !== 0 : null);
  switch (name) {
    case "tcp.srcport":
      return of(isTcp, (row) => table.sourcePort[row]);
    case "tcp.dstport":
      return of(isTcp, (row) => table.destinationPort[row]);
    case "udp.srcport":
      return of(isUdp, (row) => table.sourcePort[row]);
    case "udp.dstport":
      return of(isUdp, (row) => table.destinationPort[row]);
    case "tcp.seq_raw":
      return of(isTcp, (row) => table.tcpSeq[row]);
    case "tcp.ack_raw":
      return of(isTcp, (row) => table.tcpAck[row]);
    case "tcp.flags":
      return of(isTcp, (row) => table.tcpFlags[row]);
    case "tcp.len":
      return of(isTcp, (row) => table.payloadLength[row]);
    case "tcp.window_size_value":
      return of(isTcp, (row) => table.tcpWindow[row]);
    case "tcp.stream":
      return (row) => (isTcp(row) && table.stream[row] !== NO_STREAM ? table.stream[row] : null);
    case "udp.stream":
      return (row) => (isUdp(row) && table.stream[row] !== NO_STREAM ? table.stream[row] : null);
    case "tcp.seq":
      return streams === undefined ? null : of(isTcp, (row) => streams.relativeSeq(table, row));
    case "tcp.ack":
      return streams === undefined ? null : of(isTcp, (row) => streams.relativeAck(table, row));
    case "tcp.window_size":
      return streams === undefined ? null : of(isTcp, (row) => streams.scaledWindow(table, row));
    default:
      return null;
  }
}
