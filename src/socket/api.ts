// The socket API a program is written against: BSD semantics, promises, errno codes.

import type { AddressLike, Family, SocketAddress, SocketType } from "./address.ts";
import type { Datagram, Shutdown } from "./core.ts";
import type { OptionName, OptionValue, TcpInfo } from "./options.ts";

/** Text is sent as UTF-8. */
export type Bytes = Uint8Array | string;

export interface SendOptions {
  /** MSG_MORE: more follows, do not send a short segment yet. */
  readonly more?: boolean;
  /** MSG_OOB: the last byte is urgent. */
  readonly oob?: boolean;
  /** MSG_DONTWAIT: throw EAGAIN instead of waiting. */
  readonly dontWait?: boolean;
}

export interface SendToOptions {
  /**
   * MSG_FASTOPEN: connects, and sends with the SYN where the peer has given a cookie before (RFC 7413), else after the handshake. Over
   * when connected; the number of bytes may be fewer than given.
   */
  readonly fastOpen?: boolean;
}

export interface RecvOptions {
  /** MSG_PEEK: leave the bytes in the queue. */
  readonly peek?: boolean;
  /**
   * MSG_OOB: the urgent byte, and never a wait: EINVAL when there is none (or it was read, or is inline by SO_OOBINLINE), EAGAIN
   * when it is announced and on its way.
   */
  readonly oob?: boolean;
  /** MSG_WAITALL: wait until `max` bytes are there, the stream ends or fails. */
  readonly waitAll?: boolean;
  /** MSG_DONTWAIT: throw EAGAIN instead of waiting. */
  readonly dontWait?: boolean;
}

/** One socket. Every failed call throws (or rejects with) a `SocketError`. */
export interface Socket {
  /** `host#n`, counted a host in the order sockets come to be. */
  readonly label: string;
  readonly family: Family;
  readonly type: SocketType;
  bind(address: AddressLike): Promise<void>;
  /** `backlog` defaults to 128. */
  listen(backlog?: number): Promise<void>;
  accept(): Promise<Socket>;
  connect(address: AddressLike): Promise<void>;
  /** The number of bytes the socket took, which may be fewer than given. */
  send(bytes: Bytes, options?: SendOptions): Promise<number>;
  /** Sends until all is taken. */
  sendAll(bytes: Bytes): Promise<void>;
  /** At most `max` bytes (64 KiB by default); empty at the end of the stream. */
  recv(max?: number, options?: RecvOptions): Promise<Uint8Array>;
  /** sockatmark(3): whether the next byte to read is the urgent one. A read stops there; the next passes over the byte. */
  atMark(): boolean;
  sendTo(bytes: Bytes, address: AddressLike, options?: SendToOptions): Promise<number>;
  recvFrom(max?: number, options?: RecvOptions): Promise<Datagram>;
  shutdown(how: Shutdown): void;
  /**
   * Calls still waiting on the socket end with EBADF. What it answers may be awaited, and never fails: with SO_LINGER set to a time
   * it is over when the peer has acknowledged all that was sent, or the time is; else at once.
   */
  close(): PromiseLike<void>;
  setOption(name: OptionName, value: OptionValue): void;
  getOption(name: OptionName): OptionValue;
  /** What getsockname(2) answers. */
  address(): SocketAddress;
  /** What getpeername(2) answers. */
  peer(): SocketAddress;
  info(): TcpInfo;
}

/** What a program is handed: its machine. */
export interface Host {
  readonly name: string;
  socket(family: Family, type: SocketType): Socket;
  /** Waits `ms` milliseconds of the run's time. */
  sleep(ms: number): Promise<void>;
  /**
   * Waits for work that no socket call and no sleep stands for: a computation, a file, a library with callbacks of its own. Virtual
   * time stands still meanwhile, so that what it leads to happens at the same time in every run.
   */
  outside<T>(work: Promise<T>): Promise<T>;
  /** Milliseconds since the run began. */
  now(): number;
  /** Writes a line into the transcript. */
  log(text: string): void;
  /** A number in [0, 1) from this program's own stream: the same every time for one seed. */
  random(): number;
}
