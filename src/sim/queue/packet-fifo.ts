// Packets waiting in line, with when they came and what their link has decided of them: the part all disciplines share.

import { PacketRing } from "../packet-ring.ts";
import type { IpPacket } from "../packet.ts";

/** `enteredNs`, `lateNs`, `fate` and `flip` are those of the packet `shift` answered last. */
export class PacketFifo {
  length = 0;
  bytes = 0;
  enteredNs = 0;
  lateNs = 0;
  fate = 0;
  flip = -1;
  readonly #ring = new PacketRing();

  push(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void {
    this.#ring.push(packet, -1, enteredNs, lateNs, fate, flip);
    this.length++;
    this.bytes += packet.length;
  }

  shift(): IpPacket | null {
    if (this.length === 0) return null;
    const ring = this.#ring;
    const { head } = ring;
    const packet = ring.packets[head] as IpPacket;
    this.enteredNs = ring.times[head];
    this.lateNs = ring.lates[head];
    this.fate = ring.fates[head];
    this.flip = ring.flips[head];
    ring.drop();
    this.length--;
    this.bytes -= packet.length;
    return packet;
  }
}
