// Scripts of segments in and out: each names the state it starts in, and plays the peer by hand.

import { describe, expect, test } from "vitest";
import type { IcmpError } from "../../../src/sim/network.ts";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import type { Segment } from "../../../src/sim/packet.ts";
import { createTcp } from "../../../src/sim/tcp/stack.ts";
import type { TcpStack } from "../../../src/sim/tcp/stack.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { A, B, bytes, flagNames, inet, MS, must, packetOf, SECOND, text, Wire } from "./wire.ts";

const { ACK, FIN, PSH, RST, SYN } = TCP_FLAGS;
const PEER_ISS = 5000;

/** A host under test whose peer is the test: no timestamps, no SACK unless asked for. */
class Bench {
  readonly wire: Wire;
  readonly stack: TcpStack;
  readonly socket: SocketCore;
  seen = 0;
  iss = 0;

  constructor(options: { recording?: boolean } = {}) {
    this.wire = new Wire({ fate: () => [], recording: options.recording ?? false });
    this.stack = createTcp(this.wire.network(A));
    this.socket = this.stack.socket("inet");
  }

  /** A segment from the peer, numbers relative to the first of each side. */
  send(flags: number, seq: number, ack: number, more: Partial<Segment> = {}): void {
    const segment: Segment = {
      kind: "tcp",
      sourcePort: 7000,
      destinationPort: 4000,
      seq: (PEER_ISS + seq) >>> 0,
      ack: (flags & ACK) === 0 ? 0 : (this.iss + ack) >>> 0,
      flags,
      window: 65_535,
      urgentPointer: 0,
      payload: new Uint8Array(0),
      mss: 0,
      windowScale: -1,
      sackPermitted: false,
      sack: null,
      timestamps: false,
      tsVal: 0,
      tsEcr: 0,
      fastOpen: null,
      ...more,
    };
    this.stack.input(packetOf(B, A, segment), segment);
  }

  /** What has been sent since last asked: flags, relative numbers, length. */
  out(): string[] {
    const fresh = this.wire.sent.slice(this.seen);
    this.seen = this.wire.sent.length;
    return fresh.map(({ segment }) => {
      const ack = (segment.flags & ACK) === 0 ? "" : ` ack=${(segment.ack - PEER_ISS) >>> 0}`;
      const length = segment.payload.length === 0 ? "" : ` len=${segment.payload.length}`;
      return `${flagNames(segment.flags)} seq=${(segment.seq - this.iss) >>> 0}${ack}${length}`;
    });
  }

  state(): string {
    return must(this.socket.info()).state;
  }

  /** The state last recorded: TIME_WAIT, too, which a program's own socket shows as CLOSED. */
  lastState(): string {
    const last = this.wire.events.findLast((event) => event.kind === "state");
    return last?.kind === "state" ? last.to : "";
  }

  synSent(): this {
    must(this.socket.bind(inet(A, 4000)));
    this.socket.connect(inet(B, 7000));
    this.iss = this.wire.sent[0].segment.seq;
    this.out();
    return this;
  }

  /** MSS 1000, a window of 65,535 unless given. */
  established(more: Partial<Segment> = {}): this {
    this.synSent();
    this.send(SYN | ACK, 0, 1, { mss: 1000, ...more });
    this.out();
    return this;
  }
}

const KB = (n: number): Uint8Array => new Uint8Array(n * 1000);

describe("in SYN_SENT", () => {
  test("an ACK of something else draws a RST and changes nothing", () => {
    const bench = new Bench().synSent();
    bench.send(SYN | ACK, 0, 77);
    expect(bench.out()).toEqual(["RST seq=77"]);
    expect(bench.state()).toBe("SYN_SENT");
  });

  test("a RST without an ACK of our SYN is ignored", () => {
    const bench = new Bench().synSent();
    bench.send(RST, 0, 0);
    expect(bench.state()).toBe("SYN_SENT");
    bench.send(RST | ACK, 0, 1);
    expect(bench.socket.getOption("SO_ERROR")).toBe("ECONNREFUSED");
  });

  test("any ICMP error ends the attempt with its errno, but only one that quotes our SYN", () => {
    const error = (seq: number): IcmpError => ({
      errno: "EHOSTUNREACH",
      hard: false,
      mtu: 0,
      source: A,
      destination: B,
      sourcePort: 4000,
      destinationPort: 7000,
      seq,
    });
    const bench = new Bench().synSent();
    bench.stack.icmpError(error((bench.iss + 5) >>> 0));
    expect(bench.state()).toBe("SYN_SENT");
    bench.stack.icmpError(error(bench.iss));
    expect(bench.socket.getOption("SO_ERROR")).toBe("EHOSTUNREACH");
  });

  test("connect answers EALREADY meanwhile, 0 once, then EISCONN", () => {
    const bench = new Bench().synSent();
    expect(bench.socket.connect(inet(B, 7000))).toBe("EALREADY");
    bench.send(SYN | ACK, 0, 1);
    expect(bench.socket.connect(inet(B, 7000))).toBe(null);
    expect(bench.socket.connect(inet(B, 7000))).toBe("EISCONN");
  });
});

