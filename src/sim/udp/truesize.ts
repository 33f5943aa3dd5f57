// What a datagram costs the kernel (skb->truesize), which is what Linux counts against SO_RCVBUF and SO_SNDBUF.
//
// The data with its headers and headroom lies in an allocation of 576 bytes (the cache for small heads), 1,024, 2,048 ... up to
// 16 KiB, and 256 are for the sk_buff itself; what does not fit there lies in pages and costs its length and a small head. Measured
// on Linux 6.18, to the byte: datagrams of 197 and 198, 645 and 646 ... 16,004 and 16,005 bytes differ (test/sim/udp/truesize.test.ts).
// What a network card's driver allocates for what it receives differs; this is the loopback's way.

const SK_BUFF = 256;
const SHARED_INFO = 320;
const UDP_HEADER = 8;
const SMALL_HEAD = 576;
/** Room for a link header and its alignment; in IPv6 for a fragment header, too. */
const HEADROOM = { 4: 31, 6: 24 } as const;
const IP_HEADER = { 4: 20, 6: 40 } as const;
/** SKB_MAX_ALLOC: four pages less what is at their end. */
const LINEAR_MAX = 16_384 - SHARED_INFO;

/** Bytes an IP packet of `length` bytes counts. */
export function packetTrueSize(length: number, version: 4 | 6): number {
  const wanted = length + HEADROOM[version];
  if (wanted >= LINEAR_MAX) return SMALL_HEAD + SK_BUFF + length - IP_HEADER[version] - UDP_HEADER;
  const head = ((wanted + 63) & ~63) + SHARED_INFO;
  if (head <= SMALL_HEAD) return SMALL_HEAD + SK_BUFF;
  return (1 << (32 - Math.clz32(head - 1))) + SK_BUFF;
}

/** Bytes a datagram with `length` bytes of payload counts. */
export function trueSize(length: number, version: 4 | 6): number {
  return packetTrueSize(length + UDP_HEADER + IP_HEADER[version], version);
}
