// TCP Fast Open (RFC 7413): cookies asked for, given and shown, data in the SYN, and everything that falls back to a plain handshake.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Failure, SocketCore } from "../../../src/socket/core.ts";
import { TCPI_OPT } from "../../../src/socket/options.ts";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import { A, B, bytes, flagNames, inet, must, text, Wire } from "./wire.ts";
import type { Sent, WireOptions } from "./wire.ts";

const FAST = { fastOpen: true } as const;
const TO = inet(B, 7000);
const DELAY_NS = 10e6;

interface Hosts {
  readonly wire: Wire;
  readonly client: () => SocketCore;
  readonly listener: SocketCore;
}

/** A client's host and a listener that lets in `queue` early connections. */
function hosts(options: WireOptions = {}, queue = 5, server: 0 | 1 | 2 | 3 = 3): Hosts {
  const wire = new Wire({ delayNs: DELAY_NS, ...options });
  const a = wire.host(A);
  const listener = wire.host(B, { fastOpen: server }).socket("inet");
  must(listener.setOption("TCP_FASTOPEN", queue));
  must(listener.bind(inet("0.0.0.0", 7000)));
  must(listener.listen(10));
  return { wire, client: () => a.socket("inet"), listener };
}

/** The same, once the client has got its cookie. */
function acquainted(options: WireOptions = {}, queue = 5): Hosts {
  const all = hosts(options, queue);
  const first = all.client();
  expect(first.sendTo(bytes("first"), TO, FAST)).toBe("EINPROGRESS");
  all.wire.pass(100);
  first.close();
  must(all.listener.accept() as SocketCore).close();
  all.wire.pass(100);
  all.wire.sent.length = 0;
  return all;
}

/** `SYN 5 cookie 8`: flags, payload, and the option's length. */
const lines = (sent: readonly Sent[]): string[] =>
  sent.map(({ segment: { flags, payload, fastOpen } }) => {
    const cookie =
      fastOpen === null
        ? ""
        : ` ${fastOpen.experimental ? "experimental " : ""}cookie ${fastOpen.cookie.length}`;
    return `${flagNames(flags)}${payload.length === 0 ? "" : ` ${payload.length}`}${cookie}`;
  });

const synData = (socket: SocketCore): boolean => (must(socket.info()).options & TCPI_OPT.SYN_DATA) !== 0;

describe("a client", () => {
  test("asks for a cookie first, and sends its data after the handshake", () => {
    const { wire, client, listener } = hosts();
    const socket = client();
    expect(socket.sendTo(bytes("hello"), TO, FAST)).toBe("EINPROGRESS");
    wire.pass(50);
    expect(lines(wire.sent)).toEqual(["SYN cookie 0", "SYN ACK cookie 8", "ACK"]);
    expect(socket.getOption("SO_ERROR")).toBe("");
    must(socket.send(bytes("hello")));
    wire.pass(50);
    expect(text(must(listener.accept() as SocketCore).recv(100))).toBe("hello");
    expect(synData(socket)).toBe(false);
  });

  test("with a cookie sends data with its SYN, which is read and answered before the handshake is over", () => {
    const { wire, client, listener } = acquainted();
    const socket = client();
    expect(socket.sendTo(bytes("hello"), TO, FAST)).toBe(5);
    wire.pass(11);
    const server = must(listener.accept() as SocketCore);
    expect(must(server.info())).toMatchObject({ state: "SYN_RCVD", advMss: 1448 });
    expect(synData(server)).toBe(true);
    expect(text(server.recv(100))).toBe("hello");
    must(server.send(bytes("answer")));
    expect(lines(wire.sent)).toEqual(["SYN 5 cookie 8", "SYN ACK", "PSH ACK 6"]);
    wire.pass(10);
    expect(text(socket.recv(100))).toBe("answer");
    wire.pass(50);
    for (const end of [socket, server]) {
      expect(must(end.info())).toMatchObject({ state: "ESTABLISHED", unacked: 0, totalRetrans: 0 });
      expect(synData(end)).toBe(true);
    }
    expect(must(socket.info())).toMatchObject({ bytesAcked: 6, bytesSent: 5, dataSegsOut: 1, delivered: 2 });
    expect(must(server.info())).toMatchObject({ bytesReceived: 5, dataSegsIn: 1, segsOut: 1 });
  });

  test("puts no more into the SYN than a packet takes; the rest is for send", () => {
    const { wire, client } = acquainted();
    const taken = must(client().sendTo(new Uint8Array(5000), TO, FAST));
    expect(taken).toBe(1420);
    expect(wire.sent[0].segment.payload.length).toBe(1420);
  });

  test("with TCP_FASTOPEN_CONNECT and a cookie connects at once, and the SYN waits for the first data", () => {
    const { wire, client, listener } = acquainted();
    const socket = client();
    must(socket.setOption("TCP_FASTOPEN_CONNECT", true));
    expect(socket.connect(TO)).toBeNull();
    wire.pass(100);
    expect(wire.sent).toEqual([]);
    expect(socket.readiness()).toMatchObject({ writable: true, readable: false });
    expect(must(socket.info()).state).toBe("SYN_SENT");
    expect(socket.connect(TO)).toBe("EISCONN");
    expect(socket.send(bytes("late"))).toBe(4);
    wire.pass(11);
    expect(text(must(listener.accept() as SocketCore).recv(100))).toBe("late");
  });

  test("with TCP_FASTOPEN_CONNECT and no cookie asks for one and connects as ever", () => {
    const { wire, client } = hosts();
    const socket = client();
    must(socket.setOption("TCP_FASTOPEN_CONNECT", true));
    expect(socket.connect(TO)).toBe("EINPROGRESS");
    expect(lines(wire.sent)).toEqual(["SYN cookie 0"]);
  });

  test("whose host does without is refused: EOPNOTSUPP", () => {
    const wire = new Wire();
    const socket = wire.host(A, { fastOpen: 2 }).socket("inet");
    expect(socket.sendTo(bytes("x"), TO, FAST)).toMatchObject({ code: "EOPNOTSUPP" });
    expect(socket.setOption("TCP_FASTOPEN_CONNECT", true)).toBe("EOPNOTSUPP");
  });
});

