// Numbers addresses and conversations in the tables of `trace/addresses.ts` and `trace/conversation-table.ts`, as these do, while there is room.

import { be32, halfAt, setHalf, setWord, wordAt } from "./bytes";
import {
  addressCount,
  addressesMax,
  addressFamilies,
  addressMask,
  addressSlots,
  addressWords,
  countAddress,
  countTcp,
  countUdp,
  tcpCount,
  tcpFirstRow,
  tcpHigh,
  tcpHighPort,
  tcpLow,
  tcpLowPort,
  tcpMask,
  tcpMax,
  tcpSlots,
  udpCount,
  udpFirstRow,
  udpHigh,
  udpHighPort,
  udpLow,
  udpLowPort,
  udpMask,
  udpMax,
  udpSlots,
} from "./places";

/** No conversation. */
export const NONE: i32 = -1;

/** The id of the IPv4 address at `at`; 0 where there is no room for a new one. */
export function ipv4Address(at: usize): u32 {
  const d = be32(at);
  const hash = (d ^ 4) * 0x9e3779b1;
  return address(hash ^ (hash >>> 15), 4, 0, 0, 0, d);
}

/** The id of the IPv6 address at `at`; 0 where there is no room for a new one. */
export function ipv6Address(at: usize): u32 {
  const a = be32(at);
  const b = be32(at + 4);
  const c = be32(at + 8);
  const d = be32(at + 12);
  let hash = (d ^ 6) * 0x9e3779b1;
  hash = (hash ^ (hash >>> 15) ^ c) * 0x85ebca6b;
  hash = (hash ^ (hash >>> 13) ^ b) * 0xc2b2ae35;
  hash = (hash ^ (hash >>> 16) ^ a) * 0x27d4eb2f;
  return address(hash ^ (hash >>> 15), 6, a, b, c, d);
}

function address(hash: u32, family: u8, a: u32, b: u32, c: u32, d: u32): u32 {
  let slot = hash & addressMask;
  while (true) {
    const id = wordAt(addressSlots, slot);
    if (id == 0) break;
    const words = addressWords + ((<usize>id) << 4);
    if (
      load<u32>(words, 12) == d &&
      load<u32>(words, 8) == c &&
      load<u32>(words, 4) == b &&
      load<u32>(words) == a &&
      load<u8>(addressFamilies + id) == family
    ) {
      return id;
    }
    slot = (slot + 1) & addressMask;
  }
  if (addressCount + 2 >= addressesMax) return 0;
  const id = countAddress();
  setWord(addressSlots, slot, id);
  store<u8>(addressFamilies + id, family);
  const words = addressWords + ((<usize>id) << 4);
  store<u32>(words, a);
  store<u32>(words, b, 4);
  store<u32>(words, c, 8);
  store<u32>(words, d, 12);
  return id;
}

/** The latest TCP conversation between two ends, a new one of packet `row` where there is none; NONE where there is no room for one. */
export function tcpConversation(row: u32, low: u32, lowPort: u32, high: u32, highPort: u32): i32 {
  const slot = slotOf(
    low,
    lowPort,
    high,
    highPort,
    tcpSlots,
    tcpMask,
    tcpLow,
    tcpHigh,
    tcpLowPort,
    tcpHighPort,
  );
  const entry = wordAt(tcpSlots, slot);
  if (entry != 0) return <i32>(entry - 1);
  if (tcpCount >= tcpMax) return NONE;
  const made = countTcp();
  setWord(tcpSlots, slot, made + 1);
  setWord(tcpFirstRow, made, row);
  setEnds(made, low, lowPort, high, highPort, tcpLow, tcpHigh, tcpLowPort, tcpHighPort);
  return <i32>made;
}

/** The same over UDP. */
export function udpConversation(row: u32, low: u32, lowPort: u32, high: u32, highPort: u32): i32 {
  const slot = slotOf(
    low,
    lowPort,
    high,
    highPort,
    udpSlots,
    udpMask,
    udpLow,
    udpHigh,
    udpLowPort,
    udpHighPort,
  );
  const entry = wordAt(udpSlots, slot);
  if (entry != 0) return <i32>(entry - 1);
  if (udpCount >= udpMax) return NONE;
  const made = countUdp();
  setWord(udpSlots, slot, made + 1);
  setWord(udpFirstRow, made, row);
  setEnds(made, low, lowPort, high, highPort, udpLow, udpHigh, udpLowPort, udpHighPort);
  return <i32>made;
}

/** The slot of these ends among `slots`, or the free one where they belong; the ends of each conversation are in the last four columns. */
function slotOf(
  low: u32,
  lowPort: u32,
  high: u32,
  highPort: u32,
  slots: usize,
  mask: u32,
  lows: usize,
  highs: usize,
  lowPorts: usize,
  highPorts: usize,
): u32 {
  let slot = hashOf(low, lowPort, high, highPort) & mask;
  while (true) {
    const entry = wordAt(slots, slot);
    if (entry == 0) break;
    const known = entry - 1;
    if (
      wordAt(lows, known) == low &&
      wordAt(highs, known) == high &&
      halfAt(lowPorts, known) == lowPort &&
      halfAt(highPorts, known) == highPort
    ) {
      break;
    }
    slot = (slot + 1) & mask;
  }
  return slot;
}

function setEnds(
  made: u32,
  low: u32,
  lowPort: u32,
  high: u32,
  highPort: u32,
  lows: usize,
  highs: usize,
  lowPorts: usize,
  highPorts: usize,
): void {
  setWord(lows, made, low);
  setWord(highs, made, high);
  setHalf(lowPorts, made, lowPort);
  setHalf(highPorts, made, highPort);
}

function hashOf(low: u32, lowPort: u32, high: u32, highPort: u32): u32 {
  let hash = (low * 0x9e3779b1) ^ (high * 0x85ebca6b);
  hash = (hash ^ (hash >>> 15) ^ ((lowPort << 16) | highPort)) * 0xc2b2ae35;
  return hash ^ (hash >>> 13);
}
