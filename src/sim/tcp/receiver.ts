// The receiving half: reassembly, the window offered, and the buffer behind it. RCV.* of RFC 9293 section 3.3.1.

import { ZERO_NS } from "../clock.ts";
import { TCP_FLAGS } from "../packet.ts";
import type { Segment } from "../packet.ts";
import { DelayedAck } from "./delayed-ack.ts";
import { ECN_NEWS } from "./ecn.ts";
import type { TcpPersonality } from "./personality.ts";
import { Reassembly } from "./reassembly.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { ReceiverRoundTrip } from "./receiver-rtt.ts";
import { SackBlocks } from "./sack-blocks.ts";
import { after, before, distance } from "./seq.ts";
import type { SocketSettings } from "./settings.ts";
import type { Timers } from "./timers.ts";
import type { UrgentMark } from "./urgent.ts";

const { FIN, PSH } = TCP_FLAGS;

const WINDOW_MAX = 65_535;
/** A sixteenth more than the buffer's size may be offered. */
const SLACK_SHIFT = 4;
/** ACKs sent at once when a mark begins to be echoed. */
const ECN_QUICK_ACKS = 2;

export class Receiver {
  irs = 0;
  rcvNxt = 0;
  /** The window as last offered, and RCV.NXT at that time. */
  rcvWnd = 0;
  rcvWup = 0;
  windowScale = 0;
  /** MSS announced, without the room timestamps take once they are agreed on. */
  mss = 536;
  /** The peer's FIN has been received in order. */
  finished = false;
  bytesReceived = 0;
  readonly buffer = new ReceiveBuffer();
  readonly reassembly = new Reassembly();
  readonly sack = new SackBlocks();
  readonly acks: DelayedAck;
  readonly rtt = new ReceiverRoundTrip();
  /** Where urgent data is, once any was announced and not read past. */
  urgent: UrgentMark | null = null;
  sackPermitted = false;
  /** Bytes the window may offer when all has been read. */
  space: number;
  readonly #personality: TcpPersonality;
  #locked: boolean;
  /** The window grows towards `space` only as full segments come: its bound meanwhile, Linux's rcv_ssthresh. */
  ssthresh = 0;
  #hasFin = false;
  #finSeq = 0;
  #spaceStampNs = ZERO_NS;
  #copied = 0;
  #copiedBest = 0;

  constructor(personality: TcpPersonality, settings: SocketSettings, timers: Timers) {
    this.#personality = personality;
    const { receiveBuffer } = settings.current;
    this.#locked = receiveBuffer > 0;
    // Linux reckons that half a buffer is overhead; here, too, half of what SO_RCVBUF says is data.
    this.space = (receiveBuffer || personality.receiveBufferDefault) >>> personality.socketBufferShift;
    this.acks = new DelayedAck(personality, timers);
  }

  /** The window of the SYN: whole segments of `unit` bytes that fit both the buffer and 16 bits. */
  initialWindow(unit: number): number {
    const whole = this.space > unit ? this.space - (this.space % unit) : this.space;
    return Math.min(whole, WINDOW_MAX);
  }

  /** The scale that lets the field express the largest window this buffer can come to (RFC 7323 section 2.3). */
  offeredScale(): number {
    const most = this.#locked ? this.space : Math.max(this.space, this.#personality.receiveBufferMax);
    return Math.min(Math.max(Math.floor(Math.log2(most)) - 15, 0), 14);
  }

  /** The peer's SYN, numbered `irs`, has come; `mss` is the payload of the fullest segment it may send. */
  start(irs: number, window: number, mss: number): void {
    this.mss = mss;
    this.irs = irs;
    this.rcvNxt = (irs + 1) | 0;
    this.rcvWup = this.rcvNxt;
    this.rcvWnd = window;
    // A segment's worth is kept in reserve, so that one that waits to be read does not close the window.
    const reserves = this.space > 2 * mss;
    this.ssthresh = reserves ? Math.min(window, Math.max(this.space - mss, 2 * mss)) : window;
    this.#copiedBest = Math.min(this.ssthresh, this.#personality.initialWindowSegments * this.mss);
  }

  /** Data that came with the peer's SYN. */
  takeEarly(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.rcvNxt = this.rcvWup = (this.rcvNxt + bytes.length) | 0;
    this.bytesReceived += bytes.length;
    this.buffer.push(bytes);
  }

  /** The most a program has read in one round trip, in bytes: what the buffer is tuned by, and TCP_INFO's rcv_space. */
  get readPerRoundTrip(): number {
    return this.#copiedBest;
  }

