// Blocking calls over a core that never blocks: each call is tried, and tried again when the core wakes, until it answers.
// Reads wait in one line, writes in another, in the order they were made, as the kernel's socket lock would have it.

import type { Bytes, RecvOptions, SendOptions, SendToOptions, Socket } from "./api.ts";
import { ANY_INET, ANY_INET6, formatAddress } from "./address.ts";
import type { AddressLike, Family, SocketAddress, SocketType } from "./address.ts";
import { isFailure, refusalOf } from "./core.ts";
import type { Datagram, Failure, Shutdown, SocketCore } from "./core.ts";
import { SocketError, isErrno } from "./errno.ts";
import type { OptionName, OptionValue, TcpInfo } from "./options.ts";

/** What an observer answers to end a program: its call waits for ever (or, where it cannot wait, throws). */
export const ABANDONED = -1;

/** Hears of every call as it begins and ends: the transcript's source, and how a run knows who waits in what. */
export interface CallObserver {
  /** Answers the call's number, or ABANDONED. */
  begin(socket: BlockingSocket, call: string, args: readonly CallValue[]): number;
  end(callId: number, result: CallValue): void;
  fail(callId: number, error: SocketError): void;
}

/** What calls take and give, as an observer sees it. Byte arrays are the caller's own and must be copied to be kept. */
export type CallValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | SocketAddress
  | Datagram
  | TcpInfo
  | BlockingSocket;

/** The surroundings of a socket: its host's names, its observer and its read policy. */
export interface SocketContext {
  readonly host: string;
  readonly observer: CallObserver;
  resolve(name: string, family: "inet" | "inet6"): string | null;
  nextLabel(): string;
  /** Bytes a recv that asked for `max` may return: the read policy. */
  limitRead(max: number): number;
}

interface Waiting {
  /** Answers true when the call is over. */
  attempt(): boolean;
  abandon(): void;
}

const RECV_MAX_DEFAULT = 65_536;
const BACKLOG_DEFAULT = 128;
const CLOSED = Promise.resolve();
const encoder = new TextEncoder();

export class BlockingSocket implements Socket {
  readonly label: string;
  readonly family: Family;
  readonly type: SocketType;
  readonly core: SocketCore;
  readonly #context: SocketContext;
  /** Binds and listens, for backends that need time for them. */
  readonly #setups: Waiting[] = [];
  readonly #readers: Waiting[] = [];
  readonly #writers: Waiting[] = [];
  #closed = false;
  #serving = false;

  constructor(core: SocketCore, context: SocketContext) {
    this.core = core;
    this.family = core.family;
    this.type = core.type;
    this.#context = context;
    this.label = context.nextLabel();
    core.onWake = () => this.#wake();
  }

  bind(address: AddressLike): Promise<void> {
    let to: SocketAddress | undefined;
    const attempt = (): null | Failure => this.core.bind((to = this.#address("bind", address, "any")));
    return this.#wait(this.#setups, "bind", [describe(address)], false, attempt, () => to).then(nothing);
  }

  listen(backlog: number = BACKLOG_DEFAULT): Promise<void> {
    return this.#wait(this.#setups, "listen", [backlog], false, () => this.core.listen(backlog)).then(
      nothing,
    );
  }

  accept(): Promise<Socket> {
    return this.#wait(this.#readers, "accept", [], false, () => {
      const core = this.core.accept();
      return isFailure(core) ? core : new BlockingSocket(core, this.#context);
    });
  }

