// The Unix sockets of a host (unix(7)): they reach each other by name, without packets, and what one sends the other has at once.

import type { SocketType } from "../../socket/address.ts";
import type { HostNetwork } from "../network.ts";
import { UnixDatagramSocket } from "./datagram.ts";
import type { UnixSurroundings } from "./endpoint.ts";
import { UnixNames } from "./names.ts";
import { UnixStreamSocket } from "./stream.ts";

export type UnixSocket = UnixStreamSocket | UnixDatagramSocket;

export class UnixStack {
  readonly #surroundings: UnixSurroundings;

  constructor(network: HostNetwork) {
    let sockets = 0;
    this.#surroundings = { network, names: new UnixNames<UnixSocket>(), nextId: () => ++sockets };
  }

  socket(type: SocketType): UnixSocket {
    const surroundings = this.#surroundings;
    return type === "stream" ? new UnixStreamSocket(surroundings) : new UnixDatagramSocket(surroundings);
  }
}
