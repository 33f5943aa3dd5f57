// The calls of Linux that namespaces, network devices and precise timers take; the rest of the C library is in libc.ts.

import type * as Koffi from "koffi";

/** Calls answer as in C: -1 for an error whose number `Libc.errno()` tells. */
export interface LinuxCalls {
  open(path: string, flags: number): number;
  read(fd: number, data: Uint8Array, length: number): number;
  /** The third argument as memory. */
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** Moves the calling thread only, for network namespaces. */
  unshare(flags: number): number;
  setns(fd: number, type: number): number;
  timerfdCreate(clock: number, flags: number): number;
  /** `struct itimerspec` on 64 bits. */
  timerfdSettime(fd: number, flags: number, value: Uint8Array): number;
}

type KoffiCall = ReturnType<Koffi.LibraryHandle["func"]>;

/** `call` makes a function of a C prototype. */
export function linuxCalls(call: (definition: string) => KoffiCall): LinuxCalls {
  const ioctl: (fd: number, request: number, type: string, argument: Uint8Array) => number = call(
    "int ioctl(int, unsigned long, ...)",
  );
  const open: (path: string, flags: number) => number = call("int open(const char *, int, ...)");
  const settime: (fd: number, flags: number, value: Uint8Array, old: null) => number = call(
    "int timerfd_settime(int, int, void *, void *)",
  );
  return {
    open: (path, flags) => open(path, flags),
    read: call("intptr_t read(int, void *, size_t)"),
    ioctl: (fd, request, argument) => ioctl(fd, request, "void *", argument),
    unshare: call("int unshare(int)"),
    setns: call("int setns(int, int)"),
    timerfdCreate: call("int timerfd_create(int, int)"),
    timerfdSettime: (fd, flags, value) => settime(fd, flags, value, null),
  };
}
