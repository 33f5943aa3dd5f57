// Datagrams waiting to be read, bounded as Linux bounds them.
//
// SO_RCVBUF counts not bytes of data but what their buffers cost the kernel (truesize.ts). A datagram is taken when it fits into what
// is left, or when the queue is empty (Linux 6.17 and later). So a buffer of 8,192 holds 9 datagrams of 100 bytes, at 832 each.
// Other systems count bytes of data.

import { trueSize } from "./truesize.ts";

const CAPACITY_MIN = 8;

export interface QueuedDatagram {
  readonly payload: Uint8Array;
  readonly address: string;
  readonly port: number;
  /** What it counts. */
  readonly size: number;
}

export class ReceiveQueue {
  /** Whether datagrams count what they cost, and one is taken into an empty queue whatever its size; else they count their length. */
  readonly #countsOverhead: boolean;
  length = 0;
  /** Sum of the sizes of the datagrams in the queue. */
  used = 0;
  #head = 0;
  #items: (QueuedDatagram | null)[] = Array.from({ length: CAPACITY_MIN }, () => null);

  constructor(countsOverhead: boolean) {
    this.#countsOverhead = countsOverhead;
  }

  /** Takes a datagram from `address`, in a packet of that `version` of IP; false when there is no room within `limit` bytes. */
  push(payload: Uint8Array, version: 4 | 6, address: string, port: number, limit: number): boolean {
    const overhead = this.#countsOverhead;
    const size = overhead ? trueSize(payload.length, version) : payload.length;
    if ((this.length > 0 || !overhead) && this.used + size > limit) return false;
    const capacity = this.#items.length;
    if (this.length === capacity) this.#grow(capacity);
    this.#items[(this.#head + this.length++) & (this.#items.length - 1)] = { payload, address, port, size };
    this.used += size;
    return true;
  }

  peek(): QueuedDatagram | null {
    return this.length === 0 ? null : this.#items[this.#head];
  }

  drop(): void {
    const item = this.peek();
    if (item === null) return;
    this.#items[this.#head] = null;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.length--;
    this.used -= item.size;
  }

  #grow(capacity: number): void {
    const items: (QueuedDatagram | null)[] = Array.from({ length: capacity * 2 }, () => null);
    for (let i = 0; i < capacity; i++) items[i] = this.#items[(this.#head + i) & (capacity - 1)];
    this.#items = items;
    this.#head = 0;
  }
}
