// The Internet checksum (RFC 1071) and the pseudo-headers TCP, UDP and ICMPv6 add to it (RFC 9293 3.1, RFC 768, RFC 8200 8.1).

/**
 * Adds the 16-bit words of `bytes[start, end)` to `sum`; an odd last byte counts as the high half of a word. Sums of
 * up to 2^31 bytes cannot overflow a double, so folding waits until the end.
 */
export function addWords(bytes: Uint8Array, start: number, end: number, sum: number): number {
  let total = sum;
  let at = start;
  // Blocks of at most 2^15 words stay within 31 bits, where the engine adds small integers.
  while (end - at > 1) {
    const stop = Math.min(end - 1, at + 0x8000);
    let block = 0;
    for (; at < stop; at += 2) block += (bytes[at] << 8) | bytes[at + 1];
    total += block;
  }
  if (at < end) total += bytes[at] << 8;
  return total;
}

/** Folds a sum to 16 bits and complements it: what goes into a header, and 0 where a header's own checksum was summed and is right. */
export function finishChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = Math.floor(folded / 0x10000) + (folded % 0x10000);
  return ~folded & 0xffff;
}

/** The Internet checksum of `bytes[start, end)`. */
export function internetChecksum(bytes: Uint8Array, start: number, end: number): number {
  return finishChecksum(addWords(bytes, start, end, 0));
}

/** Sum of the pseudo-header for the IPv4 header at `ipStart`; `length` is the transport's header and payload in bytes. */
export function ipv4PseudoSum(bytes: Uint8Array, ipStart: number, protocol: number, length: number): number {
  return addWords(bytes, ipStart + 12, ipStart + 20, protocol + length);
}

/**
 * The same for the IPv6 header at `ipStart`. The destination is the one at `destinationAt`, which is the header's by default: a routing header
 * may hold the final one (RFC 8200 section 8.1).
 */
export function ipv6PseudoSum(
  bytes: Uint8Array,
  ipStart: number,
  protocol: number,
  length: number,
  destinationAt: number = ipStart + 24,
): number {
  const sum = protocol + Math.floor(length / 0x10000) + (length % 0x10000);
  const ofSource = addWords(bytes, ipStart + 8, ipStart + 24, sum);
  return addWords(bytes, destinationAt, destinationAt + 16, ofSource);
}

/**
 * Checksum of the TCP, UDP or ICMPv6 message `bytes[start, end)` carried by the IP header at `ipStart`. Over a message whose
 * checksum field is zero it is what belongs there; over a received one it is 0 when the message is sound.
 */
export function transportChecksum(
  bytes: Uint8Array,
  ipStart: number,
  protocol: number,
  start: number,
  end: number,
): number {
  const pseudo =
    bytes[ipStart] >>> 4 === 4
      ? ipv4PseudoSum(bytes, ipStart, protocol, end - start)
      : ipv6PseudoSum(bytes, ipStart, protocol, end - start);
  return finishChecksum(addWords(bytes, start, end, pseudo));
}
