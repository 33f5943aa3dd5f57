// A Unix datagram socket, as Linux has it (unix(7), net/unix/af_unix.c): nothing is lost, a full queue makes senders wait.
//
// Left out: passing descriptors and credentials.

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
import { isFailure } from "../../socket/core.ts";
import type { OptionName, OptionValue, TcpInfo } from "../../socket/options.ts";
import { slabBytes } from "../slab.ts";
import { datagramCost } from "./cost.ts";
import { Endpoint } from "./endpoint.ts";
import type { UnixSurroundings } from "./endpoint.ts";

/** net.unix.max_dgram_qlen: with more than these waiting only the peer of the receiver's own may send. */
const QUEUE_MAX = 10;
/** What of the send buffer a datagram cannot have. */
const BUFFER_RESERVE = 32;
const EMPTY = new Uint8Array(0);

interface Message {
  readonly data: Uint8Array;
  readonly cost: number;
  readonly sender: UnixDatagramSocket;
}

export class UnixDatagramSocket implements SocketCore {
  readonly family = "unix";
  readonly type = "dgram";
  onWake: (() => void) | null = null;
  readonly #end: Endpoint;
  readonly #surroundings: UnixSurroundings;
  #peer: UnixDatagramSocket | null = null;
  #queue: Message[] = [];
  /** Senders that wait until somebody reads here. */
  readonly #waiting = new Set<UnixDatagramSocket>();
  #readShut = false;
  #writeShut = false;

  constructor(surroundings: UnixSurroundings) {
    this.#surroundings = surroundings;
    this.#end = new Endpoint("dgram", surroundings, () => this.onWake?.());
  }

  bind(address: SocketAddress): null | Failure {
    if (address.family !== "unix") return "EAFNOSUPPORT";
    return this.#end.bind(address.path, this);
  }

  listen(): Failure {
    return "EOPNOTSUPP";
  }

  accept(): Failure {
    return "EOPNOTSUPP";
  }

