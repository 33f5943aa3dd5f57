// What a link asks of the queue before its transmitter, whichever discipline it has.

import type { DropReason } from "../../trace/events.ts";
import type { IpPacket } from "../packet.ts";

/** Hears of packets that a queue drops. */
export interface QueueDrops {
  dropped(packet: IpPacket, reason: DropReason): void;
}

/** The settings of a queue, in the units it counts in. */
export interface QueueParameters {
  /** Packets that may wait. */
  readonly packetsMax: number;
  /** CoDel: how long a packet may wait, and for how long every packet may wait longer, ns. */
  readonly targetNs: number;
  readonly intervalNs: number;
  /** CoDel: whether packets that can be marked are marked where others are dropped. */
  readonly marks: boolean;
  /** FQ-CoDel: bytes a flow may send before it is the next one's turn. */
  readonly quantumBytes: number;
  /** The link's largest packet, bytes. */
  readonly mtu: number;
}

export interface LinkQueue {
  /** Packets waiting. */
  readonly length: number;
  /** Bytes waiting. */
  readonly bytes: number;
  /** What the link had decided of the packet that `dequeue` answered last: see `Impairments`. */
  readonly lateNs: number;
  readonly fate: number;
  readonly flip: number;
  /** Goes by these from now on; drops nothing that waits. */
  use(parameters: QueueParameters): void;
  /** Takes a packet that came at `enteredNs`; what does not fit is dropped, be it this one or another. */
  enqueue(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void;
  /** The packet to transmit at `nowNs`, perhaps marked; null when the queue is empty or was emptied by dropping. */
  dequeue(nowNs: number): IpPacket | null;
  /** Takes every packet out in the order of the wire, without judging any, and hands it to `next`. */
  moveTo(next: LinkQueue): void;
}
