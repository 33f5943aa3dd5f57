// A simulated network in step with real time: what is due happens when it is due, packets of real stacks enter it as they come.
//
// The network's clock is moved by nobody else. It is caught up before anything from outside touches it, and a timerfd (exact to some
// microseconds, where Node's timers are to a millisecond) wakes it for its own next event.

import type { RealClock } from "../clock.ts";
import { fixedMemory } from "../libc.ts";
import type { Libc } from "../libc.ts";
import type { LinuxCalls } from "./linux-calls.ts";
import { errnoName } from "../platform.ts";
import type { Poller } from "../poller.ts";
import type { TunDevice } from "./device.ts";

const CLOCK_MONOTONIC = 1;
const TFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const TFD_TIMER_ABSTIME = 1;
/** Packets taken from one device before the others, and timers, have their turn. */
const PACKETS_A_TURN = 64;
const NS_PER_S = 1_000_000_000n;

/** A network whose time is given to it. */
export interface PacedNetwork {
  /** ns. */
  now(): number;
  /** Does what is due until then, inclusive, and moves the clock there. */
  run(untilNs: number): void;
  /** When something is due next; Infinity when nothing is. */
  nextTime(): number;
  /** Takes a packet that `host` sends now. */
  enter(host: string, packet: Uint8Array): void;
}

export class Pacer {
  /** Packets real stacks have sent. */
  packets = 0;
  readonly #libc: Libc;
  readonly #linux: LinuxCalls;
  readonly #poller: Pick<Poller, "watch" | "forget">;
  readonly #clock: RealClock;
  readonly #network: PacedNetwork;
  readonly #timer: number;
  readonly #deadline = fixedMemory(32);
  readonly #deadlineView = new DataView(this.#deadline.buffer);
  readonly #watched: number[] = [];
  #armedNs = Infinity;
  #running = false;
  #touched = false;
  #disposed = false;

  /** Throws an Error when the system has no descriptors left. */
  constructor(
    libc: Libc,
    linux: LinuxCalls,
    poller: Pick<Poller, "watch" | "forget">,
    clock: RealClock,
    network: PacedNetwork,
  ) {
    this.#libc = libc;
    this.#linux = linux;
    this.#poller = poller;
    this.#clock = clock;
    this.#network = network;
    this.#timer = linux.timerfdCreate(CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC);
    this.#watch(this.#timer, () => {
      this.#armedNs = Infinity;
      this.catchUp();
    });
  }

  /** Lets `device` be where `host` is attached to the network. Throws an Error when the system cannot watch it. */
  attach(host: string, device: TunDevice): void {
    const take = (): void => {
      if (this.#disposed) return;
      this.catchUp();
      for (let i = 0; i < PACKETS_A_TURN; i++) {
        const packet = device.read();
        if (packet === null) {
          this.catchUp();
          return;
        }
        this.packets++;
        this.#network.enter(host, packet);
      }
      // Edge-triggered: what is left would not be told of again.
      setImmediate(take);
    };
    this.#watch(device.fd, take);
  }

  /** The network's time, caught up with the real one; within one of its own events, the event's. */
  now(): number {
    if (!this.#running) this.#run();
    return this.#network.now();
  }

  /** Does what is due, and again once the programs it lets go on have had their turn. */
  catchUp(): void {
    if (this.#running || this.#disposed) return;
    this.#run();
    this.#arm();
    if (this.#touched) return;
    this.#touched = true;
    setImmediate(() => {
      this.#touched = false;
      if (this.#disposed) return;
      this.#run();
      this.#arm();
    });
  }

  /** Stops; devices stay open. */
  dispose(): void {
    this.#disposed = true;
    for (const id of this.#watched) this.#poller.forget(id);
    if (this.#timer >= 0) this.#libc.close(this.#timer);
  }

  #run(): void {
    this.#running = true;
    try {
      this.#network.run(this.#clock.now());
    } finally {
      this.#running = false;
    }
  }

  #arm(): void {
    const next = this.#network.nextTime();
    if (next === this.#armedNs) return;
    this.#armedNs = next;
    // All zero disarms it.
    const at = next === Infinity ? 0n : this.#clock.startNs + BigInt(next);
    this.#deadlineView.setBigInt64(16, at / NS_PER_S, true);
    this.#deadlineView.setBigInt64(24, at % NS_PER_S, true);
    this.#linux.timerfdSettime(this.#timer, TFD_TIMER_ABSTIME, this.#deadline);
  }

  #watch(fd: number, listener: () => void): void {
    const id = fd < 0 ? null : this.#poller.watch(fd, listener);
    if (id === null) throw new Error(`a descriptor could not be watched: ${errnoName(this.#libc.errno())}`);
    this.#watched.push(id);
  }
}
