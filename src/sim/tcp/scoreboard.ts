// What is known of the segments on the way: which the peer has out of order (RFC 2018, RFC 2883), which count as lost, how many
// are in the network (RFC 6675's pipe, counted in segments as Linux does), and how far packets have been seen to overtake
// each other. Without SACK, duplicate ACKs are counted in its place.

import { NEVER_NS } from "../clock.ts";
import { news } from "./ack-news.ts";
import { DeliveryRate } from "./delivery-rate.ts";
import { SENT, SentQueue } from "./sent-queue.ts";
import { after, before, distance } from "./seq.ts";

const { AGAIN, EVER, LOST, SACKED } = SENT;

const REORDERING = 3;
const REORDERING_MAX = 300;
/** Blocks of one ACK that are looked at: what fits in a header. */
const BLOCKS_MAX = 4;

/** Blocks of the ACK being taken, in order; the same memory for every connection. */
const blocks = new Int32Array(BLOCKS_MAX * 2);
let blockCount = 0;
/** Of a connection whose peer has never reported any. */
const NO_BLOCKS = new Int32Array(0);

/** Hears of every segment that has arrived, for RACK. */
export interface DeliveryListener {
  delivered(sentNs: number, order: number, resent: boolean): void;
}

export class Scoreboard {
  readonly sent = new SentQueue();
  readonly rate = new DeliveryRate();
  sackPermitted = false;
  sackedOut = 0;
  lostOut = 0;
  retransOut = 0;
  /** Segments delivered, and marked lost, so far. */
  delivered = 0;
  lost = 0;
  /** How many segments a packet may be late without being lost: TCP_INFO's reordering. */
  reordering = REORDERING;
  reorderingSeen = false;
  /** End of the highest segment the peer reported. */
  highestSacked = 0;
  /** Undo's counters: retransmissions not yet reported as superfluous since recovery began at `undoMarker`; -1: none made yet. */
  undoPossible = false;
  undoMarker = 0;
  undoRetrans = 0;
  /** Blocks of the ACK before, in order: their insides need no second look. */
  #known = NO_BLOCKS;
  #knownCount = 0;

  start(sndUna: number): void {
    this.highestSacked = sndUna;
    // The SYN counts.
    this.delivered = 1;
  }

  /** Segments in the network. */
  get inFlight(): number {
    return this.sent.count - this.sackedOut - this.lostOut + this.retransOut;
  }

  /** A segment leaves for the first time. */
  push(start: number, end: number, flags: number, nowNs: number): void {
    const { sent } = this;
    const first = sent.count === 0;
    this.rate.sent(sent, sent.push(start, end, nowNs, flags), this.delivered, first, nowNs);
  }

  /** Forgets what the last ACK told; `reports`: the next one has SACK blocks. */
  begin(reports: boolean): void {
    this.rate.begin(this.inFlight);
    if (!reports) this.#knownCount = 0;
    news.begin();
  }

  /** Takes the blocks of an ACK up to `ack`. `una` is SND.UNA before it. */
  sack(
    edges: readonly number[],
    ack: number,
    una: number,
    sndNxt: number,
    highSeq: number,
    listener: DeliveryListener,
  ): void {
    const first = this.#readDuplicate(edges, ack, una);
    this.#sortBlocks(edges, first, ack, sndNxt);
    for (let i = 0; i < blockCount; i++) {
      this.#mark(blocks[2 * i], blocks[2 * i + 1], highSeq, listener);
    }
    if (this.#known === NO_BLOCKS) this.#known = new Int32Array(BLOCKS_MAX * 2);
    this.#known.set(blocks);
    this.#knownCount = blockCount;
  }

  /** RFC 2883: a first block below the ACK, or inside the second, tells of something that came twice. Answers where SACK begins. */
  #readDuplicate(edges: readonly number[], ack: number, una: number): number {
    if (edges.length < 2) return 0;
    const left = edges[0] | 0;
    const right = edges[1] | 0;
    const inside =
      edges.length >= 4 && !before(left, edges[2] | 0) && !after(right, edges[3] | 0) && after(right, left);
    if (!before(left, ack) && !inside) return 0;
    news.duplicateSeen = true;
    news.duplicateEnd = right;
    if (this.undoPossible && this.undoRetrans > 0 && !after(right, una) && after(right, this.undoMarker)) {
      this.undoRetrans--;
    }
    if (after(right, una)) this.#markDuplicate(left, right);
    return 2;
  }

