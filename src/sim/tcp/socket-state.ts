// What a TCP socket is attached to - a port, a listener or a connection - and how much of that its program knows.

import type { Errno } from "../../socket/errno.ts";
import type { InetFamily } from "./addresses.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TcpHost } from "./host.ts";
import type { Listener } from "./listener.ts";
import type { Binding } from "./ports.ts";
import type { SocketSettings } from "./settings.ts";

/** Whom a connection wakes: the socket itself. */
export interface Wakeable {
  readonly onWake: (() => void) | null;
}

export class SocketState {
  readonly host: TcpHost;
  readonly family: InetFamily;
  readonly settings: SocketSettings;
  binding: Binding | null = null;
  listener: Listener | null = null;
  endpoint: Endpoint | null = null;
  /** Linux's `sock->state`: an attempt is `connecting` until a call has told the program how it ended, and what was connected stays so. */
  phase: "unconnected" | "connecting" | "connected" = "unconnected";
  /** Shut down before there was a connection: it counts for the one to come. */
  readShut = false;
  writeShut = false;
  /** The port of an attempt that failed: given up, but getsockname goes on telling it, as Linux's does. */
  stalePort = 0;
  /** What ended an attempt that shutdown gave up. */
  error: Errno | null = null;
  closed = false;
  readonly #socket: Wakeable;

  constructor(host: TcpHost, family: InetFamily, settings: SocketSettings, socket: Wakeable) {
    this.host = host;
    this.family = family;
    this.settings = settings;
    this.#socket = socket;
  }

  attach(endpoint: Endpoint): void {
    this.endpoint = endpoint;
    this.binding = endpoint.binding;
    endpoint.socket = this.#socket;
  }

  /** A connection that is over holds its port only if the program chose it. */
  get isBound(): boolean {
    if (this.binding === null) return false;
    const ownsPort = this.binding.explicit || this.binding !== this.endpoint?.binding;
    return ownsPort || !this.isOver;
  }

  /** Whether the socket has had a connection and it is over, as far as the program can tell: TIME_WAIT is the system's own affair. */
  get isOver(): boolean {
    const state = this.endpoint?.connection.state;
    return state === "CLOSED" || state === "TIME_WAIT";
  }

  newBinding(address: string, port: number, explicit: boolean): Binding {
    const { reuseAddr, reusePort, v6Only } = this.settings.current;
    return { address, port, explicit, reuseAddr, reusePort, v6Only, listening: false, peer: "none" };
  }

  /** Forgets a connection that is over, so that the socket can connect again. */
  detach(): void {
    if (this.endpoint !== null) this.endpoint.socket = null;
    this.endpoint = null;
    this.phase = "unconnected";
    this.readShut = false;
    this.writeShut = false;
    if (this.binding !== null && !this.binding.explicit) {
      this.stalePort = this.binding.port;
      this.binding = null;
    }
  }

  /** Reading it ends an attempt to connect, as the program then knows how it went. */
  pendingError(): Errno | null {
    const connection = this.endpoint?.connection;
    if (connection === undefined) return this.takeError();
    if (connection.state === "SYN_SENT" || connection.state === "SYN_RCVD") return null;
    const error = connection.error === null ? null : connection.takeError();
    if (this.phase === "connecting") {
      if (connection.opened) this.phase = "connected";
      else this.detach();
    }
    return error;
  }

  /** What ended an attempt, once. */
  takeError(): Errno | null {
    const error = this.error;
    this.error = null;
    return error;
  }
}
