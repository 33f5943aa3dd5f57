// Info of UDP datagrams of DNS and of those that no protocol knows: `TransportColumns` of `print/transport-columns.ts`.
//
// What a datagram is may hang on those before it (`dissect/udp-conversation.ts`). Those of a stream are taken here from its first one on, up to
// one that may be known by its looks; from that one on the stream is left, but for empty ones.

import { be16, be32, wordAt } from "./bytes";
import { text } from "./digits";
import { dnsText, readDns } from "./dns";
import { bytesAt } from "./conversations";
import { capturedLength, udpFirstRow } from "./places";
import { lengthOf, ports } from "./transport-info";

/** By port: how far down the list of protocols the first is that has it, from 1 on; 0 for none. And where DNS is in that list. */
export let portRanks: usize = 0;
export let dnsRank: u32 = 0;
/** Whether datagrams and those before them say what they are: neither rules of the user's do nor later ones. */
export let isUnruled: u32 = 0;
/** By stream: NOT_SEEN, or how its datagrams were taken. None where that is not known of all of them. */
export let datagramStates: usize = 0;
export let datagramStatesMax: u32 = 0;

const NOT_SEEN: u8 = 0;
/** All of them here, as nobody's. One that was left has another number there. */
const NOBODYS: u8 = 1;

const UDP_HEADER: u32 = 8;
const IPV4_HEADER: u32 = 20;

/** Bytes of Info of the datagram taken last, which are at `dnsText`; 0 for one that UDP alone tells of. */
let told: u32 = 0;

/** Takes `row`, a datagram of `length` bytes from `payload` on, where Info of it is written here. */
export function takeDatagram(
  row: u32,
  stream: u32,
  fromPort: u32,
  toPort: u32,
  isIpv6: bool,
  network: u32,
  payload: u32,
  length: u32,
): bool {
  const bytes = whole(row, isIpv6, network, payload, length);
  if (bytes == 0) return false;
  told = 0;
  const rank = rankOf(fromPort, toPort);
  const isNobodys = rank == 0 && takeNobodys(row, stream, bytes, length);
  if (isNobodys || length == 0) return true;
  if (isUnruled == 0 || rank != dnsRank) return false;
  told = readDns(bytes, bytes + length);
  return told != 0;
}

/** Who says Info of the datagram taken last. */
export function datagramProtocol(): string {
  return told != 0 ? "DNS" : "UDP";
}

/** Writes Info of the datagram taken last. */
export function datagramInfo(at: usize, fromPort: u32, toPort: u32, length: u32): usize {
  if (told != 0) return text(at, dnsText, told);
  return lengthOf(ports(at, fromPort, toPort), length);
}

/** Takes a datagram of `length` bytes at `at` that its ports say nothing of, where nothing else does. */
function takeNobodys(row: u32, stream: u32, at: usize, length: u32): bool {
  if (stream >= datagramStatesMax) return false;
  const state = load<u8>(datagramStates + stream);
  const isNext = state == NOBODYS || (state == NOT_SEEN && row == wordAt(udpFirstRow, stream));
  if (!isNext || mayBeKnown(at, length)) return false;
  store<u8>(datagramStates + stream, NOBODYS);
  return true;
}

/** Whether a payload may be what a protocol is known by, as each one's `looksLike` in `dissect/udp-protocols.ts` says. */
function mayBeKnown(at: usize, length: u32): bool {
  return isDns(at, length) || mayBeRpc(at, length) || mayBeQuic(at, length) || mayBeGquic(at, length);
}

/** `dissect/looks-like-dns.ts`. */
function isDns(at: usize, length: u32): bool {
  if (length <= 12) return false;
  const flags = be16(at + 2);
  if ((flags & 0x7800) != 0) return false;
  const questions = be16(at + 4);
  const answers = be16(at + 6);
  const authorities = be16(at + 8);
  if (be16(at + 10) > 10) return false;
  if (flags < 0x8000) return questions == 1 && answers == 0 && authorities == 0;
  return questions <= 1 && answers <= 100 && authorities <= 10;
}

/** A call of whatever program. */
function mayBeRpc(at: usize, length: u32): bool {
  return length >= 24 && be32(at + 4) == 0 && be32(at + 8) == 2;
}

/** A long header of whatever version, or one that negotiates it. */
function mayBeQuic(at: usize, length: u32): bool {
  if (length < 7) return false;
  const first = <u32>load<u8>(at);
  return first >= 0xc0 || (first >= 0x80 && be32(at + 1) == 0);
}

/** A version behind a connection's id. */
function mayBeGquic(at: usize, length: u32): bool {
  return length >= 13 && (load<u8>(at) & 0xc9) == 9 && be16(at + 9) == 0x5130;
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
  const bytes = bytesAt(row, 0, end);
  if (bytes == 0) return 0;
  const above = UDP_HEADER + length;
  const packet = bytes + network;
  if (isIpv6 ? be16(packet + 4) != above : be16(packet + 2) != IPV4_HEADER + above) return 0;
  return bytes + payload;
}
