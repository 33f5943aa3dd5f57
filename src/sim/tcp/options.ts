// What the two ends agreed on in their SYNs, and the timestamps they have exchanged since (RFC 7323).

import { NEVER_NS } from "../clock.ts";
import type { Segment } from "../packet.ts";
import { before } from "./seq.ts";

/** Assumed of a peer that announces no MSS (RFC 9293 section 3.7.1). */
const MSS_DEFAULT = 536;
/** Linux refuses to go below this, whatever a peer announces. */
const MSS_LEAST = 88;
const WINDOW_SCALE_MAX = 14;
export const TIMESTAMPS_LENGTH = 12;
/** A timestamp older than 24 days tells nothing (RFC 7323 section 5.5). */
const TIMESTAMP_VALID_NS = 24 * 86_400 * 1e9;

export class NegotiatedOptions {
  timestamps = true;
  sackPermitted = true;
  /** Whether both ends scale windows. */
  scaling = true;
  peerMss = MSS_DEFAULT;
  peerScale = 0;
  /** Added to the clock, so that a host's uptime does not show. */
  readonly tsOffset: number;
  tsRecent = 0;
  #tsRecentNs = NEVER_NS;

  constructor(tsOffset: number) {
    this.tsOffset = tsOffset | 0;
  }

  /** Reads the options of the peer's SYN. */
  negotiate(syn: Segment, nowNs: number): void {
    this.timestamps = this.timestamps && syn.timestamps;
    this.sackPermitted = this.sackPermitted && syn.sackPermitted;
    this.scaling = this.scaling && syn.windowScale >= 0;
    this.peerScale = this.scaling ? Math.min(syn.windowScale, WINDOW_SCALE_MAX) : 0;
    this.peerMss = syn.mss === 0 ? MSS_DEFAULT : Math.max(syn.mss, MSS_LEAST);
    if (this.timestamps) this.remember(syn.tsVal, nowNs);
  }

  /** Our clock: milliseconds from an offset of the connection's own, as 32 bits. */
  tsVal(nowNs: number): number {
    return (this.tsOffset + Math.floor(nowNs / 1e6)) | 0;
  }

  remember(tsVal: number, nowNs: number): void {
    this.tsRecent = tsVal | 0;
    this.#tsRecentNs = nowNs;
  }

  /** Protection against wrapped sequence numbers (RFC 7323 section 5): whether the segment is from the past. */
  isOld(segment: Segment, nowNs: number): boolean {
    return (
      this.timestamps &&
      segment.timestamps &&
      before(segment.tsVal | 0, this.tsRecent) &&
      nowNs - this.#tsRecentNs < TIMESTAMP_VALID_NS
    );
  }

  /** When what the segment's echo answers was sent, in ns rounded down to whole ms. */
  echoedNs(segment: Segment, nowNs: number): number {
    return (Math.floor(nowNs / 1e6) - ((this.tsVal(nowNs) - segment.tsEcr) | 0)) * 1e6;
  }

  /** The round trip the segment's echo measures, in ns; -1 when it measures none. */
  echoNs(segment: Segment, nowNs: number): number {
    if (!this.timestamps || !segment.timestamps || segment.tsEcr === 0) return -1;
    const ms = (this.tsVal(nowNs) - segment.tsEcr) | 0;
    return ms < 0 ? -1 : Math.max(ms, 1) * 1e6;
  }
}
