// The streams of a run, learnt from its packet table: what a capture's reader learns as it reads, for traces made otherwise.

import { decodeTcpOptions } from "../wire/tcp-options.ts";
import { TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../wire/tcp.ts";
import { NO_OFFSET, NO_STREAM, PROTOCOL } from "./packets.ts";
import { StreamTable } from "./streams.ts";
import type { Trace } from "./trace.ts";

const tables = new WeakMap<Trace, { readonly table: StreamTable; rows: number }>();

/** Reads the streams of `trace` for at most `rows` packets more, where there is no haste; answers whether all are read. */
export function streamsSome(trace: Trace, rows: number): boolean {
  streamsOf(trace, rows);
  return tables.get(trace)?.rows === trace.packets.count;
}

/** The streams of `trace`, up to date with it, or `most` packets nearer to that. Bytes are looked at of SYN segments only. */
export function streamsOf(trace: Trace, most: number = Infinity): StreamTable {
  let known = tables.get(trace);
  if (known === undefined) tables.set(trace, (known = { table: new StreamTable(), rows: 0 }));
  const { packets } = trace;
  const end = Math.min(packets.count, known.rows + most);
  for (; known.rows < end; known.rows++) {
    const row = known.rows;
    if (packets.stream[row] === NO_STREAM) continue;
    const from = packets.source[row];
    const fromPort = packets.sourcePort[row];
    const to = packets.destination[row];
    const toPort = packets.destinationPort[row];
    if (packets.protocol[row] === PROTOCOL.udp) known.table.udp(row, from, fromPort, to, toPort);
    else if (packets.protocol[row] === PROTOCOL.tcp) {
      const flags = packets.tcpFlags[row];
      const shift = (flags & TCP_FLAG.syn) === 0 ? -1 : windowShift(trace, row);
      known.table.tcp(
        row,
        from,
        fromPort,
        to,
        toPort,
        packets.tcpSeq[row],
        packets.tcpAck[row],
        flags,
        shift,
      );
    }
  }
  return known.table;
}

function windowShift(trace: Trace, row: number): number {
  const start = trace.packets.transportOffset[row];
  if (start === NO_OFFSET) return -1;
  const bytes = trace.bytes(row);
  if (start + TCP_HEADER_LENGTH_MIN > bytes.length) return -1;
  const end = Math.min(bytes.length, start + (bytes[start + 12] >> 4) * 4);
  const { options } = decodeTcpOptions(bytes, start, end);
  for (const option of options) if (option.kind === "windowScale") return option.shift;
  return -1;
}
