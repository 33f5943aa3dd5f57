// One direction of a link: a queue, a transmitter, a wire.
//
//     enter -> judged -> queue (queue/) -> transmitter (bandwidth) -> wire (delay) -> receiver
//
// A packet is recorded when its transmission starts. What is to be lost takes its time on the transmitter like the rest, for
// it is the wire that loses it. Packets in flight in order share one timer; those with a delay of their own have one each.
// Each arrival is an event of its own, so that a program that was waiting can run between two packets of the same instant.

import { ZERO_NS } from "./clock.ts";
import type { DropReason } from "../trace/events.ts";
import { FATE, FATE_LOST, Impairments } from "./impairments.ts";
import { PacketRing } from "./packet-ring.ts";
import { copied, damagedAt } from "./packet-build.ts";
import type { IpPacket } from "./packet.ts";
import { createQueue, isSameQueue, queueParameters } from "./queue/create-queue.ts";
import type { LinkQueue, QueueDrops } from "./queue/link-queue.ts";
import { hash32 } from "./random.ts";
import type { Recorder } from "./record.ts";
import type { ScheduledTimer, Scheduler } from "./scheduler.ts";
import type { LinkSettings } from "./topology.ts";

const { apart: APART, duplicated: DUPLICATED } = FATE;

/** Where packets come out: a host. */
export interface PacketSink {
  readonly name: string;
  /** `row` is the packet's in the packet table, -1 when nobody records. */
  receive(packet: IpPacket, row: number): void;
}

/** Packets counted; entered + duplicated = delivered + lost + waiting + in flight. */
export interface LinkCounts {
  readonly entered: number;
  readonly duplicated: number;
  readonly delivered: number;
  readonly lost: number;
  readonly waiting: number;
  readonly inFlight: number;
}

export interface LinkIdentity {
  /** The link's name. */
  readonly link: string;
  /** `link a-b forward`: names its random streams. */
  readonly where: string;
  readonly from: string;
  readonly to: PacketSink;
}

const NS_PER_MS = 1e6;
const BIT_NS_PER_BYTE = 8e9;

/** A packet in flight with a delay of its own. */
interface Straggler {
  readonly timer: ScheduledTimer;
  packet: IpPacket | null;
  row: number;
}

export class LinkDirection implements QueueDrops {
  readonly name: string;
  /** Largest IP packet in bytes. */
  mtu: number;
  settings: LinkSettings;
  readonly #scheduler: Scheduler;
  readonly #recorder: Recorder | null;
  /** The recorder's number for this direction. */
  readonly #track: number;
  readonly #sink: PacketSink;
  readonly #impairments: Impairments;
  #queue: LinkQueue;
  /** Which flows share a queue, where flows have queues. */
  readonly #flowKey: number;
  /** The queue sees every packet, also when the transmitter is idle: its state depends on it. */
  #isManaged = false;
  readonly #flight = new PacketRing();
  readonly #transmitter: ScheduledTimer;
  readonly #arrival: ScheduledTimer;
  readonly #idle: Straggler[] = [];
  /** When the transmitter is done with what it sends. */
  #freeAt = ZERO_NS;
  /** When the last packet in flight in order arrives. */
  #lastArrival = ZERO_NS;
  #delayNs = 0;
  #nsPerByte = 0;
  #entered = 0;
  #duplicated = 0;
  #delivered = 0;
  #lost = 0;
  #apart = 0;
  #transmitted = 0;
  /** Packets to be taken off the wire, by how many will have been transmitted with them; null until one is asked for. */
  #doomed: Set<number> | null = null;

  constructor(
    scheduler: Scheduler,
    recorder: Recorder | null,
    seed: number,
    identity: LinkIdentity,
    settings: LinkSettings,
  ) {
    this.name = identity.link;
    this.mtu = settings.mtu;
    this.settings = settings;
    this.#scheduler = scheduler;
    this.#recorder = recorder;
    this.#sink = identity.to;
    this.#track = recorder === null ? -1 : recorder.track(identity.link, identity.from, identity.to.name);
    this.#impairments = new Impairments(seed, identity.where, settings);
    this.#flowKey = hash32(`${seed}/${identity.where}/flows`);
    this.#queue = createQueue(settings, this, this.#flowKey);
    this.#transmitter = scheduler.timer(() => this.#transmitNext());
    this.#arrival = scheduler.timer(() => this.#arrive());
    this.#apply(settings);
  }

  get counts(): LinkCounts {
    return {
      entered: this.#entered,
      duplicated: this.#duplicated,
      delivered: this.#delivered,
      lost: this.#lost,
      waiting: this.#queue.length,
      inFlight: this.#flight.length + this.#apart,
    };
  }

  /** Whether packets wait here or are on the wire. */
  isCarrying(): boolean {
    return this.#queue.length + this.#flight.length + this.#apart > 0;
  }

  /**
   * Goes by `settings` from now on: packets in flight keep their arrival, packets waiting get the new bandwidth and delay, and a
   * new queue takes them over, with the time they have waited, as far as it has room.
   */
  use(settings: LinkSettings): void {
    const before = this.settings;
    this.settings = settings;
    this.#impairments.use(settings);
    if (isSameQueue(before, settings)) {
      this.#queue.use(queueParameters(settings));
    } else {
      const old = this.#queue;
      this.#queue = createQueue(settings, this, this.#flowKey);
      old.moveTo(this.#queue);
      this.#sampleQueue();
    }
    this.#apply(settings);
  }

  /** Takes the `nth` packet transmitted from now on off the wire, from 1. */
  dropNth(nth: number): void {
    this.#doomed ??= new Set();
    this.#doomed.add(this.#transmitted + nth);
  }

  #apply(settings: LinkSettings): void {
    this.mtu = settings.mtu;
    this.#delayNs = Math.round(settings.delayMs * NS_PER_MS);
    this.#nsPerByte = settings.bandwidthBps > 0 ? BIT_NS_PER_BYTE / settings.bandwidthBps : 0;
    this.#isManaged = settings.queue !== "drop-tail";
  }