  /** How much of the window offered is left. */
  get window(): number {
    const left = (this.rcvWup + this.rcvWnd - this.rcvNxt) | 0;
    return left > 0 ? left : 0;
  }

  /** Right edge of the window offered. */
  get edge(): number {
    return (this.rcvNxt + this.window) | 0;
  }

  /** SO_RCVBUF as getsockopt tells it. */
  get bufferSize(): number {
    const { receiveBufferMax, socketBufferShift } = this.#personality;
    return Math.min(this.space << socketBufferShift, Math.max(receiveBufferMax, this.space));
  }

  /** SO_RCVBUF on a socket that is connected already: no more tuning. */
  setSpace(space: number): void {
    this.space = space;
    this.#locked = true;
  }

  /** Chooses the window to offer now, in bytes; never takes back what was offered. */
  selectWindow(): number {
    const left = this.window;
    const unit = 1 << this.windowScale;
    const ideal = this.#idealWindow();
    // Up to whole units, which are powers of two.
    let window = ((ideal > left ? ideal : left) + unit - 1) & -unit;
    // Rounding up what is merely left moves the edge with every segment: Linux has slack for it, and so has this, but not for ever.
    const room = this.space + (this.space >>> SLACK_SHIFT) - this.buffer.length;
    if (ideal < left && window > room) window = left;
    window = Math.min(window, WINDOW_MAX << this.windowScale);
    this.rcvWnd = window;
    this.rcvWup = this.rcvNxt;
    return window;
  }

