// The bits of the packet table's `analysis` column: what a TCP segment is in the light of those before it, by the names of Wireshark's
// `tcp.analysis.*` fields.

export const ANALYSIS = {
  retransmission: 1 << 0,
  fastRetransmission: 1 << 1,
  spuriousRetransmission: 1 << 2,
  outOfOrder: 1 << 3,
  reusedPorts: 1 << 4,
  lostSegment: 1 << 5,
  ackLostSegment: 1 << 6,
  windowUpdate: 1 << 7,
  windowFull: 1 << 8,
  keepAlive: 1 << 9,
  keepAliveAck: 1 << 10,
  duplicateAck: 1 << 11,
  zeroWindowProbe: 1 << 12,
  zeroWindow: 1 << 13,
  zeroWindowProbeAck: 1 << 14,
  tfoSyn: 1 << 15,
  tfoAck: 1 << 16,
  tfoIgnored: 1 << 17,
  /** The packet has an analysis (and shows its connection's initial RTT there), but nothing of its own to say. */
  unshown: 1 << 18,
  /** Of its options the segment has timestamps, behind two NOPs, and no other: what nearly all segments have. */
  onlyTimestamps: 1 << 19,
  /** An option tells of more than it holds, or the capture ends among the options: Wireshark shows no analysis and reads no payload. */
  unreadable: 1 << 20,
} as const;

/** The bits that make a packet's `tcp.analysis.flags`. */
export const ANALYSIS_FLAGS = ANALYSIS.tfoSyn - 1;
