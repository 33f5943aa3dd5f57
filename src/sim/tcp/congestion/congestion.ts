// Congestion control: how large the window is outside loss recovery, and how far it falls. Bytes throughout.
//
// Detecting loss and what to send meanwhile is recovery.ts; an algorithm only answers these questions, so that another one
// (CUBIC) is one more file.

export interface CongestionControl {
  /** As TCP_CONGESTION names it. */
  readonly name: string;
  cwnd: number;
  ssthresh: number;
  /** `acked` bytes were acknowledged outside recovery while the window was what held the sender back. */
  onAck(acked: number, mss: number, nowNs: number, srttNs: number): void;
  /** The slow-start threshold after a loss with `flight` bytes outstanding (RFC 5681 equation 4 for Reno). */
  ssthreshAfterLoss(flight: number, mss: number, nowNs: number): number;
}
