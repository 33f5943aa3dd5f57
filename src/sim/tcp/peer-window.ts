// The window the peer offers (SND.WND and its company, RFC 9293 section 3.3.1), and how large segments may be in view of it.

import { after } from "./seq.ts";

/** Least payload a segment is ever cut to, whatever windows a peer offers. */
export const MSS_MIN = 48;
const MSS_HALF_WINDOW_ABOVE = 536;

export class PeerWindow {
  sndWnd = 0;
  sndWl1 = 0;
  /** Largest window the peer has offered. */
  maxSndWnd = 0;
  scale = 0;
  /** Payload bytes of a full segment by what both ends announced. */
  mss = 536;
  /** The same, in view of the peer's buffer. */
  cutMss = 536;

  /**
   * The window of a segment that acknowledges nothing new: taken from newer segments, or when it is larger. One that does
   * acknowledge always brings its window, even when its own number is old (a retransmission), since SND.WND counts from
   * SND.UNA and would otherwise reach further than was offered.
   */
  offer(window: number, seq: number): void {
    // Compared before it matters: V8 throws all code away that this is part of when it comes to a comparison for the first time.
    const isNewer = after(seq, this.sndWl1);
    const isSame = seq === this.sndWl1;
    const isLarger = window > this.sndWnd;
    if (isNewer || (isSame && isLarger)) this.set(window, seq);
  }

  set(window: number, seq: number): void {
    this.sndWl1 = seq;
    this.sndWnd = window;
    if (window > this.maxSndWnd) {
      this.maxSndWnd = window;
      this.#cut();
    }
  }

  limitMss(mss: number): void {
    this.mss = mss;
    this.#cut();
  }

  /** Against a peer of tiny buffers, segments are at most half its window, so that two can be on the way. */
  #cut(): void {
    const window = this.maxSndWnd;
    const limit = window > MSS_HALF_WINDOW_ABOVE ? window >>> 1 : Math.max(window, MSS_MIN);
    this.cutMss = Math.max(MSS_MIN, Math.min(this.mss, limit));
  }
}
