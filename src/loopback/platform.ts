// Everything that differs between Linux and macOS below the socket calls: constants, option numbers, structure layouts.
// The Linux column is exercised by the tests; the macOS one is written from its headers (Darwin, 64-bit) and has not been run.

import { constants } from "node:os";
import { ERRNOS, isErrno } from "../socket/errno.ts";
import type { Errno } from "../socket/errno.ts";
import type { OptionName } from "../socket/options.ts";

/** How an option's value lies in memory: an int, an int as a switch, `struct linger`, or text. */
export type OptionLayout = "number" | "boolean" | "linger" | "text";

export interface OptionNumber {
  readonly level: number;
  readonly name: number;
  readonly layout: OptionLayout;
}

export interface Platform {
  readonly title: string;
  readonly loopback: string;
  readonly family: { readonly inet: number; readonly inet6: number; readonly unix: number };
  readonly type: { readonly stream: number; readonly dgram: number };
  /** Set in socket(2)'s type and accept4(2)'s flags; 0 where fcntl(2) must do it. */
  readonly atomicNonBlock: number;
  readonly nonBlock: number;
  readonly msg: {
    readonly oob: number;
    readonly peek: number;
    readonly trunc: number;
    /** 0 where a socket option (`noSigPipe`) does it. */
    readonly noSignal: number;
    /** 0 where there is none, as of the next. */
    readonly more: number;
    readonly fastOpen: number;
  };
  /** Option that keeps SIGPIPE away, or null where a send flag does. */
  readonly noSigPipe: OptionNumber | null;
  /** Option that leaves the choice of a port to connect(2), or null. */
  readonly bindAddressNoPort: OptionNumber | null;
  /** Whether `struct sockaddr` begins with its own length. */
  readonly addressLength: boolean;
  /** Longest path of a Unix socket, with its terminating zero. */
  readonly pathLength: number;
  /** `struct msghdr` on 64 bits: offsets of what differs. */
  readonly msghdr: {
    readonly size: number;
    readonly iovlenIsInt: boolean;
    readonly controllenIsInt: boolean;
    readonly flags: number;
  };
  /** How sockets are watched: epoll(7) or kqueue(2). */
  readonly watch: "epoll" | "kqueue";
  /** Whether every address of 127.0.0.0/8 is the machine's own, so that each host can have one. */
  readonly wholeLoopbackNet: boolean;
  readonly options: Partial<Record<OptionName, OptionNumber>>;
}

const IP = 0;
const TCP = 6;
const IPV6 = 41;

function option(level: number, name: number, layout: OptionLayout): OptionNumber {
  return { level, name, layout };
}

const LINUX_SOCKET = 1;

const LINUX: Platform = {
  title: "Linux",
  loopback: "lo",
  family: { inet: 2, inet6: 10, unix: 1 },
  type: { stream: 1, dgram: 2 },
  atomicNonBlock: 0o4000 | 0o2000000,
  nonBlock: 0o4000,
  msg: { oob: 0x1, peek: 0x2, trunc: 0x20, noSignal: 0x4000, more: 0x8000, fastOpen: 0x2000_0000 },
  noSigPipe: null,
  bindAddressNoPort: option(IP, 24, "boolean"),
  addressLength: false,
  pathLength: 108,
  msghdr: { size: 56, iovlenIsInt: false, controllenIsInt: false, flags: 48 },
  watch: "epoll",
  wholeLoopbackNet: true,
  options: {
    SO_BROADCAST: option(LINUX_SOCKET, 6, "boolean"),
    SO_ERROR: option(LINUX_SOCKET, 4, "number"),
    SO_KEEPALIVE: option(LINUX_SOCKET, 9, "boolean"),
    SO_LINGER: option(LINUX_SOCKET, 13, "linger"),
    SO_MAX_PACING_RATE: option(LINUX_SOCKET, 47, "number"),
    SO_OOBINLINE: option(LINUX_SOCKET, 10, "boolean"),
    SO_RCVBUF: option(LINUX_SOCKET, 8, "number"),
    SO_REUSEADDR: option(LINUX_SOCKET, 2, "boolean"),
    SO_REUSEPORT: option(LINUX_SOCKET, 15, "boolean"),
    SO_SNDBUF: option(LINUX_SOCKET, 7, "number"),
    IP_MTU: option(IP, 14, "number"),
    IP_MTU_DISCOVER: option(IP, 10, "number"),
    IP_RECVERR: option(IP, 11, "boolean"),
    IP_TTL: option(IP, 2, "number"),
    IPV6_MTU: option(IPV6, 24, "number"),
    IPV6_MTU_DISCOVER: option(IPV6, 23, "number"),
    IPV6_V6ONLY: option(IPV6, 26, "boolean"),
    TCP_CONGESTION: option(TCP, 13, "text"),
    TCP_CORK: option(TCP, 3, "boolean"),
    TCP_FASTOPEN: option(TCP, 23, "number"),
    TCP_FASTOPEN_CONNECT: option(TCP, 30, "boolean"),
    TCP_KEEPCNT: option(TCP, 6, "number"),
    TCP_KEEPIDLE: option(TCP, 4, "number"),
    TCP_KEEPINTVL: option(TCP, 5, "number"),
    TCP_MAXSEG: option(TCP, 2, "number"),
    TCP_NODELAY: option(TCP, 1, "boolean"),
    TCP_QUICKACK: option(TCP, 12, "boolean"),
    TCP_SYNCNT: option(TCP, 7, "number"),
    TCP_USER_TIMEOUT: option(TCP, 18, "number"),
  },
};

