// connect(2), with data in the SYN or without (RFC 7413), on a socket in any state.

import { isAny } from "../../socket/address.ts";
import type { SocketAddress } from "../../socket/address.ts";
import type { Failure } from "../../socket/core.ts";
import { isInet6, toWire } from "./addresses.ts";
import { Endpoint, nextIss } from "./endpoint.ts";
import { release, sendWithSyn } from "./opening.ts";
import type { SocketState } from "./socket-state.ts";

/** Null: connected, or the SYN waits for data. */
export function connect(state: SocketState, address: SocketAddress): null | Failure {
  if (state.closed) return "EBADF";
  if (address.family !== state.family) return address.family === "unix" ? "EINVAL" : "EAFNOSUPPORT";
  if (state.listener !== null) return "EISCONN";
  if (state.phase === "connected") return "EISCONN";
  if (state.endpoint !== null) {
    const { connection } = state.endpoint;
    if (connection.deferred) return "EISCONN";
    if (connection.state === "SYN_SENT" || connection.state === "SYN_RCVD") return "EALREADY";
    if (!state.isOver) {
      state.phase = "connected";
      return null;
    }
    const error = connection.error === null ? "ECONNABORTED" : connection.takeError();
    state.detach();
    return error;
  }
  const answer = start(state, toWire(address.address), address.port, null);
  return typeof answer === "number" ? null : answer;
}

/** `data` is what shall go with the SYN, if it can: the answer is then how much does. Null: the SYN waits for data. */
function start(
  state: SocketState,
  address: string,
  port: number,
  data: Uint8Array | null,
): number | null | Failure {
  const { network, ports, demux } = state.host;
  const remote = isAny(address) ? (isInet6(address) ? "::1" : "127.0.0.1") : address;
  const bound = state.binding;
  const local = bound !== null && !isAny(bound.address) ? bound.address : network.sourceFor(remote);
  if (local === null) return "ENETUNREACH";
  let localPort = bound?.port ?? 0;
  if (localPort === 0) {
    localPort = ports.forConnection((candidate) => demux.find(local, candidate, remote, port) === null);
    if (localPort === 0) return "EADDRNOTAVAIL";
  }
  const previous = demux.find(local, localPort, remote, port);
  let iss: number | null = null;
  if (previous !== null) {
    // Timestamps keep old segments apart from new ones, so a connection in TIME_WAIT may be followed at once.
    const { connection } = previous;
    if (connection.state !== "TIME_WAIT" || !connection.options.timestamps) return "EADDRNOTAVAIL";
    iss = nextIss(connection);
    connection.finish();
    previous.settle();
  }
  const binding = bound ?? state.newBinding(local, localPort, false);
  binding.peer = "connected";
  const endpoint = new Endpoint(state.host, {
    local,
    localPort,
    remote,
    remotePort: port,
    settings: state.settings,
    binding,
    listener: null,
    iss,
  });
  state.phase = "connecting";
  state.error = null;
  state.attach(endpoint);
  endpoint.connection.readShutdown = state.readShut;
  if (state.writeShut && local === remote && localPort === port) {
    // To itself it opens simultaneously, and on that way Linux makes good the FIN that shutdown could not send.
    endpoint.connection.writeShutdown = true;
    endpoint.connection.sender.finQueued = true;
  }
  const { connection } = endpoint;
  let taken = 0;
  if (data !== null || state.settings.current.fastOpenConnect) {
    const option = state.host.fastOpen.optionFor(remote);
    connection.synCookie = option;
    const known = option.cookie.length > 0;
    if (known && data !== null) taken = sendWithSyn(connection, data);
    connection.deferred = known && data === null;
  }
  endpoint.open(previous !== null);
  if (connection.deferred) return null;
  if (connection.state !== "CLOSED") return taken > 0 ? taken : "EINPROGRESS";
  // The SYN could not even leave.
  const error = connection.takeError();
  state.detach();
  return error;
}

/** The first data of a connection whose SYN has waited for it. */
export function sendDeferred(state: SocketState, endpoint: Endpoint, bytes: Uint8Array): number {
  const taken = sendWithSyn(endpoint.connection, bytes);
  release(endpoint.connection, state.host.network.now());
  endpoint.settle();
  return taken;
}

/** sendTo with MSG_FASTOPEN. */
export function sendFast(state: SocketState, bytes: Uint8Array, to: SocketAddress): number | Failure {
  const { fastOpen } = state.host;
  if (state.closed) return "EBADF";
  if (!fastOpen.isClient) return { code: "EOPNOTSUPP", why: "the host's tcpFastOpen lets no clients" };
  if (state.listener !== null || state.endpoint !== null) {
    const failure = connect(state, to);
    return failure ?? "EISCONN";
  }
  if (to.family !== state.family) return to.family === "unix" ? "EINVAL" : "EAFNOSUPPORT";
  return start(state, toWire(to.address), to.port, bytes) ?? "EINPROGRESS";
}
