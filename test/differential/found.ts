// What random programs found the simulator to do otherwise than Linux, each as the small program it shrank to, and what is right.

import type { Program, SendFlag, Step } from "./program.ts";

export interface Found {
  readonly claim: string;
  readonly program: Program;
  /** What the last step answers. */
  readonly answer: string;
  /** The state and readiness of a slot after it. */
  readonly slot?: readonly [number, string];
}

const tcp = (slot: number, host: "a" | "b"): Step => ({ op: "socket", slot, host, type: "stream" });
const udp = (slot: number, host: "a" | "b"): Step => ({ op: "socket", slot, host, type: "dgram" });
const bind = (slot: number, at: "home" | "elsewhere" = "home"): Step => ({ op: "bind", slot, port: 0, at });
const connect = (slot: number, host: "a" | "b" | "c", port = 0): Step => ({
  op: "connect",
  slot,
  host,
  port,
  by: "connect",
});
const shutdown = (slot: number, how: "read" | "write" | "both"): Step => ({ op: "shutdown", slot, how });
const send = (slot: number, size: number, flag: SendFlag = "none"): Step => ({
  op: "send",
  slot,
  size,
  flag,
});
const recv = (slot: number, max = 100): Step => ({ op: "recv", slot, max, peek: false, oob: false });
const close = (slot: number): Step => ({ op: "close", slot });

const LISTENING: readonly Step[] = [tcp(0, "b"), bind(0), { op: "listen", slot: 0, backlog: 5 }];
/** 1 at a, 2 at b. */
const CONNECTED: readonly Step[] = [
  ...LISTENING,
  tcp(1, "a"),
  connect(1, "b"),
  { op: "accept", slot: 0, into: 2 },
];

const inet = (...steps: Step[]): Program => ({ family: "inet", bindsAny: false, steps });
const unix = (...steps: Step[]): Program => ({ ...inet(...steps), family: "unix" });
const after = (first: readonly Step[], ...steps: Step[]): Program => inet(...first, ...steps);