const DARWIN_SOCKET = 0xffff;

const DARWIN: Platform = {
  title: "macOS",
  loopback: "lo0",
  family: { inet: 2, inet6: 30, unix: 1 },
  type: { stream: 1, dgram: 2 },
  atomicNonBlock: 0,
  nonBlock: 0x4,
  msg: { oob: 0x1, peek: 0x2, trunc: 0x10, noSignal: 0, more: 0, fastOpen: 0 },
  noSigPipe: option(DARWIN_SOCKET, 0x1022, "boolean"),
  bindAddressNoPort: null,
  addressLength: true,
  pathLength: 104,
  msghdr: { size: 48, iovlenIsInt: true, controllenIsInt: true, flags: 44 },
  watch: "kqueue",
  wholeLoopbackNet: false,
  options: {
    SO_BROADCAST: option(DARWIN_SOCKET, 0x20, "boolean"),
    SO_ERROR: option(DARWIN_SOCKET, 0x1007, "number"),
    SO_KEEPALIVE: option(DARWIN_SOCKET, 0x8, "boolean"),
    // SO_LINGER counts clock ticks there; SO_LINGER_SEC counts seconds.
    SO_LINGER: option(DARWIN_SOCKET, 0x1080, "linger"),
    SO_OOBINLINE: option(DARWIN_SOCKET, 0x100, "boolean"),
    SO_RCVBUF: option(DARWIN_SOCKET, 0x1002, "number"),
    SO_REUSEADDR: option(DARWIN_SOCKET, 0x4, "boolean"),
    SO_REUSEPORT: option(DARWIN_SOCKET, 0x200, "boolean"),
    SO_SNDBUF: option(DARWIN_SOCKET, 0x1001, "number"),
    IP_TTL: option(IP, 4, "number"),
    IPV6_V6ONLY: option(IPV6, 27, "boolean"),
    TCP_KEEPCNT: option(TCP, 0x102, "number"),
    TCP_KEEPIDLE: option(TCP, 0x10, "number"),
    TCP_KEEPINTVL: option(TCP, 0x101, "number"),
    TCP_MAXSEG: option(TCP, 2, "number"),
    TCP_NODELAY: option(TCP, 1, "boolean"),
  },
};

/** The table of the system this runs on, or null for a system without one. */
export function thisPlatform(): Platform | null {
  if (process.platform === "linux") return LINUX;
  return process.platform === "darwin" ? DARWIN : null;
}

const namesByNumber = new Map<number, Errno>();
for (const [name, number] of Object.entries(constants.errno)) {
  // Where two names share a number (EAGAIN and EWOULDBLOCK, EOPNOTSUPP and ENOTSUP) socket calls mean the one their man pages list.
  if (isErrno(name) && (name !== "ENOTSUP" || number !== constants.errno.EOPNOTSUPP)) {
    namesByNumber.set(number, name);
  }
}

/** The name of this system's errno `number`; EIO for numbers no socket call is documented to give. */
export function errnoName(number: number): Errno {
  return namesByNumber.get(number) ?? "EIO";
}

/** The `code` of a Node error as an errno's name; EIO for what is no errno. */
export function errnoOfError(error: unknown): Errno {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && Object.hasOwn(ERRNOS, code) && isErrno(code) ? code : "EIO";
}
