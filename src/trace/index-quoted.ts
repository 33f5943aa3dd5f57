// Packets that ICMP errors quote: tshark numbers their streams too, so that an error about a conversation the capture has not
// shown yet uses up a number.

import { getUint16, getUint32 } from "../wire/bytes.ts";
import { IP_PROTOCOL } from "../wire/protocols.ts";
import type { AddressTable } from "./addresses.ts";
import type { StreamTable } from "./streams.ts";

/** A quoted TCP header has a number from its window field on; UDP's is whole or not there. */
const TCP_READABLE = 16;
const UDP_HEADER_LENGTH = 8;
const EXTENSIONS_MAX = 32;

/**
 * Numbers the stream of the packet quoted in `bytes[at, end)`, unless it has none or is too short to say, and notes it for the row, whose
 * own packet begins at `start`.
 */
export function numberQuoted(
  addresses: AddressTable,
  streams: StreamTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
): void {
  if (at + 20 > end) return;
  const version = bytes[at] >>> 4;
  if (version === 4) {
    const headerLength = (bytes[at] & 15) * 4;
    const laterFragment = (getUint16(bytes, at + 6) & 0x1fff) !== 0;
    if (headerLength < 20 || laterFragment) return;
    const source = addresses.internIpv4(getUint32(bytes, at + 12));
    const destination = addresses.internIpv4(getUint32(bytes, at + 16));
    number(streams, row, bytes, start, at + headerLength, end, bytes[at + 9], source, destination);
    return;
  }
  if (version !== 6 || at + 40 > end) return;
  const source = addresses.internIpv6At(bytes, at + 8);
  const destination = addresses.internIpv6At(bytes, at + 24);
  let next = bytes[at + 6];
  let header = at + 40;
  for (let count = 0; count < EXTENSIONS_MAX && header + 8 <= end; count++) {
    if (next === IP_PROTOCOL.fragment) {
      if ((getUint16(bytes, header + 2) & 0xfff8) !== 0) return;
      next = bytes[header];
      header += 8;
    } else if (
      next === IP_PROTOCOL.hopByHop ||
      next === IP_PROTOCOL.routing ||
      next === IP_PROTOCOL.destinationOptions
    ) {
      next = bytes[header];
      header += (bytes[header + 1] + 1) * 8;
    } else {
      number(streams, row, bytes, start, header, end, next, source, destination);
      return;
    }
  }
}

function number(
  streams: StreamTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  protocol: number,
  source: number,
  destination: number,
): void {
  const offset = at - start;
  if (protocol === IP_PROTOCOL.udp && at + UDP_HEADER_LENGTH <= end) {
    const stream = streams.udp(row, source, getUint16(bytes, at), destination, getUint16(bytes, at + 2));
    streams.noteBesides(row, offset, stream);
    return;
  }
  if (protocol !== IP_PROTOCOL.tcp || at + TCP_READABLE > end) return;
  const flags = getUint16(bytes, at + 12) & 0xfff;
  const seq = getUint32(bytes, at + 4);
  const ack = getUint32(bytes, at + 8);
  const sourcePort = getUint16(bytes, at);
  const destinationPort = getUint16(bytes, at + 2);
  const stream = streams.tcp(
    row,
    source,
    sourcePort,
    destination,
    destinationPort,
    seq,
    ack,
    flags,
    -1,
    false,
  );
  streams.noteBesides(row, offset, stream);
}
