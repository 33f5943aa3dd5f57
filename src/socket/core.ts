// What a backend must do: sockets that never block and know nothing of promises.
//
// A call answers at once with its result or with an errno's name; EAGAIN (or EINPROGRESS for connect) means "not yet",
// and `onWake` is called when another try may fare better. Waking once too often is allowed, once too few is a bug.
// Everything else - promises, recording, read policies - is a layer on top (blocking.ts).

import type { Family, SocketAddress, SocketType } from "./address.ts";
import type { Errno } from "./errno.ts";
import type { OptionName, OptionValue, TcpInfo } from "./options.ts";

export type Shutdown = "read" | "write" | "both";

/** MSG_MORE and MSG_OOB. */
export interface SendFlags {
  readonly more?: boolean;
  readonly oob?: boolean;
}

/** MSG_FASTOPEN: connects, with the data in the SYN where the peer has given a cookie before (RFC 7413). */
export interface SendToFlags {
  readonly fastOpen?: boolean;
}

/** MSG_PEEK and MSG_OOB, which never waits: EINVAL when no urgent byte is there to read, EAGAIN while it is on its way. */
export interface RecvFlags {
  readonly peek?: boolean;
  readonly oob?: boolean;
}

/** `data` is at most what was asked for; `truncated` is MSG_TRUNC: the rest of the datagram is gone. */
export interface Datagram {
  readonly data: Uint8Array;
  readonly from: SocketAddress;
  readonly truncated: boolean;
}

/** Readiness, as poll(2) would report it now. */
export interface Readiness {
  readonly readable: boolean;
  readonly writable: boolean;
  readonly error: boolean;
  readonly hangup: boolean;
  /** POLLPRI: an urgent byte has come and nobody has read it. */
  readonly urgent: boolean;
}

export const NOT_READY: Readiness = {
  readable: false,
  writable: false,
  error: false,
  hangup: false,
  urgent: false,
};

/** Why a backend refuses: printed with ENOTSUP, for what the kernel below it cannot show. */
export interface Refusal {
  readonly code: Errno;
  readonly why: string;
}

export type Failure = Errno | Refusal;

/**
 * Whether a core's answer is a failure. Results are never strings and never carry `code`, which is read since `in` is slow; and not of
 * bytes, the most frequent answer, since a read from answers of all kinds is slow, too.
 */
export function isFailure(answer: unknown): answer is Failure {
  if (typeof answer === "string") return true;
  if (typeof answer !== "object" || answer === null || answer instanceof Uint8Array) return false;
  return (answer as Partial<Refusal>).code !== undefined;
}

/** A failure's errno, with the reason where it gives one. */
export function refusalOf(failure: Failure): Refusal | { readonly code: Errno; readonly why: undefined } {
  return typeof failure === "string" ? { code: failure, why: undefined } : failure;
}

export interface SocketCore {
  readonly family: Family;
  readonly type: SocketType;
  /** Called when the answer of some call may have changed. Set by the layer above; one listener. */
  onWake: (() => void) | null;

  /** EAGAIN where the backend itself needs time for it; then it wakes, and the same call again gets the answer. */
  bind(address: SocketAddress): null | Failure;
  /** EAGAIN as for `bind`. */
  listen(backlog: number): null | Failure;
  /** The next established connection, or EAGAIN. */
  accept(): SocketCore | Failure;
  /**
   * Starts connecting: null when done at once (datagrams, Unix sockets), EINPROGRESS when not. Then it wakes when the
   * attempt has ended, readiness says writable, and `SO_ERROR` says how it ended.
   */
  connect(address: SocketAddress): null | Failure;
  /** Bytes taken, at least 1 for a stream that takes any, or EAGAIN. Sending nothing on a stream answers 0. The core keeps no reference to `bytes`. */
  send(bytes: Uint8Array, flags?: SendFlags): number | Failure;
  /** At most `max` bytes; empty at the end of a stream, EAGAIN when there is nothing yet. The caller owns the answer. */
  recv(max: number, flags?: RecvFlags): Uint8Array | Failure;
  /**
   * With `fastOpen` a TCP socket starts connecting: bytes taken that have left with the SYN, or EINPROGRESS where none could. How the
   * attempt ends is told as after `connect`.
   */
  sendTo(bytes: Uint8Array, to: SocketAddress, flags?: SendToFlags): number | Failure;
  recvFrom(max: number, flags?: RecvFlags): Datagram | Failure;
  /** Whether the next byte to read is urgent (SIOCATMARK); ENOTTY for datagrams. */
  atMark(): boolean | Failure;
  shutdown(how: Shutdown): null | Failure;
  /**
   * Gives the descriptor up; what the protocol still owes the peer goes on behind it. EAGAIN while a TCP socket lingers (SO_LINGER
   * with a time): it wakes when that is over, and the same call again answers nothing. Else a second close does nothing.
   */
  close(): void | "EAGAIN";
  setOption(name: OptionName, value: OptionValue): null | Failure;
  /** `SO_ERROR` gives the errno's name or "" and clears it; `SO_LINGER` seconds, or -1 when off. */
  getOption(name: OptionName): OptionValue | Refusal;
  localAddress(): SocketAddress | Failure;
  peerAddress(): SocketAddress | Failure;
  readiness(): Readiness;
  /** TCP only, else EOPNOTSUPP. */
  info(): TcpInfo | Failure;
}
