// The index pass over packets like most of a capture's: whole IP packets without options or fragments, with a TCP segment that is next in its
// stream or a UDP datagram. What such a packet is worth to the packet table, to the streams and to the analysis is done here, in the columns these
// keep; any other packet is left to them, before anything of it is written.
//
// `trace/index-packet.ts`, `trace/streams.ts` and `capture/analysis/tcp.ts` say what is to come out, and a test holds both alike.

import { be16, setWord } from "./bytes";
import { ipv4Address, ipv6Address, NONE, udpConversation } from "./find";
import { capturedLength, fileOffset, frameLength, nanoseconds, seconds } from "./places";
import { columns, OFFSET_MAX, UDP } from "./rows";
import { segment } from "./segments";

export * from "./blocks";
export * from "./datagrams";
export * from "./dns";
export * from "./http";
export * from "./conversations";
export * from "./lines";
export * from "./list";
export * from "./middle";
export * from "./opening";
export * from "./places";
export * from "./words";

const ETHER_TYPE_IPV4: u32 = 0x0800;
const ETHER_TYPE_IPV6: u32 = 0x86dd;
const ETHER_TYPE_VLAN: u32 = 0x8100;
const PROTOCOL_TCP: u32 = 6;
const PROTOCOL_UDP: u32 = 17;
/** Ports of tunnels (VXLAN, Geneve), within which are other packets. */
const VXLAN: u32 = 4789;
const GENEVE: u32 = 6081;
/** A packet on the wire: with more, sums of lengths and places might not fit. */
const LENGTH_MAX: u32 = 1 << 20;

/** Rows there is room for. */
export let rowsMax: u32 = 0;
/** How far `walk` got among the rows. */
export let walked: u32 = 0;

const RECORD_HEADER: u32 = 16;

/**
 * Indexes the records of a classic capture in [at, end), the first of them as packet `from`, up to the first that is not done here, or not whole;
 * answers where that begins. The byte at `at` is at `offset` in the file, a second has `fractions`, a fraction `scale` nanoseconds, and no packet
 * more than `capturedMax` bytes.
 */
export function walk(
  at: usize,
  end: usize,
  from: u32,
  offset: f64,
  fractions: u32,
  scale: u32,
  capturedMax: u32,
  link: u32,
): usize {
  let row = from;
  let here = at;
  while (row < rowsMax && end - here >= RECORD_HEADER) {
    const fraction = load<u32>(here, 4);
    const captured = load<u32>(here, 8);
    if (captured > capturedMax || fraction >= fractions) break;
    const start = here + RECORD_HEADER;
    if (end - start < captured) break;
    const length = load<u32>(here, 12);
    if (!packet(row, start, captured, length, link)) break;
    store<f64>(seconds + ((<usize>row) << 3), <f64>load<u32>(here));
    store<f64>(fileOffset + ((<usize>row) << 3), offset + <f64>(start - at));
    setWord(nanoseconds, row, fraction * scale);
    setWord(capturedLength, row, captured);
    setWord(frameLength, row, length);
    here = start + captured;
    row++;
  }
  walked = row;
  return here;
}

/**
 * Indexes packet `row` of `captured` bytes at `start`, `length` on the wire, behind a link header of `link` bytes that ends with the EtherType;
 * answers whether it is one that is done here.
 */
export function packet(row: u32, start: usize, captured: u32, length: u32, link: u32): bool {
  let at = start + link;
  const end = start + captured;
  if (link + 40 > captured || length > LENGTH_MAX) return false;
  let type = be16(at - 2);
  if (type == ETHER_TYPE_VLAN) {
    type = be16(at + 2);
    at += 4;
    if (at + 40 > end) return false;
  }
  const wire = start + (length > captured ? length : captured);
  let from: u32;
  let to: u32;
  let wireEnd: usize;
  let next: u32;
  let transport: usize;
  if (type == ETHER_TYPE_IPV4) {
    // No options, and no fragment: "don't fragment" may be set.
    if (load<u8>(at) != 0x45 || (be16(at + 6) & 0x3fff) != 0) return false;
    const total = be16(at + 2);
    if (total < 20) return false;
    wireEnd = at + total;
    if (wireEnd > wire) wireEnd = wire;
    next = load<u8>(at, 9);
    transport = at + 20;
    from = ipv4Address(at + 12);
    to = ipv4Address(at + 16);
  } else if (type == ETHER_TYPE_IPV6) {
    if (load<u8>(at) >> 4 != 6) return false;
    const total = be16(at + 4);
    // A jumbogram has none.
    if (total == 0) return false;
    wireEnd = at + 40 + total;
    if (wireEnd > wire) wireEnd = wire;
    next = load<u8>(at, 6);
    transport = at + 40;
    from = ipv6Address(at + 8);
    to = ipv6Address(at + 24);
  } else {
    return false;
  }
  if (from == 0 || to == 0) return false;
  const stop = wireEnd < end ? wireEnd : end;
  const network = <u32>(at - start);
  if (next == PROTOCOL_TCP) return segment(row, start, network, transport, stop, wireEnd, from, to);
  if (next == PROTOCOL_UDP) return datagram(row, start, network, transport, stop, from, to);
  return false;
}

function datagram(row: u32, start: usize, network: u32, at: usize, end: usize, from: u32, to: u32): bool {
  if (at + 8 > end) return false;
  const fromPort = be16(at);
  const toPort = be16(at + 2);
  const length = be16(at + 4);
  if (length < 8) return false;
  if (fromPort == VXLAN || fromPort == GENEVE || toPort == VXLAN || toPort == GENEVE) return false;
  const offset = <u32>(at + 8 - start);
  if (offset > OFFSET_MAX) return false;
  const isHigh = from > to || (from == to && fromPort > toPort);
  const known = isHigh
    ? udpConversation(row, to, toPort, from, fromPort)
    : udpConversation(row, from, fromPort, to, toPort);
  if (known == NONE) return false;
  columns(row, network, offset - 8, offset, from, to, fromPort, toPort, length - 8, known, UDP);
  return true;
}
