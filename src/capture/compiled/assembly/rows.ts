// The columns of a packet's addresses, ports and offsets.

import { setHalf, setWord } from "./bytes";
import {
  destination,
  destinationPort,
  networkOffset,
  payloadLength,
  payloadOffset,
  protocol,
  source,
  sourcePort,
  stream,
  transportOffset,
} from "./places";

/** Numbers of the packet table's protocols. */
export const TCP: u8 = 6;
export const UDP: u8 = 7;
/** Offsets are kept in 16 bits. */
export const OFFSET_MAX: u32 = 0xfff0;

export function columns(
  row: u32,
  network: u32,
  transport: u32,
  payload: u32,
  from: u32,
  to: u32,
  fromPort: u32,
  toPort: u32,
  length: u32,
  conversation: i32,
  kind: u8,
): void {
  setHalf(networkOffset, row, network);
  setHalf(transportOffset, row, transport);
  setHalf(payloadOffset, row, payload);
  setWord(source, row, from);
  setWord(destination, row, to);
  setHalf(sourcePort, row, fromPort);
  setHalf(destinationPort, row, toPort);
  setWord(payloadLength, row, length);
  setWord(stream, row, <u32>conversation);
  store<u8>(protocol + row, kind);
}
