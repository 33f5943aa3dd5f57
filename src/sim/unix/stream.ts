// A Unix stream socket, as Linux has it (unix(7), net/unix/af_unix.c).
//
// Urgent data is Linux's since 5.15. Left out: passing descriptors and credentials.

import type { SocketAddress } from "../../socket/address.ts";
import type {
  Datagram,
  Failure,
  Readiness,
  RecvFlags,
  Refusal,
  SendFlags,
  Shutdown,
  SocketCore,
} from "../../socket/core.ts";
import { NOT_READY, isFailure } from "../../socket/core.ts";
import type { Errno } from "../../socket/errno.ts";
import type { OptionName, OptionValue, TcpInfo } from "../../socket/options.ts";
import { streamCost, streamPiece } from "./cost.ts";
import { Endpoint } from "./endpoint.ts";
import type { UnixSurroundings } from "./endpoint.ts";
import { PieceQueue } from "./piece-queue.ts";

const BACKLOG_MAX = 4096;
const EMPTY = new Uint8Array(0);

export class UnixStreamSocket implements SocketCore {
  readonly family = "unix";
  readonly type = "stream";
  onWake: (() => void) | null = null;
  readonly #end: Endpoint;
  readonly #surroundings: UnixSurroundings;
  #state: "CLOSED" | "LISTEN" | "ESTABLISHED" = "CLOSED";
  /** The other end, also when it is gone. */
  #peer: UnixStreamSocket | null = null;
  #readShut = false;
  #writeShut = false;
  readonly #received = new PieceQueue();

  #backlog = 0;
  /** Ends made for connections that nobody has accepted yet. */
  #accepted: UnixStreamSocket[] = [];
  /** Sockets that wait for room among those, in the order they came. */
  #connecting: UnixStreamSocket[] = [];
  /** The listener this socket waits for, and its path. */
  #target: { readonly listener: UnixStreamSocket; readonly path: string } | null = null;
  /** Made by a listener, whose name it shows without having it. */
  #isAccepted = false;

  constructor(surroundings: UnixSurroundings) {
    this.#surroundings = surroundings;
    this.#end = new Endpoint("stream", surroundings, () => this.onWake?.());
  }

  bind(address: SocketAddress): null | Failure {
    if (address.family !== "unix") return "EAFNOSUPPORT";
    return this.#end.bind(address.path, this);
  }

