// The C library's socket calls as functions of Node, through koffi. koffi is an optional dependency: it is loaded when first
// asked for, and its absence is an answer, not a crash.

import { createRequire } from "node:module";
import type * as Koffi from "koffi";
import { thisPlatform } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { linuxCalls } from "./tun/linux-calls.ts";
import type { LinuxCalls } from "./tun/linux-calls.ts";

type Memory = Uint8Array | Int32Array | null;

/** Calls answer as in C: -1 for an error whose number `errno()` tells. Lengths in bytes. */
export interface Libc {
  readonly platform: Platform;
  errno(): number;
  /** Address of memory that must neither move nor be collected while it is used: keep a reference to it. */
  addressOf(memory: Uint8Array): bigint;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Memory, length: number): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number, address: Memory, length: Memory): number;
  /** Linux only. */
  accept4(fd: number, address: Memory, length: Memory, flags: number): number;
  connect(fd: number, address: Memory, length: number): number;
  send(fd: number, data: Memory, length: number, flags: number): number;
  sendto(
    fd: number,
    data: Memory,
    length: number,
    flags: number,
    address: Memory,
    addressLength: number,
  ): number;
  recv(fd: number, data: Memory, length: number, flags: number): number;
  recvmsg(fd: number, message: Memory, flags: number): number;
  sockatmark(fd: number): number;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  /** On a thread of Node's pool, for it may wait; then calls back on the main one. */
  closeLater(fd: number, done: () => void): void;
  setsockopt(fd: number, level: number, name: number, value: Memory, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Memory, length: Memory): number;
  getsockname(fd: number, address: Memory, length: Memory): number;
  getpeername(fd: number, address: Memory, length: Memory): number;
  poll(fds: Memory, count: number, timeoutMs: number): number;
  pipe(fds: Int32Array): number;
  write(fd: number, data: Memory, length: number): number;
  /** F_SETFL, F_SETFD: an int argument. */
  fcntl(fd: number, command: number, value: number): number;
  ifNameToIndex(name: string): number;
  /** Linux only. */
  readonly epoll: EpollCalls | null;
  /** macOS only. */
  readonly kqueue: KqueueCalls | null;
  readonly linux: LinuxCalls | null;
}

/** Waits on a thread of Node's pool and calls back on the main one. */
type WaitCallback = (error: unknown, count: number) => void;

export interface EpollCalls {
  create(flags: number): number;
  control(epoll: number, operation: number, fd: number, event: Memory): number;
  wait(epoll: number, events: Memory, count: number, timeoutMs: number, done: WaitCallback): void;
}

export interface KqueueCalls {
  create(): number;
  change(kqueue: number, changes: Memory, count: number): number;
  wait(kqueue: number, events: Memory, count: number, done: WaitCallback): void;
}

export type LibcAnswer = { readonly libc: Libc } | { readonly why: string };

const O_CLOEXEC_LINUX = 0o2000000;
export const EPOLL_CLOEXEC = O_CLOEXEC_LINUX;

let loaded: LibcAnswer | null = null;

/** The calls, or why there are none and what to do about it. Loads koffi once a process. */
export function loadLibc(): LibcAnswer {
  loaded ??= load();
  return loaded;
}

function load(): LibcAnswer {
  const platform = thisPlatform();
  if (platform === null) {
    return {
      why: `the kernel backend knows Linux and macOS, not ${process.platform}; use the node backend there`,
    };
  }
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1 || !process.arch.endsWith("64")) {
    return {
      why: `the kernel backend knows 64-bit little-endian machines, not ${process.arch}; use the node backend there`,
    };
  }
  let koffi: typeof Koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as typeof Koffi;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return {
      why: `the optional dependency koffi could not be loaded (${reason}); run "npm install koffi@3.3.4", or use the node backend`,
    };
  }
  return { libc: bindCalls(koffi, platform) };
}

