// TCP Fast Open (RFC 7413) as Linux has it: data in the SYN for those who can show a cookie got before.
//
// A client without a cookie asks for one in its SYN and sends its data after the handshake. One with a cookie puts data beside it;
// the server hands the connection to accept at once and may answer before the handshake is over. Whatever goes wrong, the SYN that
// is sent again is a plain one, and the data follows the handshake. Those who only know the option's experimental form are
// answered in it; those who do not answer are asked in it, once.

import { NEVER_NS } from "../clock.ts";
import type { HostNetwork } from "../network.ts";
import type { FastOpenOption, Segment } from "../packet.ts";
import { acknowledge } from "./acknowledgement.ts";
import type { Connection } from "./connection.ts";
import { NO_BYTES } from "./segments.ts";
import { SENT } from "./sent-queue.ts";

/** Bits of net.ipv4.tcp_fastopen: 1 lets clients, 2 lets servers. */
export type FastOpenMode = 0 | 1 | 2 | 3;

export const FAST_OPEN_MODES: readonly FastOpenMode[] = [0, 1, 2, 3];

const CLIENT = 1;
const SERVER = 2;
/** Linux's cookies; RFC 7413 section 4.1.1 allows 4 to 16 bytes. */
const COOKIE_BYTES = 8;
/** Room a SYN keeps for options whatever it has of them. */
const OPTIONS_MAX = 40;
const SECRET_LIMIT = 2 ** 32;

/** A host's cookies: those it was given, and those it gives. */
export class FastOpen {
  readonly #mode: FastOpenMode;
  readonly #network: HostNetwork;
  readonly #known = new Map<string, FastOpenOption>();
  /** Who gave none when asked: asked once by kind 254 (true), and by kind 34 ever after. */
  readonly #experiments = new Map<string, boolean>();
  #secret: number | null = null;

  constructor(mode: FastOpenMode, network: HostNetwork) {
    this.#mode = mode;
    this.#network = network;
  }

  get isClient(): boolean {
    return (this.#mode & CLIENT) !== 0;
  }

  get isServer(): boolean {
    return (this.#mode & SERVER) !== 0;
  }

  /** What to put into a SYN to `remote`: the cookie it gave us, or the question for one. */
  optionFor(remote: string): FastOpenOption {
    return (
      this.#known.get(remote) ?? { cookie: NO_BYTES, experimental: this.#experiments.get(remote) === true }
    );
  }

  /** What `remote` gave us, in the form it has to be shown; empty: nothing, though asked in that form. */
  learn(remote: string, given: FastOpenOption): void {
    if (given.cookie.length > 0) this.#known.set(remote, given);
    else if (!this.#known.has(remote)) {
      this.#experiments.set(remote, !given.experimental && !this.#experiments.has(remote));
    }
  }

  /** The cookie for a client at `remote` that reaches us at `local`: nobody else could have sent it from there. */
  cookieFor(remote: string, local: string): Uint8Array {
    this.#secret ??= this.#network.random("fast open", SECRET_LIMIT);
    const cookie = new Uint8Array(COOKIE_BYTES);
    let state = this.#secret | 0;
    const text = `${remote}>${local}`;
    for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
    for (let i = 0; i < COOKIE_BYTES; i++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i;
      cookie[i] = state >>> 24;
    }
    return cookie;
  }

  isOurs(cookie: Uint8Array, remote: string, local: string): boolean {
    const wanted = this.cookieFor(remote, local);
    return cookie.length === COOKIE_BYTES && cookie.every((byte, i) => byte === wanted[i]);
  }
}

/** Payload bytes a SYN towards a path for `linkMss` bytes of TCP takes at most. */
export function mostInSyn(linkMss: number): number {
  return Math.max(linkMss - OPTIONS_MAX, 0);
}

/** The peer has answered our SYN: with a cookie, or to the question for one with none. */
export function takeCookie(connection: Connection, { fastOpen }: Segment): void {
  const asked = connection.synCookie;
  if (asked === null) return;
  if (fastOpen !== null) connection.givenCookie = fastOpen;
  else if (asked.cookie.length === 0 && connection.synTries === 0) connection.givenCookie = asked;
}

/** The data of our SYN, which leaves once: a SYN sent again is a plain one. */
export function synPayload({ sender, synTries, synData }: Connection): Uint8Array {
  return synData > 0 && synTries === 0 ? sender.buffer.slice(0, synData) : NO_BYTES;
}

/** The peer has answered the SYN: what of its data that answer acknowledges has arrived, the rest goes again at once. */
export function answered(connection: Connection, segment: Segment, nowNs: number): void {
  const { sender, synData } = connection;
  if (synData === 0) return;
  connection.synData = 0;
  const { board } = sender;
  const start = sender.sndUna;
  // The round trip is the SYN's, and measured already.
  const slot = board.sent.push(start, (start + synData) | 0, NEVER_NS, SENT.PUSH);
  board.sent.deliveredNs[slot] = NEVER_NS;
  const ack = segment.ack | 0;
  if (ack !== start) {
    connection.fastOpened = true;
    // The window of a SYN does not scale.
    const window = segment.window >>> sender.peer.scale;
    acknowledge(sender, { ...segment, window }, ack, false, -1, Infinity, nowNs);
    sender.handshakeOver(segment.window, segment.seq | 0);
  }
  sender.resendRest();
}
