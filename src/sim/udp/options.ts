// The options of a UDP socket, with Linux's defaults, doublings and limits (socket(7), ip(7), ipv6(7), udp(7)).

import type { Failure, Refusal } from "../../socket/core.ts";
import { OPTIONS } from "../../socket/options.ts";
import type { OptionName, OptionValue } from "../../socket/options.ts";

/** net.core.rmem_default and wmem_default, which are also the most that may be asked for. */
const BUFFER_DEFAULT = 212_992;
const RECEIVE_BUFFER_MIN = 2304;
const SEND_BUFFER_MIN = 4608;
const TTL_DEFAULT = 64;

export class SocketOptions {
  /** SO_RCVBUF as it counts: twice what was asked for. */
  receiveBuffer = BUFFER_DEFAULT;
  broadcast = false;
  reuseAddress = false;
  reusePort = false;
  /** IP_RECVERR. */
  receiveErrors = false;
  v6Only = false;
  #sendBuffer = BUFFER_DEFAULT;
  #ttl = TTL_DEFAULT;
  /** Kept and without effect on datagrams. */
  #keepAlive = false;
  #oobInline = false;
  #linger = -1;
  readonly #family: "inet" | "inet6";

  constructor(family: "inet" | "inet6") {
    this.#family = family;
  }

  /** IP_TTL is for IPv4 packets; IPv6 ones have the default hop limit. */
  ttlFor(v6: boolean): number {
    return v6 ? TTL_DEFAULT : this.#ttl;
  }

  set(name: OptionName, value: OptionValue, bound: boolean): null | Failure {
    if (typeof value !== OPTIONS[name]) return { code: "EINVAL", why: `${name} wants a ${OPTIONS[name]}` };
    if (typeof value === "number") return this.#setNumber(name, value);
    if (typeof value === "boolean") return this.#setSwitch(name, value, bound);
    return "ENOPROTOOPT";
  }

  get(name: OptionName): OptionValue | Refusal {
    switch (name) {
      case "SO_BROADCAST":
        return this.broadcast;
      case "SO_KEEPALIVE":
        return this.#keepAlive;
      case "SO_LINGER":
        return this.#linger;
      case "SO_OOBINLINE":
        return this.#oobInline;
      case "SO_RCVBUF":
        return this.receiveBuffer;
      case "SO_REUSEADDR":
        return this.reuseAddress;
      case "SO_REUSEPORT":
        return this.reusePort;
      case "SO_SNDBUF":
        return this.#sendBuffer;
      case "IP_RECVERR":
        return this.receiveErrors;
      case "IP_TTL":
        return this.#ttl;
      case "IPV6_V6ONLY":
        return this.#family === "inet6" ? this.v6Only : this.#unanswered(name);
      default:
        return this.#unanswered(name);
    }
  }

  /** getsockopt's errno for another protocol's option differs by family; setsockopt's does not. */
  #unanswered(name: OptionName): Refusal {
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
    if (!Number.isInteger(value)) return "EINVAL";
    switch (name) {
      case "SO_LINGER":
        this.#linger = value < 0 ? -1 : value;
        return null;
      case "SO_RCVBUF":
        this.receiveBuffer = doubled(value, RECEIVE_BUFFER_MIN);
        return null;
      case "SO_SNDBUF":
        this.#sendBuffer = doubled(value, SEND_BUFFER_MIN);
        return null;
      case "IP_TTL":
        if (value !== -1 && (value < 1 || value > 255)) return "EINVAL";
        this.#ttl = value === -1 ? TTL_DEFAULT : value;
        return null;
      default:
        return notOurs(name);
    }
  }
}

/** What Linux makes of a buffer size: no more than the limit, then twice that, no less than the minimum. */
function doubled(bytes: number, least: number): number {
  return Math.max(Math.min(Math.max(bytes, 0), BUFFER_DEFAULT) * 2, least);
}

function notOurs(name: OptionName): Refusal {
  return { code: "ENOPROTOOPT", why: `${name} is no option of this socket` };
}
