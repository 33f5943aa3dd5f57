// A datagram socket on node:dgram. Node reads datagrams whole and at once, so one cut short cannot be shown: asking for less is refused.

import { createSocket } from "node:dgram";
import type { Socket, SocketOptions } from "node:dgram";
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
  Shutdown,
  SocketCore,
} from "../socket/core.ts";
import type { Errno } from "../socket/errno.ts";
import { OPTIONS } from "../socket/options.ts";
import type { OptionName, OptionValue, TcpInfo } from "../socket/options.ts";
import { wildcard } from "./hosts.ts";
import type { InetFamily } from "./hosts.ts";
import { refuseOption } from "./node-options.ts";
import { Deferred, freePort } from "./node-run.ts";
import type { NodeRun } from "./node-run.ts";
import { errnoOfError } from "./platform.ts";

/** The largest payload: 65,535 less the UDP header, and on IPv4 the IP header, which counts there. */
const PAYLOAD_MAX = { inet: 65_507, inet6: 65_527 } as const;
/** Bytes that may wait with Node to be sent. */
const SEND_MARK = 262_144;
/** Bytes of datagrams that may wait for the program, counting each for at least `DATAGRAM_COST`. */
const QUEUE_MAX = 16 * 1024 * 1024;
const DATAGRAM_COST = 256;

interface Queued {
  readonly data: Uint8Array;
  readonly from: InetAddress;
}

export class NodeDatagram implements SocketCore {
  readonly type = "dgram";
  readonly family: InetFamily;
  onWake: (() => void) | null = null;
  readonly #run: NodeRun;
  readonly #host: string;
  readonly #options = new Map<OptionName, OptionValue>();
  #socket: Socket | null = null;
  readonly #binding = new Deferred();
  #bound: InetAddress | null = null;
  #isWildcard = false;
  #peer: InetAddress | null = null;
  #connecting = false;
  readonly #queue: Queued[] = [];
  #queued = 0;
  #overflowed = false;
  #error: Errno | "" = "";
  #sending = 0;
  #closed = false;
  readonly #sent = (error: Error | null): void => this.#sendDone(error);

  constructor(run: NodeRun, host: string, family: InetFamily) {
    this.#run = run;
    this.#host = host;
    this.family = family;
  }

