// What of a UDP socket waits for the link, counted against SO_SNDBUF as Linux counts it (sk_wmem_alloc, sock_alloc_send_pskb).
//
// A datagram is taken as long as less than the buffer waits, be it as long as it may, so the last one overshoots. What waits is told to be
// writable again below half. Pieces of one datagram are made only as long as no more than twice the buffer is taken: ENOBUFS.

import type { IpPacket } from "../packet.ts";
import type { PacketOwner } from "../packet-owner.ts";
import type { UdpPersonality } from "./personality.ts";
import { packetTrueSize } from "./truesize.ts";

export class SendQueue implements PacketOwner {
  /** SO_SNDBUF as it counts. */
  limit: number;
  readonly #personality: UdpPersonality;
  readonly #onRoom: () => void;
  #waiting = 0;
  /** A send has found no room. */
  #refused = false;

  /** `onRoom` is called when a send that was refused may fare better. */
  constructor(personality: UdpPersonality, onRoom: () => void) {
    this.limit = personality.sendBufferDefault;
    this.#personality = personality;
    this.#onRoom = onRoom;
  }

  /** Whether another datagram is taken. A no is remembered. */
  takesMore(): boolean {
    if (!this.#personality.sendBufferQueues || this.#waiting < this.limit) return true;
    this.#refused = true;
    return false;
  }

  get writable(): boolean {
    return !this.#personality.sendBufferQueues || this.#waiting < this.limit >>> 1 || this.#waiting === 0;
  }

  admits(pieces: readonly IpPacket[]): boolean {
    if (!this.#personality.sendBufferQueues) return true;
    let taken = this.#waiting;
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && taken >= 2 * this.limit) return false;
      taken += this.#cost(piece);
    }
    return true;
  }

  waits(packet: IpPacket): void {
    this.#waiting += this.#cost(packet);
  }

  left(packet: IpPacket): void {
    this.#waiting -= this.#cost(packet);
    if (!this.#refused || !this.writable) return;
    this.#refused = false;
    this.#onRoom();
  }

  #cost(packet: IpPacket): number {
    return this.#personality.countsOverhead ? packetTrueSize(packet.length, packet.version) : packet.length;
  }
}
