// Info of UDP datagrams of which it takes no look at others to say it: `TransportColumns` of `print/transport-columns.ts`.

import { be16, wordAt } from "./bytes";
import { text } from "./digits";
import { dnsText, readDns } from "./dns";
import { lent, lentFrom, lentTo } from "./middle";
import { capturedLength, fileOffset } from "./places";

/** By port: how far down the list of protocols the first is that has it, from 1 on; 0 for none. And where DNS is in that list. */
export let portRanks: usize = 0;
export let dnsRank: u32 = 0;
/** Whether ports say what datagrams are: no rule of the user's does. */
export let hasPorts: u32 = 0;

const UDP_HEADER: u32 = 8;
const IPV4_HEADER: u32 = 20;

/** Bytes of Info of the datagram taken last, which are at `dnsText`. */
let told: u32 = 0;

/** Takes `row`, a datagram of `length` bytes from `payload` on, where Info of it is written here. */
export function takeDatagram(
  row: u32,
  fromPort: u32,
  toPort: u32,
  isIpv6: bool,
  network: u32,
  payload: u32,
  length: u32,
): bool {
  if (hasPorts == 0 || rankOf(fromPort, toPort) != dnsRank) return false;
  const bytes = whole(row, isIpv6, network, payload, length);
  if (bytes == 0) return false;
  told = readDns(bytes, bytes + length);
  return told != 0;
}

/** Writes Info of the datagram taken last. */
export function datagramInfo(at: usize): usize {
  return text(at, dnsText, told);
}

/** Of the protocols of two ports that which is first in the list; 0 for none. */
function rankOf(one: u32, other: u32): u32 {
  const rank = <u32>load<u8>(portRanks + one);
  const otherRank = <u32>load<u8>(portRanks + other);
  if (rank == 0 || otherRank == 0) return rank | otherRank;
  return rank < otherRank ? rank : otherRank;
}

/** Where the payload of a datagram is that was captured whole and is as long as its packet says; 0 for any other, and for one that is not at hand. */
function whole(row: u32, isIpv6: bool, network: u32, payload: u32, length: u32): usize {
  const end = payload + length;
  if (end > wordAt(capturedLength, row)) return 0;
  const from = load<f64>(fileOffset + ((<usize>row) << 3));
  if (from < lentFrom || from + end > lentTo) return 0;
  const bytes = lent + <usize>(from - lentFrom);
  const above = UDP_HEADER + length;
  const packet = bytes + network;
  if (isIpv6 ? be16(packet + 4) != above : be16(packet + 2) != IPV4_HEADER + above) return 0;
  return bytes + payload;
}
