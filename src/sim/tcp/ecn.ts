// Explicit congestion notification of one connection (RFC 3168), as Linux keeps it: agreed on in the SYNs, data capable of being
// marked, marks echoed until the sender says that it has reduced its window.

import { TCP_FLAGS } from "../packet.ts";

const { CWR, ECE, SYN } = TCP_FLAGS;

/** The ECN field of an IP header (RFC 3168 section 5). */
export const ECN = { NOT_CAPABLE: 0, CAPABLE_1: 1, CAPABLE_0: 2, CONGESTION: 3 } as const;

/** Linux's net.ipv4.tcp_ecn: 0 never, 1 asks and agrees, 2 (the default) agrees when asked. */
export type EcnMode = 0 | 1 | 2;

export const ECN_MODES: readonly EcnMode[] = [0, 1, 2];

/** What a segment with data told, for the receiver to act on. */
export const ECN_NEWS = { NONE: 0, QUICK: 1, REDUCED: 2 } as const;

export class Ecn {
  /** Both ends have agreed. */
  ok = false;
  /** Every segment says ECE until the peer answers CWR (section 6.1.3). */
  echoes = false;
  /** A packet capable of being marked has come. */
  seen = false;
  /** What the IP header of the segment being sent is to say. */
  field: number = ECN.NOT_CAPABLE;
  readonly #mode: EcnMode;
  #asks: boolean;

  constructor(mode: EcnMode) {
    this.#mode = mode;
    this.#asks = mode === 1;
  }

  /** Flags of our SYN, which asks at most once: a SYN that was lost may have been lost for asking (RFC 3168 section 6.1.1.1). */
  synFlags(again: boolean): number {
    if (again) this.#asks = false;
    return this.#asks ? ECE | CWR : 0;
  }

  /** Flags of our SYN and ACK. */
  get synAckFlags(): number {
    return this.ok ? ECE : 0;
  }

  /** A peer's SYN arrived at a listener. */
  asked(flags: number): void {
    this.ok = this.#mode !== 0 && (flags & (ECE | CWR)) === (ECE | CWR);
  }

  /** The peer's SYN, with an ACK of ours or crossing it. */
  answered(flags: number, acks: boolean): void {
    this.ok = this.#asks && (flags & (ECE | CWR)) === (acks ? ECE : ECE | CWR);
  }

  /** Whether an ACK says that something of ours was marked. */
  tellsOfCongestion(flags: number): boolean {
    return this.ok && (flags & (ECE | SYN)) === ECE;
  }

  /** A segment with data has come with `field` in its IP header: what the receiver must do about it. */
  received(flags: number, field: number): (typeof ECN_NEWS)[keyof typeof ECN_NEWS] {
    if (!this.ok) return ECN_NEWS.NONE;
    let news: (typeof ECN_NEWS)[keyof typeof ECN_NEWS] = ECN_NEWS.NONE;
    if ((flags & CWR) !== 0) {
      this.echoes = false;
      // The peer may be down to one segment: it should not wait for a delayed ACK.
      news = ECN_NEWS.REDUCED;
    }
    if (field === ECN.NOT_CAPABLE) return this.seen && news === ECN_NEWS.NONE ? ECN_NEWS.QUICK : news;
    this.seen = true;
    if (field !== ECN.CONGESTION || this.echoes) return news;
    this.echoes = true;
    return news === ECN_NEWS.NONE ? ECN_NEWS.QUICK : news;
  }
}
