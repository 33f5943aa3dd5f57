import { describe, expect, test } from "vitest";
import { isFailure } from "../../../src/socket/core.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { bytes, drain, inet, network, pair, story, udp, udpOn } from "../lab.ts";

const B = inet("10.0.0.2", 9);

/** a's socket connected to b's, the two of them and their network. */
function connected(): { run: ReturnType<typeof pair>; a: SocketCore; b: SocketCore } {
  const run = pair();
  const b = udpOn(run, "b", 9);
  const a = udp(run, "a");
  expect(a.connect(B)).toBeNull();
  return { run, a, b };
}

function codeOf(answer: unknown): unknown {
  return typeof answer === "object" && answer !== null && "code" in answer ? answer.code : answer;
}

describe("datagrams", () => {
  test("keep their boundaries, and an empty one arrives as one", () => {
    const { run, a, b } = connected();
    expect([a.send(bytes("one")), a.send(bytes("")), a.send(bytes("two"))]).toEqual([3, 0, 3]);
    run.run();
    expect(drain(b)).toEqual(["one", "", "two"]);
    expect(b.recv(10)).toBe("EAGAIN");
  });

  test("come with their sender's address", () => {
    const { run, a, b } = connected();
    a.send(bytes(""));
    run.run();
    expect(b.recvFrom(10)).toEqual({ data: bytes(""), from: a.localAddress(), truncated: false });
  });

  test("are cut to what was asked for, their rest is gone and the cut is told", () => {
    const { run, a, b } = connected();
    for (const text of ["0123456789", "abcdefgh", "last"]) a.send(bytes(text));
    run.run();
    expect(b.recvFrom(4)).toMatchObject({ data: bytes("0123"), truncated: true });
    expect(b.recvFrom(4, { peek: true })).toMatchObject({ data: bytes("abcd"), truncated: true });
    expect(b.recvFrom(8)).toMatchObject({ data: bytes("abcdefgh"), truncated: false });
    expect(drain(b)).toEqual(["last"]);
  });

  test("may be as long as 65,507 bytes on IPv4 and 65,527 on IPv6, one byte more is EMSGSIZE", () => {
    const run = pair();
    const v4 = udpOn(run, "a", 9);
    expect(v4.sendTo(new Uint8Array(65_508), inet("127.0.0.1", 9))).toBe("EMSGSIZE");
    expect(v4.sendTo(new Uint8Array(65_507), inet("127.0.0.1", 9))).toBe(65_507);
    const v6 = udpOn(run, "a", 10, "inet6");
    expect(v6.sendTo(new Uint8Array(65_528), inet("::1", 10))).toBe("EMSGSIZE");
    expect(v6.sendTo(new Uint8Array(65_527), inet("::1", 10))).toBe(65_527);
    run.run();
    expect(v4.recv(70_000)).toHaveLength(65_507);
    expect(v6.recv(70_000)).toHaveLength(65_527);
    // lo carries 65,536 bytes: the IPv6 one goes in two fragments.
    expect(story(run).filter((line) => line.includes("a>a"))).toEqual([
      "0 a>a udp 65535",
      "0 a>a fragment 65536",
      "0 a>a fragment 95",
    ]);
  });

  test("put together with MSG_MORE go as one", () => {
    const { run, a, b } = connected();
    a.send(bytes("one"), { more: true });
    run.run();
    expect(b.recv(10)).toBe("EAGAIN");
    a.send(bytes("two"));
    run.run();
    expect(drain(b)).toEqual(["onetwo"]);
  });

  test("the sender may change its bytes, and the reader what it got, without anybody noticing", () => {
    const { run, a, b } = connected();
    const mine = bytes("abc");
    a.send(mine);
    mine.fill(0);
    run.run();
    const got = b.recv(10);
    expect(got).toEqual(bytes("abc"));
    if (got instanceof Uint8Array) got.fill(0);
    expect(new TextDecoder().decode(run.trace.bytes(0).subarray(28))).toBe("abc");
  });
});

