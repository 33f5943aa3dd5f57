// A TCP socket as programs' calls reach it (core.ts): what each call does in which state, with Linux's errnos.

import type { SocketAddress } from "../../socket/address.ts";
import { isAny } from "../../socket/address.ts";
import { NOT_READY, isFailure } from "../../socket/core.ts";
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
import type { Errno } from "../../socket/errno.ts";
import type { OptionName, OptionValue, TcpInfo } from "../../socket/options.ts";
import { anyOf, isInet6, toProgram, toWire } from "./addresses.ts";
import type { InetFamily } from "./addresses.ts";
import { close, shutdownRead, shutdownWrite } from "./closing.ts";
import { Endpoint, nextIss } from "./endpoint.ts";
import type { TcpHost } from "./host.ts";
import { UNCONNECTED, infoOf, listenerInfo } from "./info.ts";
import { Listener } from "./listener.ts";
import { release, sendWithSyn } from "./opening.ts";
import type { Binding } from "./ports.ts";
import type { SocketSettings } from "./settings.ts";
import { applySetting, readSetting } from "./socket-options.ts";
import { URGENT, hiddenBytes, isAtMark, readUrgent } from "./urgent.ts";

export class TcpSocket implements SocketCore {
  readonly family: InetFamily;
  readonly type = "stream";
  onWake: (() => void) | null = null;
  readonly settings: SocketSettings;
  readonly #host: TcpHost;
  #binding: Binding | null = null;
  #listener: Listener | null = null;
  #endpoint: Endpoint | null = null;
  /** Linux's `sock->state`: an attempt is `connecting` until a call has told the program how it ended, and what was connected stays so. */
  #phase: "unconnected" | "connecting" | "connected" = "unconnected";
  /** Shut down before there was a connection: it counts for the one to come. */
  #readShut = false;
  #writeShut = false;
  /** The port of an attempt that failed: given up, but getsockname goes on telling it, as Linux's does. */
  #stalePort = 0;
  /** What ended an attempt that shutdown gave up. */
  #error: Errno | null = null;
  #closed = false;

  constructor(host: TcpHost, family: InetFamily, settings: SocketSettings) {
    this.#host = host;
    this.family = family;
    this.settings = settings;
  }

  /** The socket accept returns for a connection a listener made. */
  static accepted(host: TcpHost, family: InetFamily, endpoint: Endpoint): TcpSocket {
    const socket = new TcpSocket(host, family, endpoint.connection.socketSettings);
    socket.#phase = "connected";
    socket.#attach(endpoint);
    return socket;
  }