  connect(address: SocketAddress): null | Failure {
    const peer = this.#find(address);
    if (isFailure(peer)) return peer;
    if (!peer.#hears(this)) return "EPERM";
    const before = this.#peer;
    this.#peer = peer;
    if (before !== null && before !== peer) this.#leave(before);
    return null;
  }

  send(bytes: Uint8Array, flags?: SendFlags): number | Failure {
    const problem = this.#cannotSend(bytes, flags);
    if (problem !== null) return problem;
    const peer = this.#peer;
    if (peer === null) return "ENOTCONN";
    if (!peer.#hears(this)) return "EPERM";
    if (peer.#end.isClosed) {
      this.#peer = null;
      this.#leave(peer);
      return "ECONNREFUSED";
    }
    return this.#deliver(bytes, peer);
  }

  sendTo(bytes: Uint8Array, to: SocketAddress): number | Failure {
    const problem = this.#cannotSend(bytes, undefined);
    if (problem !== null) return problem;
    const receiver = this.#find(to);
    if (isFailure(receiver)) return receiver;
    if (!receiver.#hears(this)) return "EPERM";
    return this.#deliver(bytes, receiver);
  }

  recv(max: number, flags?: RecvFlags): Uint8Array | Failure {
    const datagram = this.recvFrom(max, flags);
    return isFailure(datagram) ? datagram : datagram.data;
  }

  /** After shutdown for reading an empty datagram from nobody, as recvfrom(2) answers 0 where it would wait. */
  recvFrom(max: number, flags: RecvFlags = {}): Datagram | Failure {
    if (flags.oob === true) return "EOPNOTSUPP";
    const error = this.#end.takeError();
    if (error !== "") return error;
    if (this.#queue.length === 0) {
      if (!this.#readShut) return "EAGAIN";
      return { data: EMPTY, from: { family: "unix", path: "" }, truncated: false };
    }
    const { data, cost, sender } = this.#queue[0];
    const truncated = data.length > max;
    const part = truncated ? data.subarray(0, max) : data;
    if (flags.peek === true) return { data: part.slice(), from: sender.#end.address, truncated };
    this.#queue.shift();
    sender.#end.release(cost);
    this.#wakeSenders();
    this.#recordQueue(sender);
    return { data: part, from: sender.#end.address, truncated };
  }

  /** Takes effect with and without a peer. */
  shutdown(how: Shutdown): null {
    if (how !== "write") {
      this.#readShut = true;
      this.#wakeSenders();
    }
    if (how !== "read") this.#writeShut = true;
    this.#end.wake();
    return null;
  }

  close(): void {
    if (this.#end.isClosed) return;
    this.#end.close(true);
    this.#peer = null;
    this.#discard();
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
    const peer = this.#peer;
    const isBlocked = peer !== null && this !== peer && peer.#isFullFor(this);
    if (isBlocked) peer.#waiting.add(this);
    return {
      readable: this.#queue.length > 0 || this.#readShut,
      writable: this.#end.isWritable() && !isBlocked,
      error: this.#end.error !== "",
      hangup: this.#readShut && this.#writeShut,
      urgent: false,
    };
  }

  atMark(): Failure {
    return "EOPNOTSUPP";
  }

  info(): TcpInfo | Failure {
    return "EOPNOTSUPP";
  }

  #find(address: SocketAddress): UnixDatagramSocket | Failure {
    if (address.family !== "unix") return "EAFNOSUPPORT";
    return this.#surroundings.names.find(address.path, "dgram") as UnixDatagramSocket | Failure;
  }

  /** A connected socket hears nobody but its peer. */
  #hears(sender: UnixDatagramSocket): boolean {
    return this.#peer === null || this.#peer === sender;
  }

  #isFullFor(sender: UnixDatagramSocket): boolean {
    return this.#peer !== sender && this.#queue.length > QUEUE_MAX;
  }

  /** What Linux finds fault with before it looks who is to receive. */
  #cannotSend(bytes: Uint8Array, flags: SendFlags | undefined): Failure | null {
    if (flags !== undefined && flags.oob === true) return "EOPNOTSUPP";
    const end = this.#end;
    if (bytes.length > end.options.sendBuffer - BUFFER_RESERVE) return "EMSGSIZE";
    const error = end.takeError();
    if (error !== "") return error;
    if (this.#writeShut) return "EPIPE";
    return end.hasRoom() ? null : "EAGAIN";
  }

  #deliver(bytes: Uint8Array, receiver: UnixDatagramSocket): number | Failure {
    if (receiver.#readShut) return "EPIPE";
    if (receiver !== this && receiver.#isFullFor(this)) {
      receiver.#waiting.add(this);
      return "EAGAIN";
    }
    const data = slabBytes(bytes.length);
    data.set(bytes);
    const cost = datagramCost(bytes.length);
    this.#end.charged += cost;
    receiver.#queue.push({ data, cost, sender: this });
    receiver.#end.wake();
    receiver.#recordQueue(this);
    return bytes.length;
  }

  /** The peer is another one now, or none: what the old one sent is lost, and one that was connected here is told. */
  #leave(before: UnixDatagramSocket): void {
    if (before.#waiting.delete(this)) this.#end.wake();
    if (this.#queue.length === 0) return;
    this.#discard();
    if (before.#end.isClosed || before.#peer !== this) return;
    before.#end.error = "ECONNRESET";
    before.#end.wake();
  }

  #discard(): void {
    const messages = this.#queue;
    this.#queue = [];
    for (const { cost, sender } of messages) sender.#end.release(cost);
    this.#wakeSenders();
  }

  #wakeSenders(): void {
    for (const sender of this.#waiting) sender.#end.wake();
    this.#waiting.clear();
  }

  #recordQueue(sender: UnixDatagramSocket): void {
    const waiting = this.#queue.reduce((sum, { data }) => sum + data.length, 0);
    this.#end.recordQueue("*", waiting, sender.#end.options.sendBuffer);
  }
}
