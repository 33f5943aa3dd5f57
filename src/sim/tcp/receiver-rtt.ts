// The round trip as a receiver sees it, who has nothing to send and gets no ACKs (Linux's tcp_rcv_rtt_measure): from the echo of
// its own timestamps, or from how long the peer takes to fill the window it was offered.

import { ZERO_NS } from "../clock.ts";
import { before } from "./seq.ts";

export class ReceiverRoundTrip {
  /** Estimate in ns; 0 before the first measurement. */
  ns = ZERO_NS;
  /** The window offered ends here; -1 for `#sinceNs` before the first. */
  #edge = 0;
  #sinceNs = ZERO_NS - 1;
  /** The echo measured last: each is measured once. */
  #lastEcho = 0;

  constructor() {
    this.ns = 0;
  }

  /** In-order data has come, up to `rcvNxt`; `rcvWnd` is the window offered. A window filled has taken a round trip or more. */
  dataReceived(rcvNxt: number, rcvWnd: number, nowNs: number): void {
    if (this.#sinceNs >= 0) {
      if (before(rcvNxt, this.#edge)) return;
      const tookNs = Math.max(nowNs - this.#sinceNs, 1000);
      // Only less is news: the sender may have had nothing to send.
      if (this.ns === 0 || tookNs < this.ns) this.ns = tookNs;
    }
    this.#edge = (rcvNxt + rcvWnd) | 0;
    this.#sinceNs = nowNs;
  }

  /** A full segment echoes `tsEcr`, `tookNs` old. `drained`: nothing waits to be read, so that nothing but the path made it late. */
  echoed(tsEcr: number, tookNs: number, drained: boolean): void {
    if (tsEcr === this.#lastEcho) return;
    this.#lastEcho = tsEcr;
    if (this.ns === 0 || tookNs < this.ns) this.ns = tookNs;
    else if (drained) this.ns += (tookNs - this.ns) / 8;
  }
}
