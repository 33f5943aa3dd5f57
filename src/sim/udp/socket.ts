// A UDP socket, as Linux has it (udp(7), RFC 768, RFC 1122 4.1).

import { isIpv6 } from "../../wire/address.ts";
import { isAny } from "../../socket/address.ts";
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
import type { Errno } from "../../socket/errno.ts";
import { PMTUDISC } from "../../socket/options.ts";
import type { OptionName, OptionValue, PmtuDiscovery, TcpInfo } from "../../socket/options.ts";
import { conflict } from "../bind-rule.ts";
import type { PortHolder } from "../bind-rule.ts";
import type { IcmpError, Timer } from "../network.ts";
import type { UdpDatagram } from "../packet.ts";
import { destinationOf, inetAddress, shownAs, unmapped } from "./addresses.ts";
import { Association } from "./association.ts";
import { Cork } from "./cork.ts";
import { SocketOptions } from "./options.ts";
import { copyPayload } from "./payload.ts";
import { ReceiveQueue } from "./receive-queue.ts";
import type { QueuedDatagram } from "./receive-queue.ts";
import { SendQueue } from "./send-queue.ts";
import type { UdpStack } from "./stack.ts";

const PAYLOAD_MAX_V4 = 65_507;
const PAYLOAD_MAX_V6 = 65_527;
const EMPTY = new Uint8Array(0);