  /** Receiver's silly window avoidance (RFC 9293 section 3.8.6.2.2): small openings are kept shut. */
  #idealWindow(): number {
    let free = this.space - this.buffer.length;
    const mss = Math.min(this.acks.rcvMss, this.space);
    if (free < this.space >>> 1) {
      this.acks.endQuick();
      free -= free % (1 << this.windowScale);
      if (free < this.space >>> 4 || free < mss) return 0;
    }
    if (free > this.ssthresh) free = this.ssthresh;
    if (this.windowScale > 0) return free;
    const window = this.rcvWnd;
    if (window <= free - mss || window > free) return free - (free % mss);
    if (mss === this.space && free > window + (this.space >>> 1)) return free;
    return window;
  }

  /**
   * Takes the payload and FIN of a segment that was found acceptable. Answers whether something new can be read (or the end
   * of the stream was reached).
   */
  receive(segment: Segment, rtoNs: number, nowNs: number): boolean {
    const payload = segment.payload;
    const fin = (segment.flags & FIN) !== 0;
    const seq = segment.seq | 0;
    const push = (segment.flags & PSH) !== 0;
    if (
      seq === this.rcvNxt &&
      this.reassembly.empty &&
      !fin &&
      payload.length <= this.window &&
      !this.finished
    ) {
      this.#accept(payload, push, rtoNs, nowNs);
      return true;
    }
    return this.#receiveSlowly(segment, seq, fin, push, rtoNs, nowNs);
  }

  #receiveSlowly(
    segment: Segment,
    seq: number,
    fin: boolean,
    push: boolean,
    rtoNs: number,
    nowNs: number,
  ): boolean {
    const payload = segment.payload;
    const end = (seq + payload.length) | 0;
    if (!after((end + (fin ? 1 : 0)) | 0, this.rcvNxt)) {
      // All of it came before. Say so at once (RFC 9293 section 3.10.7.4), and which bytes (RFC 2883).
      this.duplicate(seq, (end + (fin ? 1 : 0)) | 0);
      return false;
    }
    const edge = this.edge;
    if (!before(seq, edge) && (payload.length > 0 || after(seq, edge))) {
      this.acks.enterQuick(this.rcvWnd);
      return false;
    }
    const from = before(seq, this.rcvNxt) ? distance(this.rcvNxt, seq) : 0;
    const beyond = Math.max(distance(end, edge), 0);
    const bytes = from === 0 && beyond === 0 ? payload : payload.subarray(from, payload.length - beyond);
    const start = (seq + from) | 0;
    if (fin && beyond === 0 && !this.#hasFin) {
      this.#hasFin = true;
      this.#finSeq = end;
    }
    if (start !== this.rcvNxt) {
      this.#keep(start, bytes);
      return false;
    }
    if (from > 0) this.sack.duplicate(seq, this.rcvNxt);
    const filling = !this.reassembly.empty;
    if (bytes.length > 0) this.#accept(bytes, push, rtoNs, nowNs);
    for (
      let next = this.reassembly.take(this.rcvNxt);
      next !== null;
      next = this.reassembly.take(this.rcvNxt)
    ) {
      this.#accept(next, push, rtoNs, nowNs);
    }
    if (filling) {
      this.sack.advance(this.rcvNxt);
      this.acks.due = this.acks.owed = true;
    }
    if (this.#hasFin && this.#finSeq === this.rcvNxt && !this.finished) {
      this.rcvNxt = (this.rcvNxt + 1) | 0;
      this.finished = true;
      this.acks.owed = true;
      this.reassembly.clear();
    }
    return true;
  }

  #accept(bytes: Uint8Array, push: boolean, rtoNs: number, nowNs: number): void {
    const length = bytes.length;
    this.rcvNxt = (this.rcvNxt + length) | 0;
    this.bytesReceived += length;
    this.buffer.push(bytes);
    this.rtt.dataReceived(this.rcvNxt, this.rcvWnd, nowNs);
    this.acks.dataReceived(length, push, this.mss, this.rcvWnd, rtoNs, nowNs);
    if (this.ssthresh < this.space && length >= this.acks.rcvMss) {
      this.ssthresh = Math.min(this.space, this.ssthresh + 2 * this.mss);
    }
  }

  #keep(start: number, bytes: Uint8Array): void {
    // Answered at once, but no reason for haste later.
    this.acks.owed = true;
    this.acks.due = true;
    if (bytes.length === 0) return;
    const end = (start + bytes.length) | 0;
    const fresh = this.reassembly.insert(start, bytes);
    if (!this.sackPermitted) return;
    if (!fresh) this.sack.duplicate(start, end);
    this.sack.add(start, end);
  }

  /** What ECN tells of a segment about to be received calls for an ACK soon, or at once. */
  congestionNews(news: (typeof ECN_NEWS)[keyof typeof ECN_NEWS]): void {
    if (news === ECN_NEWS.QUICK) this.acks.enterQuick(this.rcvWnd, ECN_QUICK_ACKS);
    else if (news === ECN_NEWS.REDUCED) this.acks.due = this.acks.owed = true;
  }

  /** Sequence numbers from `seq` to `end` have come before: the next ACK leaves at once and tells. */
  duplicate(seq: number, end: number): void {
    if (this.sackPermitted && after(end, seq)) this.sack.duplicate(seq, end);
    this.acks.enterQuick(this.rcvWnd);
    this.acks.due = true;
  }

  /** After a segment: is an ACK due? */
  decideAck(srttNs: number, nowNs: number): void {
    const acks = this.acks;
    if (!acks.owed || acks.due) return;
    const full =
      distance(this.rcvNxt, this.rcvWup) > acks.rcvMss &&
      (this.buffer.length === 0 || this.#idealWindow() >= this.rcvWnd);
    acks.decide(full, srttNs, nowNs);
  }

  /** A program takes at most `max` bytes. `release`: nobody else will look at them any more (receive-buffer.ts). */
  read(max: number, peek: boolean, release: boolean, nowNs: number): Uint8Array {
    const bytes = this.buffer.read(max, peek, release);
    if (peek || bytes.length === 0) return bytes;
    this.#tune(bytes.length, nowNs);
    const acks = this.acks;
    acks.dataRead(distance(this.rcvNxt, this.rcvWup) > acks.rcvMss, this.buffer.length === 0);
    if (!acks.due && !this.finished) {
      // Tell the peer of a window that has at least doubled.
      const left = this.window;
      if (2 * left <= this.space) {
        const ideal = this.#idealWindow();
        if (ideal > 0 && ideal >= 2 * left) acks.due = acks.owed = true;
      }
    }
    return bytes;
  }

  /** A program that reads more than ever in one round trip gets twice as much buffer ahead of it, up to the maximum. */
  #tune(count: number, nowNs: number): void {
    this.#copied += count;
    const elapsedNs = nowNs - this.#spaceStampNs;
    if (elapsedNs < this.rtt.ns || this.rtt.ns === 0) return;
    if (this.#copied > this.#copiedBest) {
      if (!this.#locked) {
        const wanted = 2 * this.#copied + 16 * this.mss;
        const growth = Math.floor((wanted * (this.#copied - this.#copiedBest)) / this.#copiedBest);
        const most = this.#personality.receiveBufferMax;
        this.space = Math.max(this.space, Math.min(wanted + 2 * growth, most));
      }
      this.#copiedBest = this.#copied;
    }
    this.#copied = 0;
    this.#spaceStampNs = nowNs;
  }
}
