// What stream and datagram sockets of the Unix family share: the name, the options, a pending error, what their unread messages
// cost, and waking whoever waits.

import { formatAddress } from "../../socket/address.ts";
import type { SocketType, UnixAddress } from "../../socket/address.ts";
import type { Failure, Refusal } from "../../socket/core.ts";
import type { Errno } from "../../socket/errno.ts";
import type { OptionName, OptionValue, TcpState } from "../../socket/options.ts";
import type { HostNetwork, Timer } from "../network.ts";
import type { UnixNames } from "./names.ts";
import { UnixOptions } from "./options.ts";
import type { UnixSocket } from "./stack.ts";

/** How long it takes until a program that waits goes on: about what a wake-up costs. */
const WAKE_NS = 5000;

export interface UnixSurroundings {
  readonly network: HostNetwork;
  readonly names: UnixNames<UnixSocket>;
  /** A number that tells sockets without a name apart. */
  nextId(): number;
}

export class Endpoint {
  /** "" without one. */
  name = "";
  error: Errno | "" = "";
  /** What the messages sent and not yet read count against the send buffer. */
  charged = 0;
  isClosed = false;
  readonly id: number;
  readonly options = new UnixOptions();
  readonly type: SocketType;
  readonly #surroundings: UnixSurroundings;
  readonly #waker: Timer;

  constructor(type: SocketType, surroundings: UnixSurroundings, wake: () => void) {
    this.type = type;
    this.#surroundings = surroundings;
    this.#waker = surroundings.network.timer(wake, undefined);
    this.id = surroundings.nextId();
  }

  /** Wakes who waits on the socket, not from within the call that changed something. */
  wake(): void {
    if (!this.isClosed) this.#waker.setAt(this.#surroundings.network.now() + WAKE_NS);
  }

  /** Whether a message may be sent: whatever it costs, as long as what is there does not fill the buffer. */
  hasRoom(): boolean {
    return this.charged < this.options.sendBuffer;
  }

  /** What poll calls writable: no more than a quarter of the buffer is taken. */
  isWritable(): boolean {
    return this.charged * 4 <= this.options.sendBuffer;
  }

  /** A message was read, or thrown away. */
  release(cost: number): void {
    this.charged -= cost;
    if (this.isWritable()) this.wake();
  }

  bind(path: string, socket: UnixSocket): null | Failure {
    const { names, network } = this.#surroundings;
    const bound = names.bind(path, this.name, socket, (limit) => network.random("unix names", limit));
    if (typeof bound === "string" || "code" in bound) return bound;
    this.name = bound.name;
    return null;
  }

  /** `ownsName`: whether the name is this socket's own, and not its listener's. */
  close(ownsName: boolean): void {
    this.isClosed = true;
    this.#waker.clear();
    if (ownsName && this.name !== "") this.#surroundings.names.release(this.name);
  }

  takeError(): Errno | "" {
    const { error } = this;
    this.error = "";
    return error;
  }

  getOption(name: OptionName): OptionValue | Refusal {
    return name === "SO_ERROR" ? this.takeError() : this.options.get(name);
  }

  get address(): UnixAddress {
    return { family: "unix", path: this.name };
  }

  /** As events have it: the name, or `*` and a number. */
  get label(): string {
    return this.name === "" ? `*${this.id}` : formatAddress(this.address);
  }

  recordState(remote: string, from: TcpState, to: TcpState): void {
    const { network } = this.#surroundings;
    if (!network.recording) return;
    const { host } = network;
    network.record({ kind: "state", timeNs: network.now(), host, local: this.label, remote, from, to });
  }

  /** `waiting`: bytes received and not read, which lie in the sender's buffer of `room` bytes. */
  recordQueue(remote: string, waiting: number, room: number): void {
    const { network } = this.#surroundings;
    if (!network.recording) return;
    network.record({
      kind: "buffers",
      timeNs: network.now(),
      host: network.host,
      local: this.label,
      remote,
      sendQueue: 0,
      inFlight: 0,
      receiveQueue: waiting,
      outOfOrder: 0,
      sendBuffer: this.options.sendBuffer,
      receiveBuffer: room,
    });
  }
}