describe("what falls back", () => {
  test("a server without TCP_FASTOPEN, or whose host does without, gives no cookie", () => {
    for (const [queue, mode] of [
      [0, 3],
      [5, 1],
    ] as const) {
      const { wire, client } = hosts({}, queue, mode);
      client().sendTo(bytes("x"), TO, FAST);
      wire.pass(50);
      expect(lines(wire.sent)).toEqual(["SYN cookie 0", "SYN ACK", "ACK"]);
      const again = client();
      expect(again.sendTo(bytes("x"), TO, FAST)).toBe("EINPROGRESS");
    }
  });

  test("a cookie that is not the server's: it gives one that is, and the data follows the handshake", () => {
    const { wire, client } = acquainted();
    // The server's host starts anew, with another secret.
    const listener = wire.host(B, { fastOpen: 3 }).socket("inet");
    must(listener.setOption("TCP_FASTOPEN", 5));
    must(listener.bind(inet("0.0.0.0", 7000)));
    must(listener.listen(5));
    const socket = client();
    expect(socket.sendTo(bytes("hello"), TO, FAST)).toBe(5);
    wire.pass(60);
    expect(lines(wire.sent).slice(0, 2)).toEqual(["SYN 5 cookie 8", "SYN ACK cookie 8"]);
    expect(text(must(listener.accept() as SocketCore).recv(100))).toBe("hello");
    expect(synData(socket)).toBe(false);
    expect(must(socket.info())).toMatchObject({ totalRetrans: 1, unacked: 0 });
    const second = client();
    expect(second.sendTo(bytes("again"), TO, FAST)).toBe(5);
    wire.pass(60);
    expect(synData(second)).toBe(true);
  });

  test("a SYN that is lost goes again plain, and the data follows", () => {
    const { wire, client, listener } = acquainted();
    const plain = wire.fate;
    wire.fate = () => [];
    const socket = client();
    expect(socket.sendTo(bytes("hello"), TO, FAST)).toBe(5);
    wire.pass(100);
    wire.fate = plain;
    wire.pass(1500);
    expect(lines(wire.sent).slice(0, 2)).toEqual(["SYN 5 cookie 8", "SYN"]);
    expect(text(must(listener.accept() as SocketCore).recv(100))).toBe("hello");
  });

  test("more handshakes under way than the queue takes", () => {
    const { wire, client, listener } = acquainted({}, 1);
    const [one, two] = [client(), client()];
    must(one.sendTo(bytes("one"), TO, FAST));
    must(two.sendTo(bytes("two"), TO, FAST));
    wire.pass(100);
    expect([synData(one), synData(two)]).toEqual([true, false]);
    const heard = [1, 2].map(() => text(must(listener.accept() as SocketCore).recv(100)));
    expect(heard).toEqual(["one", "two"]);
  });
});