  listen(backlog: number): null | Failure {
    if (this.#end.name === "" || this.#state === "ESTABLISHED") return "EINVAL";
    this.#backlog = backlog < 0 || backlog > BACKLOG_MAX ? BACKLOG_MAX : backlog;
    if (this.#state === "CLOSED") {
      this.#state = "LISTEN";
      this.#end.recordState("*", "CLOSED", "LISTEN");
    }
    this.#admit();
    return null;
  }

  accept(): SocketCore | Failure {
    if (this.#state !== "LISTEN") return "EINVAL";
    const socket = this.#accepted.shift();
    if (socket === undefined) return this.#readShut ? "EINVAL" : "EAGAIN";
    this.#admit();
    return socket;
  }

  /** EINPROGRESS while the listener's queue is full, as a blocking connect waits for it. */
  connect(address: SocketAddress): null | Failure {
    if (address.family !== "unix") return "EAFNOSUPPORT";
    if (this.#target !== null) return "EALREADY";
    return this.#connectTo(address.path);
  }

  send(bytes: Uint8Array, flags?: SendFlags): number | Failure {
    const oob = flags?.oob === true;
    if (oob && bytes.length === 0) return "EOPNOTSUPP";
    const peer = this.#peer;
    if (peer === null) return "ENOTCONN";
    if (this.#writeShut) return "EPIPE";
    const end = this.#end;
    const { sendBuffer } = end.options;
    const plain = oob ? bytes.length - 1 : bytes.length;
    let sent = 0;
    while (sent < plain && end.hasRoom()) {
      const length = streamPiece(plain - sent, sendBuffer);
      const cost = streamCost(length);
      end.charged += cost;
      peer.#received.push(bytes.slice(sent, sent + length), cost);
      sent += length;
    }
    if (oob && sent === plain && end.hasRoom()) {
      const cost = streamCost(1);
      end.charged += cost;
      peer.#received.pushUrgent(bytes.slice(plain), cost);
      sent++;
    }
    if (sent === 0) return bytes.length === 0 ? 0 : "EAGAIN";
    peer.#end.wake();
    peer.#recordQueue();
    return sent;
  }

  sendTo(_bytes: Uint8Array, to: SocketAddress): number | Failure {
    if (to.family !== "unix") return "EAFNOSUPPORT";
    return this.#state === "ESTABLISHED" ? "EISCONN" : "EOPNOTSUPP";
  }

  recv(max: number, flags: RecvFlags = {}): Uint8Array | Failure {
    if (this.#state !== "ESTABLISHED") return "EINVAL";
    const received = this.#received;
    const inline = this.#end.options.isOn("SO_OOBINLINE");
    const peek = flags.peek === true;
    if (flags.oob === true) return this.#recvUrgent(inline, peek);
    const data = peek ? received.peek(max, inline) : received.take(max, inline);
    if (!peek) this.#released();
    if (data !== null) return data;
    const error = this.#end.takeError();
    if (error !== "") return error;
    return this.#readShut ? EMPTY : "EAGAIN";
  }

  #recvUrgent(inline: boolean, peek: boolean): Uint8Array | Failure {
    const byte = inline ? null : this.#received.takeUrgent(peek);
    if (byte === null) return "EINVAL";
    if (!peek) this.#released();
    return byte;
  }

  /** Something was read, so its sender has more room. */
  #released(): void {
    const { freed } = this.#received;
    if (freed > 0 && this.#peer !== null) this.#peer.#end.release(freed);
    this.#recordQueue();
  }

  /** The sender is the peer, by its name. */
  recvFrom(max: number, flags?: RecvFlags): Datagram | Failure {
    const data = this.recv(max, flags);
    if (isFailure(data)) return data;
    const from = this.#peer === null ? { family: "unix" as const, path: "" } : this.#peer.#end.address;
    return { data, from, truncated: false };
  }

  /** Takes effect with and without a peer, on both ends. */
  shutdown(how: Shutdown): null {
    const peer = this.#peer;
    if (how !== "write") {
      this.#readShut = true;
      if (peer !== null) peer.#writeShut = true;
    }
    if (how !== "read") {
      this.#writeShut = true;
      if (peer !== null) peer.#readShut = true;
    }
    this.#end.wake();
    if (peer !== null) peer.#end.wake();
    if (this.#state === "LISTEN" && how !== "write") this.#turnAway();
    return null;
  }

  close(): void {
    this.#close(false);
  }

  setOption(name: OptionName, value: OptionValue): null | Failure {
    return this.#end.options.set(name, value);
  }

  getOption(name: OptionName): OptionValue | Refusal {
    return this.#end.getOption(name);
  }

  localAddress(): SocketAddress {
    return this.#end.address;
  }

  peerAddress(): SocketAddress | Failure {
    return this.#peer === null ? "ENOTCONN" : this.#peer.#end.address;
  }

  readiness(): Readiness {
    if (this.#target !== null) return NOT_READY;
    return {
      readable: !this.#received.isEmpty || this.#accepted.length > 0 || this.#readShut,
      writable: this.#state !== "LISTEN" && this.#end.isWritable(),
      error: this.#end.error !== "",
      hangup: this.#state === "CLOSED" || (this.#readShut && this.#writeShut),
      urgent: this.#received.hasUrgent,
    };
  }

  /** Of a listener: whether a connection waits, which to Linux is an empty message and so a mark. */
  atMark(): boolean {
    return this.#received.atMark || this.#accepted.length > 0;
  }

  info(): TcpInfo | Failure {
    return "EOPNOTSUPP";
  }

  #connectTo(path: string): null | Failure {
    const listener = this.#surroundings.names.find(path, "stream") as UnixStreamSocket | Failure;
    if (isFailure(listener)) return listener;
    if (listener.#state !== "LISTEN" || listener.#readShut) return "ECONNREFUSED";
    if (listener.#accepted.length > listener.#backlog) {
      this.#target = { listener, path };
      listener.#connecting.push(this);
      return "EINPROGRESS";
    }
    if (this.#state !== "CLOSED") return this.#state === "ESTABLISHED" ? "EISCONN" : "EINVAL";
    const other = new UnixStreamSocket(this.#surroundings);
    other.#isAccepted = true;
    other.#end.name = listener.#end.name;
    this.#establish(other);
    other.#establish(this);
    listener.#accepted.push(other);
    listener.#end.wake();
    return null;
  }

  #establish(peer: UnixStreamSocket): void {
    this.#peer = peer;
    this.#state = "ESTABLISHED";
    this.#end.recordState(peer.#end.label, "CLOSED", "ESTABLISHED");
  }

  /** Lets those in that wait to connect, as far as there is room. */
  #admit(): void {
    while (this.#connecting.length > 0 && this.#accepted.length <= this.#backlog) {
      const [next] = this.#connecting.splice(0, 1);
      next.#tryAgain();
    }
  }

  /** Tells those that wait to connect that nobody will accept them. */
  #turnAway(): void {
    const waiting = this.#connecting;
    this.#connecting = [];
    for (const socket of waiting) socket.#tryAgain();
  }

  #tryAgain(): void {
    const target = this.#target;
    if (target === null) return;
    this.#target = null;
    const answer = this.#connectTo(target.path);
    if (answer === "EINPROGRESS") return;
    if (answer !== null) this.#end.error = errnoOf(answer);
    this.#end.wake();
  }

  /** `isUnaccepted`: with its listener, before anybody could accept it. */
  #close(isUnaccepted: boolean): void {
    const end = this.#end;
    if (end.isClosed) return;
    end.close(!this.#isAccepted);
    if (this.#target !== null) {
      const { listener } = this.#target;
      listener.#connecting = listener.#connecting.filter((socket) => socket !== this);
      this.#target = null;
    }
    const peer = this.#peer;
    if (peer !== null) {
      if (!peer.#end.isClosed) {
        peer.#readShut = true;
        peer.#writeShut = true;
        if (this.#received.bytes > 0 || isUnaccepted) peer.#end.error = "ECONNRESET";
        peer.#end.wake();
      }
      end.recordState(peer.#end.label, "ESTABLISHED", "CLOSED");
      this.#received.clear();
      peer.#end.release(this.#received.freed);
    }
    if (this.#state !== "LISTEN") return;
    this.#state = "CLOSED";
    end.recordState("*", "LISTEN", "CLOSED");
    for (const socket of this.#accepted) socket.#close(true);
    this.#accepted = [];
    this.#turnAway();
  }

  #recordQueue(): void {
    const peer = this.#peer;
    if (peer === null) return;
    this.#end.recordQueue(peer.#end.label, this.#received.bytes, peer.#end.options.sendBuffer);
  }
}

function errnoOf(failure: Failure): Errno {
  return typeof failure === "string" ? failure : failure.code;
}
