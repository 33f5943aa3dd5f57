// The TCP connections of a generated capture, segment by segment: slow start, an acknowledgement for every second segment, and now
// and then a lost one, with the duplicate acknowledgements that ask for it and its repair.

import { TCP_FLAG } from "../src/wire/tcp.ts";
import { dnsLookup, httpSession, tlsSession, turnLength, unknownSession } from "./traffic-messages.ts";
import type { Dice, Turn } from "./traffic-messages.ts";

const MSS = 1448;
const FLIGHT_FIRST = 10;
const FLIGHT_MAX = 64;
const LOSS = 0.002;
const RESETS = 0.04;
const DUPLICATES_FOR_REPAIR = 3;

/** Where the two ends of a conversation are. */
export interface Ends {
  readonly isIpv6: boolean;
  /** IPv4 addresses, or what ends an IPv6 one. */
  readonly client: number;
  readonly server: number;
  readonly clientPort: number;
  readonly serverPort: number;
}

export interface Segment {
  readonly side: 0 | 1;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  /** Bytes [offset, offset + length) of `turn`; null without payload. */
  readonly turn: Turn | null;
  readonly offset: number;
  readonly length: number;
  /** Edges of the block it reports as received out of order. */
  readonly sack: readonly [number, number] | null;
}

const PORTS = { tls: 443, http: 80, unknown: 9400 } as const;

/** One connection from its SYN to its end. */
export class Connection {
  readonly ends: Ends;
  /** A lookup of the server's address and its answer, to be shown before the connection; null where it was known. */
  readonly lookup: readonly [Uint8Array, Uint8Array] | null;
  readonly #dice: Dice;
  readonly #turns: readonly Turn[];
  /** Next sequence numbers of client and server. */
  readonly #seq: [number, number];
  #waiting: Segment[] = [];
  #at = 0;
  /** The turn being sent, and how far it has got. */
  #turn = -1;
  #sent = 0;
  #flight = FLIGHT_FIRST;
  #isOver = false;

  constructor(dice: Dice, number: number) {
    this.#dice = dice;
    const kind = dice.chance(0.6) ? "tls" : dice.chance(0.55) ? "http" : "unknown";
    const site = dice.below(400);
    const host = `www.site-${site}.example`;
    this.ends = {
      isIpv6: dice.chance(0.08),
      client: 0x0a000000 + dice.below(600) + 1,
      server: 0x5db80000 + site + 1,
      clientPort: 32_768 + (number % 28_000),
      serverPort: PORTS[kind],
    };
    this.lookup = dice.chance(0.6) ? dnsLookup(dice, host, this.ends.server) : null;
    this.#turns =
      kind === "tls"
        ? tlsSession(dice, host)
        : kind === "http"
          ? httpSession(dice, host)
          : unknownSession(dice);
    this.#seq = [dice.next(), dice.next()];
    this.#open();
  }

  /** The next segment, null after the last. */
  next(): Segment | null {
    while (this.#at === this.#waiting.length) {
      if (this.#isOver) return null;
      this.#waiting = [];
      this.#at = 0;
      this.#go();
    }
    return this.#waiting[this.#at++];
  }

  #open(): void {
    this.#control(0, TCP_FLAG.syn);
    this.#control(1, TCP_FLAG.syn | TCP_FLAG.ack);
    this.#acknowledge(0);
  }

  #go(): void {
    const turn = this.#turns[this.#turn];
    if (turn !== undefined && this.#sent < turnLength(turn)) {
      this.#fly(turn);
      return;
    }
    this.#turn++;
    this.#sent = 0;
    if (this.#turn < this.#turns.length) return;
    this.#isOver = true;
    if (this.#dice.chance(RESETS)) {
      this.#control(0, TCP_FLAG.rst | TCP_FLAG.ack);
      return;
    }
    this.#control(0, TCP_FLAG.fin | TCP_FLAG.ack);
    this.#control(1, TCP_FLAG.fin | TCP_FLAG.ack);
    this.#acknowledge(0);
  }

  /** As many segments as fit the window, and what the other side answers. */
  #fly(turn: Turn): void {
    const whole = turnLength(turn);
    const { side } = turn;
    const other = side === 0 ? 1 : 0;
    let lost: { offset: number; length: number; seq: number } | null = null;
    let duplicates = 0;
    let unanswered = 0;
    for (let i = 0; i < this.#flight && this.#sent < whole; i++) {
      const offset = this.#sent;
      const length = Math.min(MSS, whole - offset);
      const seq = this.#seq[side];
      this.#sent += length;
      this.#seq[side] = (seq + length) >>> 0;
      const isLast = this.#sent === whole;
      if (lost === null && !isLast && i + 1 < this.#flight && this.#dice.chance(LOSS)) {
        lost = { offset, length, seq };
        continue;
      }
      this.#data(turn, offset, length, seq, isLast ? TCP_FLAG.psh : 0);
      if (lost === null) {
        if (++unanswered % 2 === 0 || isLast) this.#acknowledge(other);
        continue;
      }
      this.#acknowledge(other, lost.seq, [(lost.seq + lost.length) >>> 0, this.#seq[side]]);
      if (++duplicates === DUPLICATES_FOR_REPAIR) {
        this.#data(turn, lost.offset, lost.length, lost.seq, 0);
        this.#acknowledge(other);
        lost = null;
        duplicates = 0;
        this.#flight = Math.max(2, this.#flight >> 1);
      }
    }
    if (lost !== null) {
      this.#data(turn, lost.offset, lost.length, lost.seq, 0);
      this.#acknowledge(other);
    }
    this.#flight = Math.min(FLIGHT_MAX, this.#flight * 2);
  }

  #control(side: 0 | 1, flags: number): void {
    const seq = this.#seq[side];
    const ack = (flags & TCP_FLAG.ack) === 0 ? 0 : this.#seq[side === 0 ? 1 : 0];
    this.#waiting.push({ side, flags, seq, ack, turn: null, offset: 0, length: 0, sack: null });
    if ((flags & (TCP_FLAG.syn | TCP_FLAG.fin)) !== 0) this.#seq[side] = (seq + 1) >>> 0;
  }

  #acknowledge(
    side: 0 | 1,
    ack: number = this.#seq[side === 0 ? 1 : 0],
    sack: readonly [number, number] | null = null,
  ): void {
    const seq = this.#seq[side];
    this.#waiting.push({ side, flags: TCP_FLAG.ack, seq, ack, turn: null, offset: 0, length: 0, sack });
  }

  #data(turn: Turn, offset: number, length: number, seq: number, push: number): void {
    const { side } = turn;
    const ack = this.#seq[side === 0 ? 1 : 0];
    this.#waiting.push({ side, flags: TCP_FLAG.ack | push, seq, ack, turn, offset, length, sack: null });
  }
}
