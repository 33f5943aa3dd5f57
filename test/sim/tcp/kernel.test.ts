// The simulator against Linux: the same calls at the same times send the same segments (flags, numbers, windows, lengths).
//
// Times agree to one tick of the kernel's clock, 4 ms, many timers on. Where in a tick, and in the coarser steps of the timer
// wheel, a case began is not in the observations; where it matters it is given as the time the case starts at.

import { describe, expect, test } from "vitest";
import type { SocketCore } from "../../../src/socket/core.ts";
import { KERNEL_SEEN, observed, simulated, words } from "./kernel.ts";
import { A, bytes, inet, loopback, MS, must, SECOND, text, Wire } from "./wire.ts";
import type { Pair } from "./wire.ts";

/** A tick of the kernel's clock: HZ=250. */
const JIFFY_S = 0.004;

/** Runs `steps` at their times in seconds from the connection's SYN. */
function script(pair: Pair, steps: readonly (readonly [number, () => void])[], untilS: number): void {
  const { wire } = pair;
  for (const [atS, step] of steps) wire.at(Math.max(wire.nowNs, wire.startNs + atS * SECOND), step);
  wire.run(wire.startNs + untilS * SECOND);
}

function expectSame(wire: Wire, name: string, first: number, last: number): void {
  const theirs = observed(name, first, last);
  const ours = simulated(wire.sent).slice(0, theirs.length);
  expect(words(ours)).toEqual(words(theirs));
  ours.forEach(({ seconds, words }, i) => {
    const difference = theirs[i].seconds - seconds;
    expect(Math.abs(difference), `${i + 1}: ${words}`).toBeLessThanOrEqual(JIFFY_S);
  });
}

