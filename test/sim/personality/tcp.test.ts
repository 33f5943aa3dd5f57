// Where programs can tell Linux, Windows and FreeBSD apart in TCP: each row is the same calls and what each system answers.

import { describe, expect, test } from "vitest";
import { PERSONALITIES, PERSONALITY_NAMES } from "../../../src/sim/personality/personality.ts";
import type { PersonalityName } from "../../../src/sim/personality/personality.ts";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import type { TcpStack } from "../../../src/sim/tcp/stack.ts";
import { refusalOf } from "../../../src/socket/core.ts";
import type { Failure, SocketCore } from "../../../src/socket/core.ts";
import { OPTIONS } from "../../../src/socket/options.ts";
import type { OptionName } from "../../../src/socket/options.ts";
import { A, B, Wire, bytes, flagNames, inet, must, text } from "../tcp/wire.ts";

type Answers = Readonly<Record<PersonalityName, unknown>>;

interface Lab {
  readonly wire: Wire;
  readonly a: TcpStack;
  readonly b: TcpStack;
}

/** Two hosts of one system, and no segment that nobody sent. */
function lab(name: PersonalityName): Lab {
  const wire = new Wire();
  const personality = PERSONALITIES[name].tcp;
  return { wire, a: wire.host(A, { personality }), b: wire.host(B, { personality }) };
}

function listenAt(stack: TcpStack, backlog = 5): SocketCore {
  const listener = stack.socket("inet");
  must(listener.bind(inet("0.0.0.0", 7000)));
  must(listener.listen(backlog));
  return listener;
}

function connected({ wire, a, b }: Lab): readonly [SocketCore, SocketCore] {
  const listener = listenAt(b);
  const client = a.socket("inet");
  client.connect(inet(B, 7000));
  wire.pass(1);
  return [client, must(listener.accept())];
}

function code(answer: unknown): string {
  if (answer instanceof Uint8Array) return `'${text(answer)}'`;
  return typeof answer === "number" || answer === null ? String(answer) : refusalOf(answer as Failure).code;
}

const recv = (socket: SocketCore): string => code(socket.recv(100));
const send = (socket: SocketCore): string => code(socket.send(bytes("x")));

/** `claim` for every system: what `play` gives is the system's own answer. */
function each(claim: string, answers: Answers, play: (name: PersonalityName) => unknown): void {
  for (const name of PERSONALITY_NAMES)
    test(`${claim}: ${name}`, () => expect(play(name)).toEqual(answers[name]));
}

describe("a RST", () => {
  each(
    "over unread data: read first on Linux and FreeBSD, gone on Windows, whose error stays",
    {
      linux: ["'hello'", "ECONNRESET", "''", "''"],
      windows: ["ECONNRESET", "ECONNRESET", "ECONNRESET", "ECONNRESET"],
      bsd: ["'hello'", "ECONNRESET", "''", "''"],
    },
    (name) => {
      const network = lab(name);
      const [client, server] = connected(network);
      must(server.send(bytes("hello")));
      network.wire.pass(1);
      must(server.setOption("SO_LINGER", 0));
      server.close();
      network.wire.pass(1);
      return [recv(client), recv(client), recv(client), recv(client)];
    },
  );

  each(
    "tells the first send on Linux, every send on Windows, none on FreeBSD",
    {
      linux: ["ECONNRESET", "EPIPE"],
      windows: ["ECONNRESET", "ECONNRESET"],
      bsd: ["EPIPE", "EPIPE"],
    },
    (name) => {
      const network = lab(name);
      const [client, server] = connected(network);
      must(server.setOption("SO_LINGER", 0));
      server.close();
      network.wire.pass(1);
      return [send(client), send(client)];
    },
  );

  each(
    "behind the peer's FIN: the end of the stream on Linux, an errno elsewhere",
    { linux: ["''", "''"], windows: ["ECONNRESET", "ECONNRESET"], bsd: ["ECONNRESET", "''"] },
    (name) => {
      const network = lab(name);
      const [client, server] = connected(network);
      server.close();
      network.wire.pass(1);
      expect(send(client)).toBe("1");
      network.wire.pass(1);
      return [recv(client), recv(client)];
    },
  );
});

