// A connection's timers: four deadlines, of which the earliest is the connection's. As in Linux, retransmission, tail loss
// probe, persist and SYN timers share one, since no two of them ever run together.

/** What the shared timer is doing. */
export const XMIT = { NONE: 0, RTO: 1, LOSS_PROBE: 2, PERSIST: 3 } as const;

export type Xmit = (typeof XMIT)[keyof typeof XMIT];

export class Timers {
  xmit: Xmit = XMIT.NONE;
  /** Absolute virtual times in ns; Infinity: not running. */
  xmitNs = Infinity;
  delayedAckNs = Infinity;
  keepAliveNs = Infinity;
  /** End of TIME_WAIT, or of the wait in FIN_WAIT_2. */
  closeNs = Infinity;

  setXmit(kind: Xmit, atNs: number): void {
    this.xmit = kind;
    this.xmitNs = atNs;
  }

  clearXmit(): void {
    this.xmit = XMIT.NONE;
    this.xmitNs = Infinity;
  }

  clear(): void {
    this.clearXmit();
    this.delayedAckNs = Infinity;
    this.keepAliveNs = Infinity;
    this.closeNs = Infinity;
  }

  /** The earliest deadline, or Infinity. */
  get earliestNs(): number {
    const a = this.xmitNs < this.delayedAckNs ? this.xmitNs : this.delayedAckNs;
    const b = this.keepAliveNs < this.closeNs ? this.keepAliveNs : this.closeNs;
    return a < b ? a : b;
  }
}