describe.skipIf(!KERNEL_SEEN)("as Linux does (skipped where ../shared/kernel is absent)", () => {
  test("sending nothing sends no packet; a FIN after data is acknowledged late", () => {
    const pair = loopback(0.75 * MS);
    const { client, server } = pair;
    expect(must(client.send(bytes("")))).toBe(0);
    expect(server.recv(10)).toBe("EAGAIN");
    // Python, which made the observation, answers recv(0) itself; the system call is EAGAIN.
    expect(server.recv(0)).toBe("EAGAIN");
    script(
      pair,
      [
        [0.05042, () => must(client.send(bytes("x")))],
        [0.08, () => expect(text(server.recv(0)) + text(server.recv(10))).toBe("x")],
        [0.103338, () => client.close()],
        [0.153501, () => server.close()],
      ],
      1,
    );
    expectSame(pair.wire, "a_tcp_send0", 1, 9);
  });

  test("a FIN that nothing preceded is acknowledged at the next tick; end of stream repeats", () => {
    const pair = loopback(1.25 * MS);
    const { client, server } = pair;
    script(
      pair,
      [
        [0.000081, () => server.close()],
        [0.02, () => expect(text(client.recv(10)) + text(client.recv(10))).toBe("")],
        [0.050398, () => client.close()],
      ],
      1,
    );
    expectSame(pair.wire, "b1_recv_after_close", 1, 7);
  });

  test("linger 0 sends a RST; ECONNRESET once, then end of stream and EPIPE", () => {
    const pair = loopback();
    const { client, server } = pair;
    must(server.setOption("SO_LINGER", 0));
    script(pair, [[0.000091, () => server.close()]], 0.02);
    expect(client.recv(10)).toBe("ECONNRESET");
    expect(text(client.recv(10))).toBe("");
    expect(client.send(bytes("x"))).toBe("EPIPE");
    expectSame(pair.wire, "b2_recv_after_rst", 1, 4);
  });

  test("what was queued before a RST can be read, then ECONNRESET, then end of stream", () => {
    const pair = loopback();
    const { client, server } = pair;
    must(server.setOption("SO_LINGER", 0));
    script(
      pair,
      [
        [0.00012, () => must(server.send(bytes("hello")))],
        [0.020323, () => server.close()],
      ],
      0.03,
    );
    expect(text(client.recv(10))).toBe("hello");
    expect(client.recv(10)).toBe("ECONNRESET");
    expect(text(client.recv(10))).toBe("");
    expectSame(pair.wire, "b2_recv_after_rst", 5, 10);
  });

  test("reading SO_ERROR takes the error away; a send takes it too", () => {
    const first = loopback();
    must(first.server.setOption("SO_LINGER", 0));
    script(first, [[0.001, () => first.server.close()]], 0.02);
    expect(first.client.getOption("SO_ERROR")).toBe("ECONNRESET");
    expect(text(first.client.recv(10))).toBe("");
    const second = loopback();
    must(second.server.setOption("SO_LINGER", 0));
    script(second, [[0.001, () => second.server.close()]], 0.02);
    expect(second.client.send(bytes("x"))).toBe("ECONNRESET");
    expect(second.client.send(bytes("x"))).toBe("EPIPE");
    expect(text(second.client.recv(10))).toBe("");
  });

  test("the first send to a closed peer succeeds and draws a RST; the next is EPIPE, recv the end of stream", () => {
    const pair = loopback();
    const { client, server } = pair;
    script(
      pair,
      [
        [0.004982, () => server.close()],
        [0.055298, () => expect(client.send(bytes("one"))).toBe(3)],
      ],
      0.1,
    );
    expect(client.send(bytes("two"))).toBe("EPIPE");
    expect(client.send(bytes("two"))).toBe("EPIPE");
    expect(text(client.recv(10))).toBe("");
    expectSame(pair.wire, "b3_send_after_peer_close", 1, 7);
  });

  test("write-write-read stalls on Nagle and the delayed ACK, round after round", () => {
    const pair = loopback(3 * MS);
    const { client, server, wire } = pair;
    let rounds = 0;
    let asked = 0;
    const write = (): void => {
      must(client.send(bytes("0123456789")));
      must(client.send(bytes("0123456789")));
    };
    server.onWake = () => {
      const data = server.recv(100);
      if (!(data instanceof Uint8Array)) return;
      asked += data.length;
      if (asked % 20 === 0) must(server.send(bytes("reply")));
    };
    client.onWake = () => {
      if (client.recv(100) instanceof Uint8Array && ++rounds < 12) write();
    };
    wire.at(wire.startNs + 0.005355 * SECOND, write);
    wire.run(wire.startNs + 0.53 * SECOND);
    expect(rounds).toBe(12);
    expectSame(wire, "h_nagle_delack", 1, 60);
  });

  test("TCP_CORK lets go after a fifth of a second", () => {
    const pair = loopback();
    const { client, server } = pair;
    must(client.setOption("TCP_CORK", true));
    script(
      pair,
      [
        [0.0001, () => [must(client.send(bytes("cor"))), must(client.send(bytes("ked")))]],
        [0.21092, () => client.close()],
        [0.21094, () => server.close()],
      ],
      1,
    );
    expectSame(pair.wire, "h_nagle_delack", 124, 128);
  });

  test("closing with unread data sends a RST; an answer sent before stays readable", () => {
    const pair = loopback();
    const { client, server } = pair;
    script(
      pair,
      [
        [0.000131, () => must(client.send(bytes("unread")))],
        [0.050294, () => server.close()],
      ],
      0.06,
    );
    expect(client.recv(10)).toBe("ECONNRESET");
    expectSame(pair.wire, "i2_close_unread", 1, 6);
    const other = loopback();
    script(
      other,
      [
        [0.000115, () => must(other.client.send(bytes("unread")))],
        [0.05026, () => must(other.server.send(bytes("answer")))],
        [0.050307, () => other.server.close()],
      ],
      0.06,
    );
    expect(text(other.client.recv(10))).toBe("answer");
    expect(other.client.recv(10)).toBe("ECONNRESET");
    expectSame(other.wire, "i2_close_unread", 7, 14);
  });

  test("after shutting down its writing side a client still receives", () => {
    const pair = loopback();
    const { client, server } = pair;
    script(
      pair,
      [
        [0.000094, () => must(client.send(bytes("req")))],
        [0.000117, () => must(client.shutdown("write"))],
        [0.03, () => expect([text(server.recv(9)), text(server.recv(9))]).toEqual(["req", ""])],
        [0.050383, () => must(server.send(bytes("late")))],
        [0.06, () => expect([text(client.recv(9)), client.send(bytes("x"))]).toEqual(["late", "EPIPE"])],
        [0.070667, () => server.close()],
        [0.08, () => expect(text(client.recv(9))).toBe("")],
      ],
      1,
    );
    expectSame(pair.wire, "j_half_close", 1, 11);
  });

  test("shutting down the reading side sends nothing, and data that still comes can be read", () => {
    const pair = loopback();
    const { client, server } = pair;
    script(
      pair,
      [
        [0.0001, () => must(client.shutdown("read"))],
        [0.00011, () => expect(text(client.recv(9))).toBe("")],
        [0.000129, () => must(server.send(bytes("data")))],
        [0.03, () => expect([text(client.recv(9)), text(client.recv(9))]).toEqual(["data", ""])],
        [0.050366, () => client.close()],
        [0.050424, () => server.close()],
      ],
      1,
    );
    expectSame(pair.wire, "j_half_close", 12, 19);
  });

  test("reads take what they ask for, and two sends may come as one", () => {
    const pair = loopback();
    const { client, server } = pair;
    const sizes: number[] = [];
    script(
      pair,
      [
        [0.000086, () => must(client.send(new Uint8Array(40)))],
        [0.01, () => sizes.push(...[16, 16, 16].map((max) => must(server.recv(max)).length))],
        [0.024878, () => must(client.send(bytes("one")))],
        [0.024902, () => must(client.send(bytes("two")))],
        [0.3, () => expect(text(server.recv(100))).toBe("onetwo")],
        [0.325093, () => must(client.send(bytes("xyz")))],
        [0.33, () => expect(text(server.recv(2, { peek: true }))).toBe("xy")],
        [0.331, () => expect(text(server.recv(9))).toBe("xyz")],
        [0.345649, () => must(client.send(bytes("11")))],
        [0.445739, () => must(client.send(bytes("22")))],
        [0.4458, () => expect(text(server.recv(9))).toBe("1122")],
        [0.445976, () => client.close()],
        [0.446004, () => server.close()],
      ],
      1,
    );
    expect(sizes).toEqual([16, 16, 8]);
    expectSame(pair.wire, "k_partial_coalesce", 1, 18);
  });

  test("keepalive probes one before the next number; three unanswered end in a RST and ETIMEDOUT", () => {
    const { client, wire } = loopback(13.5 * MS);
    must(client.setOption("SO_KEEPALIVE", true));
    must(client.setOption("TCP_KEEPIDLE", 2));
    must(client.setOption("TCP_KEEPINTVL", 1));
    must(client.setOption("TCP_KEEPCNT", 3));
    wire.at(wire.startNs + 5 * SECOND, () => {
      wire.fate = () => [];
    });
    wire.run(wire.startNs + 9.3 * SECOND);
    expect(client.recv(9)).toBe("ETIMEDOUT");
    expectSame(wire, "m_keepalive", 1, 11);
  });

  test("a socket connects to itself", () => {
    const wire = new Wire({ delayNs: 5000 });
    const socket = wire.host(A).socket("inet");
    must(socket.bind(inet("127.0.0.1", 7000)));
    expect(socket.connect(inet("127.0.0.1", 7000))).toBe("EINPROGRESS");
    wire.run(0.000095 * SECOND);
    expect(must(socket.info()).state).toBe("ESTABLISHED");
    must(socket.send(bytes("me")));
    wire.run(0.000169 * SECOND);
    expect(text(socket.recv(9))).toBe("me");
    socket.close();
    wire.run(SECOND);
    expectSame(wire, "n1_self_connect", 1, 7);
  });

  test("SYNs into the void go out five times a second apart, then ever more rarely", () => {
    const wire = new Wire({ fate: () => [], startNs: 42.5 * MS });
    const socket = wire.host(A).socket("inet");
    socket.connect(inet("127.0.0.1", 7000));
    wire.run(22 * SECOND);
    expectSame(wire, "r2_connect_blackhole", 1, 9);
    wire.run(200 * SECOND);
    expect(socket.getOption("SO_ERROR")).toBe("ETIMEDOUT");
  });

  test("TCP_SYNCNT 2 gives up after seven seconds", () => {
    const wire = new Wire({ fate: () => [], startNs: 20.5 * MS });
    const socket = wire.host(A).socket("inet");
    must(socket.setOption("TCP_SYNCNT", 2));
    socket.connect(inet("127.0.0.1", 7000));
    wire.run(6.9 * SECOND);
    expect(socket.getOption("SO_ERROR")).toBe("");
    wire.run(7.2 * SECOND);
    expect(socket.getOption("SO_ERROR")).toBe("ETIMEDOUT");
    expectSame(wire, "r2_connect_blackhole", 10, 15);
  });

  test("a closed port refuses with RST", () => {
    const wire = new Wire({ delayNs: 5000 });
    const socket = wire.host(A).socket("inet");
    socket.connect(inet("127.0.0.1", 7999));
    wire.run(SECOND);
    expect(socket.getOption("SO_ERROR")).toBe("ECONNREFUSED");
    expectSame(wire, "r_connect_refused", 1, 2);
  });

  test("unanswered data is sent again at doubling intervals until TCP_USER_TIMEOUT ends it", () => {
    const pair = loopback(186 * MS);
    const { client, server, wire } = pair;
    must(client.setOption("TCP_USER_TIMEOUT", 10_000));
    script(
      pair,
      [
        [0.000089, () => must(client.send(bytes("ping")))],
        [0.000106, () => must(server.send(bytes("ok")))],
        [0.0179, () => (wire.fate = () => [])],
        [0.01809, () => must(client.send(bytes("blackhole")))],
      ],
      10.15,
    );
    expectSame(wire, "s_rto_backoff", 1, 14);
    expect([text(client.recv(9)), client.recv(9)]).toEqual(["ok", "EAGAIN"]);
    wire.run(wire.startNs + 10.6 * SECOND);
    expect(client.recv(9)).toBe("ETIMEDOUT");
  });

  test("a send to a peer that forgot the connection draws a RST and ECONNRESET", () => {
    const pair = loopback();
    const { client, server, wire } = pair;
    must(server.setOption("SO_LINGER", 0));
    const lossy = wire.fate;
    script(
      pair,
      [
        [0.0197, () => (wire.fate = () => [])],
        [0.019757, () => server.close()],
        [0.1, () => (wire.fate = lossy)],
        [0.132134, () => must(client.send(bytes("x")))],
      ],
      0.2,
    );
    expect(client.recv(9)).toBe("ECONNRESET");
    expectSame(pair.wire, "t_half_open_crash", 1, 6);
  });

  test("a backlog of n completes n + 1 connections; more SYNs are dropped and complete after an accept", () => {
    for (const [backlog, complete] of [
      [0, 1],
      [1, 2],
      [2, 3],
      [5, 6],
    ]) {
      const wire = new Wire({ delayNs: 5000 });
      const host = wire.host(A);
      const listener = host.socket("inet");
      must(listener.bind(inet("127.0.0.1", 7100)));
      must(listener.listen(backlog));
      const clients: SocketCore[] = [];
      for (let i = 0; i < complete + 3; i++) {
        wire.at(wire.nowNs + 20 * MS * i, () => {
          const client = host.socket("inet");
          client.connect(inet("127.0.0.1", 7100));
          clients.push(client);
        });
      }
      wire.run(wire.nowNs + 20 * MS * (complete + 3) + 300 * MS);
      const states = clients.map((client) => must(client.info()).state);
      expect(states).toEqual(clients.map((_, i) => (i < complete ? "ESTABLISHED" : "SYN_SENT")));
      expect(wire.drops).toEqual(["backlog", "backlog", "backlog"]);
      must(listener.accept());
      wire.pass(1200);
      expect(must(clients[complete].info()).state).toBe("ESTABLISHED");
    }
  });

  test("a simultaneous open passes through SYN_RCVD, a simultaneous close through CLOSING", () => {
    // The words are those of the kernel's n2_simultaneous_open_close, seen at one end of a 50 ms link.
    const wire = new Wire({ delayNs: 50 * MS, recording: true });
    const [a, b] = [wire.host(A), wire.host("10.0.0.2")];
    const [left, right] = [a.socket("inet"), b.socket("inet")];
    must(left.bind(inet(A, 7000)));
    must(right.bind(inet("10.0.0.2", 7000)));
    left.connect(inet("10.0.0.2", 7000));
    right.connect(inet(A, 7000));
    wire.at(100.3 * MS, () => must(left.send(bytes("from left"))));
    wire.at(100.4 * MS, () => must(right.send(bytes("and right"))));
    wire.at(900 * MS, () => left.close());
    wire.at(900 * MS, () => right.close());
    wire.at(800 * MS, () =>
      expect([text(left.recv(20)), text(right.recv(20))]).toEqual(["and right", "from left"]),
    );
    wire.run(2 * SECOND);
    const states = wire.events.filter((event) => event.kind === "state" && event.host === A);
    expect(states.map((event) => (event.kind === "state" ? event.to : ""))).toEqual([
      "SYN_SENT",
      "SYN_RCVD",
      "ESTABLISHED",
      "FIN_WAIT_1",
      "CLOSING",
      "TIME_WAIT",
    ]);
    const mine = wire.sent.filter(({ from }) => from === A).map(({ segment }) => segment);
    expect(mine.map(({ flags, payload, sack }) => [flags, payload.length, sack === null])).toEqual([
      [0x02, 0, true],
      [0x12, 0, true],
      [0x10, 0, false],
      [0x18, 9, true],
      [0x10, 0, true],
      [0x11, 0, true],
      [0x10, 0, true],
    ]);
  });
});