describe("the option under kind 254", () => {
  test("is tried once with who gave no cookie, and the answer comes in the same form", () => {
    const { wire, client, listener } = hosts({}, 0);
    const call = (): string[] => {
      wire.sent.length = 0;
      const socket = client();
      socket.sendTo(bytes("hello"), TO, FAST);
      wire.pass(100);
      socket.close();
      must(listener.accept() as SocketCore).close();
      wire.pass(100);
      return lines(wire.sent).filter((line) => line.startsWith("SYN"));
    };
    expect(call()).toEqual(["SYN cookie 0", "SYN ACK"]);
    must(listener.setOption("TCP_FASTOPEN", 5));
    expect(call()).toEqual(["SYN experimental cookie 0", "SYN ACK experimental cookie 8"]);
    expect(call()).toEqual(["SYN 5 experimental cookie 8", "SYN ACK"]);
  });

  test("is not tried again when that is not answered either", () => {
    const { wire, client } = hosts({}, 0);
    for (let i = 0; i < 4; i++) {
      client().sendTo(bytes("hello"), TO, FAST);
      wire.pass(100);
    }
    expect(lines(wire.sent).filter((line) => line.includes("cookie"))).toEqual([
      "SYN cookie 0",
      "SYN experimental cookie 0",
      "SYN cookie 0",
      "SYN cookie 0",
    ]);
  });
});

describe("the server's end", () => {
  test("may close before the handshake is over: the answer and its end arrive", () => {
    const { wire, client, listener } = acquainted();
    const socket = client();
    must(socket.sendTo(bytes("hello"), TO, FAST));
    wire.pass(11);
    const server = must(listener.accept() as SocketCore);
    must(server.recv(100));
    must(server.send(bytes("bye")));
    server.close();
    wire.pass(100);
    expect(text(socket.recv(100))).toBe("bye");
    expect(must(socket.recv(100)).length).toBe(0);
    expect(must(socket.info()).state).toBe("CLOSE_WAIT");
  });

  test("hears of a reset during the handshake", () => {
    const { wire, client, listener } = acquainted();
    const socket = client();
    must(socket.sendTo(bytes("hello"), TO, FAST));
    wire.fate = () => [];
    wire.pass(1);
    wire.pass(10);
    const server = must(listener.accept() as SocketCore);
    must(server.recv(100));
    const { segment } = wire.sent[0];
    const seq = (segment.seq + 6) >>> 0;
    wire.fate = () => [1];
    wire.transmit(A, B, { ...segment, seq, flags: TCP_FLAGS.RST, payload: new Uint8Array(), fastOpen: null });
    wire.pass(1);
    expect(server.recv(100)).toBe("ECONNRESET");
  });
});

test("whatever is lost, all bytes arrive once and in order", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      fc.array(fc.nat(2), { maxLength: 12 }),
      (size, losses) => {
        const { wire, client, listener } = acquainted();
        const plain = wire.fate;
        let index = 0;
        wire.fate = (segment, from, number) => (losses[index++] === 1 ? [] : plain(segment, from, number));
        const data = Uint8Array.from({ length: size }, (_, i) => (i * 7) & 0xff);
        const socket = client();
        let sent = must(socket.sendTo(data, TO, FAST));
        const got: number[] = [];
        let server: SocketCore | null = null;
        for (let round = 0; round < 400 && got.length < size; round++) {
          wire.pass(100);
          if (sent < size) {
            const taken = socket.send(data.subarray(sent));
            if (typeof taken === "number") sent += taken;
          }
          const accepted: SocketCore | Failure = server ?? listener.accept();
          if (typeof accepted === "object" && "recv" in accepted) server = accepted;
          const bits = server?.recv(65_536);
          if (bits instanceof Uint8Array) got.push(...bits);
        }
        expect(Uint8Array.from(got)).toEqual(data);
      },
    ),
    { numRuns: 60 },
  );
});
