// What an idle spell does to the congestion window.

import type { CongestionControl } from "./congestion.ts";

/**
 * RFC 5681 section 4.1: a window that was not used for `idleNs` says nothing of the path any more. Halved for each timeout
 * of `rtoNs` that has passed, down to `restart` bytes (RFC 2861, as Linux does).
 */
export function restartAfterIdle(
  congestion: CongestionControl,
  idleNs: number,
  rtoNs: number,
  restart: number,
): void {
  const least = Math.min(restart, congestion.cwnd);
  congestion.ssthresh = Math.max(congestion.ssthresh, Math.floor((congestion.cwnd * 3) / 4));
  for (let left = idleNs; left > rtoNs && congestion.cwnd > least; left -= rtoNs) {
    congestion.cwnd = Math.floor(congestion.cwnd / 2);
  }
  congestion.cwnd = Math.max(congestion.cwnd, least);
}
