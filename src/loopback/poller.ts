// Waiting for many descriptors at once: one epoll_wait(2) (Linux) or kevent(2) (macOS) on a thread of Node's pool.
//
// Edge-triggered and registered once a socket: an edge means "try again", and whoever waits has tried before. poll(2) would hold
// a reference to every socket it waits for, so that a close would only reach the peer, and free the port, when it returned;
// epoll and kqueue forget a descriptor the moment it is closed.

import { EPOLL_CLOEXEC, fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";

const EVENTS_MAX = 256;
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** epoll(7): IN, PRI, OUT, RDHUP, edge-triggered. */
const EPOLL_EVENTS = 0x0001 | 0x0002 | 0x0004 | 0x2000 | 0x8000_0000;
const EPOLL_CTL_ADD = 1;
/** `struct epoll_event` is packed on x86-64 only. */
const EPOLL_EVENT_SIZE = process.arch === "x64" ? 12 : 16;
const EPOLL_DATA_AT = process.arch === "x64" ? 4 : 8;

/** `struct kevent` on 64 bits: ident 8, filter 2, flags 2, fflags 4, data 8, udata 8. */
const KEVENT_SIZE = 32;
const EVFILT_READ = -1;
const EVFILT_WRITE = -2;
const EV_ADD_CLEAR = 0x0001 | 0x0020;

/** A failing wait is tried again after this long, never at once. */
const RETRY_MS = 10;

/** How one system watches descriptors. */
interface Watch {
  /** The descriptor of the watch itself; negative when the system gave none. */
  readonly fd: number;
  add(fd: number, id: number): boolean;
  wait(done: (error: unknown, count: number) => void): void;
  /** The id of event `index` of the last wait. */
  id(index: number): number;
}

let shared: { readonly poller: Poller; users: number } | null = null;

/**
 * The process's poller, one for all runs: each would keep a thread of Node's pool, which has four, to itself. Every one taken is
 * to be given back with `releasePoller`. Throws as the constructor does.
 */
export function acquirePoller(libc: Libc): Poller {
  shared ??= { poller: new Poller(libc), users: 0 };
  shared.users++;
  return shared.poller;
}

/** Gives back what `acquirePoller` gave; the last one ends it. */
export async function releasePoller(): Promise<void> {
  if (shared === null || --shared.users > 0) return;
  const { poller } = shared;
  shared = null;
  await poller.dispose();
}

export class Poller {
  readonly #libc: Libc;
  readonly #watch: Watch;
  readonly #wakeRead: number;
  readonly #wakeWrite: number;
  readonly #listeners = new Map<number, () => void>();
  #lastId = 0;
  #waiting = false;
  #stopped: (() => void) | null = null;

  /** Throws an Error when the system has no descriptors left. */
  constructor(libc: Libc) {
    this.#libc = libc;
    this.#watch = libc.epoll === null ? kqueueWatch(libc) : epollWatch(libc);
    const pipe = new Int32Array(fixedMemory(8).buffer, 0, 2);
    if (this.#watch.fd < 0 || libc.pipe(pipe) !== 0) {
      throw new Error(
        "the kernel backend could not open its poller: the process has too many open files (ulimit -n)",
      );
    }
    this.#wakeRead = pipe[0];
    this.#wakeWrite = pipe[1];
    libc.fcntl(this.#wakeRead, F_SETFD, FD_CLOEXEC);
    libc.fcntl(this.#wakeWrite, F_SETFD, FD_CLOEXEC);
    this.#watch.add(this.#wakeRead, 0);
  }

  /** Watches `fd` until it is closed; answers the id to `forget`, or null when the system refuses. */
  watch(fd: number, listener: () => void): number | null {
    const id = (this.#lastId = (this.#lastId + 1) % 0xffff_ffff);
    if (!this.#watch.add(fd, id)) return null;
    this.#listeners.set(id, listener);
    if (!this.#waiting) this.#wait();
    return id;
  }

  /** Stops telling of a descriptor about to be closed. */
  forget(id: number): void {
    this.#listeners.delete(id);
  }

  /** Ends the thread's wait and closes the poller's own descriptors. */
  async dispose(): Promise<void> {
    this.#listeners.clear();
    if (this.#waiting) {
      const stopped = new Promise<void>((resolve) => {
        this.#stopped = resolve;
      });
      this.#libc.write(this.#wakeWrite, new Uint8Array(1), 1);
      await stopped;
    }
    for (const fd of [this.#watch.fd, this.#wakeRead, this.#wakeWrite]) this.#libc.close(fd);
  }

  #wait(): void {
    this.#waiting = true;
    this.#watch.wait((error, count) => {
      if (this.#stopped !== null) {
        this.#waiting = false;
        this.#stopped();
        return;
      }
      if (error !== null || count < 0) {
        setTimeout(() => (this.#stopped === null ? this.#wait() : this.#stopped()), RETRY_MS);
        return;
      }
      for (let i = 0; i < count; i++) this.#listeners.get(this.#watch.id(i))?.();
      this.#wait();
    });
  }
}

function epollWatch(libc: Libc): Watch {
  const { epoll } = libc;
  if (epoll === null) throw new Error("no epoll on this system");
  const fd = epoll.create(EPOLL_CLOEXEC);
  const events = fixedMemory(EVENTS_MAX * EPOLL_EVENT_SIZE);
  const eventsView = new DataView(events.buffer);
  const change = fixedMemory(EPOLL_EVENT_SIZE);
  const changeView = new DataView(change.buffer);
  return {
    fd,
    add(target, id) {
      changeView.setUint32(0, EPOLL_EVENTS, true);
      changeView.setUint32(EPOLL_DATA_AT, id, true);
      return epoll.control(fd, EPOLL_CTL_ADD, target, change) === 0;
    },
    wait: (done) => epoll.wait(fd, events, EVENTS_MAX, -1, done),
    id: (index) => eventsView.getUint32(index * EPOLL_EVENT_SIZE + EPOLL_DATA_AT, true),
  };
}

function kqueueWatch(libc: Libc): Watch {
  const { kqueue } = libc;
  if (kqueue === null) throw new Error("no kqueue on this system");
  const fd = kqueue.create();
  libc.fcntl(fd, F_SETFD, FD_CLOEXEC);
  const events = fixedMemory(EVENTS_MAX * KEVENT_SIZE);
  const eventsView = new DataView(events.buffer);
  const changes = fixedMemory(2 * KEVENT_SIZE);
  const changesView = new DataView(changes.buffer);
  return {
    fd,
    add(target, id) {
      changes.fill(0);
      for (const [at, filter] of [
        [0, EVFILT_READ],
        [KEVENT_SIZE, EVFILT_WRITE],
      ]) {
        changesView.setBigUint64(at, BigInt(target), true);
        changesView.setInt16(at + 8, filter, true);
        changesView.setUint16(at + 10, EV_ADD_CLEAR, true);
        changesView.setUint32(at + 24, id, true);
      }
      // The wake pipe's reading end has no write filter to add; its failure there does not matter.
      return kqueue.change(fd, changes, id === 0 ? 1 : 2) === 0;
    },
    wait: (done) => kqueue.wait(fd, events, EVENTS_MAX, done),
    id: (index) => eventsView.getUint32(index * KEVENT_SIZE + 24, true),
  };
}
