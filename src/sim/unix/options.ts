// Options of a Unix socket: those of every socket, of which the send buffer and SO_OOBINLINE do something (unix(7)).

import type { Failure, Refusal } from "../../socket/core.ts";
import { OPTIONS, isInt } from "../../socket/options.ts";
import { bufferSize } from "../socket-buffer.ts";
import type { BufferBounds } from "../socket-buffer.ts";
import type { OptionName, OptionValue } from "../../socket/options.ts";

const BUFFER_DEFAULT = 212_992;
const BOUNDS: BufferBounds = {
  socketBufferLimit: BUFFER_DEFAULT,
  socketBufferErrno: null,
  socketBufferShift: 1,
};
const SEND_BUFFER_MIN = 4608;
const RECEIVE_BUFFER_MIN = 2304;

/** Switches, of which only SO_OOBINLINE changes anything. */
const SWITCHES = ["SO_BROADCAST", "SO_KEEPALIVE", "SO_OOBINLINE", "SO_REUSEADDR"] as const;
type Switch = (typeof SWITCHES)[number];

function isSwitch(name: OptionName): name is Switch {
  return SWITCHES.some((known) => known === name);
}

export class UnixOptions {
  /** Bytes as `cost.ts` counts them. */
  sendBuffer = BUFFER_DEFAULT;
  /** Without effect: what waits at a receiver is its sender's. */
  #receiveBuffer = BUFFER_DEFAULT;
  #lingerS = -1;
  #maxPacingRate = -1;
  readonly #on = new Set<Switch>();

  set(name: OptionName, value: OptionValue): null | Failure {
    if (typeof value !== OPTIONS[name]) return { code: "EINVAL", why: `${name} takes a ${OPTIONS[name]}` };
    if (isSwitch(name)) {
      if (value === true) this.#on.add(name);
      else this.#on.delete(name);
      return null;
    }
    if (name === "SO_ERROR") return "ENOPROTOOPT";
    if (name === "SO_REUSEPORT" && value === false) return null;
    if (typeof value !== "number") return notOurs(name);
    if (!isInt(value)) return "EINVAL";
    switch (name) {
      case "SO_LINGER":
        this.#lingerS = Math.max(value, -1);
        return null;
      case "SO_MAX_PACING_RATE":
        this.#maxPacingRate = value;
        return null;
      case "SO_RCVBUF":
        this.#receiveBuffer = bufferSize(value, RECEIVE_BUFFER_MIN, BOUNDS);
        return null;
      case "SO_SNDBUF":
        this.sendBuffer = bufferSize(value, SEND_BUFFER_MIN, BOUNDS);
        return null;
      default:
        return notOurs(name);
    }
  }

  isOn(name: Switch): boolean {
    return this.#on.has(name);
  }

  /** All but SO_ERROR. */
  get(name: OptionName): OptionValue | Refusal {
    if (isSwitch(name)) return this.#on.has(name);
    switch (name) {
      case "SO_LINGER":
        return this.#lingerS;
      case "SO_MAX_PACING_RATE":
        return this.#maxPacingRate;
      case "SO_RCVBUF":
        return this.#receiveBuffer;
      case "SO_SNDBUF":
        return this.sendBuffer;
      case "SO_REUSEPORT":
        return false;
      default:
        return notOurs(name);
    }
  }
}

/** Linux has no options of other levels on Unix sockets, and no ports to share. */
function notOurs(name: OptionName): Refusal {
  return { code: "EOPNOTSUPP", why: `${name} is no option of Unix sockets` };
}
