// Which socket of a host has which name: a path, or one of the abstract namespace (a leading zero, unix(7)).
//
// A path outlives its socket, as the file does: nothing here removes it.

import type { Failure } from "../../socket/core.ts";
import type { SocketType } from "../../socket/address.ts";

/** `sun_path`: a path needs room for the zero at its end. */
const NAME_BYTES_MAX = 108;
const AUTOBIND_NAMES = 0x10_0000;
const encoder = new TextEncoder();

/** What can be found by name. */
export interface NamedSocket {
  readonly type: SocketType;
}

/** Why `name` cannot be one; null when it can. */
export function nameProblem(name: string): Failure | null {
  if (name === "") return { code: "EINVAL", why: "an empty path names nobody" };
  const bytes = encoder.encode(name).length;
  if (name.startsWith("\0")) {
    if (bytes <= NAME_BYTES_MAX) return null;
    return { code: "EINVAL", why: `an abstract name has at most ${NAME_BYTES_MAX - 1} bytes` };
  }
  if (bytes < NAME_BYTES_MAX && !name.includes("\0")) return null;
  return { code: "EINVAL", why: `a Unix path has at most ${NAME_BYTES_MAX - 1} bytes and no zero` };
}

export class UnixNames<S extends NamedSocket> {
  /** Null: a path whose socket is gone. */
  readonly #sockets = new Map<string, S | null>();

  /** The socket to reach at `name`. */
  find(name: string, type: SocketType): S | Failure {
    const problem = nameProblem(name);
    if (problem !== null) return problem;
    const socket = this.#sockets.get(name);
    if (socket === undefined) return name.startsWith("\0") ? "ECONNREFUSED" : "ENOENT";
    if (socket === null) return "ECONNREFUSED";
    return socket.type === type ? socket : "EPROTOTYPE";
  }

  /** Gives `name` to `socket`, which has `current` ("" for none); answers the name, or why not. Without one it is given one. */
  bind(
    name: string,
    current: string,
    socket: S,
    random: (limit: number) => number,
  ): { name: string } | Failure {
    if (name === "") return current === "" ? this.#autobind(socket, random) : { name: current };
    const problem = nameProblem(name);
    if (problem !== null) return problem;
    const isTaken = this.#sockets.has(name);
    // Linux makes the file before it looks whether the socket has a name; abstract ones the other way round.
    if (isTaken && !name.startsWith("\0")) return "EADDRINUSE";
    if (current !== "") return "EINVAL";
    if (isTaken) return "EADDRINUSE";
    this.#sockets.set(name, socket);
    return { name };
  }

  /** The socket of that name is closed. */
  release(name: string): void {
    if (name.startsWith("\0")) this.#sockets.delete(name);
    else if (name !== "") this.#sockets.set(name, null);
  }

  /** An abstract name of five hexadecimal digits. */
  #autobind(socket: S, random: (limit: number) => number): { name: string } | Failure {
    const first = random(AUTOBIND_NAMES);
    for (let i = 0; i < AUTOBIND_NAMES; i++) {
      const name = `\0${((first + i) % AUTOBIND_NAMES).toString(16).padStart(5, "0")}`;
      if (this.#sockets.has(name)) continue;
      this.#sockets.set(name, socket);
      return { name };
    }
    return "EADDRINUSE";
  }
}
