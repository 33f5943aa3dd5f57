// A connection's state, and what programs send and receive on it (RFC 9293 sections 3.3 and 3.10); how it begins and ends: opening.ts,
// closing.ts.
//
// Time and segments come in as arguments (arrival.ts, expiry.ts), segments go out when asked for (departure.ts), and
// `timers.earliestNs` says when to come back. Nothing here calls anybody.

import { ZERO_NS } from "../clock.ts";
import type { Errno } from "../../socket/errno.ts";
import type { TcpState } from "../../socket/options.ts";
import type { FastOpenOption, Segment } from "../packet.ts";
import { Ecn } from "./ecn.ts";
import type { EcnMode } from "./ecn.ts";
import type { MtuProbing } from "./mtu-search.ts";
import { NegotiatedOptions, TIMESTAMPS_LENGTH } from "./options.ts";
import type { TcpPersonality } from "./personality.ts";
import { Receiver } from "./receiver.ts";
import { NO_BYTES } from "./segments.ts";
import { Sender } from "./sender.ts";
import type { SocketSettings, TcpSettings } from "./settings.ts";
import { Timers } from "./timers.ts";
import { readAround } from "./urgent.ts";

/** The fields of a connection that are settled before it opens. */
export interface ConnectionSetup {
  readonly personality: TcpPersonality;
  readonly settings: SocketSettings;
  readonly localPort: number;
  readonly remotePort: number;
  /** Bytes of the largest packet the path takes, as far as is known, and of the headers in it, without options. */
  readonly pathMtu: number;
  readonly headerBytes: number;
  readonly iss: number;
  readonly tsOffset: number;
  readonly ecn: EcnMode;
  readonly mtuProbing: MtuProbing;
}

/** Largest MSS the option can usefully say: an IPv4 packet of 65,535 bytes. */
export const MSS_MOST = 65_495;

/** What one segment of `mss` bytes costs a send buffer, by Linux's arithmetic: a power of two from it and its headers up, and the sk_buff. */
function bufferCost(mss: number): number {
  return (1 << (32 - Math.clz32(mss + 639))) + 256;
}

/** Of connections that have had nothing to record, or nobody to. */
const NOTHING_YET: TcpState[] = [];
const NOTHING_FIRED: string[] = [];

export class Connection {
  state: TcpState = "CLOSED";
  readonly personality: TcpPersonality;
  readonly socketSettings: SocketSettings;
  readonly localPort: number;
  readonly remotePort: number;
  readonly timers: Timers;
  readonly options: NegotiatedOptions;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly ecn: Ecn;
  readonly mtuProbing: MtuProbing;
  /** Of a packet, without options. */
  readonly headerBytes: number;
  /** Payload bytes of a segment as both ends announced it, path aside. */
  agreedMss = MSS_MOST;
  /** MSS announced. */
  announcedMss: number;
  /** Whether it came to be by a peer's SYN. */
  passive = false;
  /** Whether it ever got through the handshake. */
  opened = false;
  /** No program holds it any more. */
  orphan = false;
  /** A program waits in close: SO_LINGER. */
  lingering = false;
  readShutdown = false;
  writeShutdown = false;
  /** What ended it, until a call has reported it. */
  error: Errno | null = null;
  /** What ICMP last said of the path: reported only if the connection dies anyway. */
  softError: Errno | null = null;
  /** A segment to leave before all others: a RST that answers a bad one. */
  reply: Segment | null = null;
  resetDue = false;
  synDue = false;
  keepAliveDue = false;
  synTries = 0;
  /** Our SYN was answered with a RST, and the next is waited for. */
  refused = false;
  refusals = 0;
  synSentNs = ZERO_NS;
  openedNs = ZERO_NS;
  keepProbes = 0;
  lastReceivedNs = ZERO_NS;
  /** When a segment out of place was last answered; the rate is limited. */
  lastChallengeNs = -Infinity;
  segmentsIn = 0;
  segmentsOut = 0;
  dataSegmentsIn = 0;
  dataSegmentsOut = 0;
  /** Payload bytes that have left, some more than once. */
  bytesSent = 0;
  /** Bytes of the largest packet the path takes, as far as is known. */
  pathMtu: number;
  /** Until when that is believed, in ns. */
  pathUntilNs = Infinity;
  /** Data in the SYN was acknowledged with it. */
  fastOpened = false;
  /** Fast open cookie of our SYN, or of our answer to one: empty asks for one, null is none. */
  synCookie: FastOpenOption | null = null;
  /** Bytes of the send buffer that left with our SYN. */
  synData = 0;
  /** The cookie the peer gives us, for the host to keep; empty where we asked and it gives none. */
  givenCookie: FastOpenOption | null = null;
  /** Programs have it already while the handshake goes on, as its SYN came with data and a cookie. */
  early = false;
  /** connect has been called, and the SYN waits for data to go with it. */
  deferred = false;
  /** A call that failed with EAGAIN may succeed now. For whoever drives the connection to look at and clear. */
  wake = false;
  /** States passed through since last looked at, first the one left; empty unless `recording`. */
  transitions = NOTHING_YET;
  /** Timers that fired since last looked at; empty unless `recording`. */
  fired = NOTHING_FIRED;
  recording = false;
  #writerWaits = false;
  #sendCapacity = 0;
  /** How many segments it was last reckoned for, and of what size. */
  #grownSegments = 0;
  #grownMss = 0;

