// A TCP socket as programs' calls reach it (core.ts): what each call does in which state, with Linux's errnos.

import type { SocketAddress } from "../../socket/address.ts";
import { isAny } from "../../socket/address.ts";
import { isFailure } from "../../socket/core.ts";
import type {
  Datagram,
  Failure,
  Readiness,
  RecvFlags,
  Refusal,
  SendFlags,
  SendToFlags,
  Shutdown,
  SocketCore,
} from "../../socket/core.ts";
import type { OptionName, OptionValue, TcpInfo } from "../../socket/options.ts";
import { anyOf, toWire } from "./addresses.ts";
import type { InetFamily } from "./addresses.ts";
import { close, shutdownRead, shutdownWrite } from "./closing.ts";
import { connect, sendDeferred, sendFast } from "./connect.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TcpHost } from "./host.ts";
import { Listener } from "./listener.ts";
import type { SocketSettings } from "./settings.ts";
import { applySetting, readSetting } from "./socket-options.ts";
import { localAddress, pathMtu, peerAddress, readiness, tcpInfo } from "./socket-report.ts";
import { SocketState } from "./socket-state.ts";
import { isAtMark, readUrgent } from "./urgent.ts";

export class TcpSocket implements SocketCore {
  onWake: (() => void) | null = null;
  readonly #state: SocketState;

  constructor(host: TcpHost, family: InetFamily, settings: SocketSettings) {
    this.#state = new SocketState(host, family, settings, this);
  }

  get family(): InetFamily {
    return this.#state.family;
  }

  // Two words less of each of many sockets.
  get type(): "stream" {
    return "stream";
  }

  /** The socket accept returns for a connection a listener made. */
  static accepted(host: TcpHost, family: InetFamily, endpoint: Endpoint): TcpSocket {
    const socket = new TcpSocket(host, family, endpoint.connection.socketSettings);
    socket.#state.phase = "connected";
    socket.#state.attach(endpoint);
    return socket;
  }

