// CoDel (RFC 8289): a queue that looks at how long packets have waited, not at how many wait. When none has waited less than
// the target for an interval it drops one at the head, and then others ever sooner, by the control law, until one has.
//
// With marking, a packet of an ECN-capable transport is marked in place of being dropped, and sent.

import { marked } from "../packet-build.ts";
import type { IpPacket } from "../packet.ts";
import type { LinkQueue, QueueDrops, QueueParameters } from "./link-queue.ts";
import { PacketFifo } from "./packet-fifo.ts";

/** Intervals after which a new dropping state no longer takes up the rate of the last (RFC 8289, 5.5). */
const MEMORY_INTERVALS = 16;

/** The state of one CoDel queue, by the names of RFC 8289, 5. */
export class CodelState {
  /** When the sojourn time will have been above the target for an interval; 0 while it is below. */
  #firstAboveTime = 0;
  /** When to drop the next packet, while dropping. */
  #dropNext = 0;
  /** Packets dropped (or marked) since dropping began. */
  #count = 0;
  #lastCount = 0;
  #isDropping = false;
  #okToDrop = false;

  /** The next packet of `fifo` to be sent, null when there is none. */
  dequeue(fifo: PacketFifo, nowNs: number, parameters: QueueParameters, drops: QueueDrops): IpPacket | null {
    let packet = this.#judgeHead(fifo, nowNs, parameters);
    if (this.#isDropping) {
      if (!this.#okToDrop) this.#isDropping = false;
      while (this.#isDropping && packet !== null && nowNs >= this.#dropNext) {
        this.#count++;
        if (parameters.marks && packet.ecn !== 0) {
          this.#dropNext = this.#controlLaw(this.#dropNext, parameters.intervalNs);
          return marked(packet);
        }
        drops.dropped(packet, "codel");
        packet = this.#judgeHead(fifo, nowNs, parameters);
        if (this.#okToDrop) this.#dropNext = this.#controlLaw(this.#dropNext, parameters.intervalNs);
        else this.#isDropping = false;
      }
      return packet;
    }
    if (packet === null || !this.#okToDrop) return packet;
    if (parameters.marks && packet.ecn !== 0) {
      packet = marked(packet);
    } else {
      drops.dropped(packet, "codel");
      packet = this.#judgeHead(fifo, nowNs, parameters);
    }
    this.#beginDropping(nowNs, parameters.intervalNs);
    return packet;
  }

  /** Takes the head out and sees whether it may be dropped: RFC 8289's dodequeue. */
  #judgeHead(fifo: PacketFifo, nowNs: number, parameters: QueueParameters): IpPacket | null {
    const packet = fifo.shift();
    this.#okToDrop = false;
    if (packet === null || nowNs - fifo.enteredNs < parameters.targetNs || fifo.bytes <= parameters.mtu) {
      this.#firstAboveTime = 0;
    } else if (this.#firstAboveTime === 0) {
      this.#firstAboveTime = nowNs + parameters.intervalNs;
    } else {
      this.#okToDrop = nowNs >= this.#firstAboveTime;
    }
    return packet;
  }

  /** Dropping that begins soon after it ended goes on at about the rate that worked then. */
  #beginDropping(nowNs: number, intervalNs: number): void {
    const delta = this.#count - this.#lastCount;
    const isRecent = nowNs - this.#dropNext < MEMORY_INTERVALS * intervalNs;
    this.#isDropping = true;
    this.#count = delta > 1 && isRecent ? delta : 1;
    this.#lastCount = this.#count;
    this.#dropNext = this.#controlLaw(nowNs, intervalNs);
  }

  #controlLaw(fromNs: number, intervalNs: number): number {
    return fromNs + intervalNs / Math.sqrt(this.#count);
  }
}

export class CodelQueue implements LinkQueue {
  lateNs = 0;
  fate = 0;
  flip = -1;
  readonly #drops: QueueDrops;
  readonly #fifo = new PacketFifo();
  readonly #state = new CodelState();
  #parameters: QueueParameters;

  constructor(drops: QueueDrops, parameters: QueueParameters) {
    this.#drops = drops;
    this.#parameters = parameters;
  }

  get length(): number {
    return this.#fifo.length;
  }

  get bytes(): number {
    return this.#fifo.bytes;
  }

  use(parameters: QueueParameters): void {
    this.#parameters = parameters;
  }

  enqueue(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void {
    if (this.#fifo.length >= this.#parameters.packetsMax) this.#drops.dropped(packet, "queue full");
    else this.#fifo.push(packet, lateNs, fate, flip, enteredNs);
  }

  dequeue(nowNs: number): IpPacket | null {
    const fifo = this.#fifo;
    const packet = this.#state.dequeue(fifo, nowNs, this.#parameters, this.#drops);
    this.lateNs = fifo.lateNs;
    this.fate = fifo.fate;
    this.flip = fifo.flip;
    return packet;
  }

  moveTo(next: LinkQueue): void {
    const fifo = this.#fifo;
    for (let packet = fifo.shift(); packet !== null; packet = fifo.shift()) {
      next.enqueue(packet, fifo.lateNs, fifo.fate, fifo.flip, fifo.enteredNs);
    }
  }
}
