// A queue of packets with what their link knows of each: a ring in parallel arrays that grows and never shifts.

import type { IpPacket } from "./packet.ts";

const CAPACITY_MIN = 16;

/** Fields of the packet at the head are read at index `head`. */
export class PacketRing {
  length = 0;
  head = 0;
  packets: (IpPacket | null)[] = Array.from({ length: CAPACITY_MIN }, () => null);
  /** Rows in the packet table, -1 when nobody records. */
  rows = new Int32Array(CAPACITY_MIN);
  /** When it arrives (in flight), or when it came (waiting). ns. */
  times = new Float64Array(CAPACITY_MIN);
  /** By how much it is to be late, ns. */
  lates = new Float64Array(CAPACITY_MIN);
  /** What has been decided of it: bits of `FATE`. */
  fates = new Int32Array(CAPACITY_MIN);
  /** Offset of a bit to flip, -1 for none. */
  flips = new Int32Array(CAPACITY_MIN);

  push(packet: IpPacket, row: number, time: number, late: number, fate: number, flip: number): void {
    const capacity = this.packets.length;
    if (this.length === capacity) this.#grow(capacity);
    const at = (this.head + this.length++) & (this.packets.length - 1);
    this.packets[at] = packet;
    this.rows[at] = row;
    this.times[at] = time;
    this.lates[at] = late;
    this.fates[at] = fate;
    this.flips[at] = flip;
  }

  /** Takes the head away; the caller has read it. */
  drop(): void {
    this.packets[this.head] = null;
    this.head = (this.head + 1) & (this.packets.length - 1);
    this.length--;
  }

  /** Unrolls the ring into arrays twice as long. */
  #grow(capacity: number): void {
    const packets: (IpPacket | null)[] = Array.from({ length: capacity * 2 }, () => null);
    const rows = new Int32Array(capacity * 2);
    const times = new Float64Array(capacity * 2);
    const lates = new Float64Array(capacity * 2);
    const fates = new Int32Array(capacity * 2);
    const flips = new Int32Array(capacity * 2);
    for (let i = 0; i < capacity; i++) {
      const at = (this.head + i) & (capacity - 1);
      packets[i] = this.packets[at];
      rows[i] = this.rows[at];
      times[i] = this.times[at];
      lates[i] = this.lates[at];
      fates[i] = this.fates[at];
      flips[i] = this.flips[at];
    }
    this.packets = packets;
    this.rows = rows;
    this.times = times;
    this.lates = lates;
    this.fates = fates;
    this.flips = flips;
    this.head = 0;
  }
}