describe("in ESTABLISHED", () => {
  test("a RST at the number expected resets; one elsewhere in the window is questioned, outside it is ignored", () => {
    const bench = new Bench().established();
    bench.send(RST, 70_000, 0);
    expect(bench.out()).toEqual([]);
    bench.send(RST, 100, 0);
    expect(bench.out()).toEqual(["ACK seq=1 ack=1"]);
    expect(bench.state()).toBe("ESTABLISHED");
    bench.send(RST, 1, 0);
    expect(bench.state()).toBe("CLOSED");
  });

  test("a SYN draws a challenge ACK, at most one in half a second", () => {
    const bench = new Bench().established();
    bench.wire.pass(1000);
    bench.send(SYN, 10, 0);
    bench.send(SYN, 10, 0);
    expect(bench.out()).toEqual(["ACK seq=1 ack=1"]);
    bench.wire.pass(501);
    bench.send(SYN, 10, 0);
    expect(bench.out()).toEqual(["ACK seq=1 ack=1"]);
  });

  test("an ACK of what was never sent is questioned and its data ignored", () => {
    const bench = new Bench().established();
    bench.wire.pass(1000);
    bench.send(ACK, 1, 500, { payload: bytes("evil") });
    expect(bench.out()).toEqual(["ACK seq=1 ack=1"]);
    expect(bench.socket.recv(10)).toBe("EAGAIN");
  });

  test("overlapping segments out of order come together, the first telling of each byte kept", () => {
    const bench = new Bench().established();
    bench.send(ACK, 4, 1, { payload: bytes("def") });
    bench.send(ACK, 9, 1, { payload: bytes("ij") });
    bench.send(ACK, 5, 1, { payload: bytes("XXgh") });
    expect(bench.socket.recv(20)).toBe("EAGAIN");
    bench.send(ACK, 1, 1, { payload: bytes("abc") });
    expect(text(bench.socket.recv(20))).toBe("abcdefghij");
    expect(bench.out().at(-1)).toBe("ACK seq=1 ack=11");
  });

  test("with SACK, what lies beyond a gap is reported, latest first, and duplicates before all", () => {
    const bench = new Bench().established({ sackPermitted: true });
    bench.send(ACK, 11, 1, { payload: bytes("0123456789") });
    bench.send(ACK, 31, 1, { payload: bytes("0123456789") });
    bench.send(ACK, 31, 1, { payload: bytes("0123456789") });
    const sacks = bench.wire.sent
      .slice(-3)
      .map(({ segment }) => segment.sack?.map((edge) => edge - PEER_ISS));
    expect(sacks).toEqual([
      [11, 21],
      [31, 41, 11, 21],
      [31, 41, 31, 41, 11, 21],
    ]);
  });

  test("data beyond the window (here one full segment) is cut off", () => {
    const bench = new Bench();
    must(bench.socket.setOption("SO_RCVBUF", 2000));
    bench.established();
    bench.send(ACK, 1, 1, { payload: KB(3) });
    expect(must(bench.socket.recv(9999)).length).toBe(1460);
  });

  test("old timestamps are refused (PAWS)", () => {
    const bench = new Bench().established({ timestamps: true, tsVal: 1000, tsEcr: 0 });
    bench.send(ACK, 1, 1, { payload: bytes("old"), timestamps: true, tsVal: 999 });
    expect(bench.socket.recv(9)).toBe("EAGAIN");
    bench.send(ACK, 1, 1, { payload: bytes("new"), timestamps: true, tsVal: 1001 });
    expect(text(bench.socket.recv(9))).toBe("new");
  });

  test("ten segments leave at first; each ACK of two in slow start lets out four", () => {
    const bench = new Bench().established();
    must(bench.socket.send(KB(40)));
    expect(bench.out()).toHaveLength(10);
    bench.wire.pass(50);
    bench.send(ACK, 1, 2001);
    expect(bench.out()).toEqual(
      ["ACK", "ACK", "ACK", "ACK"].map((ack, i) => `${ack} seq=${10_001 + 1000 * i} ack=1 len=1000`),
    );
  });

  test("two duplicate ACKs let out new data, the third sends the missing segment, a partial ACK the next", () => {
    const bench = new Bench().established();
    must(bench.socket.setOption("TCP_CONGESTION", "reno"));
    must(bench.socket.send(KB(20)));
    expect(bench.out()).toHaveLength(10);
    bench.wire.pass(50);
    bench.send(ACK, 1, 1);
    bench.send(ACK, 1, 1);
    expect(bench.out()).toEqual(["ACK seq=10001 ack=1 len=1000", "ACK seq=11001 ack=1 len=1000"]);
    bench.send(ACK, 1, 1);
    expect(bench.out()).toEqual(["ACK seq=1 ack=1 len=1000"]);
    // Half the window of ten, as Linux reckons; RFC 5681 would take half of what is on the way.
    expect(must(bench.socket.info()).sndSsthresh).toBe(5);
    // The window comes down in proportion to what arrives (RFC 6937): every second ACK may let something out.
    for (let i = 0; i < 4; i++) bench.send(ACK, 1, 1);
    bench.out();
    bench.send(ACK, 1, 3001);
    bench.send(ACK, 1, 3001);
    expect(bench.out()[0]).toBe("ACK seq=3001 ack=1 len=1000");
    bench.send(ACK, 1, 20_001);
    expect(must(bench.socket.info()).sndCwnd).toBeLessThanOrEqual(5);
  });

  test("a timeout sends one segment, and goes back over the rest as the window reopens", () => {
    const bench = new Bench().established();
    must(bench.socket.send(KB(5)));
    bench.out();
    bench.wire.pass(201);
    expect(bench.out()).toEqual([]);
    bench.wire.pass(7);
    expect(bench.out()).toEqual(["ACK seq=1 ack=1 len=1000"]);
    bench.wire.pass(10);
    bench.send(ACK, 1, 1001);
    expect(bench.out()).toEqual(["ACK seq=1001 ack=1 len=1000", "ACK seq=2001 ack=1 len=1000"]);
  });

  test("retransmitted data does not measure the round trip (Karn)", () => {
    const bench = new Bench().established();
    const before = must(bench.socket.info()).rttUs;
    must(bench.socket.send(KB(1)));
    bench.wire.pass(300);
    bench.send(ACK, 1, 1001);
    expect(must(bench.socket.info()).rttUs).toBe(before);
  });

  test("Nagle holds a second short segment back, TCP_NODELAY lets it go", () => {
    const bench = new Bench().established();
    must(bench.socket.send(bytes("a")));
    must(bench.socket.send(bytes("b")));
    expect(bench.out()).toEqual(["PSH ACK seq=1 ack=1 len=1"]);
    must(bench.socket.setOption("TCP_NODELAY", true));
    expect(bench.out()).toEqual(["PSH ACK seq=2 ack=1 len=1"]);
  });

  test("MSG_MORE holds a short segment until more comes", () => {
    const bench = new Bench().established();
    must(bench.socket.send(bytes("a"), { more: true }));
    expect(bench.out()).toEqual([]);
    must(bench.socket.send(bytes("b")));
    expect(bench.out()).toEqual(["PSH ACK seq=1 ack=1 len=2"]);
  });

  test("a closed window is probed at doubling intervals for as long as the peer answers", () => {
    const bench = new Bench().established();
    bench.send(ACK, 1, 1, { window: 1000 });
    bench.wire.pass(1);
    must(bench.socket.send(KB(3)));
    const times: number[] = [];
    for (let i = 0; i < 9000; i++) {
      if (bench.out().some((line) => line === "ACK seq=1000 ack=1")) times.push(bench.wire.nowNs / SECOND);
      if (i === 1) bench.send(ACK, 1, 1001, { window: 0 });
      bench.wire.pass(1);
    }
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    for (const [i, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(0.4 * 2 ** i);
      // Up to a quarter more: timers far off are rounded up to coarse steps.
      expect(gap).toBeLessThan(0.4 * 2 ** i * 1.25);
    }
    bench.send(ACK, 1, 1001, { window: 5000 });
    expect(bench.out()).toEqual(["ACK seq=1001 ack=1 len=1000", "PSH ACK seq=2001 ack=1 len=1000"]);
  });

  test("fragmentation needed makes segments smaller and sends again what was too long", () => {
    const bench = new Bench().established();
    must(bench.socket.send(KB(1)));
    bench.out();
    bench.stack.icmpError({
      errno: "EMSGSIZE",
      hard: false,
      mtu: 640,
      source: A,
      destination: B,
      sourcePort: 4000,
      destinationPort: 7000,
      seq: (bench.iss + 1) >>> 0,
    });
    expect(bench.out()).toEqual(["ACK seq=1 ack=1 len=600", "PSH ACK seq=601 ack=1 len=400"]);
  });

  test("keepalive and a peer that has gone: ETIMEDOUT, or what ICMP had said", () => {
    const bench = new Bench().established();
    must(bench.socket.setOption("SO_KEEPALIVE", true));
    must(bench.socket.setOption("TCP_KEEPIDLE", 1));
    must(bench.socket.setOption("TCP_KEEPINTVL", 1));
    must(bench.socket.setOption("TCP_KEEPCNT", 1));
    bench.wire.pass(2500);
    expect(bench.out()).toEqual(["ACK seq=0 ack=1", "RST ACK seq=1 ack=1"]);
    expect(bench.socket.recv(1)).toBe("ETIMEDOUT");
  });
});

describe("closing", () => {
  test("in FIN_WAIT_2 without a program, data draws a RST", () => {
    const bench = new Bench().established();
    bench.socket.close();
    expect(bench.out()).toEqual(["FIN ACK seq=1 ack=1"]);
    bench.send(ACK, 1, 2);
    bench.send(PSH | ACK, 1, 2, { payload: bytes("x") });
    expect(bench.out()).toEqual(["RST seq=2"]);
  });

  test("in FIN_WAIT_2 without a program, a minute without FIN ends the connection", () => {
    const bench = new Bench({ recording: true }).established();
    bench.socket.close();
    bench.send(ACK, 1, 2);
    bench.wire.pass(61_000);
    const last = bench.wire.events.findLast((event) => event.kind === "state");
    expect(last).toMatchObject({ from: "FIN_WAIT_2", to: "CLOSED" });
  });

  test("in TIME_WAIT a repeated FIN is acknowledged again and the minute begins anew", () => {
    const bench = new Bench({ recording: true }).established();
    must(bench.socket.shutdown("write"));
    bench.send(FIN | ACK, 1, 2);
    bench.out();
    expect(bench.lastState()).toBe("TIME_WAIT");
    bench.wire.pass(40_000);
    bench.send(FIN | ACK, 1, 2);
    expect(bench.out()).toEqual(["ACK seq=2 ack=2"]);
    bench.wire.pass(40_000);
    expect(bench.lastState()).toBe("TIME_WAIT");
    bench.wire.pass(21_000);
    expect(bench.lastState()).toBe("CLOSED");
  });

  test("a FIN ahead of missing data waits for it", () => {
    const bench = new Bench().established();
    bench.send(FIN | ACK, 4, 1, { payload: bytes("def") });
    expect(bench.state()).toBe("ESTABLISHED");
    bench.send(ACK, 1, 1, { payload: bytes("abc") });
    expect(bench.state()).toBe("CLOSE_WAIT");
    expect([text(bench.socket.recv(10)), text(bench.socket.recv(10))]).toEqual(["abcdef", ""]);
  });

  test("FIN rides on the last data", () => {
    const bench = new Bench().established();
    bench.send(ACK, 1, 1, { window: 0 });
    must(bench.socket.send(bytes("end")));
    must(bench.socket.shutdown("write"));
    expect(bench.out()).toEqual([]);
    bench.send(ACK, 1, 1, { window: 100 });
    expect(bench.out()).toEqual(["FIN PSH ACK seq=1 ack=1 len=3"]);
  });

  test("in LAST_ACK the peer's ACK closes, and no ACK at all ends in time", () => {
    const bench = new Bench({ recording: true }).established();
    bench.send(FIN | ACK, 1, 1);
    bench.socket.close();
    bench.wire.run(300 * SECOND);
    const last = bench.wire.events.findLast((event) => event.kind === "state");
    expect(last).toMatchObject({ from: "LAST_ACK", to: "CLOSED" });
  });
});

describe("as a listener", () => {
  test("a connection in TIME_WAIT gives way to a SYN with a newer number, and answers others with its ACK", () => {
    const bench = new Bench({ recording: true });
    must(bench.socket.bind(inet(A, 4000)));
    must(bench.socket.listen(1));
    bench.send(SYN, 0, 0, { mss: 1000 });
    bench.iss = bench.wire.sent[0].segment.seq;
    bench.send(ACK, 1, 1);
    must(bench.socket.accept()).close();
    bench.send(FIN | ACK, 1, 2);
    bench.out();
    bench.wire.pass(1000);
    bench.send(SYN, 1, 0, { mss: 1000 });
    expect(bench.out()).toEqual(["ACK seq=2 ack=2"]);
    bench.send(SYN, 70_000, 0, { mss: 1000 });
    const [answer] = bench.wire.sent.slice(-1);
    expect([flagNames(answer.segment.flags), (answer.segment.ack - PEER_ISS) >>> 0]).toEqual([
      "SYN ACK",
      70_001,
    ]);
    // Safely past everything the old connection sent.
    expect((answer.segment.seq - bench.iss) >>> 0).toBeGreaterThan(65_535);
  });

  test("anything but a SYN draws a RST; a RST draws nothing", () => {
    const bench = new Bench();
    must(bench.socket.bind(inet(A, 4000)));
    must(bench.socket.listen(1));
    bench.send(RST, 0, 0);
    bench.send(FIN, 0, 0);
    expect(bench.out()).toEqual([]);
    bench.send(ACK, 5, 9);
    expect(bench.out()).toEqual(["RST seq=9"]);
  });

  test("an unanswered SYN is answered five times more, then forgotten", () => {
    const bench = new Bench();
    must(bench.socket.bind(inet(A, 4000)));
    must(bench.socket.listen(1));
    bench.send(SYN, 0, 0, { mss: 1000 });
    bench.wire.run(100 * SECOND);
    expect(bench.wire.sent.map(({ timeNs }) => timeNs / SECOND)).toEqual([
      0, 1.024, 3.04, 7.168, 15.36, 31.488,
    ]);
    bench.iss = bench.wire.sent[0].segment.seq;
    bench.out();
    bench.send(ACK, 1, 1);
    expect(bench.out()).toEqual(["RST seq=1"]);
  });

  test("the ACK that completes a handshake is ignored while the accept queue is full, and counts after an accept", () => {
    const bench = new Bench();
    must(bench.socket.bind(inet(A, 4000)));
    must(bench.socket.listen(0));
    const open = (sourcePort: number): void => bench.send(SYN, 0, 0, { mss: 1000, sourcePort });
    open(7001);
    open(7002);
    const [first, second] = bench.wire.sent.map(({ segment }) => segment.seq);
    bench.iss = first;
    bench.send(ACK, 1, 1, { sourcePort: 7001 });
    bench.iss = second;
    bench.send(ACK, 1, 1, { sourcePort: 7002 });
    expect(bench.wire.drops).toEqual(["backlog"]);
    must(bench.socket.accept());
    expect(bench.socket.accept()).toBe("EAGAIN");
    bench.wire.run(1.1 * SECOND);
    bench.send(ACK, 1, 1, { sourcePort: 7002 });
    expect(must(must(bench.socket.accept()).peerAddress())).toEqual(inet(B, 7002));
  });
});

test("a tail loss probe sends the last segment again before the timeout would", () => {
  const bench = new Bench().synSent();
  bench.wire.pass(20);
  bench.send(SYN | ACK, 0, 1, { mss: 1000, sackPermitted: true });
  must(bench.socket.send(KB(3)));
  bench.out();
  bench.wire.run(bench.wire.nowNs + 53 * MS);
  expect(bench.out()).toEqual(["PSH ACK seq=2001 ack=1 len=1000"]);
});
