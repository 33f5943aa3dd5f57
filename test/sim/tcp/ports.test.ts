// Which addresses and ports a socket may have: bind, listen, connect, TIME_WAIT and reuse, as Linux decides.

import { describe, expect, test } from "vitest";
import { createTcp } from "../../../src/sim/tcp/stack.ts";
import type { TcpStack } from "../../../src/sim/tcp/stack.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { A, B, bytes, connected, inet, must, text, Wire } from "./wire.ts";

function socketWith(
  stack: TcpStack,
  ...options: ("SO_REUSEADDR" | "SO_REUSEPORT" | "IPV6_V6ONLY")[]
): SocketCore {
  const socket = stack.socket("inet");
  for (const option of options) must(socket.setOption(option, true));
  return socket;
}

/** A server side left in TIME_WAIT on port 7000, its listener closed. */
function timeWait(reuse: boolean): { wire: Wire; b: TcpStack } {
  const wire = new Wire();
  const a = wire.host(A);
  const b = wire.host(B);
  const listener = reuse ? socketWith(b, "SO_REUSEADDR") : b.socket("inet");
  must(listener.bind(inet("0.0.0.0", 7000)));
  must(listener.listen(1));
  const client = a.socket("inet");
  client.connect(inet(B, 7000));
  wire.pass(1);
  const server = must(listener.accept());
  listener.close();
  server.close();
  wire.pass(1);
  client.close();
  wire.pass(1);
  return { wire, b };
}

describe("bind", () => {
  test("a port in TIME_WAIT is taken unless the old and the new socket both have SO_REUSEADDR", () => {
    for (const [before, now, answer] of [
      [false, false, "EADDRINUSE"],
      [false, true, "EADDRINUSE"],
      [true, false, "EADDRINUSE"],
      [true, true, null],
    ] as const) {
      const { b } = timeWait(before);
      const socket = now ? socketWith(b, "SO_REUSEADDR") : b.socket("inet");
      expect(socket.bind(inet("0.0.0.0", 7000))).toBe(answer);
    }
  });

  test("after the minute of TIME_WAIT the port is free", () => {
    const { wire, b } = timeWait(false);
    wire.pass(61_000);
    expect(b.socket("inet").bind(inet("0.0.0.0", 7000))).toBe(null);
  });

  test("SO_REUSEADDR lets two bind, but only one listen; SO_REUSEPORT lets both", () => {
    const stack = new Wire().host(A);
    const [one, two] = [socketWith(stack, "SO_REUSEADDR"), socketWith(stack, "SO_REUSEADDR")];
    expect([one.bind(inet(A, 80)), two.bind(inet(A, 80))]).toEqual([null, null]);
    expect([one.listen(1), two.listen(1)]).toEqual([null, "EADDRINUSE"]);
    expect(socketWith(stack, "SO_REUSEADDR").bind(inet(A, 80))).toBe("EADDRINUSE");
    const group = [socketWith(stack, "SO_REUSEPORT"), socketWith(stack, "SO_REUSEPORT")];
    expect(group.map((socket) => socket.bind(inet(A, 81)) ?? socket.listen(1))).toEqual([null, null]);
  });

  test("without them a second bind fails, also of the wildcard over one address, but not of another address", () => {
    const stack = new Wire().host(A);
    must(stack.socket("inet").bind(inet(A, 80)));
    expect(stack.socket("inet").bind(inet(A, 80))).toBe("EADDRINUSE");
    expect(stack.socket("inet").bind(inet("0.0.0.0", 80))).toBe("EADDRINUSE");
    expect(stack.socket("inet").bind(inet("127.0.0.1", 80))).toBe(null);
    expect(stack.socket("inet6").bind(inet("::", 80))).toBe("EADDRINUSE");
    const only = stack.socket("inet6");
    must(only.setOption("IPV6_V6ONLY", true));
    expect(only.bind(inet("::", 80))).toBe(null);
  });

  test("an address of another host is EADDRNOTAVAIL, a second bind of one socket EINVAL", () => {
    const socket = new Wire().host(A).socket("inet");
    expect(socket.bind(inet(B, 80))).toBe("EADDRNOTAVAIL");
    must(socket.bind(inet(A, 0)));
    expect(socket.bind(inet(A, 0))).toBe("EINVAL");
  });

  test("closing a socket frees its port, whatever became of its connection", () => {
    const { a, client, server, wire } = connected();
    const bound = a.socket("inet");
    must(bound.bind(inet(A, 5555)));
    expect(bound.connect(inet(B, 9))).toBe("EINPROGRESS");
    wire.pass(1);
    expect(bound.getOption("SO_ERROR")).toBe("ECONNREFUSED");
    expect(a.socket("inet").bind(inet(A, 5555))).toBe("EADDRINUSE");
    bound.close();
    expect(a.socket("inet").bind(inet(A, 5555))).toBe(null);
    must(client.setOption("SO_LINGER", 0));
    client.close();
    wire.pass(1);
    expect(server.recv(1)).toBe("ECONNRESET");
  });
});

