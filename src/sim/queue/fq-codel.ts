// FQ-CoDel (RFC 8290): flows are hashed into queues, each a CoDel of its own, which take turns of so many bytes (deficit round
// robin). A flow that comes anew goes first, so a sparse one never waits behind a bulky one.
//
// When too many packets wait, one at the head of the queue with the most bytes is dropped, as 4.1 says. (Linux drops up to
// 64 at once then, which saves it time.)

import type { IpPacket } from "../packet.ts";
import { CodelState } from "./codel.ts";
import { FlowHash } from "./flow-hash.ts";
import type { LinkQueue, QueueDrops, QueueParameters } from "./link-queue.ts";
import { PacketFifo } from "./packet-fifo.ts";

class Flow {
  readonly fifo = new PacketFifo();
  readonly codel = new CodelState();
  /** Bytes it may still send in this turn. */
  credits = 0;
  /** The one behind it in its list. */
  next: Flow | null = null;
  isListed = false;
}

/** Flows in line, linked through `next`. */
class FlowList {
  head: Flow | null = null;
  #tail: Flow | null = null;

  append(flow: Flow): void {
    flow.next = null;
    if (this.#tail === null) this.head = flow;
    else this.#tail.next = flow;
    this.#tail = flow;
  }

  removeHead(): void {
    if (this.head === null) return;
    this.head = this.head.next;
    if (this.head === null) this.#tail = null;
  }
}

export class FqCodelQueue implements LinkQueue {
  lateNs = 0;
  fate = 0;
  flip = -1;
  length = 0;
  bytes = 0;
  readonly #drops: QueueDrops;
  /** By hash; made when their first packet comes. */
  readonly #flows: (Flow | null)[];
  readonly #made: Flow[] = [];
  readonly #hash: FlowHash;
  readonly #newFlows = new FlowList();
  readonly #oldFlows = new FlowList();
  #parameters: QueueParameters;

  /** `key` decides which flows share one of the `flowCount` queues. */
  constructor(drops: QueueDrops, parameters: QueueParameters, flowCount: number, key: number) {
    this.#drops = drops;
    this.#parameters = parameters;
    this.#flows = Array.from({ length: flowCount }, () => null);
    this.#hash = new FlowHash(key);
  }

  use(parameters: QueueParameters): void {
    this.#parameters = parameters;
  }

  enqueue(packet: IpPacket, lateNs: number, fate: number, flip: number, enteredNs: number): void {
    const flow = this.#flowOf(packet);
    flow.fifo.push(packet, lateNs, fate, flip, enteredNs);
    this.length++;
    this.bytes += packet.length;
    if (!flow.isListed) {
      flow.isListed = true;
      flow.credits = this.#parameters.quantumBytes;
      this.#newFlows.append(flow);
    }
    if (this.length > this.#parameters.packetsMax) this.#dropFromFattest();
  }

  dequeue(nowNs: number): IpPacket | null {
    const { quantumBytes } = this.#parameters;
    for (;;) {
      const isNew = this.#newFlows.head !== null;
      const list = isNew ? this.#newFlows : this.#oldFlows;
      const flow = list.head;
      if (flow === null) return null;
      if (flow.credits <= 0) {
        flow.credits += quantumBytes;
        list.removeHead();
        this.#oldFlows.append(flow);
        continue;
      }
      const packet = this.#dequeueFrom(flow, nowNs);
      if (packet !== null) {
        flow.credits -= packet.length;
        return packet;
      }
      list.removeHead();
      // A flow that ran empty first waits its turn among the others, so that it cannot come back as new at once.
      if (isNew && this.#oldFlows.head !== null) this.#oldFlows.append(flow);
      else flow.isListed = false;
    }
  }

  moveTo(next: LinkQueue): void {
    for (;;) {
      const flow = this.#newFlows.head ?? this.#oldFlows.head;
      if (flow === null) return;
      const { fifo } = flow;
      const packet = fifo.shift();
      if (packet === null) {
        (this.#newFlows.head === null ? this.#oldFlows : this.#newFlows).removeHead();
        flow.isListed = false;
        continue;
      }
      this.length--;
      this.bytes -= packet.length;
      next.enqueue(packet, fifo.lateNs, fifo.fate, fifo.flip, fifo.enteredNs);
    }
  }

  #dequeueFrom(flow: Flow, nowNs: number): IpPacket | null {
    const { fifo } = flow;
    const lengthBefore = fifo.length;
    const bytesBefore = fifo.bytes;
    const packet = flow.codel.dequeue(fifo, nowNs, this.#parameters, this.#drops);
    this.length -= lengthBefore - fifo.length;
    this.bytes -= bytesBefore - fifo.bytes;
    this.lateNs = fifo.lateNs;
    this.fate = fifo.fate;
    this.flip = fifo.flip;
    return packet;
  }

  #flowOf(packet: IpPacket): Flow {
    const index = this.#hash.of(packet) % this.#flows.length;
    let flow = this.#flows[index];
    if (flow === null) {
      flow = new Flow();
      this.#flows[index] = flow;
      this.#made.push(flow);
    }
    return flow;
  }

  #dropFromFattest(): void {
    let fattest = this.#made[0];
    for (const flow of this.#made) if (flow.fifo.bytes > fattest.fifo.bytes) fattest = flow;
    const packet = fattest.fifo.shift();
    if (packet === null) return;
    this.length--;
    this.bytes -= packet.length;
    this.#drops.dropped(packet, "queue full");
  }
}
