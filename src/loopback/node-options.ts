// Socket options as far as Node has them: the rest is refused by name.

import type { Failure, Refusal } from "../socket/core.ts";
import { OPTIONS } from "../socket/options.ts";
import type { OptionName, OptionValue } from "../socket/options.ts";
import type { NodeConnection } from "./node-connection.ts";

/** `{ENOTSUP}` for an option Node does not reach. */
export function refuseOption(name: OptionName, module: string): Refusal {
  return { code: "ENOTSUP", why: `${module} gives no way to ${name}; the kernel backend has it` };
}

/** Options of a TCP socket, kept until there is a connection to set them on. */
export class StreamOptions {
  #noDelay = false;
  #keepAlive = false;
  /** Seconds; Linux's default. */
  #keepIdle = 7200;

  /** A listener's options pass to what it accepts. */
  inherit(from: StreamOptions): void {
    this.#noDelay = from.#noDelay;
    this.#keepAlive = from.#keepAlive;
    this.#keepIdle = from.#keepIdle;
  }

  set(name: OptionName, value: OptionValue, connection: NodeConnection | null): null | Failure {
    if (typeof value !== OPTIONS[name]) return { code: "EINVAL", why: `${name} takes a ${OPTIONS[name]}` };
    switch (name) {
      case "TCP_NODELAY":
        this.#noDelay = value === true;
        break;
      case "SO_KEEPALIVE":
        this.#keepAlive = value === true;
        break;
      case "TCP_KEEPIDLE":
        this.#keepIdle = Number(value);
        break;
      case "SO_REUSEADDR":
        // libuv sets it on every TCP socket it binds.
        return value === true ? null : { code: "ENOTSUP", why: "node:net always sets SO_REUSEADDR" };
      default:
        return refuseOption(name, "node:net");
    }
    if (connection !== null) this.apply(connection);
    return null;
  }

  get(name: OptionName): OptionValue | Refusal {
    switch (name) {
      case "TCP_NODELAY":
        return this.#noDelay;
      case "SO_KEEPALIVE":
        return this.#keepAlive;
      case "TCP_KEEPIDLE":
        return this.#keepIdle;
      case "SO_REUSEADDR":
        return true;
      default:
        return refuseOption(name, "node:net");
    }
  }

  apply(connection: NodeConnection): void {
    connection.socket.setNoDelay(this.#noDelay);
    if (this.#keepAlive) connection.socket.setKeepAlive(true, this.#keepIdle * 1000);
    else connection.socket.setKeepAlive(false);
  }
}
