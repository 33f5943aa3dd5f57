// Packets waiting in line, with when they came and what their link has decided of them: the part all disciplines share. A ring in
// parallel arrays; what has been decided has its own only from the first packet on that something was decided of.

import { ZERO_NS } from "../clock.ts";
import type { IpPacket } from "../packet.ts";

const CAPACITY_MIN = 16;

/** What has been decided of the packets of a ring, by their places in it: as `Impairments` has it. */
class Verdicts {
  readonly lates: Float64Array;
  readonly fates: Int32Array;
  readonly flips: Int32Array;

  constructor(capacity: number) {
    this.lates = new Float64Array(capacity);
    this.fates = new Int32Array(capacity);
    this.flips = new Int32Array(capacity).fill(-1);
  }
}

/** `enteredNs`, `lateNs`, `fate` and `flip` are those of the packet `shift` answered last. */
export class PacketFifo {
  length = 0;
  bytes = 0;
  enteredNs = ZERO_NS;
  lateNs = ZERO_NS;
  fate = 0;
  flip = -1;
  #head = 0;
  #packets: (IpPacket | null)[] = Array.from({ length: CAPACITY_MIN }, () => null);
  #times = new Float64Array(CAPACITY_MIN);
  /** Null while nothing has been decided of any. */
  #verdicts: Verdicts | null = null;

  push(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void {
    const capacity = this.#packets.length;
    if (this.length === capacity) this.#grow(capacity);
    const packets = this.#packets;
    const at = (this.#head + this.length++) & (packets.length - 1);
    packets[at] = packet;
    this.#times[at] = enteredNs;
    this.bytes += packet.length;
    if (this.#verdicts === null) {
      if (lateNs === 0 && fate === 0 && flip === -1) return;
      this.#verdicts = new Verdicts(packets.length);
    }
    this.#verdicts.lates[at] = lateNs;
    this.#verdicts.fates[at] = fate;
    this.#verdicts.flips[at] = flip;
  }

  shift(): IpPacket | null {
    if (this.length === 0) return null;
    const packets = this.#packets;
    const head = this.#head;
    const packet = packets[head] as IpPacket;
    packets[head] = null;
    this.enteredNs = this.#times[head];
    const verdicts = this.#verdicts;
    if (verdicts !== null) {
      this.lateNs = verdicts.lates[head];
      this.fate = verdicts.fates[head];
      this.flip = verdicts.flips[head];
    }
    this.#head = (head + 1) & (packets.length - 1);
    this.length--;
    this.bytes -= packet.length;
    return packet;
  }

  /** Unrolls the ring into arrays twice as long. */
  #grow(capacity: number): void {
    const packets: (IpPacket | null)[] = Array.from({ length: capacity * 2 }, () => null);
    const times = new Float64Array(capacity * 2);
    const before = this.#verdicts;
    const verdicts = before === null ? null : new Verdicts(capacity * 2);
    for (let i = 0; i < capacity; i++) {
      const at = (this.#head + i) & (capacity - 1);
      packets[i] = this.#packets[at];
      times[i] = this.#times[at];
      if (before === null || verdicts === null) continue;
      verdicts.lates[i] = before.lates[at];
      verdicts.fates[i] = before.fates[at];
      verdicts.flips[i] = before.flips[at];
    }
    this.#packets = packets;
    this.#times = times;
    this.#verdicts = verdicts;
    this.#head = 0;
  }
}