  constructor(setup: ConnectionSetup) {
    this.personality = setup.personality;
    this.socketSettings = setup.settings;
    this.localPort = setup.localPort;
    this.remotePort = setup.remotePort;
    this.options = new NegotiatedOptions(setup.tsOffset);
    this.options.timestamps = setup.personality.timestamps;
    this.ecn = new Ecn(setup.ecn);
    this.mtuProbing = setup.mtuProbing;
    const { maxSeg } = setup.settings.current;
    this.pathMtu = setup.pathMtu;
    this.headerBytes = setup.headerBytes;
    this.announcedMss = Math.min(this.#linkMss, MSS_MOST, maxSeg > 0 ? maxSeg : MSS_MOST);
    this.timers = new Timers(setup.personality);
    this.sender = new Sender(setup.personality, setup.settings, this.timers);
    this.receiver = new Receiver(setup.personality, setup.settings, this.timers);
    this.receiver.mss = this.announcedMss;
    this.receiver.windowScale = this.receiver.offeredScale();
    this.sender.start(setup.iss | 0);
  }

  get settings(): TcpSettings {
    return this.socketSettings.current;
  }

  become(state: TcpState): void {
    if (this.recording) {
      if (this.transitions === NOTHING_YET) this.transitions = [];
      this.transitions.push(this.state, state);
    }
    this.state = state;
    this.wake = true;
    if (this.lingering && !this.closing) this.endLinger();
  }

  /** Whether what close has to say is not acknowledged yet. */
  get closing(): boolean {
    const { state } = this;
    return state === "SYN_RCVD" || state === "FIN_WAIT_1" || state === "CLOSING" || state === "LAST_ACK";
  }

  /** Payload bytes of a segment that fills a packet, options included. */
  get #linkMss(): number {
    return Math.max(this.pathMtu - this.headerBytes, 1);
  }

  /** (Re)starts the keepalive timer if the program wants one. */
  keepAliveFrom(nowNs: number): void {
    if (this.settings.keepAlive && this.synchronized) {
      this.timers.setKeepAlive(nowNs, this.settings.keepIdleS * 1e9);
    } else {
      this.timers.keepAliveNs = Infinity;
    }
  }

  /** Whether both SYNs have been exchanged and the connection is not over. */
  get synchronized(): boolean {
    const state = this.state;
    return state !== "CLOSED" && state !== "LISTEN" && state !== "SYN_SENT" && state !== "SYN_RCVD";
  }

  get canSend(): boolean {
    return this.state === "ESTABLISHED" || this.state === "CLOSE_WAIT" || this.early;
  }

  /** Bytes the send buffer holds at most. */
  get sendCapacity(): number {
    const { sendBuffer } = this.settings;
    if (sendBuffer > 0) return sendBuffer >>> this.personality.socketBufferShift;
    return this.growSendBuffer();
  }

