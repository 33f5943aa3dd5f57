// What a TCP socket answers when asked for its addresses, its readiness and its statistics.

import { isAny } from "../../socket/address.ts";
import type { SocketAddress } from "../../socket/address.ts";
import { NOT_READY } from "../../socket/core.ts";
import type { Failure, Readiness, Refusal } from "../../socket/core.ts";
import type { TcpInfo } from "../../socket/options.ts";
import { anyOf, toProgram } from "./addresses.ts";
import { UNCONNECTED, infoOf, listenerInfo } from "./info.ts";
import type { SocketState } from "./socket-state.ts";
import { URGENT, hiddenBytes } from "./urgent.ts";

/** getsockname(2). */
export function localAddress(state: SocketState): SocketAddress | Failure {
  if (state.closed) return "EBADF";
  const endpoint = state.endpoint;
  if (endpoint !== null && state.binding === endpoint.binding)
    return toProgram(state.family, endpoint.local, endpoint.connection.localPort);
  if (state.binding === null)
    return { family: state.family, address: anyOf(state.family), port: state.stalePort };
  const { address, port } = state.binding;
  return isAny(address) ? { family: state.family, address, port } : toProgram(state.family, address, port);
}

/** getpeername(2). */
export function peerAddress(state: SocketState): SocketAddress | Failure {
  if (state.closed) return "EBADF";
  const endpoint = state.endpoint;
  if (endpoint === null || state.isOver) return "ENOTCONN";
  const { connection, remote } = endpoint;
  if (connection.state === "SYN_SENT") return "ENOTCONN";
  return toProgram(state.family, remote, connection.remotePort);
}

/** poll(2). */
export function readiness(state: SocketState): Readiness {
  if (state.listener !== null) {
    return { ...NOT_READY, readable: state.listener.waiting > 0 };
  }
  const connection = state.endpoint?.connection;
  if (connection === undefined) {
    const error = state.error !== null;
    return { readable: state.readShut, writable: true, error, hangup: true, urgent: false };
  }
  const { receiver, readShutdown } = connection;
  const writeShutdown = connection.writeShutdown || (state.writeShut && connection.canSend);
  const error = connection.error !== null;
  const over = state.isOver;
  return {
    readable:
      receiver.buffer.length > hiddenBytes(connection) || receiver.finished || readShutdown || error || over,
    writable: connection.writable || writeShutdown || error || over || connection.deferred,
    error,
    hangup: over || (readShutdown && writeShutdown),
    urgent: receiver.urgent?.state === URGENT.HERE,
  };
}

/** TCP_INFO. */
export function tcpInfo(state: SocketState): TcpInfo | Failure {
  if (state.closed) return "EBADF";
  if (state.listener !== null) return listenerInfo(state.listener);
  if (state.endpoint === null) return UNCONNECTED;
  const info = infoOf(state.endpoint.connection);
  return state.isOver ? { ...info, state: "CLOSED" } : info;
}

/** What the host knows of the path to the peer, in bytes. */
export function pathMtu(state: SocketState): number | Refusal {
  const endpoint = state.endpoint;
  if (endpoint === null || state.isOver || endpoint.connection.state === "SYN_SENT") {
    return { code: "ENOTCONN", why: "the MTU is that of the path to the peer" };
  }
  return state.host.network.mtuFor(endpoint.remote);
}