  /** Takes a packet the host at this end sends now. */
  enter(packet: IpPacket): void {
    this.#entered++;
    const now = this.#scheduler.now;
    const judged = this.#impairments;
    judged.judge(packet, now);
    if (packet.length > this.mtu) {
      this.#drop(this.#record(packet, -1), "mtu");
    } else if (this.#queue.length > 0 || now < this.#freeAt) {
      const queue = this.#queue;
      const wasEmpty = queue.length === 0;
      packet.owner?.waits(packet);
      queue.enqueue(packet, judged.lateNs, judged.fate, judged.flip, now);
      if (wasEmpty && queue.length > 0) this.#transmitter.setAt(this.#freeAt);
      this.#sampleQueue();
    } else if (this.#isManaged) {
      packet.owner?.waits(packet);
      this.#queue.enqueue(packet, judged.lateNs, judged.fate, judged.flip, now);
      this.#transmitNext();
    } else {
      this.#transmit(packet, judged.lateNs, judged.fate, judged.flip);
    }
  }

  /** A packet dropped by the queue; it is recorded here, for it never came to be transmitted. */
  dropped(packet: IpPacket, reason: DropReason): void {
    packet.owner?.left(packet);
    this.#drop(this.#record(packet, -1), reason);
  }

  #transmitNext(): void {
    const queue = this.#queue;
    const packet = queue.dequeue(this.#scheduler.now);
    if (packet !== null) this.#transmit(packet, queue.lateNs, queue.fate, queue.flip);
    if (queue.length > 0) this.#transmitter.setAt(this.#freeAt);
    this.#sampleQueue();
    packet?.owner?.left(packet);
  }

  #sampleQueue(): void {
    if (this.#recorder === null) return;
    this.#recorder.waiting(this.#track, this.#queue.length, this.#scheduler.now);
  }

  #transmit(packet: IpPacket, lateNs: number, fate: number, flip: number): void {
    const { now } = this.#scheduler;
    const row = this.#recorder === null ? -1 : this.#recorder.sent(this.#track, packet, now, -1);
    const done = this.#nsPerByte === 0 ? now : now + Math.ceil(packet.length * this.#nsPerByte);
    this.#freeAt = done;
    this.#transmitted++;
    if (this.#doomed !== null && this.#doomed.delete(this.#transmitted)) {
      this.#drop(row, "intervention");
      return;
    }
    if ((fate & FATE_LOST) !== 0) {
      this.#drop(row, reasonOf(fate));
      return;
    }
    if (this.settings.down || (this.settings.partitions.length > 0 && this.#isPartitioned(now))) {
      this.#drop(row, "partition");
      return;
    }
    const arrives = Math.max(done + this.#delayNs + lateNs, done);
    const apart = (fate & APART) !== 0;
    this.#fly(flip === -1 ? packet : damagedAt(packet, flip), row, arrives, apart);
    if ((fate & DUPLICATED) !== 0) {
      this.#duplicated++;
      const copy = copied(packet);
      this.#fly(copy, this.#record(copy, row), arrives, apart);
    }
  }

  #fly(packet: IpPacket, row: number, arrives: number, apart: boolean): void {
    if (apart) {
      this.#flyApart(packet, row, arrives);
      return;
    }
    const flight = this.#flight;
    if (arrives > this.#lastArrival) this.#lastArrival = arrives;
    if (flight.length === 0) this.#arrival.setAt(this.#lastArrival);
    flight.push(packet, row, this.#lastArrival);
  }

  #flyApart(packet: IpPacket, row: number, arrives: number): void {
    const straggler = this.#idle.pop() ?? this.#straggler();
    straggler.packet = packet;
    straggler.row = row;
    straggler.timer.setAt(arrives);
    this.#apart++;
  }

  #straggler(): Straggler {
    const straggler: Straggler = {
      timer: this.#scheduler.timer(() => {
        const { packet, row } = straggler;
        straggler.packet = null;
        this.#idle.push(straggler);
        this.#apart--;
        if (packet !== null) this.#deliver(packet, row);
      }),
      packet: null,
      row: -1,
    };
    return straggler;
  }

  #arrive(): void {
    const flight = this.#flight;
    const { head } = flight;
    const packet = flight.packets[head];
    const row = flight.rows[head];
    flight.drop();
    if (flight.length > 0) this.#arrival.setAt(flight.times[flight.head]);
    if (packet !== null) this.#deliver(packet, row);
  }

  #deliver(packet: IpPacket, row: number): void {
    this.#delivered++;
    if (this.#recorder !== null) this.#recorder.arrived(this.#track, row, this.#scheduler.now);
    this.#sink.receive(packet, row);
  }

  #isPartitioned(now: number): boolean {
    for (const span of this.settings.partitions) {
      if (now >= span.fromMs * NS_PER_MS && now < span.untilMs * NS_PER_MS) return true;
    }
    return false;
  }

  #record(packet: IpPacket, copyOf: number): number {
    return this.#recorder === null
      ? -1
      : this.#recorder.sent(this.#track, packet, this.#scheduler.now, copyOf);
  }

  #drop(row: number, reason: DropReason): void {
    this.#lost++;
    if (this.#recorder !== null) this.#recorder.dropped(row, this.name, reason, this.#scheduler.now);
  }
}

function reasonOf(fate: number): DropReason {
  if ((fate & FATE.lostByScript) !== 0) return "script";
  return (fate & FATE.lostInBurst) !== 0 ? "burst loss" : "loss";
}