  bind(address: SocketAddress): null | Failure {
    if (this.#state.closed) return "EBADF";
    if (address.family !== this.family) return address.family === "unix" ? "EINVAL" : "EAFNOSUPPORT";
    const { network, ports } = this.#state.host;
    const wire = toWire(address.address);
    if (!isAny(wire) && !network.isLocal(wire)) return "EADDRNOTAVAIL";
    if (this.#state.isBound) return "EINVAL";
    const port = address.port === 0 ? ports.free() : address.port;
    if (port === 0) return "EADDRINUSE";
    const binding = this.#state.newBinding(wire, port, true);
    if (!ports.allows(binding)) return "EADDRINUSE";
    ports.add(binding);
    this.#state.binding = binding;
    return null;
  }

  listen(backlog: number): null | Failure {
    if (this.#state.closed) return "EBADF";
    if (this.#state.phase !== "unconnected" || this.#state.endpoint !== null) return "EINVAL";
    const { personality, ports } = this.#state.host;
    const most = backlog < 0 ? personality.backlogMax : Math.min(backlog, personality.backlogMax);
    if (this.#state.listener !== null) {
      this.#state.listener.backlog = most;
      return null;
    }
    if (this.#state.binding === null) {
      const failure = this.bind({ family: this.family, address: anyOf(this.family), port: 0 });
      if (failure !== null) return failure;
    }
    const binding = this.#state.binding;
    if (binding === null || !ports.allows(binding)) return "EADDRINUSE";
    binding.listening = true;
    this.#state.listener = new Listener(this.#state.host, binding, this.#state.settings, most);
    this.#state.listener.onWake = () => this.onWake?.();
    return null;
  }

  accept(): SocketCore | Failure {
    if (this.#state.closed) return "EBADF";
    if (this.#state.listener === null) return "EINVAL";
    const endpoint = this.#state.listener.take();
    return endpoint === null ? "EAGAIN" : TcpSocket.accepted(this.#state.host, this.family, endpoint);
  }

  connect(address: SocketAddress): null | Failure {
    return connect(this.#state, address);
  }

  send(bytes: Uint8Array, flags?: SendFlags): number | Failure {
    if (this.#state.closed) return "EBADF";
    if (this.#state.endpoint === null) return this.#state.takeError() ?? "EPIPE";
    if (this.#state.writeShut && this.#state.endpoint.connection.canSend) return "EPIPE";
    if (this.#state.endpoint.connection.deferred)
      return sendDeferred(this.#state, this.#state.endpoint, bytes);
    const more = flags !== undefined && flags.more === true;
    const oob = flags !== undefined && flags.oob === true;
    const answer = this.#state.endpoint.connection.send(bytes, more, oob, this.#state.host.network.now());
    if (answer !== "EAGAIN" && answer !== 0) this.#state.endpoint.settle();
    return answer;
  }

  recv(max: number, flags?: RecvFlags): Uint8Array | Failure {
    if (this.#state.closed) return "EBADF";
    const peek = flags !== undefined && flags.peek === true;
    if (flags !== undefined && flags.oob === true) return this.#recvUrgent(max, peek);
    if (this.#state.endpoint === null) {
      const error = this.#state.listener === null ? this.#state.takeError() : null;
      if (error !== null) return error;
      return this.#state.readShut && this.#state.listener === null ? new Uint8Array() : "ENOTCONN";
    }
    const { connection } = this.#state.endpoint;
    const answer = connection.receive(max, peek, this.#state.host.network.now());
    if (typeof answer !== "string") {
      if (connection.receiver.acks.due) this.#state.endpoint.settle();
      else if (connection.recording) this.#state.endpoint.recordQueues();
    }
    return answer;
  }

  #recvUrgent(max: number, peek: boolean): Uint8Array | Failure {
    if (this.#state.listener !== null) return "ENOTCONN";
    return this.#state.endpoint === null ? "EINVAL" : readUrgent(this.#state.endpoint.connection, max, peek);
  }

  atMark(): boolean | Failure {
    if (this.#state.closed) return "EBADF";
    return this.#state.endpoint !== null && isAtMark(this.#state.endpoint.connection.receiver);
  }

  /** A stream has one peer: the address is ignored, as Linux does, unless it is to connect. */
  sendTo(bytes: Uint8Array, to: SocketAddress, flags: SendToFlags = {}): number | Failure {
    return flags.fastOpen === true ? sendFast(this.#state, bytes, to) : this.send(bytes);
  }

  recvFrom(max: number, flags?: RecvFlags): Datagram | Failure {
    const data = this.recv(max, flags);
    if (!(data instanceof Uint8Array)) return data;
    const peer = this.peerAddress();
    const unnamed = { family: this.family, address: anyOf(this.family), port: 0 };
    return { data, from: isFailure(peer) ? unnamed : peer, truncated: false };
  }

  shutdown(how: Shutdown): null | Failure {
    if (this.#state.closed) return "EBADF";
    if (this.#state.listener !== null) {
      if (how !== "write") this.#stopListening();
      return null;
    }
    const endpoint = this.#state.endpoint;
    if (endpoint === null || this.#state.isOver) {
      // Without a connection it is an error, and takes effect all the same.
      const read = this.#state.readShut || how !== "write";
      const write = this.#state.writeShut || how !== "read";
      const changes = read !== this.#state.readShut || write !== this.#state.writeShut;
      this.#state.readShut = read;
      this.#state.writeShut = write;
      if (endpoint !== null) this.#state.phase = "connected";
      // Whoever shuts down again when woken must not be woken by it.
      if (changes) this.onWake?.();
      return "ENOTCONN";
    }
    const { connection } = endpoint;
    if (connection.state === "SYN_SENT") {
      connection.finish();
      this.#state.detach();
      this.#state.error = "ECONNRESET";
      endpoint.settle();
      this.onWake?.();
      return null;
    }
    if (connection.state !== "SYN_RCVD") this.#state.phase = "connected";
    if (how !== "write") shutdownRead(connection);
    if (how !== "read") shutdownWrite(connection);
    endpoint.settle();
    return null;
  }

  #stopListening(): void {
    const listener = this.#state.listener;
    if (listener === null) return;
    this.#state.listener = null;
    listener.onWake = null;
    listener.binding.listening = false;
    listener.close();
    if (!listener.binding.explicit) {
      this.#state.host.ports.remove(listener.binding);
      this.#state.binding = null;
    }
    this.onWake?.();
  }

  close(): void | "EAGAIN" {
    const endpoint = this.#state.endpoint;
    if (this.#state.closed) return endpoint?.connection.lingering === true ? "EAGAIN" : undefined;
    this.#stopListening();
    this.#state.closed = true;
    if (endpoint === null) {
      if (this.#state.binding !== null) this.#state.host.ports.remove(this.#state.binding);
      return;
    }
    const { connection } = endpoint;
    const over = connection.state === "CLOSED";
    if (this.#state.binding !== null && this.#state.binding !== endpoint.binding)
      this.#state.host.ports.remove(this.#state.binding);
    close(connection, this.#state.host.network.now());
    if (!connection.lingering) endpoint.socket = null;
    if (over) this.#state.host.ports.remove(endpoint.binding);
    endpoint.settle();
    return connection.lingering ? "EAGAIN" : undefined;
  }

  setOption(name: OptionName, value: OptionValue): null | Failure {
    if (this.#state.closed) return "EBADF";
    const { personality } = this.#state.host;
    if (name.startsWith("IPV6_") && this.family === "inet") return "ENOPROTOOPT";
    if (name === "IPV6_V6ONLY" && this.#state.isBound) return "EINVAL";
    if (name === "TCP_FASTOPEN" && this.#state.endpoint !== null) return "EINVAL";
    if (name === "TCP_FASTOPEN_CONNECT") {
      if (!this.#state.host.fastOpen.isClient) return "EOPNOTSUPP";
      if (this.#state.endpoint !== null || this.#state.listener !== null) return "EINVAL";
    }
    const failure = applySetting(
      this.#state.settings,
      personality,
      name,
      value,
      this.#state.endpoint?.connection ?? null,
    );
    if (failure !== null) return failure;
    if (this.#state.binding !== null && this.#state.endpoint === null) {
      this.#state.binding.reuseAddr = this.#state.settings.current.reuseAddr;
      this.#state.binding.reusePort = this.#state.settings.current.reusePort;
    }
    this.#state.endpoint?.settle();
    return null;
  }

  getOption(name: OptionName): OptionValue | Refusal {
    if (name === "SO_ERROR") return this.#state.pendingError() ?? "";
    if (name.startsWith("IPV6_") && this.family === "inet") {
      return { code: "EOPNOTSUPP", why: "an IPv4 socket has no IPv6 options" };
    }
    const lacks = this.#state.host.personality.lacks.includes(name);
    if (!lacks && (name === "IP_MTU" || name === "IPV6_MTU")) return pathMtu(this.#state);
    return readSetting(
      this.#state.settings.current,
      this.#state.host.personality,
      name,
      this.#state.endpoint?.connection ?? null,
    );
  }

  localAddress(): SocketAddress | Failure {
    return localAddress(this.#state);
  }

  peerAddress(): SocketAddress | Failure {
    return peerAddress(this.#state);
  }

  readiness(): Readiness {
    return readiness(this.#state);
  }

  info(): TcpInfo | Failure {
    return tcpInfo(this.#state);
  }
}