  connect(address: AddressLike): Promise<void> {
    let started = false;
    let to: SocketAddress | undefined;
    return this.#wait(
      this.#writers,
      "connect",
      [describe(address)],
      false,
      (): null | Failure => {
        to ??= this.#address("connect", address, "self");
        if (!started) {
          started = true;
          const answer = this.core.connect(to);
          return answer === "EINPROGRESS" ? "EAGAIN" : answer;
        }
        return this.#connecting();
      },
      () => to,
    ).then(nothing);
  }

  send(bytes: Bytes, options: SendOptions = {}): Promise<number> {
    const data = toBytes(bytes);
    const args = options.oob === true ? [data, "MSG_OOB"] : [data];
    return this.#wait(this.#writers, "send", args, options.dontWait === true, () =>
      this.core.send(data, options),
    );
  }

  sendAll(bytes: Bytes): Promise<void> {
    const data = toBytes(bytes);
    let taken = 0;
    return this.#wait(this.#writers, "sendAll", [data], false, () => {
      do {
        const answer = this.core.send(taken === 0 ? data : data.subarray(taken));
        if (typeof answer !== "number") return answer;
        taken += answer;
      } while (taken < data.length);
      return taken;
    }).then(nothing);
  }

  recv(max: number = RECV_MAX_DEFAULT, options: RecvOptions = {}): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let got = 0;
    const { oob = false, peek = false, dontWait = false, waitAll = false } = options;
    const flags = [...(oob ? ["MSG_OOB"] : []), ...(peek ? ["MSG_PEEK"] : [])];
    const attempt = (): Uint8Array | Failure => {
      for (;;) {
        // Urgent data ends a read that has got something.
        if (got > 0 && this.core.atMark() === true) return join(parts, got);
        const data = this.core.recv(this.#limit(max - got), options);
        if (isFailure(data)) return got > 0 && (data !== "EAGAIN" || dontWait) ? join(parts, got) : data;
        if (!waitAll || oob || this.type === "dgram") return data;
        parts.push(data);
        got += data.length;
        if (got >= max || data.length === 0) return join(parts, got);
      }
    };
    return this.#wait(this.#readers, "recv", [max, ...flags], oob || dontWait, attempt);
  }

  atMark(): boolean {
    return this.#sync("atMark", [], () => this.#must("atMark", this.core.atMark()));
  }

  sendTo(bytes: Bytes, address: AddressLike, { fastOpen = false }: SendToOptions = {}): Promise<number> {
    const data = toBytes(bytes);
    let to: SocketAddress | undefined;
    let sent: number | Failure | undefined;
    const attempt = (): number | Failure => {
      to ??= this.#address("sendTo", address, "self");
      if (!fastOpen || this.type === "dgram") return this.core.sendTo(data, to);
      sent ??= this.core.sendTo(data, to, { fastOpen });
      if (typeof sent !== "number" && sent !== "EINPROGRESS") return sent;
      const failure = this.#connecting();
      if (failure !== null) return failure;
      return typeof sent === "number" ? sent : this.core.send(data);
    };
    const args = fastOpen ? [data, describe(address), "MSG_FASTOPEN"] : [data, describe(address)];
    return this.#wait(this.#writers, "sendTo", args, false, attempt, () => to);
  }

  /** How an attempt to connect goes: EAGAIN while it does, null when it has succeeded. */
  #connecting(): null | Failure {
    const ready = this.core.readiness();
    if (!ready.writable && !ready.error && !ready.hangup) return "EAGAIN";
    const error = this.core.getOption("SO_ERROR");
    return isErrno(error) ? error : null;
  }

  recvFrom(max: number = RECV_MAX_DEFAULT, options: RecvOptions = {}): Promise<Datagram> {
    return this.#wait(this.#readers, "recvFrom", [max], options.dontWait === true, () =>
      this.core.recvFrom(this.type === "stream" ? this.#limit(max) : max, options),
    );
  }

  shutdown(how: Shutdown): void {
    this.#sync("shutdown", [how], () => this.#must("shutdown", this.core.shutdown(how)));
  }

  close(): PromiseLike<void> {
    const { observer } = this.#context;
    const id = this.#begin("close", []);
    if (this.#closed) {
      const error = new SocketError("EBADF", "close");
      observer.fail(id, error);
      throw error;
    }
    this.#closed = true;
    this.core.onWake = null;
    const lingers = this.core.close() === "EAGAIN";
    if (!lingers) observer.end(id, null);
    for (const waiting of [...this.#setups.splice(0), ...this.#readers.splice(0), ...this.#writers.splice(0)])
      waiting.abandon();
    if (!lingers) return CLOSED;
    return new Promise((resolve) => {
      this.core.onWake = () => {
        if (this.core.close() === "EAGAIN") return;
        this.core.onWake = null;
        observer.end(id, null);
        resolve();
      };
    });
  }

  setOption(name: OptionName, value: OptionValue): void {
    this.#sync("setOption", [name, value], () => this.#must("setOption", this.core.setOption(name, value)));
  }

  getOption(name: OptionName): OptionValue {
    return this.#sync("getOption", [name], () => {
      const value = this.core.getOption(name);
      if (typeof value === "object") throw new SocketError(value.code, "getOption", { why: value.why });
      return value;
    });
  }

  address(): SocketAddress {
    return this.#sync("address", [], () => this.#must("address", this.core.localAddress()));
  }

  peer(): SocketAddress {
    return this.#sync("peer", [], () => this.#must("peer", this.core.peerAddress()));
  }

  info(): TcpInfo {
    return this.#sync("info", [], () => this.#must("info", this.core.info()));
  }

  /** A call may itself wake the socket (a read opens the window); the line being served goes on anyway. */
  #wake(): void {
    if (this.#serving) return;
    this.#serving = true;
    serve(this.#setups);
    serve(this.#writers);
    serve(this.#readers);
    this.#serving = false;
  }

  /** The read policy cuts streams only: a datagram cut short would lose its rest. */
  #limit(max: number): number {
    return this.type === "stream" && max > 0 ? this.#context.limitRead(max) : max;
  }

  #must<T>(syscall: string, answer: T | Failure): T {
    if (!isFailure(answer)) return answer;
    const { code, why } = refusalOf(answer);
    throw new SocketError(code, syscall, { why });
  }

  #address(syscall: string, like: AddressLike, missing: "any" | "self"): SocketAddress {
    if ("path" in like) return { family: "unix", path: like.path };
    if (this.family === "unix")
      throw new SocketError("EINVAL", syscall, { why: "a Unix socket wants {path}" });
    const family = this.family;
    const port = like.port ?? 0;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new SocketError("EINVAL", syscall, { why: `port ${port} is not 0 to 65535` });
    }
    const name = "address" in like ? like.address : like.host;
    if (name === undefined && missing === "any")
      return { family, address: family === "inet" ? ANY_INET : ANY_INET6, port };
    const address = this.#context.resolve(name ?? this.#context.host, family);
    if (address === null) {
      throw new SocketError("EHOSTUNREACH", syscall, {
        address: name,
        why: "no host of that name or family",
      });
    }
    return { family, address, port };
  }

  /** Of a call that cannot wait. */
  #begin(call: string, args: readonly CallValue[]): number {
    const id = this.#context.observer.begin(this, call, args);
    if (id === ABANDONED) throw new SocketError("EINTR", call, { why: "the run is over" });
    return id;
  }

  #sync<T extends CallValue>(call: string, args: readonly CallValue[], run: () => T): T {
    const id = this.#begin(call, args);
    try {
      if (this.#closed) throw new SocketError("EBADF", call);
      const result = run();
      this.#context.observer.end(id, result);
      return result;
    } catch (error) {
      if (error instanceof SocketError) this.#context.observer.fail(id, error);
      throw error;
    }
  }

  #wait<T extends CallValue>(
    line: Waiting[],
    call: string,
    args: readonly CallValue[],
    dontWait: boolean,
    attempt: () => T | Failure,
    address: () => SocketAddress | undefined = () => undefined,
  ): Promise<T> {
    const observer = this.#context.observer;
    const id = observer.begin(this, call, args);
    return new Promise<T>((resolve, reject) => {
      if (id === ABANDONED) return;
      const fail = (error: SocketError): true => {
        observer.fail(id, error);
        reject(error);
        return true;
      };
      const waiting: Waiting = {
        attempt: () => {
          let answer: T | Failure;
          try {
            answer = attempt();
          } catch (error) {
            if (error instanceof SocketError) return fail(error);
            reject(error);
            return true;
          }
          if (answer === "EAGAIN" && !dontWait) return false;
          if (isFailure(answer)) {
            const { code, why } = refusalOf(answer);
            const where = address();
            return fail(new SocketError(code, call, { why, address: where && formatAddress(where) }));
          }
          observer.end(id, answer);
          resolve(answer);
          return true;
        },
        abandon: () => {
          fail(new SocketError("EBADF", call, { why: "the socket was closed while the call waited" }));
        },
      };
      if (this.#closed) {
        fail(new SocketError("EBADF", call));
        return;
      }
      // MSG_DONTWAIT overtakes the line: it asks what is there now.
      if ((line.length > 0 && !dontWait) || !waiting.attempt()) line.push(waiting);
    });
  }
}

const nothing = (): void => {};

function serve(line: Waiting[]): void {
  while (line.length > 0 && line[0].attempt()) line.shift();
}

function toBytes(bytes: Bytes): Uint8Array {
  return typeof bytes === "string" ? encoder.encode(bytes) : bytes;
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An address as the program wrote it: names stay names, and what another call gave stays an address. */
function describe(like: AddressLike): string | SocketAddress {
  if ("family" in like) return like;
  if ("path" in like) return like.path;
  const { host } = like;
  return host !== undefined && host.includes(":")
    ? `[${host}]:${like.port ?? 0}`
    : `${host ?? "*"}:${like.port ?? 0}`;
}