describe("connect", () => {
  test("a four-tuple in its own TIME_WAIT may be used again at once", () => {
    const wire = new Wire();
    const [a, b] = [wire.host(A), wire.host(B)];
    const listener = b.socket("inet");
    must(listener.bind(inet("0.0.0.0", 7000)));
    must(listener.listen(5));
    for (let round = 0; round < 3; round++) {
      const client = socketWith(a, "SO_REUSEADDR");
      must(client.bind(inet(A, 40_001)));
      expect(client.connect(inet(B, 7000))).toBe("EINPROGRESS");
      wire.pass(1);
      const server = must(listener.accept());
      client.close();
      wire.pass(1);
      server.close();
      wire.pass(1);
    }
    const syns = wire.sent.filter(({ segment }) => segment.flags === 2).map(({ segment }) => segment.window);
    // The second and third inherit timestamps, which leaves less of each segment for data, and so less window.
    expect(syns).toEqual([64_240, 65_160, 65_160]);
  });

  test("without a way to the destination it fails at once", () => {
    const wire = new Wire();
    const network = wire.network(A);
    const stack = createTcp({ ...network, sendSegment: () => "EHOSTUNREACH" });
    expect(stack.socket("inet").connect(inet(B, 7000))).toBe("EHOSTUNREACH");
    const lost = createTcp({ ...network, sourceFor: () => null });
    expect(lost.socket("inet").connect(inet(B, 7000))).toBe("ENETUNREACH");
  });

  test("a failed attempt leaves the socket free to try again", () => {
    const wire = new Wire();
    const [a, b] = [wire.host(A), wire.host(B)];
    const client = a.socket("inet");
    client.connect(inet(B, 7000));
    wire.pass(1);
    expect(client.getOption("SO_ERROR")).toBe("ECONNREFUSED");
    const listener = b.socket("inet");
    must(listener.bind(inet("0.0.0.0", 7000)));
    must(listener.listen(1));
    expect(client.connect(inet(B, 7000))).toBe("EINPROGRESS");
    wire.pass(1);
    expect(client.getOption("SO_ERROR")).toBe("");
    expect(must(client.peerAddress())).toEqual(inet(B, 7000));
  });

  test("connections to one server have ports of their own", () => {
    const { wire, a } = connected();
    const ports = new Set<number>();
    for (let i = 0; i < 50; i++) {
      const client = a.socket("inet");
      client.connect(inet(B, 7000));
      const local = must(client.localAddress());
      if (local.family !== "unix") ports.add(local.port);
    }
    wire.pass(1);
    expect(ports.size).toBe(50);
  });
});

describe("unconnected and listening sockets", () => {
  test("answer with Linux's errnos", () => {
    const socket = new Wire().host(A).socket("inet");
    expect(socket.recv(1)).toBe("ENOTCONN");
    expect(socket.send(bytes("x"))).toBe("EPIPE");
    expect(socket.peerAddress()).toBe("ENOTCONN");
    expect(socket.accept()).toBe("EINVAL");
    expect(socket.connect({ family: "unix", path: "/x" })).toBe("EINVAL");
    must(socket.listen(1));
    expect(socket.connect(inet(B, 1))).toBe("EISCONN");
    expect(must(socket.info()).state).toBe("LISTEN");
    must(socket.shutdown("read"));
    expect(socket.accept()).toBe("EINVAL");
    socket.close();
    expect(socket.recv(1)).toBe("EBADF");
  });

  test("closing a listener resets who waits for accept and forgets half-open handshakes", () => {
    const wire = new Wire();
    const [a, b] = [wire.host(A), wire.host(B)];
    const listener = b.socket("inet");
    must(listener.bind(inet("0.0.0.0", 7000)));
    must(listener.listen(5));
    const client = a.socket("inet");
    client.connect(inet(B, 7000));
    wire.pass(1);
    listener.close();
    wire.pass(1);
    expect(client.recv(1)).toBe("ECONNRESET");
    expect(b.socket("inet").bind(inet("0.0.0.0", 7000))).toBe(null);
  });

  test("an IPv6 listener on the wildcard takes IPv4 connections under mapped addresses, unless V6ONLY", () => {
    const wire = new Wire();
    const [a, b] = [wire.host(A), wire.host(B)];
    const listener = b.socket("inet6");
    must(listener.bind(inet("::", 7000)));
    must(listener.listen(1));
    const client = a.socket("inet");
    client.connect(inet(B, 7000));
    wire.pass(1);
    const server = must(listener.accept());
    expect(must(server.peerAddress())).toMatchObject({ family: "inet6", address: `::ffff:${A}` });
    must(server.send(bytes("six")));
    wire.pass(1);
    expect(text(client.recv(9))).toBe("six");
  });
});

describe("options", () => {
  test("buffers are doubled, wrong types and values refused by name, other algorithms not pretended", () => {
    const socket = new Wire().host(A).socket("inet");
    must(socket.setOption("SO_RCVBUF", 4096));
    expect(socket.getOption("SO_RCVBUF")).toBe(8192);
    expect(socket.setOption("TCP_NODELAY", 1)).toMatchObject({ code: "EINVAL" });
    expect(socket.setOption("TCP_KEEPCNT", 0)).toMatchObject({ code: "EINVAL" });
    expect(socket.setOption("TCP_CONGESTION", "vegas")).toMatchObject({ code: "ENOENT" });
    expect(socket.getOption("TCP_CONGESTION")).toBe("cubic");
  });
});