type Close = ((fd: number) => number) & { async(fd: number, done: () => void): void };
type KoffiCall = ReturnType<Koffi.LibraryHandle["func"]>;
type MakeCall = (definition: string) => KoffiCall;

function bindCalls(koffi: typeof Koffi, platform: Platform): Libc {
  const library = koffi.load(null);
  // koffi types what it makes as taking and giving anything; `Libc` says what these do.
  const call = (definition: string): KoffiCall => library.func(definition);
  const fcntl: (fd: number, command: number, type: string, value: number) => number =
    call("int fcntl(int, int, ...)");
  const close: Close = call("int close(int)");
  const linux = platform.watch === "epoll";
  return {
    platform,
    errno: () => koffi.errno(),
    addressOf: (memory) => koffi.address(memory),
    socket: call("int socket(int, int, int)"),
    bind: call("int bind(int, void *, uint32_t)"),
    listen: call("int listen(int, int)"),
    accept: call("int accept(int, void *, void *)"),
    accept4: linux ? call("int accept4(int, void *, void *, int)") : () => -1,
    connect: call("int connect(int, void *, uint32_t)"),
    send: call("intptr_t send(int, void *, size_t, int)"),
    sendto: call("intptr_t sendto(int, void *, size_t, int, void *, uint32_t)"),
    recv: call("intptr_t recv(int, void *, size_t, int)"),
    recvmsg: call("intptr_t recvmsg(int, void *, int)"),
    sockatmark: call("int sockatmark(int)"),
    shutdown: call("int shutdown(int, int)"),
    close,
    closeLater: (fd, done) => close.async(fd, done),
    setsockopt: call("int setsockopt(int, int, int, void *, uint32_t)"),
    getsockopt: call("int getsockopt(int, int, int, void *, void *)"),
    getsockname: call("int getsockname(int, void *, void *)"),
    getpeername: call("int getpeername(int, void *, void *)"),
    poll: call(linux ? "int poll(void *, unsigned long, int)" : "int poll(void *, unsigned int, int)"),
    pipe: call("int pipe(void *)"),
    write: call("intptr_t write(int, void *, size_t)"),
    fcntl: (fd, command, value) => fcntl(fd, command, "int", value),
    ifNameToIndex: call("unsigned int if_nametoindex(const char *)"),
    epoll: linux ? epollCalls(call) : null,
    kqueue: linux ? null : kqueueCalls(call),
    linux: linux ? linuxCalls(call) : null,
  };
}

function epollCalls(call: MakeCall): EpollCalls {
  const wait: {
    async(epoll: number, events: Memory, count: number, timeoutMs: number, done: WaitCallback): void;
  } = call("int epoll_wait(int, void *, int, int)");
  return {
    create: call("int epoll_create1(int)"),
    control: call("int epoll_ctl(int, int, int, void *)"),
    wait: (epoll, events, count, timeoutMs, done) => wait.async(epoll, events, count, timeoutMs, done),
  };
}

type Kevent = (
  kqueue: number,
  changes: Memory,
  changeCount: number,
  events: Memory,
  eventCount: number,
  timeout: Memory,
) => number;

function kqueueCalls(call: MakeCall): KqueueCalls {
  const kevent: Kevent & {
    async(
      kqueue: number,
      changes: Memory,
      changeCount: number,
      events: Memory,
      eventCount: number,
      timeout: Memory,
      done: WaitCallback,
    ): void;
  } = call("int kevent(int, void *, int, void *, int, void *)");
  return {
    create: call("int kqueue()"),
    change: (kqueue, changes, count) => kevent(kqueue, changes, count, null, 0, null),
    wait: (kqueue, events, count, done) => kevent.async(kqueue, null, 0, events, count, null, done),
  };
}

/** Memory that never moves: a typed array of up to 64 bytes would otherwise live on V8's heap. */
export function fixedMemory(size: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(Math.max(size, 128)), 0, size);
}