describe("connect to a port where nobody listens", () => {
  each(
    "is refused at once, on Windows after three SYNs half a second apart",
    { linux: ["ECONNREFUSED", [0]], windows: ["ECONNREFUSED", [0, 500, 1000]], bsd: ["ECONNREFUSED", [0]] },
    (name) => {
      const { wire, a } = lab(name);
      const client = a.socket("inet");
      client.connect(inet(B, 7001));
      wire.pass(3000);
      const syns = wire.sent.filter(({ segment }) => segment.flags === TCP_FLAGS.SYN);
      return [client.getOption("SO_ERROR"), syns.map(({ timeNs }) => Math.floor(timeNs / 1e7) * 10)];
    },
  );

  test("succeeds on Windows when somebody listens by the second SYN", () => {
    const { wire, a, b } = lab("windows");
    const client = a.socket("inet");
    client.connect(inet(B, 7000));
    wire.pass(100);
    const listener = listenAt(b);
    wire.pass(500);
    expect(client.getOption("SO_ERROR")).toBe("");
    expect(must(listener.accept()).peerAddress()).toEqual(client.localAddress());
  });
});

describe("connect to a host that does not answer", () => {
  each(
    "goes on for as long as the system has patience, in s",
    {
      // Its timer wheel is coarse for what is far off.
      linux: ["ETIMEDOUT", [0, 1, 2, 3, 4, 5, 7, 11, 19, 36, 70], 135],
      windows: ["ETIMEDOUT", [0, 1, 3, 7, 15], 31],
      bsd: ["ETIMEDOUT", [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], 75],
    },
    (name) => {
      const { wire, a } = lab(name);
      wire.fate = () => [];
      const client = a.socket("inet");
      let endedS = 0;
      client.onWake = () => (endedS = Math.round(wire.nowNs / 1e9));
      client.connect(inet(B, 7000));
      wire.pass(200_000);
      const syns = wire.sent.map(({ timeNs }) => Math.round(timeNs / 1e9));
      return [client.getOption("SO_ERROR"), syns, endedS];
    },
  );
});

describe("a backlog of 2", () => {
  each(
    "holds as many as the system counts, and turns the next away in its own manner",
    { linux: [3, "SYN"], windows: [2, "RST ACK"], bsd: [4, "RST"] },
    (name) => {
      const { wire, a, b } = lab(name);
      const listener = listenAt(b, 2);
      for (let i = 0; i < 5; i++) {
        a.socket("inet").connect(inet(B, 7000));
        wire.pass(1);
      }
      const answers = wire.sent.map(({ segment }) => flagNames(segment.flags));
      let waiting = 0;
      while (listener.accept() !== "EAGAIN") waiting++;
      return [waiting, answers.at(-1)];
    },
  );
});

describe("close with unread data", () => {
  each("sends a RST, on FreeBSD a FIN", { linux: "RST ACK", windows: "RST ACK", bsd: "FIN ACK" }, (name) => {
    const { wire, ...rest } = lab(name);
    const [client, server] = connected({ wire, ...rest });
    must(client.send(bytes("unread")));
    wire.pass(1);
    const before = wire.sent.length;
    server.close();
    return flagNames(wire.sent[before].segment.flags);
  });
});

describe("shutdown for reading", () => {
  const play = (name: PersonalityName, early: string, late: string): unknown => {
    const network = lab(name);
    const [client, server] = connected(network);
    if (early !== "") must(client.send(bytes(early)));
    network.wire.pass(1);
    server.shutdown("read");
    network.wire.pass(1);
    if (late !== "") client.send(bytes(late));
    network.wire.pass(1);
    return [recv(server), recv(client)];
  };

  each(
    "leaves what has come readable on Linux, throws it away on FreeBSD, resets the connection on Windows",
    {
      linux: ["'early'", "EAGAIN"],
      windows: ["ECONNABORTED", "ECONNRESET"],
      bsd: ["''", "EAGAIN"],
    },
    (name) => play(name, "early", ""),
  );

  each(
    "does the same to what comes later",
    {
      linux: ["'late'", "EAGAIN"],
      windows: ["ECONNABORTED", "ECONNRESET"],
      bsd: ["''", "EAGAIN"],
    },
    (name) => play(name, "", "late"),
  );

  each(
    "makes recv answer the end, on Windows ESHUTDOWN",
    { linux: ["''", "EAGAIN"], windows: ["ESHUTDOWN", "EAGAIN"], bsd: ["''", "EAGAIN"] },
    (name) => play(name, "", ""),
  );
});

test.each(PERSONALITY_NAMES)(
  "a send after shutdown for writing is EPIPE, on Windows ESHUTDOWN: %s",
  (name) => {
    const [client] = connected(lab(name));
    client.shutdown("write");
    expect(send(client)).toBe(name === "windows" ? "ESHUTDOWN" : "EPIPE");
  },
);