  /** What is still on the list and came twice: the second one was superfluous. */
  #markDuplicate(left: number, right: number): void {
    const { sent } = this;
    for (let index = sent.indexOf(left); index < sent.count; index++) {
      const slot = sent.slot(index);
      if (before(sent.starts[slot], left) || after(sent.ends[slot], right)) return;
      const flags = sent.flags[slot];
      if ((flags & EVER) === 0) continue;
      if (this.undoPossible && this.undoRetrans > 0 && after(sent.ends[slot], this.undoMarker))
        this.undoRetrans--;
      if ((flags & SACKED) !== 0) news.arrivedLate(sent.starts[slot]);
      if ((flags & AGAIN) !== 0) {
        sent.flags[slot] = flags & ~AGAIN;
        this.retransOut--;
      }
    }
  }

  /** The blocks that make sense, in order. */
  #sortBlocks(edges: readonly number[], from: number, ack: number, sndNxt: number): void {
    let count = 0;
    for (let i = from; i + 1 < edges.length && count < BLOCKS_MAX; i += 2) {
      const left = edges[i] | 0;
      const right = edges[i + 1] | 0;
      if (!after(right, left) || !after(left, ack) || after(right, sndNxt)) continue;
      let at = count++;
      for (; at > 0 && after(blocks[2 * at - 2], left); at--) {
        blocks[2 * at] = blocks[2 * at - 2];
        blocks[2 * at + 1] = blocks[2 * at - 1];
      }
      blocks[2 * at] = left;
      blocks[2 * at + 1] = right;
    }
    blockCount = count;
  }

  #mark(left: number, right: number, highSeq: number, listener: DeliveryListener): void {
    const { sent } = this;
    const known = this.#known;
    let at = left;
    let next = 0;
    while (before(at, right)) {
      while (next < this.#knownCount && !after(known[2 * next + 1], at)) next++;
      if (next < this.#knownCount && !after(known[2 * next], at)) {
        at = known[2 * next + 1];
        continue;
      }
      const until = next < this.#knownCount && before(known[2 * next], right) ? known[2 * next] : right;
      for (let index = sent.indexOf(at); index < sent.count; index++) {
        const slot = sent.slot(index);
        if (!before(sent.starts[slot], until)) break;
        if (!before(sent.starts[slot], left) && !after(sent.ends[slot], right))
          this.#markOne(slot, highSeq, listener);
      }
      at = until;
    }
  }

  #markOne(slot: number, highSeq: number, listener: DeliveryListener): void {
    const { sent } = this;
    const flags = sent.flags[slot];
    if ((flags & SACKED) !== 0) return;
    const sentNs = sent.times[slot];
    const end = sent.ends[slot];
    this.rate.take(sent, slot);
    sent.deliveredNs[slot] = NEVER_NS;
    listener.delivered(sentNs, sent.orders[slot], (flags & EVER) !== 0);
    if ((flags & AGAIN) !== 0) {
      this.retransOut--;
    } else if ((flags & EVER) === 0) {
      if (before(sent.starts[slot], this.highestSacked)) news.arrivedLate(sent.starts[slot]);
      if (!after(end, highSeq)) news.originalSacked = true;
      if (news.firstSentNs < 0) news.firstSentNs = sentNs;
      news.lastSentNs = sentNs;
    }
    if ((flags & LOST) !== 0) this.lostOut--;
    sent.flags[slot] = (flags & ~(AGAIN | LOST)) | SACKED;
    sent.unlink(slot);
    news.sackedNew = true;
    this.sackedOut++;
    this.delivered++;
    if (after(end, this.highestSacked)) this.highestSacked = end;
  }

  /** Everything before `una` is acknowledged. */
  acknowledge(una: number, highSeq: number, mss: number, listener: DeliveryListener): void {
    const { sent } = this;
    const { ends, times } = sent;
    const fack = this.highestSacked;
    let fresh = 0;
    while (sent.count > 0) {
      const slot = sent.slot(0);
      const end = ends[slot];
      if (after(end, una)) break;
      const flags = sent.flags[slot];
      const sentNs = times[slot];
      const again = (flags & AGAIN) !== 0;
      const sacked = (flags & SACKED) !== 0;
      if ((flags & EVER) !== 0) {
        if (again) this.retransOut--;
        news.ackedRetransmitted = true;
      } else if (!sacked) {
        if (news.ackedFirstNs < 0) news.ackedFirstNs = sentNs;
        news.ackedLastNs = sentNs;
        if (this.sackPermitted) news.arrivedLate(sent.starts[slot]);
        if (!after(end, highSeq)) news.originalSacked = true;
      }
      if (sacked) {
        this.sackedOut--;
      } else {
        fresh++;
        this.rate.take(sent, slot);
        if (this.sackPermitted) {
          this.delivered++;
          listener.delivered(sentNs, sent.orders[slot], (flags & EVER) !== 0);
        }
      }
      if ((flags & LOST) !== 0) this.lostOut--;
      news.ackedSegments++;
      sent.shift();
    }
    this.#trim(una);
    if (this.sackPermitted) {
      if (news.isLate && before(news.late, fack)) this.#reordered(news.late, fack, mss);
      if (before(this.highestSacked, una)) this.highestSacked = una;
    } else this.#withoutSack(fresh);
    if (sent.count === 0) sent.rest();
  }

  /** A part of a retransmission arrived: the rest of what was lost is to be sent again. */
  #trim(una: number): void {
    const { sent } = this;
    if (sent.count === 0) return;
    const slot = sent.slot(0);
    if (!before(sent.starts[slot], una)) return;
    sent.trim(una);
    if ((sent.flags[slot] & AGAIN) === 0) return;
    sent.flags[slot] &= ~AGAIN;
    this.retransOut--;
  }

  /** Duplicate ACKs stood for segments that are acknowledged now, all but the one that was missing. */
  #withoutSack(acked: number): void {
    this.delivered += Math.max(acked - this.sackedOut, acked > 0 ? 1 : 0);
    this.sackedOut = Math.max(this.sackedOut - Math.max(acked - 1, 0), 0);
    this.#limitReno();
  }

  /** Without SACK: a duplicate ACK says that some segment has arrived. */
  duplicateAck(): void {
    this.sackedOut++;
    this.delivered++;
    this.#limitReno();
  }

  #limitReno(): void {
    const holes = Math.min(Math.max(this.lostOut, 1), this.sent.count);
    if (this.sackedOut + holes > this.sent.count) this.sackedOut = this.sent.count - holes;
  }

  forgetDuplicates(): void {
    if (!this.sackPermitted) this.sackedOut = 0;
  }

  /** A packet that was never sent twice arrived behind others: how far is remembered. */
  #reordered(low: number, high: number, mss: number): void {
    const segments = Math.ceil(distance(high, low) / mss);
    if (segments > this.reordering) this.reordering = Math.min(segments, REORDERING_MAX);
    this.reorderingSeen = true;
  }

  /** For a SACK that acknowledged nothing in order. */
  noteReordering(mss: number): void {
    if (news.isLate && before(news.late, this.highestSacked))
      this.#reordered(news.late, this.highestSacked, mss);
  }

  markLost(slot: number): void {
    const { sent } = this;
    const flags = sent.flags[slot];
    if ((flags & SACKED) !== 0) return;
    if ((flags & LOST) === 0) {
      sent.flags[slot] = flags | LOST;
      this.lostOut++;
      this.lost++;
    } else if ((flags & AGAIN) !== 0) {
      sent.flags[slot] = flags & ~AGAIN;
      this.retransOut--;
      this.lost++;
    }
  }

  /** Nothing was lost after all. */
  unmarkLost(): void {
    const { sent } = this;
    for (let index = 0; index < sent.count; index++) sent.flags[sent.slot(index)] &= ~LOST;
    this.lostOut = 0;
  }

  /** The peer has thrown away what it had reported (RFC 2018 section 8). */
  forgetSacked(): void {
    const { sent } = this;
    for (let index = 0; index < sent.count; index++) sent.flags[sent.slot(index)] &= ~SACKED;
    this.sackedOut = 0;
    this.#knownCount = 0;
  }

  /** The segment leaves once more. */
  resent(slot: number, nowNs: number): void {
    const { sent } = this;
    if ((sent.flags[slot] & AGAIN) === 0) {
      sent.flags[slot] |= AGAIN;
      this.retransOut++;
    }
    this.probed(slot, nowNs);
    if (this.undoRetrans < 0) this.undoRetrans = 0;
    this.undoRetrans++;
  }

  /** It leaves once more, as a question: that it was sent again since it was lost is not said of it. */
  probed(slot: number, nowNs: number): void {
    this.sent.resent(slot, nowNs);
    this.rate.sent(this.sent, slot, this.delivered, false, nowNs);
  }

  /** Cuts the segment at `index` in two, as it no longer fits one packet. */
  split(index: number, seq: number): void {
    const { sent } = this;
    const flags = sent.flags[sent.slot(index)];
    sent.split(index, seq);
    if ((flags & SACKED) !== 0) this.sackedOut++;
    if ((flags & LOST) !== 0) this.lostOut++;
    if ((flags & AGAIN) !== 0) this.retransOut++;
  }
}