  #attach(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    this.#binding = endpoint.binding;
    endpoint.socket = this;
  }

  bind(address: SocketAddress): null | Failure {
    if (this.#closed) return "EBADF";
    if (address.family !== this.family) return address.family === "unix" ? "EINVAL" : "EAFNOSUPPORT";
    const { network, ports } = this.#host;
    const wire = toWire(address.address);
    if (!isAny(wire) && !network.isLocal(wire)) return "EADDRNOTAVAIL";
    if (this.#isBound) return "EINVAL";
    const port = address.port === 0 ? ports.free() : address.port;
    if (port === 0) return "EADDRINUSE";
    const binding = this.#newBinding(wire, port, true);
    if (!ports.allows(binding)) return "EADDRINUSE";
    ports.add(binding);
    this.#binding = binding;
    return null;
  }

  /** A connection that is over holds its port only if the program chose it. */
  get #isBound(): boolean {
    if (this.#binding === null) return false;
    const ownsPort = this.#binding.explicit || this.#binding !== this.#endpoint?.binding;
    return ownsPort || !this.#isOver;
  }

  /** Whether the socket has had a connection and it is over, as far as the program can tell: TIME_WAIT is the system's own affair. */
  get #isOver(): boolean {
    const state = this.#endpoint?.connection.state;
    return state === "CLOSED" || state === "TIME_WAIT";
  }

  #newBinding(address: string, port: number, explicit: boolean): Binding {
    const { reuseAddr, reusePort, v6Only } = this.settings.current;
    return { address, port, explicit, reuseAddr, reusePort, v6Only, listening: false, peer: "none" };
  }

  listen(backlog: number): null | Failure {
    if (this.#closed) return "EBADF";
    if (this.#phase !== "unconnected" || this.#endpoint !== null) return "EINVAL";
    const { personality, ports } = this.#host;
    const most = backlog < 0 ? personality.backlogMax : Math.min(backlog, personality.backlogMax);
    if (this.#listener !== null) {
      this.#listener.backlog = most;
      return null;
    }
    if (this.#binding === null) {
      const failure = this.bind({ family: this.family, address: anyOf(this.family), port: 0 });
      if (failure !== null) return failure;
    }
    const binding = this.#binding;
    if (binding === null || !ports.allows(binding)) return "EADDRINUSE";
    binding.listening = true;
    this.#listener = new Listener(this.#host, binding, this.settings, most);
    this.#listener.onWake = () => this.onWake?.();
    return null;
  }

  accept(): SocketCore | Failure {
    if (this.#closed) return "EBADF";
    if (this.#listener === null) return "EINVAL";
    const endpoint = this.#listener.take();
    return endpoint === null ? "EAGAIN" : TcpSocket.accepted(this.#host, this.family, endpoint);
  }

  connect(address: SocketAddress): null | Failure {
    if (this.#closed) return "EBADF";
    if (address.family !== this.family) return address.family === "unix" ? "EINVAL" : "EAFNOSUPPORT";
    if (this.#listener !== null) return "EISCONN";
    if (this.#phase === "connected") return "EISCONN";
    if (this.#endpoint !== null) {
      const { connection } = this.#endpoint;
      if (connection.deferred) return "EISCONN";
      if (connection.state === "SYN_SENT" || connection.state === "SYN_RCVD") return "EALREADY";
      if (!this.#isOver) {
        this.#phase = "connected";
        return null;
      }
      const error = connection.error === null ? "ECONNABORTED" : connection.takeError();
      this.#detach();
      return error;
    }
    const answer = this.#startConnecting(toWire(address.address), address.port, null);
    return typeof answer === "number" ? null : answer;
  }

  /** Forgets a connection that is over, so that the socket can connect again. */
  #detach(): void {
    if (this.#endpoint !== null) this.#endpoint.socket = null;
    this.#endpoint = null;
    this.#phase = "unconnected";
    this.#readShut = false;
    this.#writeShut = false;
    if (this.#binding !== null && !this.#binding.explicit) {
      this.#stalePort = this.#binding.port;
      this.#binding = null;
    }
  }

  /** `data` is what shall go with the SYN, if it can: the answer is then how much does. Null: the SYN waits for data. */
  #startConnecting(address: string, port: number, data: Uint8Array | null): number | null | Failure {
    const { network, ports, demux } = this.#host;
    const remote = isAny(address) ? (isInet6(address) ? "::1" : "127.0.0.1") : address;
    const bound = this.#binding;
    const local = bound !== null && !isAny(bound.address) ? bound.address : network.sourceFor(remote);
    if (local === null) return "ENETUNREACH";
    let localPort = bound?.port ?? 0;
    if (localPort === 0) {
      localPort = ports.forConnection((candidate) => demux.find(local, candidate, remote, port) === null);
      if (localPort === 0) return "EADDRNOTAVAIL";
    }
    const previous = demux.find(local, localPort, remote, port);
    let iss: number | null = null;
    if (previous !== null) {
      // Timestamps keep old segments apart from new ones, so a connection in TIME_WAIT may be followed at once.
      const { connection } = previous;
      if (connection.state !== "TIME_WAIT" || !connection.options.timestamps) return "EADDRNOTAVAIL";
      iss = nextIss(connection);
      connection.finish();
      previous.settle();
    }
    const binding = bound ?? this.#newBinding(local, localPort, false);
    binding.peer = "connected";
    const endpoint = new Endpoint(this.#host, {
      local,
      localPort,
      remote,
      remotePort: port,
      settings: this.settings,
      binding,
      listener: null,
      iss,
    });
    this.#phase = "connecting";
    this.#error = null;
    this.#attach(endpoint);
    endpoint.connection.readShutdown = this.#readShut;
    if (this.#writeShut && local === remote && localPort === port) {
      // To itself it opens simultaneously, and on that way Linux makes good the FIN that shutdown could not send.
      endpoint.connection.writeShutdown = true;
      endpoint.connection.sender.finQueued = true;
    }
    const { connection } = endpoint;
    let taken = 0;
    if (data !== null || this.settings.current.fastOpenConnect) {
      const option = this.#host.fastOpen.optionFor(remote);
      connection.synCookie = option;
      const known = option.cookie.length > 0;
      if (known && data !== null) taken = sendWithSyn(connection, data);
      connection.deferred = known && data === null;
    }
    endpoint.open(previous !== null);
    if (connection.deferred) return null;
    if (connection.state !== "CLOSED") return taken > 0 ? taken : "EINPROGRESS";
    // The SYN could not even leave.
    const error = connection.takeError();
    this.#detach();
    return error;
  }

  send(bytes: Uint8Array, flags?: SendFlags): number | Failure {
    if (this.#closed) return "EBADF";
    if (this.#endpoint === null) return this.#takeOwnError() ?? "EPIPE";
    if (this.#writeShut && this.#endpoint.connection.canSend) return "EPIPE";
    if (this.#endpoint.connection.deferred) return this.#sendDeferred(this.#endpoint, bytes);
    const more = flags !== undefined && flags.more === true;
    const oob = flags !== undefined && flags.oob === true;
    const answer = this.#endpoint.connection.send(bytes, more, oob, this.#host.network.now());
    if (answer !== "EAGAIN" && answer !== 0) this.#endpoint.settle();
    return answer;
  }

  /** The first data of a connection whose SYN has waited for it. */
  #sendDeferred(endpoint: Endpoint, bytes: Uint8Array): number {
    const taken = sendWithSyn(endpoint.connection, bytes);
    release(endpoint.connection, this.#host.network.now());
    endpoint.settle();
    return taken;
  }

  recv(max: number, flags?: RecvFlags): Uint8Array | Failure {
    if (this.#closed) return "EBADF";
    const peek = flags !== undefined && flags.peek === true;
    if (flags !== undefined && flags.oob === true) return this.#recvUrgent(max, peek);
    if (this.#endpoint === null) {
      const error = this.#listener === null ? this.#takeOwnError() : null;
      if (error !== null) return error;
      return this.#readShut && this.#listener === null ? new Uint8Array() : "ENOTCONN";
    }
    const { connection } = this.#endpoint;
    const answer = connection.receive(max, peek, this.#host.network.now());
    if (typeof answer !== "string") {
      if (connection.receiver.acks.due) this.#endpoint.settle();
      else if (connection.recording) this.#endpoint.recordQueues();
    }
    return answer;
  }

  #recvUrgent(max: number, peek: boolean): Uint8Array | Failure {
    if (this.#listener !== null) return "ENOTCONN";
    return this.#endpoint === null ? "EINVAL" : readUrgent(this.#endpoint.connection, max, peek);
  }

  atMark(): boolean | Failure {
    if (this.#closed) return "EBADF";
    return this.#endpoint !== null && isAtMark(this.#endpoint.connection.receiver);
  }

  /** A stream has one peer: the address is ignored, as Linux does, unless it is to connect. */
  sendTo(bytes: Uint8Array, to: SocketAddress, flags: SendToFlags = {}): number | Failure {
    return flags.fastOpen === true ? this.#sendFast(bytes, to) : this.send(bytes);
  }

  #sendFast(bytes: Uint8Array, to: SocketAddress): number | Failure {
    const { fastOpen } = this.#host;
    if (this.#closed) return "EBADF";
    if (!fastOpen.isClient) return { code: "EOPNOTSUPP", why: "the host's tcpFastOpen lets no clients" };
    if (this.#listener !== null || this.#endpoint !== null) {
      const failure = this.connect(to);
      return failure ?? "EISCONN";
    }
    if (to.family !== this.family) return to.family === "unix" ? "EINVAL" : "EAFNOSUPPORT";
    return this.#startConnecting(toWire(to.address), to.port, bytes) ?? "EINPROGRESS";
  }

  recvFrom(max: number, flags?: RecvFlags): Datagram | Failure {
    const data = this.recv(max, flags);
    if (!(data instanceof Uint8Array)) return data;
    const peer = this.peerAddress();
    const unnamed = { family: this.family, address: anyOf(this.family), port: 0 };
    return { data, from: isFailure(peer) ? unnamed : peer, truncated: false };
  }

  shutdown(how: Shutdown): null | Failure {
    if (this.#closed) return "EBADF";
    if (this.#listener !== null) {
      if (how !== "write") this.#stopListening();
      return null;
    }
    const endpoint = this.#endpoint;
    if (endpoint === null || this.#isOver) {
      // Without a connection it is an error, and takes effect all the same.
      const read = this.#readShut || how !== "write";
      const write = this.#writeShut || how !== "read";
      const changes = read !== this.#readShut || write !== this.#writeShut;
      this.#readShut = read;
      this.#writeShut = write;
      if (endpoint !== null) this.#phase = "connected";
      // Whoever shuts down again when woken must not be woken by it.
      if (changes) this.onWake?.();
      return "ENOTCONN";
    }
    const { connection } = endpoint;
    if (connection.state === "SYN_SENT") {
      connection.finish();
      this.#detach();
      this.#error = "ECONNRESET";
      endpoint.settle();
      this.onWake?.();
      return null;
    }
    if (connection.state !== "SYN_RCVD") this.#phase = "connected";
    if (how !== "write") shutdownRead(connection);
    if (how !== "read") shutdownWrite(connection);
    endpoint.settle();
    return null;
  }

  #stopListening(): void {
    const listener = this.#listener;
    if (listener === null) return;
    this.#listener = null;
    listener.onWake = null;
    listener.binding.listening = false;
    listener.close();
    if (!listener.binding.explicit) {
      this.#host.ports.remove(listener.binding);
      this.#binding = null;
    }
    this.onWake?.();
  }

  close(): void | "EAGAIN" {
    const endpoint = this.#endpoint;
    if (this.#closed) return endpoint?.connection.lingering === true ? "EAGAIN" : undefined;
    this.#stopListening();
    this.#closed = true;
    if (endpoint === null) {
      if (this.#binding !== null) this.#host.ports.remove(this.#binding);
      return;
    }
    const { connection } = endpoint;
    const over = connection.state === "CLOSED";
    if (this.#binding !== null && this.#binding !== endpoint.binding) this.#host.ports.remove(this.#binding);
    close(connection, this.#host.network.now());
    if (!connection.lingering) endpoint.socket = null;
    if (over) this.#host.ports.remove(endpoint.binding);
    endpoint.settle();
    return connection.lingering ? "EAGAIN" : undefined;
  }

  setOption(name: OptionName, value: OptionValue): null | Failure {
    if (this.#closed) return "EBADF";
    const { personality } = this.#host;
    if (name.startsWith("IPV6_") && this.family === "inet") return "ENOPROTOOPT";
    if (name === "IPV6_V6ONLY" && this.#isBound) return "EINVAL";
    if (name === "TCP_FASTOPEN" && this.#endpoint !== null) return "EINVAL";
    if (name === "TCP_FASTOPEN_CONNECT") {
      if (!this.#host.fastOpen.isClient) return "EOPNOTSUPP";
      if (this.#endpoint !== null || this.#listener !== null) return "EINVAL";
    }
    const failure = applySetting(this.settings, personality, name, value, this.#endpoint?.connection ?? null);
    if (failure !== null) return failure;
    if (this.#binding !== null && this.#endpoint === null) {
      this.#binding.reuseAddr = this.settings.current.reuseAddr;
      this.#binding.reusePort = this.settings.current.reusePort;
    }
    this.#endpoint?.settle();
    return null;
  }

  getOption(name: OptionName): OptionValue | Refusal {
    if (name === "SO_ERROR") return this.#pendingError() ?? "";
    if (name.startsWith("IPV6_") && this.family === "inet") {
      return { code: "EOPNOTSUPP", why: "an IPv4 socket has no IPv6 options" };
    }
    const lacks = this.#host.personality.lacks.includes(name);
    if (!lacks && (name === "IP_MTU" || name === "IPV6_MTU")) return this.#pathMtu();
    return readSetting(
      this.settings.current,
      this.#host.personality,
      name,
      this.#endpoint?.connection ?? null,
    );
  }

  /** What the host knows of the path to the peer, in bytes. */
  #pathMtu(): number | Refusal {
    const endpoint = this.#endpoint;
    if (endpoint === null || this.#isOver || endpoint.connection.state === "SYN_SENT") {
      return { code: "ENOTCONN", why: "the MTU is that of the path to the peer" };
    }
    return this.#host.network.mtuFor(endpoint.remote);
  }

  /** Reading it ends an attempt to connect, as the program then knows how it went. */
  #pendingError(): Errno | null {
    const connection = this.#endpoint?.connection;
    if (connection === undefined) return this.#takeOwnError();
    if (connection.state === "SYN_SENT" || connection.state === "SYN_RCVD") return null;
    const error = connection.error === null ? null : connection.takeError();
    if (this.#phase === "connecting") {
      if (connection.opened) this.#phase = "connected";
      else this.#detach();
    }
    return error;
  }

  #takeOwnError(): Errno | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  localAddress(): SocketAddress | Failure {
    if (this.#closed) return "EBADF";
    const endpoint = this.#endpoint;
    if (endpoint !== null && this.#binding === endpoint.binding)
      return toProgram(this.family, endpoint.local, endpoint.connection.localPort);
    if (this.#binding === null)
      return { family: this.family, address: anyOf(this.family), port: this.#stalePort };
    const { address, port } = this.#binding;
    return isAny(address) ? { family: this.family, address, port } : toProgram(this.family, address, port);
  }

  peerAddress(): SocketAddress | Failure {
    if (this.#closed) return "EBADF";
    const endpoint = this.#endpoint;
    if (endpoint === null || this.#isOver) return "ENOTCONN";
    const { state, remotePort } = endpoint.connection;
    if (state === "SYN_SENT") return "ENOTCONN";
    return toProgram(this.family, endpoint.remote, remotePort);
  }

  readiness(): Readiness {
    if (this.#listener !== null) {
      return { ...NOT_READY, readable: this.#listener.waiting > 0 };
    }
    const connection = this.#endpoint?.connection;
    if (connection === undefined) {
      const error = this.#error !== null;
      return { readable: this.#readShut, writable: true, error, hangup: true, urgent: false };
    }
    const { receiver, readShutdown } = connection;
    const writeShutdown = connection.writeShutdown || (this.#writeShut && connection.canSend);
    const error = connection.error !== null;
    const over = this.#isOver;
    return {
      readable:
        receiver.buffer.length > hiddenBytes(connection) ||
        receiver.finished ||
        readShutdown ||
        error ||
        over,
      writable: connection.writable || writeShutdown || error || over || connection.deferred,
      error,
      hangup: over || (readShutdown && writeShutdown),
      urgent: receiver.urgent?.state === URGENT.HERE,
    };
  }

  info(): TcpInfo | Failure {
    if (this.#closed) return "EBADF";
    if (this.#listener !== null) return listenerInfo(this.#listener);
    if (this.#endpoint === null) return UNCONNECTED;
    const info = infoOf(this.#endpoint.connection);
    return this.#isOver ? { ...info, state: "CLOSED" } : info;
  }
}