describe("a peer that has vanished", () => {
  each(
    "is found by keepalives in seconds after two hours, and tells so by the system's errno",
    // Linux: 7,200 and nine times 75, each at the next step of the timer wheel.
    {
      linux: ["ETIMEDOUT", 7891],
      windows: ["ENETRESET", 7200 + 10],
      bsd: ["ETIMEDOUT", 7200 + 8 * 75],
    },
    (name) => {
      const network = lab(name);
      const [client] = connected(network);
      must(client.setOption("SO_KEEPALIVE", true));
      network.wire.fate = () => [];
      let endedS = 0;
      client.onWake = () => (endedS = Math.round(network.wire.nowNs / 1e9));
      network.wire.pass(10_000_000);
      return [recv(client), endedS];
    },
  );

  each(
    "loses a sender after as many retransmissions as the system makes; a loss probe comes first where there are any",
    { linux: 1 + 15, windows: 1 + 5, bsd: 12 },
    (name) => {
      const network = lab(name);
      const [client] = connected(network);
      network.wire.fate = () => [];
      const before = network.wire.sent.length;
      must(client.send(bytes("x")));
      network.wire.pass(3_000_000);
      expect(recv(client)).toBe("ETIMEDOUT");
      return network.wire.sent.length - before - 1;
    },
  );
});

describe("timers", () => {
  each(
    "a lost segment is sent again after the least timeout the system has, in ms",
    { linux: 207, windows: 300, bsd: 202 },
    (name) => {
      const network = lab(name);
      const [client] = connected(network);
      network.wire.fate = () => [];
      const startNs = network.wire.nowNs;
      must(client.send(bytes("x")));
      network.wire.pass(1000);
      const again = network.wire.sent.find(({ timeNs }) => timeNs > startNs);
      return Math.round(((again?.timeNs ?? 0) - startNs) / 1e6);
    },
  );

  each("TIME_WAIT lasts, in s", { linux: 60, windows: 120, bsd: 60 }, (name) => {
    const network = lab(name);
    const [client, server] = connected(network);
    client.close();
    network.wire.pass(1);
    server.close();
    network.wire.pass(1);
    const { wire } = network;
    const late = (): number => {
      const before = wire.sent.length;
      const fin = wire.sent.findLast(
        ({ from, segment }) => from === B && (segment.flags & TCP_FLAGS.FIN) !== 0,
      );
      if (fin === undefined) throw new Error("no FIN");
      wire.transmit(B, A, fin.segment);
      wire.pass(0.01);
      return wire.sent[before + 1].segment.flags;
    };
    // A FIN that comes again starts the wait anew: asked just before the end, and once more after it.
    const lastsS = PERSONALITIES[name].tcp.timeWaitNs / 1e9;
    wire.pass((lastsS - 1) * 1000);
    expect(flagNames(late())).toBe("ACK");
    wire.pass((lastsS + 1) * 1000);
    expect(flagNames(late())).toBe("RST");
    return lastsS;
  });

  each(
    "a first short segment is acknowledged at once on Linux, elsewhere 40 ms later (to the tick), and the second one ends the wait",
    { linux: [0, 0], windows: [41, 0], bsd: [41, 0] },
    (name) => {
      const waited = (count: number): number => {
        const network = lab(name);
        const [client, server] = connected(network);
        must(client.setOption("TCP_NODELAY", true));
        const startNs = network.wire.nowNs;
        const before = network.wire.sent.length;
        for (let i = 0; i < count; i++) must(client.send(bytes("x")));
        network.wire.pass(200);
        expect(recv(server)).toBe(`'${"x".repeat(count)}'`);
        const ack = network.wire.sent.slice(before).find(({ from }) => from === B);
        return Math.round(((ack?.timeNs ?? 0) - startNs) / 1e6);
      };
      return [waited(1), waited(2)];
    },
  );
});

describe("SYNs", () => {
  each(
    "offer timestamps, except on Windows, and the window of the system's buffer",
    { linux: [true, 64_240], windows: [false, 64_240], bsd: [true, 64_240] },
    (name) => {
      const { wire, a } = lab(name);
      a.socket("inet").connect(inet(B, 7000));
      const { segment } = wire.sent[0];
      return [segment.timestamps, segment.window];
    },
  );

  each(
    "come from ephemeral ports of the system's range",
    { linux: [32_768, 60_999], windows: [49_152, 65_535], bsd: [10_000, 65_535] },
    (name) => {
      const { a } = lab(name);
      const { portFirst, portLast } = PERSONALITIES[name].tcp;
      for (let i = 0; i < 100; i++) {
        const socket = a.socket("inet");
        must(socket.bind(inet(A, 0)));
        const { port } = must(socket.localAddress()) as { port: number };
        expect(port).toBeGreaterThanOrEqual(portFirst);
        expect(port).toBeLessThanOrEqual(portLast);
      }
      return [portFirst, portLast];
    },
  );
});