  bind(address: SocketAddress): null | Failure {
    if (address.family !== this.family) return "EAFNOSUPPORT";
    if (this.#bound !== null && !this.#binding.isOver) return "EINVAL";
    return this.#bind(address);
  }

  listen(): Failure {
    return "EOPNOTSUPP";
  }

  accept(): Failure {
    return "EOPNOTSUPP";
  }

  connect(address: SocketAddress): null | Failure {
    if (address.family !== this.family) return "EAFNOSUPPORT";
    if (this.#connecting) return "EALREADY";
    const target = this.#run.hosts.toReach(this.#host, address);
    if (isFailure(target)) return target;
    this.#connecting = true;
    void this.#connect(address, target.address, target.host);
    return "EINPROGRESS";
  }

  send(bytes: Uint8Array, flags: SendFlags = {}): number | Failure {
    if (flags.more === true || flags.oob === true) {
      return { code: "ENOTSUP", why: "node:dgram has neither MSG_MORE nor MSG_OOB" };
    }
    if (this.#connecting) return "EAGAIN";
    if (this.#peer === null) return "EDESTADDRREQ";
    return this.#send(bytes, null);
  }

  sendTo(bytes: Uint8Array, to: SocketAddress): number | Failure {
    if (to.family !== this.family) return "EAFNOSUPPORT";
    // BSD lets a connected socket name another destination; Node does not.
    if (this.#peer !== null) {
      return {
        code: "ENOTSUP",
        why: "node:dgram sends from a connected socket to its peer only: use send",
      };
    }
    const target = this.#run.hosts.toReach(this.#host, to);
    if (isFailure(target)) return target;
    const failure = this.#bindOwn();
    if (failure !== null) return failure;
    const port =
      target.host === null ? to.port : this.#run.hosts.realPort(target.host, this.family, "dgram", to.port);
    if (port === undefined || port === 0) {
      // A port nobody has bound: where the map leads nowhere, so does the datagram.
      return bytes.length > PAYLOAD_MAX[this.family] ? "EMSGSIZE" : port === 0 ? "EINVAL" : bytes.length;
    }
    return this.#send(bytes, { address: target.address, port });
  }

  recv(max: number, flags: RecvFlags = {}): Uint8Array | Failure {
    const datagram = this.recvFrom(max, flags);
    return isFailure(datagram) ? datagram : datagram.data;
  }

  recvFrom(max: number, flags: RecvFlags = {}): Datagram | Failure {
    if (flags.oob === true) return "EOPNOTSUPP";
    if (this.#error !== "") return this.#takeError() || "EAGAIN";
    if (this.#overflowed) {
      this.#overflowed = false;
      return {
        code: "ENOTSUP",
        why: "more datagrams came than are kept; node:dgram cannot leave them to the kernel's buffer",
      };
    }
    if (this.#queue.length === 0) return "EAGAIN";
    const { data, from } = this.#queue[0];
    if (data.length > max) {
      return {
        code: "ENOTSUP",
        why: `the datagram has ${data.length} bytes; node:dgram cannot cut it to ${max} as the kernel does`,
      };
    }
    if (flags.peek === true) return { data: data.slice(), from, truncated: false };
    this.#queue.shift();
    this.#queued -= data.length + DATAGRAM_COST;
    return { data, from, truncated: false };
  }

  shutdown(_how: Shutdown): Failure {
    if (this.#peer === null) return "ENOTCONN";
    return { code: "ENOTSUP", why: "node:dgram has no shutdown" };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // What was taken for sending leaves first.
    if (this.#sending === 0) this.#closeHandle();
  }

  /** Lets go of the handle, whatever was still to be sent. */
  destroy(): Promise<void> {
    this.#closed = true;
    this.#closeHandle();
    return Promise.resolve();
  }

  setOption(name: OptionName, value: OptionValue): null | Failure {
    if (typeof value !== OPTIONS[name]) return { code: "EINVAL", why: `${name} takes a ${OPTIONS[name]}` };
    if (name !== "SO_BROADCAST" && name !== "SO_REUSEADDR" && name !== "IP_TTL" && name !== "IPV6_V6ONLY") {
      return refuseOption(name, "node:dgram");
    }
    if (this.#socket !== null && (name === "SO_REUSEADDR" || name === "IPV6_V6ONLY")) {
      return { code: "ENOTSUP", why: `node:dgram takes ${name} before the socket is bound only` };
    }
    this.#options.set(name, value);
    return this.#apply();
  }

  getOption(name: OptionName): OptionValue | Refusal {
    if (name === "SO_ERROR") return this.#takeError();
    if (name === "SO_BROADCAST" || name === "SO_REUSEADDR" || name === "IPV6_V6ONLY") {
      return this.#options.get(name) ?? false;
    }
    if (name === "IP_TTL") return this.#options.get(name) ?? 64;
    return refuseOption(name, "node:dgram");
  }

  localAddress(): SocketAddress | Failure {
    if (this.#bound === null) return wildcard(this.family, 0);
    return this.#isWildcard && this.#peer === null ? wildcard(this.family, this.#bound.port) : this.#bound;
  }

  peerAddress(): SocketAddress | Failure {
    return this.#peer ?? "ENOTCONN";
  }

  readiness(): Readiness {
    return {
      readable: this.#queue.length > 0 || this.#error !== "",
      writable: !this.#connecting && !this.#binding.isPending,
      error: this.#error !== "",
      hangup: false,
      urgent: false,
    };
  }

  atMark(): Failure {
    return "ENOTTY";
  }

  info(): TcpInfo | Failure {
    return "EOPNOTSUPP";
  }

  #wake(): void {
    this.onWake?.();
    this.#run.clock.nudge();
  }

  #takeError(): Errno | "" {
    const error = this.#error;
    this.#error = "";
    return error;
  }

  #bindOwn(): null | Failure {
    if (this.#bound !== null && !this.#binding.isOver) return null;
    return this.#bind(wildcard(this.family, 0));
  }

  #bind(address: InetAddress): null | Failure {
    const real = this.#run.hosts.toBind(this.#host, address);
    if (isFailure(real)) return real;
    return this.#binding.answer(() => {
      const port =
        address.port === 0
          ? 0
          : (this.#run.hosts.realPort(this.#host, this.family, "dgram", address.port) ?? 0);
      this.#open(real.address, port, address);
    });
  }

  #open(realAddress: string, realPort: number, address: InetAddress): void {
    const socket = createSocket(this.#socketOptions());
    this.#socket = socket;
    this.#run.open.add(this);
    socket.on("message", (data, info) => this.#arrived(data, info.address, info.port));
    socket.on("error", (error) => {
      if (this.#binding.isPending) {
        this.#closeHandle();
        this.#binding.settle(errnoOfError(error));
      } else {
        this.#error = errnoOfError(error);
      }
      this.#wake();
    });
    socket.on("listening", () => {
      const { port } = socket.address();
      const { hosts } = this.#run;
      this.#bound = {
        family: this.family,
        address: hosts.addressOf(this.#host, this.family),
        port: hosts.map(this.#host, this.family, "dgram", address.port, port),
      };
      this.#isWildcard = isAny(address.address);
      this.#apply();
      this.#binding.settle(null);
      this.#wake();
    });
    socket.bind({ address: realAddress, port: realPort, exclusive: true });
  }

  #socketOptions(): SocketOptions {
    const family = this.family === "inet" ? 4 : 6;
    return {
      type: family === 4 ? "udp4" : "udp6",
      reuseAddr: this.#options.get("SO_REUSEADDR") === true,
      ipv6Only: this.#options.get("IPV6_V6ONLY") === true,
      // Addresses are literals: answered at once, a datagram leaves before the call returns.
      lookup: (host, _options, done) => done(null, host, family),
    };
  }

  async #connect(address: InetAddress, realAddress: string, host: string | null): Promise<void> {
    const { hosts } = this.#run;
    let port = host === null ? address.port : hosts.realPort(host, this.family, "dgram", address.port);
    if (port === undefined && host !== null) {
      const free = await freePort(realAddress);
      if (typeof free === "number") hosts.map(host, this.family, "dgram", address.port, free);
      port = typeof free === "number" ? free : 0;
    }
    const failure = await this.#untilBound();
    const socket = this.#socket;
    if (this.#closed) return;
    if (failure !== null || socket === null) {
      this.#connecting = false;
      this.#error = typeof failure === "string" ? failure : "EINVAL";
      this.#wake();
      return;
    }
    if (this.#peer !== null) socket.disconnect();
    socket.connect(port ?? address.port, realAddress, (error?: Error | null) => {
      this.#connecting = false;
      if (error instanceof Error) this.#error = errnoOfError(error);
      else this.#peer = { ...address, address: this.#reached(address, host) };
      this.#wake();
    });
  }

  #reached(address: InetAddress, host: string | null): string {
    return host === null ? address.address : this.#run.hosts.addressOf(host, this.family);
  }

  #untilBound(): Promise<null | Failure> {
    return new Promise((resolve) => {
      const failure = this.#bindOwn();
      if (failure !== "EAGAIN") {
        resolve(failure);
        return;
      }
      const socket = this.#socket;
      socket?.once("listening", () => resolve(this.#bindOwn()));
      socket?.once("error", () => resolve(this.#bindOwn()));
    });
  }

  #send(bytes: Uint8Array, to: { readonly address: string; readonly port: number } | null): number | Failure {
    const socket = this.#socket;
    if (socket === null) return "EDESTADDRREQ";
    if (this.#error !== "") return this.#takeError() || "EAGAIN";
    if (bytes.length > PAYLOAD_MAX[this.family]) return "EMSGSIZE";
    if (socket.getSendQueueSize() > SEND_MARK) return "EAGAIN";
    const data = Buffer.from(bytes);
    this.#sending++;
    if (to === null) socket.send(data, this.#sent);
    else socket.send(data, to.port, to.address, this.#sent);
    return data.length;
  }

  #sendDone(error: Error | null): void {
    this.#sending--;
    if (error !== null) this.#error = errnoOfError(error);
    if (this.#closed && this.#sending === 0) this.#closeHandle();
    else this.#wake();
  }

  #arrived(data: Uint8Array, address: string, port: number): void {
    if (this.#closed) return;
    if (this.#queued > QUEUE_MAX) {
      this.#overflowed = true;
    } else {
      this.#queued += data.length + DATAGRAM_COST;
      this.#queue.push({
        data: new Uint8Array(data),
        from: this.#run.hosts.toProgram(this.family, "dgram", address, port),
      });
    }
    this.#wake();
  }

  #apply(): null | Failure {
    if (this.#socket === null || this.#bound === null) return null;
    try {
      const broadcast = this.#options.get("SO_BROADCAST");
      if (broadcast !== undefined) this.#socket.setBroadcast(broadcast === true);
      const ttl = this.#options.get("IP_TTL");
      if (ttl !== undefined) this.#socket.setTTL(Number(ttl));
      return null;
    } catch (error) {
      return errnoOfError(error);
    }
  }

  #closeHandle(): void {
    this.#run.open.delete(this);
    this.#socket?.close();
    this.#socket = null;
  }
}