export const FOUND: readonly Found[] = [
  {
    claim: "once connected, a socket stays connected: connecting again after a reset is EISCONN",
    program: after(
      CONNECTED,
      { op: "setOption", slot: 2, name: "SO_LINGER", value: 0 },
      close(2),
      connect(1, "b"),
    ),
    answer: "EISCONN",
  },
  {
    claim: "shutdown without a connection is ENOTCONN and takes effect all the same",
    program: inet(tcp(0, "a"), shutdown(0, "read"), recv(0)),
    answer: "0 bytes",
    slot: [0, "CLOSED rwh"],
  },
  {
    claim: "and it holds for the connection to come",
    program: after(LISTENING, tcp(1, "a"), shutdown(1, "write"), connect(1, "b"), send(1, 3)),
    answer: "EPIPE",
    slot: [1, "ESTABLISHED w"],
  },
  {
    claim: "a socket whose connection is in TIME_WAIT is CLOSED to its program",
    program: after(CONNECTED, shutdown(1, "both"), shutdown(2, "both"), { op: "peer", slot: 1 }),
    answer: "ENOTCONN",
    slot: [1, "CLOSED rwh"],
  },
  {
    claim:
      "data for a socket shut down both ways resets both ends: EPIPE at the sender, ECONNRESET at the other",
    program: after(CONNECTED, shutdown(2, "both"), send(1, 25), {
      op: "getOption",
      slot: 2,
      name: "SO_ERROR",
    }),
    answer: "= ECONNRESET",
    slot: [1, "CLOSED rweh"],
  },
  {
    claim: "an accepted socket whose connection is over may be bound again: it never chose its port",
    program: after(CONNECTED, close(0), close(1), send(2, 1), bind(2)),
    answer: "ok",
  },
  {
    claim: "bind looks at the address before it looks whether it is bound",
    program: after(LISTENING, bind(0, "elsewhere")),
    answer: "EADDRNOTAVAIL",
  },
  {
    claim: "a recv of 0 with nothing there is EAGAIN",
    program: after(CONNECTED, recv(1, 0)),
    answer: "EAGAIN",
  },
  {
    claim: "recvFrom on a stream that is over names nobody",
    program: after(CONNECTED, send(1, 5), close(1), send(2, 1), {
      op: "recvFrom",
      slot: 2,
      max: 3,
      peek: false,
    }),
    answer: "3 bytes from *:0",
  },
  {
    claim: "an attempt that failed goes on telling its port, which is free",
    program: inet(tcp(0, "a"), connect(0, "b"), { op: "address", slot: 0 }),
    answer: "*:E",
  },
  {
    claim: "MSG_MORE lets go when the peer's FIN comes",
    program: after(CONNECTED, send(2, 1, "more"), shutdown(1, "write"), recv(1)),
    answer: "1 bytes",
  },
  {
    claim: "a datagram socket with an error is not readable for it",
    program: inet(udp(0, "a"), connect(0, "b"), send(0, 1)),
    answer: "1",
    slot: [0, "udp we"],
  },
  {
    claim: "with IP_RECVERR poll tells of the queued error even when the call has been told",
    program: inet(
      udp(0, "a"),
      { op: "setOption", slot: 0, name: "IP_RECVERR", value: true },
      connect(0, "b"),
      send(0, 1),
      recv(0),
    ),
    answer: "ECONNREFUSED",
    slot: [0, "udp we"],
  },
  {
    claim: "a socket shut down for writing that connects to itself closes at once",
    program: inet(tcp(0, "b"), bind(0), shutdown(0, "write"), connect(0, "b")),
    answer: "EINPROGRESS, then ECONNABORTED",
  },
  {
    claim: "a datagram socket has a port once it has tried to send, even to nobody",
    program: inet(udp(0, "a"), send(0, 1), { op: "address", slot: 0 }),
    answer: "*:E",
  },
  {
    claim: "a datagram beyond any length is EMSGSIZE before it is without destination",
    program: inet(udp(0, "a"), send(0, 70_000)),
    answer: "EMSGSIZE",
  },
  {
    claim: "getsockopt of another protocol's option is EOPNOTSUPP on IPv4",
    program: inet(udp(0, "a"), { op: "getOption", slot: 0, name: "TCP_KEEPIDLE" }),
    answer: "EOPNOTSUPP",
  },
  {
    claim: "and ENOPROTOOPT on IPv6",
    program: { ...inet(udp(0, "a"), { op: "getOption", slot: 0, name: "TCP_KEEPIDLE" }), family: "inet6" },
    answer: "ENOPROTOOPT",
  },
  {
    claim: "IPV6_V6ONLY is no option of an IPv4 socket",
    program: inet(tcp(0, "a"), { op: "setOption", slot: 0, name: "IPV6_V6ONLY", value: true }),
    answer: "ENOPROTOOPT",
  },
  {
    claim: "and cannot be set on one that is bound",
    program: {
      ...inet(tcp(0, "a"), bind(0), { op: "setOption", slot: 0, name: "IPV6_V6ONLY", value: true }),
      family: "inet6",
    },
    answer: "EINVAL",
  },
  {
    claim: "IP_TTL -1 asks for the default",
    program: inet(
      tcp(0, "a"),
      { op: "setOption", slot: 0, name: "IP_TTL", value: -1 },
      {
        op: "getOption",
        slot: 0,
        name: "IP_TTL",
      },
    ),
    answer: "= 64",
  },
  {
    claim: "a datagram cannot be urgent, whether there is anybody to send it to or not",
    program: inet(udp(0, "a"), send(0, 1, "oob")),
    answer: "EOPNOTSUPP",
  },
  {
    claim: "unless it is IPv6's",
    program: { ...inet(udp(0, "a"), send(0, 1, "oob")), family: "inet6" },
    answer: "EDESTADDRREQ",
  },
  {
    claim: "a Unix socket may be told not to share its port, which it does not have",
    program: unix(tcp(0, "a"), { op: "setOption", slot: 0, name: "SO_REUSEPORT", value: false }),
    answer: "ok",
  },
  {
    claim: "a Unix listener shut down for reading accepts nobody: EINVAL",
    program: unix(tcp(0, "a"), bind(0), { op: "listen", slot: 0, backlog: 5 }, shutdown(0, "both"), {
      op: "accept",
      slot: 0,
      into: 1,
    }),
    answer: "EINVAL",
  },
  {
    claim: "a Unix socket that asks for any name keeps the one it has",
    program: unix(
      tcp(0, "a"),
      bind(0),
      { op: "bind", slot: 0, port: "any", at: "home" },
      { op: "address", slot: 0 },
    ),
    answer: "P0",
  },
  {
    claim:
      "a first segment so long that the window holds one pair of them draws one ACK at once, and the next waits",
    program: inet(...CONNECTED, send(2, 20_000), send(2, 1), send(2, 1), recv(1, 65_536)),
    answer: "20001 bytes",
  },
  {
    claim: "TCP_NODELAY set on a corked socket sends what waits",
    program: inet(...CONNECTED, { op: "setOption", slot: 2, name: "TCP_CORK", value: true }, send(2, 1), {
      op: "setOption",
      slot: 2,
      name: "TCP_NODELAY",
      value: true,
    }),
    answer: "ok",
    slot: [1, "ESTABLISHED rw"],
  },
  {
    claim: "and what is sent after that waits again",
    program: inet(
      ...CONNECTED,
      { op: "setOption", slot: 2, name: "TCP_CORK", value: true },
      { op: "setOption", slot: 2, name: "TCP_NODELAY", value: true },
      send(2, 1),
    ),
    answer: "1",
    slot: [1, "ESTABLISHED w"],
  },
  {
    claim: "to a listening Unix socket, a connection that waits is a mark",
    program: unix(tcp(0, "a"), bind(0), { op: "listen", slot: 0, backlog: 5 }, tcp(1, "a"), connect(1, "a"), {
      op: "atMark",
      slot: 0,
    }),
    answer: "= true",
  },
  {
    claim: "looking for no bytes where only an urgent one waits finds nothing: EAGAIN",
    program: unix(
      tcp(0, "a"),
      bind(0),
      { op: "listen", slot: 0, backlog: 5 },
      tcp(1, "a"),
      connect(1, "a"),
      { op: "accept", slot: 0, into: 2 },
      send(1, 2, "oob"),
      { op: "recv", slot: 2, max: 0, peek: true, oob: false },
    ),
    answer: "EAGAIN",
  },
  {
    claim: "what MSG_MORE holds back goes to where a datagram socket is connected meanwhile",
    program: inet(
      udp(0, "b"),
      bind(0),
      udp(1, "a"),
      connect(1, "b"),
      send(1, 3, "more"),
      connect(1, "a"),
      send(1, 2),
    ),
    answer: "2",
    slot: [0, "udp w"],
  },
];
