// Packets in flight in order, with when each arrives: a ring in parallel arrays that grows and never shifts.

import type { IpPacket } from "./packet.ts";

const CAPACITY_MIN = 16;

/** Fields of the packet at the head are read at index `head`. */
export class PacketRing {
  length = 0;
  head = 0;
  packets: (IpPacket | null)[] = Array.from({ length: CAPACITY_MIN }, () => null);
  /** Rows in the packet table, -1 when nobody records. */
  rows = new Int32Array(CAPACITY_MIN);
  /** ns. */
  times = new Float64Array(CAPACITY_MIN);

  push(packet: IpPacket, row: number, time: number): void {
    const capacity = this.packets.length;
    if (this.length === capacity) this.#grow(capacity);
    const { packets } = this;
    const at = (this.head + this.length++) & (packets.length - 1);
    packets[at] = packet;
    this.rows[at] = row;
    this.times[at] = time;
  }

  /** Takes the head away; the caller has read it. */
  drop(): void {
    const { packets, head } = this;
    packets[head] = null;
    this.head = (head + 1) & (packets.length - 1);
    this.length--;
  }

  /** Unrolls the ring into arrays twice as long. */
  #grow(capacity: number): void {
    const packets: (IpPacket | null)[] = Array.from({ length: capacity * 2 }, () => null);
    const rows = new Int32Array(capacity * 2);
    const times = new Float64Array(capacity * 2);
    for (let i = 0; i < capacity; i++) {
      const at = (this.head + i) & (capacity - 1);
      packets[i] = this.packets[at];
      rows[i] = this.rows[at];
      times[i] = this.times[at];
    }
    this.packets = packets;
    this.rows = rows;
    this.times = times;
    this.head = 0;
  }
}
