// A row's columns as tshark prints the fields they stand for.

import { NO_STREAM, PROTOCOL } from "../../src/trace/packets.ts";
import type { PacketTable } from "../../src/trace/packets.ts";
import type { StreamTable } from "../../src/trace/streams.ts";

export function shownFields(table: PacketTable, streams: StreamTable, row: number): Record<string, string> {
  const family = table.addresses.family(table.source[row]);
  const source = table.addresses.text(table.source[row]);
  const destination = table.addresses.text(table.destination[row]);
  const tcp = table.protocol[row] === PROTOCOL.tcp;
  const udp = table.protocol[row] === PROTOCOL.udp;
  const stream = table.stream[row] === NO_STREAM ? "" : String(table.stream[row]);
  const when = (condition: boolean, value: () => number): string => (condition ? String(value()) : "");
  return {
    "ip.src": family === 4 ? source : "",
    "ip.dst": family === 4 ? destination : "",
    "ipv6.src": family === 6 ? source : "",
    "ipv6.dst": family === 6 ? destination : "",
    "tcp.stream": tcp ? stream : "",
    "tcp.srcport": when(tcp, () => table.sourcePort[row]),
    "tcp.dstport": when(tcp, () => table.destinationPort[row]),
    "tcp.flags": tcp ? `0x${table.tcpFlags[row].toString(16).padStart(4, "0")}` : "",
    "tcp.seq": when(tcp, () => streams.relativeSeq(table, row)),
    "tcp.ack": when(tcp, () => streams.relativeAck(table, row)),
    "tcp.seq_raw": when(tcp, () => table.tcpSeq[row]),
    "tcp.ack_raw": when(tcp, () => table.tcpAck[row]),
    "tcp.len": when(tcp, () => table.payloadLength[row]),
    "tcp.window_size_value": when(tcp, () => table.tcpWindow[row]),
    "tcp.window_size": when(tcp, () => streams.scaledWindow(table, row)),
    "udp.stream": udp ? stream : "",
    "udp.srcport": when(udp, () => table.sourcePort[row]),
    "udp.dstport": when(udp, () => table.destinationPort[row]),
    "udp.length": when(udp, () => table.payloadLength[row] + 8),
  };
}