export class UdpSocket implements SocketCore {
  static readonly #wake = (socket: UdpSocket): void => {
    if (socket.onWake !== null) socket.onWake();
  };
  readonly family: "inet" | "inet6";
  readonly type = "dgram";
  onWake: (() => void) | null = null;
  readonly #stack: UdpStack;
  readonly #options: SocketOptions;
  readonly #queue: ReceiveQueue;
  readonly #sendQueue: SendQueue;
  readonly #at: Association;
  #error: Errno | "" = "";
  /** With IP_RECVERR errors also go to a queue, which no call here reads: poll goes on telling of it. */
  #errorQueued = false;
  #readShut = false;
  #writeShut = false;
  #closed = false;
  #cork: Cork | null = null;
  /** The payload last sent, where a trace keeps payloads. */
  #kept: Uint8Array | null = null;
  /** Made when first needed. */
  #roomTimer: Timer | null = null;

  constructor(family: "inet" | "inet6", stack: UdpStack) {
    this.family = family;
    this.#stack = stack;
    this.#sendQueue = new SendQueue(stack.personality, () => this.#wakeSoon());
    this.#options = new SocketOptions(family, stack.personality, stack.network.ttl, this.#sendQueue);
    this.#queue = new ReceiveQueue(stack.personality.countsOverhead);
    this.#at = new Association(family);
  }

  // What the stack asks.

  get reusesPort(): boolean {
    return this.#options.reusePort;
  }

  /** How well a datagram over that `version` of IP, to `local` from `remote`, fits this socket (it has come to its port): -1 not at all. */
  match(version: 4 | 6, local: string, remote: string, remotePort: number): number {
    return this.#at.match(version, local, remote, remotePort, this.#options.v6Only);
  }

  /** Whether `other` cannot have `address` on the port this socket has. */
  conflictsWith(other: UdpSocket, address: string): boolean {
    if (other === this) return false;
    return conflict(this.#stack.personality.bindRule, other.#holding(address), this.#holding(this.#at.local));
  }

  #holding(address: string): PortHolder {
    const { v6Only, reuseAddress, reusePort } = this.#options;
    const peer = this.#at.isConnected ? "connected" : "none";
    return { address, v6Only, reuseAddr: reuseAddress, reusePort, listening: false, peer };
  }

  /** Takes a datagram from there, in a packet of that `version` of IP; false when the receive buffer is full. */
  deliver(version: 4 | 6, address: string, port: number, payload: Uint8Array): boolean {
    if (!this.#queue.push(payload, version, address, port, this.#options.receiveBuffer)) return false;
    if (this.onWake !== null) this.onWake();
    return true;
  }

  /** Takes an ICMP error about a datagram sent: a connected socket hears of hard ones, one with IP_RECVERR of all; on Windows everybody does of some. */
  fail(error: IcmpError): void {
    if (error.errno === "EMSGSIZE") {
      const discovery = this.#discovery(error.destination.includes(":"));
      if (discovery !== PMTUDISC.INTERFACE && discovery !== PMTUDISC.OMIT) {
        this.#stack.network.learnMtu(error.destination, error.mtu);
      }
      if (discovery === PMTUDISC.DONT) return;
    }
    const { portUnreachable, unconnectedHearsErrors } = this.#stack.personality;
    const refused = error.errno === "ECONNREFUSED";
    const hears = error.hard && (this.#at.isConnected || (refused && unconnectedHearsErrors));
    if (!this.#options.receiveErrors && !hears) return;
    if (this.#options.receiveErrors) this.#errorQueued = true;
    this.#error = refused ? portUnreachable : error.errno;
    if (this.onWake !== null) this.onWake();
  }

  // SocketCore.

  bind(address: SocketAddress): null | Failure {
    const wanted = inetAddress(this.family, address);
    if (typeof wanted === "string") return wanted;
    const { network } = this.#stack;
    const local = unmapped(this.family, this.#options.v6Only, wanted.address);
    if (local === null) return "EADDRNOTAVAIL";
    if (!isAny(local) && !network.isLocal(local) && !network.isBroadcast(local)) return "EADDRNOTAVAIL";
    if (this.#at.port !== 0 || this.#closed) return "EINVAL";
    if (wanted.port !== 0 && !this.#stack.isFree(this, local, wanted.port)) return "EADDRINUSE";
    const port = wanted.port === 0 ? this.#stack.ephemeralPort(this, local) : wanted.port;
    if (port === 0) return "EADDRINUSE";
    this.#at.boundPort = wanted.port !== 0;
    this.#at.boundAddress = !isAny(local);
    this.#occupy(local, port);
    return null;
  }

  listen(): Failure {
    return "EOPNOTSUPP";
  }

  accept(): Failure {
    return "EOPNOTSUPP";
  }

  /**
   * Sets the peer, or another one. The unnamed address (`{family: "unix", path: ""}`, AF_UNSPEC to connect(2)) dissolves the
   * association. An unspecified address means this host.
   */
  connect(address: SocketAddress): null | Failure {
    if (address.family === "unix" && address.path === "") return this.#disconnect();
    const wanted = inetAddress(this.family, address);
    if (typeof wanted === "string") return wanted;
    const peer = destinationOf(this.family, this.#options.v6Only, wanted.address);
    if (peer === null) return "ENETUNREACH";
    const { network } = this.#stack;
    if (network.isBroadcast(peer) && !this.#options.broadcast) return "EACCES";
    const source = network.sourceFor(peer);
    if (source === null) return "ENETUNREACH";
    if (this.#at.port === 0) {
      const answer = this.#autobind();
      if (answer !== null) return answer;
    }
    this.#at.connect(peer, wanted.port, source);
    this.#cork?.redirect(peer, wanted.port);
    return null;
  }

  send(bytes: Uint8Array, flags?: SendFlags): number | Failure {
    // Linux finds a port before it finds that there is nowhere to send to.
    const unbound = this.#at.port === 0 ? this.#autobind() : null;
    if (unbound !== null) return unbound;
    if (this.family === "inet" && bytes.length > 0xffff) return "EMSGSIZE";
    if (this.family === "inet" && flags !== undefined && flags.oob === true) return "EOPNOTSUPP";
    if (!this.#at.isConnected && this.#cork === null) return "EDESTADDRREQ";
    return this.#output(bytes, this.#at.peer, this.#at.peerPort, flags);
  }

  sendTo(bytes: Uint8Array, to: SocketAddress): number | Failure {
    const wanted = inetAddress(this.family, to);
    if (typeof wanted === "string") return wanted;
    const unbound = this.#at.port === 0 ? this.#autobind() : null;
    if (unbound !== null) return unbound;
    if (this.family === "inet" && bytes.length > 0xffff) return "EMSGSIZE";
    if (wanted.port === 0) return "EINVAL";
    const destination = destinationOf(this.family, this.#options.v6Only, wanted.address);
    if (destination === null) return "ENETUNREACH";
    return this.#output(bytes, destination, wanted.port);
  }

  recv(max: number, flags?: RecvFlags): Uint8Array | Failure {
    const item = this.#next(flags);
    if (item === null) return EMPTY;
    return typeof item === "string" ? item : this.#dataOf(item, max, flags);
  }

  /** After shutdown for reading an empty datagram from the unspecified address, as recvfrom(2) answers 0. */
  recvFrom(max: number, flags?: RecvFlags): Datagram | Failure {
    const item = this.#next(flags);
    if (typeof item === "string") return item;
    if (item === null) {
      const from = { family: this.family, address: this.#at.any, port: 0 };
      return { data: EMPTY, from, truncated: false };
    }
    const data = this.#dataOf(item, max, flags);
    if (typeof data === "string") return data;
    const from = { family: this.family, address: shownAs(this.family, item.address), port: item.port };
    return { data, from, truncated: item.payload.length > max };
  }

  /** Without a peer ENOTCONN, though it takes effect all the same, as on Linux. */
  shutdown(how: Shutdown): null | Failure {
    if (how !== "write") this.#readShut = true;
    if (how !== "read") this.#writeShut = true;
    if (this.onWake !== null) this.onWake();
    return this.#at.isConnected ? null : "ENOTCONN";
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
    while (this.#queue.length > 0) this.#queue.drop();
  }

  setOption(name: OptionName, value: OptionValue): null | Failure {
    if (name === "IP_RECVERR" && value === false) this.#errorQueued = false;
    const answer = this.#options.set(name, value, this.#at.port !== 0);
    // A larger buffer may have room.
    if (name === "SO_SNDBUF" && answer === null && this.onWake !== null) this.onWake();
    return answer;
  }

  /** Whoever waits for room is told once the link is done with what made it. */
  #wakeSoon(): void {
    const { network } = this.#stack;
    this.#roomTimer ??= network.timer(UdpSocket.#wake, this);
    this.#roomTimer.setAt(network.now());
  }

  getOption(name: OptionName): OptionValue | Refusal {
    if (name === "SO_ERROR") return this.#takeError();
    const lacks = this.#stack.personality.lacks.includes(name);
    if (!lacks && (name === "IP_MTU" || name === "IPV6_MTU")) return this.#pathMtu(name);
    return this.#options.get(name);
  }

  /** What the host knows of the path to the peer, in bytes. */
  #pathMtu(name: "IP_MTU" | "IPV6_MTU"): number | Refusal {
    if (name === "IPV6_MTU" && this.family === "inet") return this.#options.unanswered(name);
    if (this.#at.isConnected) return this.#stack.network.mtuFor(this.#at.peer);
    return { code: "ENOTCONN", why: "the MTU is that of the path to the peer" };
  }

  localAddress(): SocketAddress {
    return this.#at.localAddress;
  }

  peerAddress(): SocketAddress | Failure {
    return this.#at.isConnected ? this.#at.peerAddress : "ENOTCONN";
  }

  readiness(): Readiness {
    const error = this.#error !== "" || this.#errorQueued;
    return {
      readable: this.#queue.length > 0 || this.#readShut,
      writable: this.#sendQueue.writable,
      error,
      hangup: this.#readShut && this.#writeShut,
      urgent: false,
    };
  }

  atMark(): Failure {
    return "ENOTTY";
  }

  info(): TcpInfo | Failure {
    return "EOPNOTSUPP";
  }

  /** In the order Linux finds fault: the address, the length, then what ICMP has reported, then shutdown. */
  #output(
    bytes: Uint8Array,
    destination: string,
    destinationPort: number,
    flags?: SendFlags,
  ): number | Failure {
    const cork = this.#cork;
    const to = cork === null ? destination : cork.address;
    const port = cork === null ? destinationPort : cork.port;
    const { network } = this.#stack;
    const source = this.#at.local === this.#at.any ? network.sourceFor(to) : this.#at.local;
    if (source === null) return "ENETUNREACH";
    if (network.isBroadcast(to) && !this.#options.broadcast) return "EACCES";
    const v6 = to === this.#at.peer ? this.#at.peerIsV6 : isIpv6(to);
    // Linux's IPv6 does not look.
    if (!v6 && flags !== undefined && flags.oob === true) return "EOPNOTSUPP";
    const length = bytes.length + (cork === null ? 0 : cork.length);
    const { payloadMax, sendBufferLimitsDatagrams, sendTellsErrors, shutdownErrno } = this.#stack.personality;
    if (length > Math.min(v6 ? PAYLOAD_MAX_V6 : PAYLOAD_MAX_V4, payloadMax)) return "EMSGSIZE";
    if (sendBufferLimitsDatagrams && length > this.#sendQueue.limit) return "EMSGSIZE";
    if (this.#error !== "" && sendTellsErrors) return this.#takeError() as Errno;
    if (this.#writeShut) return shutdownErrno;
    if (!this.#sendQueue.takesMore()) return "EAGAIN";
    if (cork !== null || (flags !== undefined && flags.more === true)) {
      return this.#outputInParts(bytes, source, to, port, flags);
    }
    const datagram: UdpDatagram = {
      kind: "udp",
      sourcePort: this.#at.port,
      destinationPort: port,
      payload: bytes.length === 0 ? EMPTY : this.#copyOf(bytes),
    };
    const ttl = this.#options.ttlFor(v6);
    const failure = network.sendDatagram(source, to, datagram, ttl, this.#discovery(v6), this.#sendQueue);
    return failure ?? bytes.length;
  }

  /** A copy for the way. A trace keeps it, and no program gets it then, so one does for datagrams that are alike. */
  #copyOf(bytes: Uint8Array): Uint8Array {
    if (!this.#stack.network.recording) return copyPayload(bytes);
    const last = this.#kept;
    if (last !== null && last[0] === bytes[0] && Buffer.compare(last, bytes) === 0) return last;
    return (this.#kept = copyPayload(bytes));
  }

  #outputInParts(
    bytes: Uint8Array,
    source: string,
    to: string,
    port: number,
    flags: SendFlags | undefined,
  ): number | Failure {
    const cork = (this.#cork ??= new Cork(to, port));
    cork.add(bytes);
    if (flags !== undefined && flags.more === true) return bytes.length;
    this.#cork = null;
    const datagram: UdpDatagram = {
      kind: "udp",
      sourcePort: this.#at.port,
      destinationPort: port,
      payload: cork.whole(),
    };
    const v6 = isIpv6(to);
    const ttl = this.#options.ttlFor(v6);
    const discovery = this.#discovery(v6);
    const { network } = this.#stack;
    return network.sendDatagram(source, to, datagram, ttl, discovery, this.#sendQueue) ?? bytes.length;
  }

  #discovery(v6: boolean): PmtuDiscovery {
    return v6 ? this.#options.pathMtuV6 : this.#options.pathMtuV4;
  }

  /** The next datagram, which a read takes away; null at the end that shutdown makes. */
  #next(flags: RecvFlags | undefined): QueuedDatagram | Errno | null {
    if (this.#error !== "") return this.#takeError() as Errno;
    const item = this.#queue.peek();
    if (item === null) return this.#readShut ? null : "EAGAIN";
    if (flags === undefined || flags.peek !== true) this.#queue.drop();
    return item;
  }

  /** What a read gives of it. */
  #dataOf({ payload }: QueuedDatagram, max: number, flags: RecvFlags | undefined): Uint8Array | Errno {
    const truncated = payload.length > max;
    if (truncated && this.#stack.personality.truncationIsError) return "EMSGSIZE";
    const part = truncated ? payload.subarray(0, max) : payload;
    // The answer is the caller's to change: where the trace (or the next read) looks at the bytes again it gets a copy.
    const keeps = this.#stack.network.recording || (flags !== undefined && flags.peek === true);
    return keeps ? copyPayload(part) : part;
  }

  #takeError(): Errno | "" {
    const error = this.#error;
    this.#error = "";
    return error;
  }

  #disconnect(): null {
    this.#at.dissolve();
    if (!this.#at.boundPort) this.#leave();
    return null;
  }

  #autobind(): Errno | null {
    const port = this.#stack.ephemeralPort(this, this.#at.local);
    if (port === 0) return "EAGAIN";
    this.#occupy(this.#at.local, port);
    return null;
  }

  #occupy(local: string, port: number): void {
    this.#at.local = local;
    this.#at.port = port;
    this.#stack.add(this, port);
  }

  #leave(): void {
    if (this.#at.port !== 0) this.#stack.remove(this, this.#at.port);
    this.#at.port = 0;
  }
}
