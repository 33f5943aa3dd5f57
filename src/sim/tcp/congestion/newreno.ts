// Reno's window: slow start and congestion avoidance of RFC 5681.

import type { CongestionControl } from "./congestion.ts";
import type { CongestionWindow } from "./window.ts";

const SSTHRESH_MIN = 2;

export class NewReno implements CongestionControl {
  readonly name = "reno";
  readonly ownsWindow = false;
  readonly sendBufferWindows = 2;

  onStart(): void {
    // Nothing to prepare.
  }

  onSample(): void {
    // Rates tell Reno nothing.
  }

  onAck(window: CongestionWindow, acked: number): void {
    if (!window.limited) return;
    let left = acked;
    if (window.slowStart) {
      left = window.growSlowly(acked);
      if (left === 0) return;
    }
    window.growEvery(window.cwnd, left);
  }

  onRoundTrip(): void {
    // Reno looks at losses only.
  }

  afterLoss(window: CongestionWindow): number {
    return Math.max(window.cwnd >> 1, SSTHRESH_MIN);
  }

  onTimeout(): void {
    // Nothing is remembered.
  }

  onUndo(window: CongestionWindow): void {
    window.restore();
  }

  onRestart(): void {
    // Nothing is remembered.
  }
}
