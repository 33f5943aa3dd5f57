// A stream socket on node:net: nothing until it listens or connects, since Node knows no socket before that.

import { linkSync, existsSync, renameSync } from "node:fs";
import { Server, Socket } from "node:net";
import type { ListenOptions, SocketConnectOpts } from "node:net";
import { isAny } from "../socket/address.ts";
import type { InetAddress, SocketAddress } from "../socket/address.ts";
import { isFailure } from "../socket/core.ts";
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
} from "../socket/core.ts";
import type { OptionName, OptionValue, TcpInfo } from "../socket/options.ts";
import { wildcard } from "./hosts.ts";
import { NodeConnection } from "./node-connection.ts";
import { StreamOptions } from "./node-options.ts";
import { Deferred, freePort } from "./node-run.ts";
import type { NodeRun } from "./node-run.ts";
import { errnoOfError } from "./platform.ts";

export class NodeStream implements SocketCore {
  readonly type = "stream";
  readonly family: "inet" | "inet6" | "unix";
  onWake: (() => void) | null = null;
  readonly #run: NodeRun;
  readonly #host: string;
  readonly #options = new StreamOptions();
  #bound: InetAddress | null = null;
  /** Whether `#bound` is this socket's to give back; an accepted one shares its listener's. */
  #holdsPort = false;
  #isWildcard = false;
  #unixPath: string | null = null;
  /** The path a Unix socket connects to. */
  #target = "";
  readonly #listening = new Deferred();
  #server: Server | null = null;
  readonly #accepted: NodeStream[] = [];
  #backlog = 0;
  #overflowed = false;
  #state: "new" | "connecting" | "connected" = "new";
  #connection: NodeConnection | null = null;
  #connectError: OptionValue = "";
  #local: SocketAddress | null = null;
  #peer: SocketAddress | null = null;
  #closed = false;

  constructor(run: NodeRun, host: string, family: "inet" | "inet6" | "unix") {
    this.#run = run;
    this.#host = host;
    this.family = family;
  }