describe("receive buffer", () => {
  test("doubles what is asked for, within Linux's limits", () => {
    const socket = udp(pair(), "a");
    expect(socket.getOption("SO_RCVBUF")).toBe(212_992);
    for (const [asked, got] of [
      [4096, 8192],
      [1, 2304],
      [1_000_000_000, 425_984],
    ]) {
      expect(socket.setOption("SO_RCVBUF", asked)).toBeNull();
      expect(socket.getOption("SO_RCVBUF")).toBe(got);
    }
  });

  test("of 8,192 holds 9 of 100 datagrams of 100 bytes; the others are dropped in silence", () => {
    const { run, a, b } = connected();
    b.setOption("SO_RCVBUF", 4096);
    for (let i = 0; i < 100; i++) expect(a.send(new Uint8Array(100).fill(i))).toBe(100);
    run.run();
    const got = drain(b);
    expect(got.map((text) => text.charCodeAt(0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const drops = story(run).filter((line) => line.endsWith("at b: receive buffer"));
    expect(drops).toHaveLength(91);
    expect(story(run).some((line) => line.includes("icmp"))).toBe(false);
  });

  test("takes one datagram of any length when it is empty", () => {
    const { run, a, b } = connected();
    b.setOption("SO_RCVBUF", 1);
    a.send(new Uint8Array(60_000));
    a.send(new Uint8Array(1));
    run.run();
    expect(b.recv(65_536)).toHaveLength(60_000);
    expect(b.recv(65_536)).toBe("EAGAIN");
  });
});

describe("a closed port", () => {
  test("is ECONNREFUSED once to a connected socket, on the call after, and the call after that succeeds", () => {
    const run = pair();
    const a = udp(run, "a");
    a.connect(B);
    expect(a.send(bytes("1"))).toBe(1);
    run.run();
    expect(a.readiness()).toMatchObject({ readable: false, error: true });
    expect(a.send(bytes("2"))).toBe("ECONNREFUSED");
    expect(a.send(bytes("3"))).toBe(1);
    run.run();
    expect(a.recv(10)).toBe("ECONNREFUSED");
    expect(a.recv(10)).toBe("EAGAIN");
    expect(story(run)).toContain("1 drop 0 at b: no listener");
    expect(story(run)).toContain("1 b>a icmp 57");
  });

  test("is read and cleared by SO_ERROR", () => {
    const run = pair();
    const a = udp(run, "a", "inet6");
    a.connect(inet("fd00::2", 9));
    a.send(bytes("1"));
    run.run();
    expect(a.getOption("SO_ERROR")).toBe("ECONNREFUSED");
    expect(a.getOption("SO_ERROR")).toBe("");
    expect(a.send(bytes("1"))).toBe(1);
  });

  test("is nothing to an unconnected socket unless it has IP_RECVERR", () => {
    const run = pair();
    const a = udp(run, "a");
    expect(a.sendTo(bytes("1"), B)).toBe(1);
    run.run();
    expect(a.sendTo(bytes("2"), B)).toBe(1);
    run.run();
    expect(a.recv(10)).toBe("EAGAIN");
    expect(a.setOption("IP_RECVERR", true)).toBeNull();
    a.sendTo(bytes("3"), B);
    run.run();
    expect(a.sendTo(bytes("4"), B)).toBe("ECONNREFUSED");
  });

  test("wakes a reader", () => {
    const run = pair();
    const a = udp(run, "a");
    a.connect(B);
    let woken = 0;
    a.onWake = () => woken++;
    a.send(bytes("1"));
    run.run();
    expect(woken).toBe(1);
  });
});

describe("connect", () => {
  test("lets in only datagrams from the peer", () => {
    const run = network({ a: {}, b: {}, c: {} }, [{ between: ["a", "b"] }, { between: ["c", "b"] }]);
    const b = udpOn(run, "b", 9);
    const a = udpOn(run, "a", 5);
    b.connect(inet("10.0.0.1", 5));
    a.sendTo(bytes("a"), B);
    udpOn(run, "a", 6).sendTo(bytes("other port"), B);
    udpOn(run, "c", 5).sendTo(bytes("other host"), B);
    run.run();
    expect(drain(b)).toEqual(["a"]);
    expect(b.peerAddress()).toEqual(inet("10.0.0.1", 5));
    expect(b.localAddress()).toEqual(B);
  });

  test("again takes another peer, and the unnamed address none", () => {
    const { run, a, b } = connected();
    const first = a.localAddress();
    expect(first).toMatchObject({ address: "10.0.0.1" });
    expect(a.connect(inet("10.0.0.2", 10))).toBeNull();
    expect(a.localAddress()).toEqual(first);
    expect(a.sendTo(bytes("x"), B)).toBe(1);
    expect(a.connect({ family: "unix", path: "" })).toBeNull();
    expect(a.peerAddress()).toBe("ENOTCONN");
    expect(a.localAddress()).toEqual(inet("0.0.0.0", 0));
    expect(a.send(bytes("x"))).toBe("EDESTADDRREQ");
    run.run();
    expect(drain(b)).toEqual(["x"]);
  });

  test("to the unspecified address is to this host", () => {
    const run = pair();
    const server = udpOn(run, "a", 9);
    const client = udp(run, "a");
    expect(client.connect(inet("0.0.0.0", 9))).toBeNull();
    expect(client.peerAddress()).toEqual(inet("127.0.0.1", 9));
    client.send(bytes("me"));
    run.run();
    expect(drain(server)).toEqual(["me"]);
  });

  test("finds no way to a host that is not there", () => {
    const run = network({ a: {}, b: {}, alone: {} }, [{ between: ["a", "b"] }]);
    expect(udp(run, "a").sendTo(bytes("x"), inet("10.9.9.9", 9))).toBe("ENETUNREACH");
    expect(udp(run, "alone").connect(B)).toBe("ENETUNREACH");
  });
});

describe("bind", () => {
  test("refuses a taken port, a foreign address and a second time", () => {
    const run = pair();
    const first = udpOn(run, "a", 9);
    const second = udp(run, "a");
    expect(second.bind(inet("10.0.0.1", 9))).toBe("EADDRINUSE");
    expect(second.bind(inet("10.0.0.2", 9))).toBe("EADDRNOTAVAIL");
    expect(first.bind(inet("0.0.0.0", 10))).toBe("EINVAL");
    expect(second.bind(inet("fd00::1", 10))).toBe("EAFNOSUPPORT");
    first.close();
    expect(second.bind(inet("10.0.0.1", 9))).toBeNull();
  });

  test("chooses a free port of the ephemeral range, the same one for the same seed", () => {
    const ports = [1, 1, 2].map((seed) => {
      const socket = udp(pair({}, seed), "a");
      socket.bind(inet("0.0.0.0", 0));
      const address = socket.localAddress();
      return typeof address === "object" && "port" in address ? address.port : 0;
    });
    expect(ports[0]).toBe(ports[1]);
    expect(ports[0]).not.toBe(ports[2]);
    for (const port of ports) expect(port).toSatisfy((p: number) => p >= 32_768 && p <= 60_999);
  });

  test("lets specific addresses share a port, and hands datagrams to the most specific socket", () => {
    const run = pair();
    const any = udp(run, "b");
    const specific = udp(run, "b");
    for (const socket of [any, specific]) socket.setOption("SO_REUSEADDR", true);
    expect(any.bind(inet("0.0.0.0", 9))).toBeNull();
    expect(specific.bind(B)).toBeNull();
    udp(run, "a").sendTo(bytes("x"), B);
    udp(run, "b").sendTo(bytes("y"), inet("127.0.0.1", 9));
    run.run();
    expect([drain(any), drain(specific)]).toEqual([["y"], ["x"]]);
  });

  test("with SO_REUSEADDR twice gives the later socket everything", () => {
    const run = pair();
    const sockets = [udp(run, "b"), udp(run, "b")];
    for (const socket of sockets) {
      socket.setOption("SO_REUSEADDR", true);
      expect(socket.bind(B)).toBeNull();
    }
    udp(run, "a").sendTo(bytes("x"), B);
    run.run();
    expect(sockets.map(drain)).toEqual([[], ["x"]]);
  });

  test("with SO_REUSEPORT spreads flows, each to the same socket always", () => {
    const run = pair();
    const sockets = [udp(run, "b"), udp(run, "b"), udp(run, "b")];
    for (const socket of sockets) {
      socket.setOption("SO_REUSEPORT", true);
      expect(socket.bind(B)).toBeNull();
    }
    for (let flow = 0; flow < 30; flow++) {
      const sender = udp(run, "a");
      for (let i = 0; i < 3; i++) sender.sendTo(bytes(String(flow)), B);
    }
    run.run();
    const got = sockets.map(drain);
    for (const list of got) expect(list.length).toBeGreaterThan(0);
    for (let flow = 0; flow < 30; flow++) {
      const counts = got.map((list) => list.filter((text) => text === String(flow)).length);
      expect(counts.toSorted((x, y) => x - y)).toEqual([0, 0, 3]);
    }
  });

  test("an IPv6 wildcard takes in IPv4, shown as mapped, unless it is for IPv6 only", () => {
    const run = pair();
    const both = udpOn(run, "b", 9, "inet6");
    expect(udp(run, "b").bind(B)).toBe("EADDRINUSE");
    const a = udpOn(run, "a", 5);
    a.sendTo(bytes("four"), B);
    run.run();
    expect(both.recvFrom(9)).toMatchObject({ from: inet("::ffff:10.0.0.1", 5) });
    expect(both.sendTo(bytes("back"), inet("::ffff:10.0.0.1", 5))).toBe(4);
    run.run();
    expect(drain(a)).toEqual(["back"]);
    const only = udp(run, "b", "inet6");
    only.setOption("IPV6_V6ONLY", true);
    expect(only.bind(inet("::", 10))).toBeNull();
    expect(udp(run, "b").bind(inet("0.0.0.0", 10))).toBeNull();
  });
});

describe("broadcast", () => {
  test("is EACCES without SO_BROADCAST, and reaches every neighbour and the sender with it", () => {
    const run = network({ a: {}, b: {}, c: {} }, [{ between: ["a", "b"] }, { between: ["a", "c"] }]);
    const listeners = ["a", "b", "c"].map((host) => udpOn(run, host, 9));
    const sender = udp(run, "a");
    expect(sender.sendTo(bytes("all"), inet("255.255.255.255", 9))).toBe("EACCES");
    sender.setOption("SO_BROADCAST", true);
    expect(sender.sendTo(bytes("all"), inet("255.255.255.255", 9))).toBe(3);
    expect(sender.sendTo(bytes("subnet"), inet("10.0.0.255", 9))).toBe(6);
    run.run();
    for (const listener of listeners) expect(drain(listener)).toEqual(["all", "subnet"]);
  });

  test("to a closed port draws no ICMP error", () => {
    const run = pair();
    const sender = udp(run, "a");
    sender.setOption("SO_BROADCAST", true);
    sender.sendTo(bytes("x"), inet("255.255.255.255", 9));
    run.run();
    expect(story(run).some((line) => line.includes("icmp"))).toBe(false);
  });
});

describe("the rest", () => {
  test("shutdown: reading ends, writing is EPIPE; without a peer it is ENOTCONN", () => {
    const { a } = connected();
    expect(a.shutdown("read")).toBeNull();
    expect(a.recv(10)).toEqual(new Uint8Array(0));
    expect(a.shutdown("write")).toBeNull();
    expect(a.send(bytes("x"))).toBe("EPIPE");
    expect(udp(pair(), "a").shutdown("both")).toBe("ENOTCONN");
  });

  test("IP_TTL is in the packets", () => {
    const { run, a } = connected();
    expect(a.getOption("IP_TTL")).toBe(64);
    expect(a.setOption("IP_TTL", 0)).toBe("EINVAL");
    expect(a.setOption("IP_TTL", 7)).toBeNull();
    a.send(bytes("x"));
    expect(run.trace.bytes(0)[8]).toBe(7);
  });

  test("what is not UDP's is refused", () => {
    const run = pair();
    const a = udp(run, "a");
    expect([a.listen(1), a.accept(), a.info()]).toEqual(["EOPNOTSUPP", "EOPNOTSUPP", "EOPNOTSUPP"]);
    expect(codeOf(a.setOption("TCP_NODELAY", true))).toBe("ENOPROTOOPT");
    expect(codeOf(a.getOption("TCP_CONGESTION"))).toBe("EOPNOTSUPP");
    expect(codeOf(udp(run, "a", "inet6").getOption("TCP_CONGESTION"))).toBe("ENOPROTOOPT");
    expect(codeOf(a.setOption("IPV6_V6ONLY", true))).toBe("ENOPROTOOPT");
    expect(codeOf(a.setOption("SO_BROADCAST", 1))).toBe("EINVAL");
    expect(a.send(bytes("x"))).toBe("EDESTADDRREQ");
    expect(a.sendTo(bytes("x"), inet("10.0.0.2", 0))).toBe("EINVAL");
    expect(a.peerAddress()).toBe("ENOTCONN");
  });

  test("a closed socket has given up its port and gets nothing more", () => {
    const { run, a, b } = connected();
    a.send(bytes("x"));
    b.close();
    b.close();
    run.run();
    expect(isFailure(b.recv(10))).toBe(true);
    expect(story(run)).toContain("1 drop 0 at b: no listener");
  });
});