describe("buffers", () => {
  each(
    "are counted twice on Linux, which clamps; FreeBSD refuses what is too large",
    {
      linux: [131_072, 16_384, "null", 20_000, "null", 425_984],
      windows: [65_536, 65_536, "null", 10_000, "null", 100_000_000],
      bsd: [65_536, 32_768, "null", 10_000, "ENOBUFS", 10_000],
    },
    (name) => {
      const socket = lab(name).a.socket("inet");
      return [
        socket.getOption("SO_RCVBUF"),
        socket.getOption("SO_SNDBUF"),
        code(socket.setOption("SO_RCVBUF", 10_000)),
        socket.getOption("SO_RCVBUF"),
        code(socket.setOption("SO_RCVBUF", 100_000_000)),
        socket.getOption("SO_RCVBUF"),
      ];
    },
  );

  test("Windows takes any send whole while less than SO_SNDBUF waits; others take what fits", () => {
    const taken = PERSONALITY_NAMES.map((name) => {
      const network = lab(name);
      const [client] = connected(network);
      network.wire.fate = () => [];
      const first = client.send(new Uint8Array(1_000_000));
      return [first === 1_000_000, send(client)];
    });
    expect(taken).toEqual([
      [false, "EAGAIN"],
      [true, "EAGAIN"],
      [false, "EAGAIN"],
    ]);
  });
});

describe("two sockets and one port", () => {
  const bindTwo = (
    name: PersonalityName,
    addresses: readonly [string, string],
    options: readonly OptionName[],
  ) => {
    const { a } = lab(name);
    const [one, two] = [a.socket("inet"), a.socket("inet")];
    for (const option of options) for (const socket of [one, two]) must(socket.setOption(option, true));
    must(one.bind(inet(addresses[0], 7000)));
    must(one.listen(1));
    return code(two.bind(inet(addresses[1], 7000)));
  };

  each(
    "a wildcard and an address: never on Linux, always on Windows, with SO_REUSEADDR on FreeBSD",
    { linux: ["EADDRINUSE", "EADDRINUSE"], windows: ["null", "null"], bsd: ["EADDRINUSE", "null"] },
    (name) => [bindTwo(name, ["0.0.0.0", A], []), bindTwo(name, ["0.0.0.0", A], ["SO_REUSEADDR"])],
  );

  each(
    "the same address, with SO_REUSEADDR on both, only on Windows",
    { linux: "EADDRINUSE", windows: "null", bsd: "EADDRINUSE" },
    (name) => bindTwo(name, [A, A], ["SO_REUSEADDR"]),
  );

  each(
    "a restart while an accepted connection lives: Windows needs nothing, FreeBSD SO_REUSEADDR, Linux that on both",
    { linux: ["EADDRINUSE", "EADDRINUSE"], windows: ["null", "null"], bsd: ["EADDRINUSE", "null"] },
    (name) => {
      const network = lab(name);
      const listener = listenAt(network.b);
      const client = network.a.socket("inet");
      client.connect(inet(B, 7000));
      network.wire.pass(1);
      must(listener.accept());
      listener.close();
      return [false, true].map((reuse) => {
        const again = network.b.socket("inet");
        must(again.setOption("SO_REUSEADDR", reuse));
        const answer = code(again.bind(inet("0.0.0.0", 7000)));
        again.close();
        return answer;
      });
    },
  );
});

test.each(PERSONALITY_NAMES)("options the system lacks are ENOPROTOOPT, to set and to ask: %s", (name) => {
  const { lacks } = PERSONALITIES[name].tcp;
  const socket = lab(name).a.socket("inet");
  for (const option of Object.keys(OPTIONS) as OptionName[]) {
    // What an IPv4 socket has nowhere, and what nobody can set.
    if (option.startsWith("IPV6_") || option === "SO_ERROR" || option === "IP_MTU") continue;
    const lacking = lacks.includes(option);
    const value = { boolean: true, number: 0, string: "cubic" }[OPTIONS[option]];
    const [set, got] = [socket.setOption(option, value), socket.getOption(option)];
    if (lacking) expect([option, code(set), code(got)]).toEqual([option, "ENOPROTOOPT", "ENOPROTOOPT"]);
    else expect(code(set)).not.toBe("ENOPROTOOPT");
  }
});