  bind(address: SocketAddress): null | Failure {
    if (this.#bound !== null || this.#unixPath !== null || this.#state !== "new") return "EINVAL";
    if (address.family !== this.family) return "EAFNOSUPPORT";
    if (address.family === "unix") {
      const found = this.#run.paths.toFile(this.#host, address.path);
      if (!("file" in found)) return found;
      if (existsSync(found.file)) return "EADDRINUSE";
      this.#unixPath = address.path;
      return null;
    }
    const real = this.#run.hosts.toBind(this.#host, address);
    if (isFailure(real)) return real;
    const port = this.#run.ports.take(this.#host, address.family, address.port);
    if (port === null) return "EADDRINUSE";
    this.#bound = { family: address.family, address: this.#own(address.family), port };
    this.#holdsPort = true;
    this.#isWildcard = isAny(address.address);
    return null;
  }

  listen(backlog: number): null | Failure {
    if (this.#state !== "new") return "EINVAL";
    if (this.family === "unix" && this.#unixPath === null) return "EINVAL";
    if (this.family !== "unix" && this.#bound === null) {
      const failure = this.bind(wildcard(this.family, 0));
      if (failure !== null) return failure;
    }
    this.#backlog = backlog;
    if (this.#server !== null && !this.#listening.isPending) return null;
    return this.#listening.answer(() => this.#listen(backlog));
  }

  accept(): SocketCore | Failure {
    if (this.#server === null) return "EINVAL";
    if (this.#overflowed) {
      this.#overflowed = false;
      return {
        code: "ENOTSUP",
        why: `more connections came than a backlog of ${this.#backlog} holds; node:net takes them all at once, so what the kernel does then cannot be shown`,
      };
    }
    return this.#accepted.shift() ?? "EAGAIN";
  }

  connect(address: SocketAddress): null | Failure {
    if (this.#state === "connecting") return "EALREADY";
    if (this.#state === "connected" || this.#server !== null) return "EISCONN";
    if (address.family !== this.family) return "EAFNOSUPPORT";
    if (address.family === "unix") {
      if (this.#unixPath !== null) {
        return { code: "ENOTSUP", why: "node:net cannot connect from a Unix socket that has a path" };
      }
      const found = this.#run.paths.toFile(this.#host, address.path);
      if (!("file" in found)) return found;
      this.#target = address.path;
      this.#connect({ path: found.file });
      return "EINPROGRESS";
    }
    const target = this.#run.hosts.toReach(this.#host, address);
    if (isFailure(target)) return target;
    this.#state = "connecting";
    void this.#connectInet(address, target.address, target.host);
    return "EINPROGRESS";
  }

  send(bytes: Uint8Array, flags: SendFlags = {}): number | Failure {
    if (flags.more === true || flags.oob === true) {
      return { code: "ENOTSUP", why: "node:net has neither MSG_MORE nor MSG_OOB" };
    }
    if (this.#state === "connecting") return "EAGAIN";
    if (this.#connection === null) return this.family === "unix" ? "ENOTCONN" : "EPIPE";
    return this.#connection.send(bytes);
  }

  recv(max: number, flags: RecvFlags = {}): Uint8Array | Failure {
    if (flags.oob === true) return { code: "ENOTSUP", why: "node:net has no MSG_OOB" };
    if (this.#state === "connecting") return "EAGAIN";
    if (this.#connection === null) return this.family === "unix" ? "EINVAL" : "ENOTCONN";
    return this.#connection.recv(max, flags.peek === true);
  }

  sendTo(bytes: Uint8Array, _to: SocketAddress, flags: SendToFlags = {}): number | Failure {
    if (flags.fastOpen === true) return { code: "ENOTSUP", why: "node:net has no MSG_FASTOPEN" };
    return this.#connection === null ? this.send(bytes) : "EISCONN";
  }

  recvFrom(max: number, flags: RecvFlags = {}): Datagram | Failure {
    const data = this.recv(max, flags);
    if (isFailure(data)) return data;
    return { data, from: this.#peer ?? this.#unnamed(), truncated: false };
  }

  shutdown(how: Shutdown): null | Failure {
    if (this.#connection === null || this.#state !== "connected") return "ENOTCONN";
    if (how !== "write") this.#connection.shutdownRead();
    return how === "read" ? null : this.#connection.shutdownWrite();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#holdsPort && this.#bound !== null) {
      this.#run.ports.release(this.#host, this.#bound.family, this.#bound.port);
    }
    this.#connection?.close();
    for (const waiting of this.#accepted.splice(0)) waiting.#connection?.socket.resetAndDestroy();
    this.#closeServer();
  }

  setOption(name: OptionName, value: OptionValue): null | Failure {
    return this.#options.set(name, value, this.#state === "connected" ? this.#connection : null);
  }

  getOption(name: OptionName): OptionValue | Refusal {
    if (name !== "SO_ERROR") return this.#options.get(name);
    const error = this.#connectError === "" ? (this.#connection?.takeError() ?? "") : this.#connectError;
    this.#connectError = "";
    return error;
  }

  localAddress(): SocketAddress | Failure {
    if (this.#local !== null) return this.#local;
    if (this.#unixPath !== null) return { family: "unix", path: this.#unixPath };
    if (this.#bound === null) return this.#unnamed();
    return this.#isWildcard ? wildcard(this.#bound.family, this.#bound.port) : this.#bound;
  }

  peerAddress(): SocketAddress | Failure {
    return this.#state === "connected" && this.#peer !== null ? this.#peer : "ENOTCONN";
  }

  readiness(): Readiness {
    const connection = this.#state === "connected" ? this.#connection : null;
    return {
      readable: this.#accepted.length > 0 || connection?.readable === true,
      writable: connection?.writable === true,
      error: this.#connectError !== "" || connection?.hasError === true,
      hangup: connection?.hungUp === true,
      urgent: false,
    };
  }

  atMark(): Failure {
    return { code: "ENOTSUP", why: "node:net has no urgent data" };
  }

  info(): TcpInfo | Failure {
    if (this.family === "unix") return "EOPNOTSUPP";
    return { code: "ENOTSUP", why: "node:net does not show TCP_INFO" };
  }

  #wake(): void {
    this.onWake?.();
    this.#run.clock.nudge();
  }

  #own(family: "inet" | "inet6"): string {
    return this.#run.hosts.addressOf(this.#host, family);
  }

  #unnamed(): SocketAddress {
    return this.family === "unix" ? { family: "unix", path: "" } : wildcard(this.family, 0);
  }

  #listen(backlog: number): void {
    const server = new Server({ allowHalfOpen: true });
    this.#server = server;
    const holder = {
      destroy: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
        }),
    };
    this.#run.open.add(holder);
    server.on("close", () => this.#run.open.delete(holder));
    server.on("connection", (socket) => this.#arrived(socket));
    server.on("error", (error) => {
      this.#run.open.delete(holder);
      this.#server = null;
      this.#listening.settle(errnoOfError(error));
      this.#wake();
    });
    server.on("listening", () => {
      const at = server.address();
      if (this.#bound !== null && typeof at === "object" && at !== null) {
        this.#run.hosts.map(this.#host, this.#bound.family, "stream", this.#bound.port, at.port);
      }
      this.#listening.settle(null);
      this.#wake();
    });
    server.listen({ ...this.#listenTarget(), backlog, exclusive: true });
  }

  #listenTarget(): ListenOptions {
    if (this.#unixPath !== null) {
      const found = this.#run.paths.toFile(this.#host, this.#unixPath);
      return "file" in found ? { path: found.file } : {};
    }
    if (this.#bound === null) return {};
    const { family, port } = this.#bound;
    const real = this.#run.hosts.toBind(this.#host, this.#bound);
    const realPort = this.#run.hosts.realPort(this.#host, family, "stream", port) ?? 0;
    return isFailure(real) ? {} : { host: real.address, port: realPort };
  }

  #arrived(socket: Socket): void {
    const accepted = new NodeStream(this.#run, this.#host, this.family);
    accepted.#bound = this.#bound;
    accepted.#unixPath = this.#unixPath;
    accepted.#adopt(socket);
    accepted.#connected(this.#options);
    this.#accepted.push(accepted);
    if (this.#accepted.length > this.#backlog + 1) this.#overflowed = true;
    this.#wake();
  }

  async #connectInet(address: InetAddress, realAddress: string, host: string | null): Promise<void> {
    const { hosts } = this.#run;
    const { family } = address;
    const mapped = hosts.isMapped(family);
    let port = host === null ? address.port : hosts.realPort(host, family, "stream", address.port);
    if (port === undefined && host !== null) {
      // Nobody has bound it: a free port of the machine, which refuses until somebody does.
      const free = await freePort(realAddress);
      port = hosts.realPort(host, family, "stream", address.port);
      if (port === undefined && typeof free === "number") {
        hosts.map(host, family, "stream", address.port, free);
        port = free;
      }
    }
    let localPort = this.#bound === null || mapped ? undefined : this.#bound.port;
    if (mapped) {
      const free = await freePort(realAddress);
      if (typeof free === "number") {
        hosts.map(this.#host, family, "stream", this.#bound?.port ?? 0, free);
        localPort = free;
      }
    }
    if (this.#closed) return;
    const own = hosts.toBind(this.#host, wildcard(family, 0));
    this.#connect({
      host: realAddress,
      port: port ?? address.port,
      family: family === "inet" ? 4 : 6,
      ...(isFailure(own) ? {} : { localAddress: own.address }),
      ...(localPort === undefined ? {} : { localPort }),
    });
  }

  #connect(target: SocketConnectOpts): void {
    this.#state = "connecting";
    const socket = new Socket({ allowHalfOpen: true });
    const connection = this.#adopt(socket);
    socket.once("connect", () => {
      this.#connected(null);
      this.#wake();
    });
    socket.once("error", () => {
      if (this.#state !== "connecting") return;
      this.#connectError = connection.takeError();
      this.#connection = null;
      this.#state = "new";
      this.#wake();
    });
    socket.connect(target);
  }

  #adopt(socket: Socket): NodeConnection {
    const connection = new NodeConnection(this.#run, socket, () => this.#wake());
    this.#connection = connection;
    return connection;
  }

  #connected(inherited: StreamOptions | null): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#state = "connected";
    if (inherited !== null) this.#options.inherit(inherited);
    this.#options.apply(connection);
    const { socket } = connection;
    if (this.family === "unix") {
      this.#local = { family: "unix", path: this.#unixPath ?? "" };
      this.#peer = { family: "unix", path: this.#target };
      return;
    }
    const { hosts } = this.#run;
    const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
    this.#local = hosts.toProgram(this.family, "stream", localAddress, localPort);
    this.#peer = hosts.toProgram(this.family, "stream", remoteAddress, remotePort);
  }

  #closeServer(): void {
    const server = this.#server;
    if (server === null) return;
    const found = this.#unixPath === null ? null : this.#run.paths.toFile(this.#host, this.#unixPath);
    // Node removes the path of a server it closes, where BSD leaves it; a second link keeps it.
    if (found !== null && "file" in found && existsSync(found.file)) {
      linkSync(found.file, `${found.file}.kept`);
      server.close();
      renameSync(`${found.file}.kept`, found.file);
    } else {
      server.close();
    }
  }
}
