// The largest packets a capture may hold, as Wireshark has them: a length beyond is damage, not a packet.

/** Bytes; wiretap's WTAP_MAX_PACKET_SIZE_STANDARD. */
export const PACKET_BYTES_MAX = 262_144;

/** Largest pcapng block; wiretap's MAX_BLOCK_SIZE. */
export const BLOCK_BYTES_MAX = 16 * 1024 * 1024;

/** Link types whose packets may be as long as a block: USB, D-Bus. */
const LARGE_LINK_TYPES: ReadonlySet<number> = new Set([186, 189, 220, 231, 249, 266]);

/** Largest captured length in bytes of a packet of `linkType`. */
export function packetBytesMax(linkType: number): number {
  return LARGE_LINK_TYPES.has(linkType) ? BLOCK_BYTES_MAX - 64 : PACKET_BYTES_MAX;
}