  /**
   * The send buffer grows with the congestion window, as Linux's does: answers its size. To be called after all that may have moved
   * the window, for it never shrinks.
   */
  growSendBuffer(): number {
    const { sender, personality } = this;
    if (this.#sendCapacity === personality.sendBufferMax) return this.#sendCapacity;
    // Before the handshake the segment size is a guess, and looking must not change what is there.
    if (!this.opened) return personality.sendBufferDefault;
    const { cwnd } = sender.window;
    const { reordering } = sender.board;
    const { mss } = sender.peer;
    let segments = personality.initialWindowSegments;
    if (cwnd > segments) segments = cwnd;
    if (reordering >= segments) segments = reordering + 1;
    segments *= sender.congestion.sendBufferWindows;
    if (segments <= this.#grownSegments && mss === this.#grownMss) return this.#sendCapacity;
    this.#grownSegments = segments;
    this.#grownMss = mss;
    const wanted = Math.max(personality.sendBufferDefault, segments * bufferCost(mss));
    this.#sendCapacity = Math.max(this.#sendCapacity, Math.min(wanted, personality.sendBufferMax));
    return this.#sendCapacity;
  }

  /** Whether a third of the send buffer is free, as poll(2) wants it. */
  get writable(): boolean {
    return this.canSend && this.sender.buffer.length * 3 <= this.sendCapacity * 2;
  }

  /** Takes what fits of `bytes`, the last of it urgent if `oob`: their number, or an errno. */
  send(bytes: Uint8Array, more: boolean, oob: boolean, nowNs: number): number | Errno {
    const failure = this.#sendFailure();
    if (failure !== null) return failure;
    if (bytes.length === 0) return 0;
    this.sender.checkAppLimited();
    const free = Math.floor(this.sendCapacity - this.sender.buffer.length);
    if (free <= 0) {
      this.#writerWaits = true;
      return "EAGAIN";
    }
    const count = this.personality.sendTakesAll ? bytes.length : Math.min(free, bytes.length);
    if (this.sender.buffer.length === 0) this.sender.resume(nowNs);
    this.sender.buffer.append(bytes, 0, count, this.recording);
    this.sender.queued(more);
    if (oob) this.sender.markUrgent();
    return count;
  }

  #sendFailure(): Errno | null {
    const { personality } = this;
    if (this.error !== null) return personality.sendTellsError ? this.takeError() : "EPIPE";
    if (this.writeShutdown) return personality.shutdownErrno;
    if (this.state === "SYN_SENT" || (this.state === "SYN_RCVD" && !this.early)) return "EAGAIN";
    return this.canSend ? null : "EPIPE";
  }

  /** After an ACK: wakes a writer that found the buffer full, once it is worth its while. */
  wakeWriter(): void {
    if (this.#writerWaits && this.writable) {
      this.#writerWaits = false;
      this.wake = true;
    }
  }

  /** At most `max` bytes, empty at the end of the stream, or an errno. */
  receive(max: number, peek: boolean, nowNs: number): Uint8Array | Errno {
    const { receiver } = this;
    if (receiver.urgent !== null) {
      const bytes = readAround(this, max, peek, nowNs);
      if (bytes !== null) return bytes;
    } else if (receiver.buffer.length > 0) {
      // A trace keeps the packets, so their bytes must stay as they are.
      return receiver.read(max, peek, !this.recording, nowNs);
    }
    const { personality } = this;
    if (receiver.finished && (this.error === null || personality.endHidesError)) return NO_BYTES;
    if (this.error !== null) return this.takeError();
    if (this.readShutdown && this.state !== "CLOSED" && personality.afterReadShutdown === "resets") {
      return personality.shutdownErrno;
    }
    if (this.readShutdown || this.state === "CLOSED") return NO_BYTES;
    return "EAGAIN";
  }

  /** SO_ERROR: the pending error, which is thereby reported. */
  takeError(): Errno {
    const error = this.error ?? "EPIPE";
    if (!this.personality.errorStays) this.error = null;
    return error;
  }

  /** What was waited for has come, or the time is over. */
  endLinger(): void {
    this.lingering = false;
    this.orphan = true;
    this.wake = true;
  }

  /** The connection is over for `error`. */
  fail(error: Errno): void {
    this.error = error;
    this.finish();
  }

  /** Nothing more is sent or expected. */
  finish(): void {
    this.timers.clear();
    this.readShutdown = true;
    this.writeShutdown = true;
    this.synDue = false;
    this.receiver.acks.due = false;
    if (this.state !== "CLOSED") this.become("CLOSED");
  }

  timeWait(nowNs: number): void {
    this.timers.clearXmit();
    this.timers.keepAliveNs = Infinity;
    this.timers.closeNs = nowNs + this.personality.timeWaitNs;
    if (this.state !== "TIME_WAIT") this.become("TIME_WAIT");
  }

  /** Data was lost again and again: the path may not carry it (RFC 4821 section 7.7). */
  suspectBlackHole(nowNs: number): void {
    this.sender.recovery.search?.suspect(nowNs);
    this.sender.syncMss(this.sender.ceiling);
  }

  /** The program wants shorter segments: a word for the handshake. */
  limitMss(mss: number): void {
    this.announcedMss = Math.min(this.announcedMss, mss);
  }

  /** The path takes packets of `mtu` bytes at most: fewer than was thought, or more again. */
  syncMtu(mtu: number): void {
    this.pathMtu = mtu;
    const linkMss = this.#linkMss;
    this.announcedMss = Math.min(this.announcedMss, linkMss);
    if (!this.synchronized) return;
    const pathMss = linkMss - (this.options.timestamps ? TIMESTAMPS_LENGTH : 0);
    this.sender.recovery.search?.narrow(pathMss);
    this.sender.syncMss(Math.min(this.agreedMss, pathMss));
  }
}
