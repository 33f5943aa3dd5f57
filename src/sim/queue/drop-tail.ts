// A queue that takes packets until it is full and sends them in order.

import type { IpPacket } from "../packet.ts";
import type { LinkQueue, QueueDrops, QueueParameters } from "./link-queue.ts";
import { PacketFifo } from "./packet-fifo.ts";

export class DropTailQueue implements LinkQueue {
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

  get lateNs(): number {
    return this.#fifo.lateNs;
  }

  get fate(): number {
    return this.#fifo.fate;
  }

  get flip(): number {
    return this.#fifo.flip;
  }

  use(parameters: QueueParameters): void {
    this.#packetsMax = parameters.packetsMax;
  }

  enqueue(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void {
    if (this.#fifo.length >= this.#packetsMax) this.#drops.dropped(packet, "queue full");
    else this.#fifo.push(packet, lateNs, fate, flip, enteredNs);
  }

  dequeue(): IpPacket | null {
    return this.#fifo.shift();
  }

  moveTo(next: LinkQueue): void {
    const fifo = this.#fifo;
    for (let packet = fifo.shift(); packet !== null; packet = fifo.shift()) {
      next.enqueue(packet, fifo.lateNs, fifo.fate, fifo.flip, fifo.enteredNs);
    }
  }
}
