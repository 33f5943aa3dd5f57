// The options of a UDP socket, with Linux's errnos (socket(7), ip(7), ipv6(7), udp(7)) and the system's defaults and limits.

import type { Failure, Refusal } from "../../socket/core.ts";
import { OPTIONS, PMTUDISC, isInt } from "../../socket/options.ts";
import { lacking } from "../lacking.ts";
import { bufferSize } from "../socket-buffer.ts";
import type { OptionName, OptionValue, PmtuDiscovery } from "../../socket/options.ts";
import type { UdpPersonality } from "./personality.ts";
import type { SendQueue } from "./send-queue.ts";

export class SocketOptions {
  /** SO_RCVBUF and SO_SNDBUF as they count: on Linux twice what was asked for. */
  receiveBuffer: number;
  readonly #sendQueue: SendQueue;
  broadcast = false;
  reuseAddress = false;
  reusePort = false;
  /** IP_RECVERR. */
  receiveErrors = false;
  v6Only = false;
  /** IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. */
  pathMtuV4: PmtuDiscovery = PMTUDISC.WANT;
  pathMtuV6: PmtuDiscovery = PMTUDISC.WANT;
  #ttl: number;
  /** Kept and without effect on datagrams. */
  #keepAlive = false;
  #oobInline = false;
  #linger = -1;
  #maxPacingRate = -1;
  readonly #family: "inet" | "inet6";
  readonly #personality: UdpPersonality;
  readonly #ttlDefault: number;

  constructor(family: "inet" | "inet6", personality: UdpPersonality, ttl: number, sendQueue: SendQueue) {
    this.#family = family;
    this.#personality = personality;
    this.#ttlDefault = ttl;
    this.#ttl = ttl;
    this.receiveBuffer = personality.receiveBufferDefault;
    this.#sendQueue = sendQueue;
  }

  /** IP_TTL is for IPv4 packets; IPv6 ones have the default hop limit. */
  ttlFor(v6: boolean): number {
    return v6 ? this.#ttlDefault : this.#ttl;
  }

  set(name: OptionName, value: OptionValue, bound: boolean): null | Failure {
    if (this.#personality.lacks.includes(name)) return lacking(name);
    if (typeof value !== OPTIONS[name]) return { code: "EINVAL", why: `${name} wants a ${OPTIONS[name]}` };
    if (typeof value === "number") return this.#setNumber(name, value);
    if (typeof value === "boolean") return this.#setSwitch(name, value, bound);
    return "ENOPROTOOPT";
  }

  get(name: OptionName): OptionValue | Refusal {
    if (this.#personality.lacks.includes(name)) return lacking(name);
    switch (name) {
      case "SO_BROADCAST":
        return this.broadcast;
      case "SO_KEEPALIVE":
        return this.#keepAlive;
      case "SO_LINGER":
        return this.#linger;
      case "SO_MAX_PACING_RATE":
        return this.#maxPacingRate;
      case "SO_OOBINLINE":
        return this.#oobInline;
      case "SO_RCVBUF":
        return this.receiveBuffer;
      case "SO_REUSEADDR":
        return this.reuseAddress;
      case "SO_REUSEPORT":
        return this.reusePort;
      case "SO_SNDBUF":
        return this.#sendQueue.limit;
      case "IP_MTU_DISCOVER":
        return this.pathMtuV4;
      case "IP_RECVERR":
        return this.receiveErrors;
      case "IP_TTL":
        return this.#ttl;
      case "IPV6_MTU_DISCOVER":
        return this.#family === "inet6" ? this.pathMtuV6 : this.unanswered(name);
      case "IPV6_V6ONLY":
        return this.#family === "inet6" ? this.v6Only : this.unanswered(name);
      default:
        return this.unanswered(name);
    }
  }

  /** getsockopt's errno for another protocol's option differs by family; setsockopt's does not. */
  unanswered(name: OptionName): Refusal {
    return { ...notOurs(name), code: this.#family === "inet" ? "EOPNOTSUPP" : "ENOPROTOOPT" };
  }

  #setSwitch(name: OptionName, on: boolean, bound: boolean): null | Failure {
    switch (name) {
      case "SO_BROADCAST":
        this.broadcast = on;
        return null;
      case "SO_KEEPALIVE":
        this.#keepAlive = on;
        return null;
      case "SO_OOBINLINE":
        this.#oobInline = on;
        return null;
      case "SO_REUSEADDR":
        this.reuseAddress = on;
        return null;
      case "SO_REUSEPORT":
        this.reusePort = on;
        return null;
      case "IP_RECVERR":
        this.receiveErrors = on;
        return null;
      case "IPV6_V6ONLY":
        if (this.#family !== "inet6") return notOurs(name);
        if (bound) return "EINVAL";
        this.v6Only = on;
        return null;
      default:
        return notOurs(name);
    }
  }

  #setNumber(name: OptionName, value: number): null | Failure {
    if (!isInt(value)) return "EINVAL";
    switch (name) {
      case "SO_LINGER":
        this.#linger = value < 0 ? -1 : value;
        return null;
      case "SO_MAX_PACING_RATE":
        this.#maxPacingRate = value;
        return null;
      case "SO_RCVBUF":
      case "SO_SNDBUF":
        return this.#setBuffer(name, value);
      case "IP_MTU_DISCOVER":
      case "IPV6_MTU_DISCOVER":
        return this.#setDiscovery(name, value);
      case "IP_TTL":
        if (value !== -1 && (value < 1 || value > 255)) return "EINVAL";
        this.#ttl = value === -1 ? this.#ttlDefault : value;
        return null;
      default:
        return notOurs(name);
    }
  }

  #setDiscovery(name: "IP_MTU_DISCOVER" | "IPV6_MTU_DISCOVER", value: number): null | Failure {
    if (name === "IPV6_MTU_DISCOVER" && this.#family === "inet") return notOurs(name);
    const discovery = Object.values(PMTUDISC).find((known) => known === value);
    if (discovery === undefined) return { code: "EINVAL", why: `${name} takes 0 to 5` };
    if (name === "IP_MTU_DISCOVER") this.pathMtuV4 = discovery;
    else this.pathMtuV6 = discovery;
    return null;
  }

  /** No more than the limit, then twice that where the system doubles, no less than the minimum. */
  #setBuffer(name: "SO_RCVBUF" | "SO_SNDBUF", bytes: number): null | Failure {
    const { socketBufferLimit, socketBufferErrno } = this.#personality;
    if (bytes > socketBufferLimit && socketBufferErrno !== null) return socketBufferErrno;
    const { receiveBufferMin, sendBufferMin } = this.#personality;
    if (name === "SO_RCVBUF") this.receiveBuffer = bufferSize(bytes, receiveBufferMin, this.#personality);
    else this.#sendQueue.limit = bufferSize(bytes, sendBufferMin, this.#personality);
    return null;
  }
}

function notOurs(name: OptionName): Refusal {
  return { code: "ENOPROTOOPT", why: `${name} is no option of this socket` };
}
