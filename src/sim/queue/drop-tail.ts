// A queue that takes packets until it is full and sends them in order.

import type { IpPacket } from "../packet.ts";
import type { LinkQueue, QueueDrops, QueueParameters } from "./link-queue.ts";
import { PacketFifo } from "./packet-fifo.ts";

export class DropTailQueue implements LinkQueue {
  lateNs = 0;
  fate = 0;
  flip = -1;
  readonly #drops: QueueDrops;
  readonly #fifo = new PacketFifo();
  #packetsMax: number;

  constructor(drops: QueueDrops, parameters: QueueParameters) {
    this.#drops = drops;
    this.#packetsMax = parameters.packetsMax;
  }

  get length(): number {
    return this.#fifo.length;
  }

  get bytes(): number {
    return this.#fifo.bytes;
  }

  use(parameters: QueueParameters): void {
    this.#packetsMax = parameters.packetsMax;
  }

  enqueue(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void {
    if (this.#fifo.length >= this.#packetsMax) this.#drops.dropped(packet, "queue full");
    else this.#fifo.push(packet, lateNs, fate, flip, enteredNs);
  }

  dequeue(): IpPacket | null {
    const fifo = this.#fifo;
    const packet = fifo.shift();
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
