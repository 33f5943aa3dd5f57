// Where programs can tell Linux, Windows and FreeBSD apart in UDP.

import { describe, expect, test } from "vitest";
import { PERSONALITIES, PERSONALITY_NAMES } from "../../../src/sim/personality/personality.ts";
import type { PersonalityName } from "../../../src/sim/personality/personality.ts";
import type { Simulation } from "../../../src/sim/simulation.ts";
import { refusalOf } from "../../../src/socket/core.ts";
import type { Failure } from "../../../src/socket/core.ts";
import { bytes, inet, network, udp, udpOn } from "../lab.ts";

const B = inet("10.0.0.2", 9);

function hosts(personality: PersonalityName): Simulation {
  return network({ a: { personality }, b: { personality } }, [{ between: ["a", "b"] }]);
}

function code(answer: unknown): string {
  if (answer instanceof Uint8Array) return `${answer.length} bytes`;
  return typeof answer === "number" || answer === null ? String(answer) : refusalOf(answer as Failure).code;
}

function each(
  claim: string,
  answers: Record<PersonalityName, unknown>,
  play: (name: PersonalityName) => unknown,
) {
  for (const name of PERSONALITY_NAMES)
    test(`${claim}: ${name}`, () => expect(play(name)).toEqual(answers[name]));
}

describe("a datagram to a port where nobody is", () => {
  each(
    "is told to a connected socket: to its next call, on Windows to its next read, as ECONNRESET",
    {
      linux: ["ECONNREFUSED", "EAGAIN"],
      windows: ["1", "ECONNRESET"],
      bsd: ["ECONNREFUSED", "EAGAIN"],
    },
    (name) => {
      const run = hosts(name);
      const socket = udp(run, "a");
      socket.connect(B);
      socket.send(bytes("x"));
      run.run();
      return [code(socket.send(bytes("y"))), code(socket.recv(100))];
    },
  );

  each(
    "is told to a socket without a peer only on Windows",
    { linux: "EAGAIN", windows: "ECONNRESET", bsd: "EAGAIN" },
    (name) => {
      const run = hosts(name);
      const socket = udpOn(run, "a", 5);
      socket.sendTo(bytes("x"), B);
      run.run();
      return code(socket.recvFrom(100));
    },
  );
});

each(
  "a datagram longer than the buffer given is cut, on Windows it is EMSGSIZE, and its rest is gone everywhere",
  { linux: ["4 bytes", "4 bytes"], windows: ["EMSGSIZE", "4 bytes"], bsd: ["4 bytes", "4 bytes"] },
  (name) => {
    const run = hosts(name);
    const socket = udpOn(run, "b", 9);
    const sender = udp(run, "a");
    for (const text of ["too long", "fits"]) sender.sendTo(bytes(text), B);
    run.run();
    return [code(socket.recv(4)), code(socket.recv(4))];
  },
);

each(
  "the longest datagram is IP's, on FreeBSD its send buffer's",
  { linux: ["65507", "EMSGSIZE"], windows: ["65507", "EMSGSIZE"], bsd: ["9216", "EMSGSIZE"] },
  (name) => {
    const socket = udp(hosts(name), "a");
    const longest = name === "bsd" ? 9216 : 65_507;
    return [longest, longest + 1].map((length) => code(socket.sendTo(new Uint8Array(length), B)));
  },
);

each(
  "a receive buffer of 8,192 bytes holds what Linux's bookkeeping leaves of twice that, elsewhere bytes of data",
  { linux: 19, windows: 81, bsd: 81 },
  (name) => {
    const run = hosts(name);
    const socket = udpOn(run, "b", 9);
    expect(socket.setOption("SO_RCVBUF", 8192)).toBeNull();
    const sender = udp(run, "a");
    for (let i = 0; i < 200; i++) sender.sendTo(new Uint8Array(100), B);
    run.run();
    let held = 0;
    while (socket.recv(100) !== "EAGAIN") held++;
    return held;
  },
);

each(
  "SO_REUSEADDR on both lets two have one port; on FreeBSD that is SO_REUSEPORT's to do",
  { linux: ["null", "null"], windows: ["null", "ENOPROTOOPT"], bsd: ["EADDRINUSE", "null"] },
  (name) => {
    const run = hosts(name);
    return (["SO_REUSEADDR", "SO_REUSEPORT"] as const).map((option, index) => {
      const address = inet("0.0.0.0", 100 + index);
      const [one, two] = [udp(run, "a"), udp(run, "a")];
      for (const socket of [one, two]) {
        const answer = socket.setOption(option, true);
        if (answer !== null) return code(answer);
      }
      expect(one.bind(address)).toBeNull();
      return code(two.bind(address));
    });
  },
);

each(
  "a send after shutdown is EPIPE, on Windows ESHUTDOWN",
  { linux: "EPIPE", windows: "ESHUTDOWN", bsd: "EPIPE" },
  (name) => {
    const socket = udp(hosts(name), "a");
    socket.connect(B);
    socket.shutdown("write");
    return code(socket.send(bytes("x")));
  },
);

test.each(PERSONALITY_NAMES)("packets leave with the system's hop limit: %s", (name) => {
  const run = hosts(name);
  udp(run, "a").sendTo(bytes("x"), B);
  run.run();
  // Byte 8 of the IPv4 header.
  expect(run.trace.bytes(0)[8]).toBe(PERSONALITIES[name].ttl);
});

test("a personality nobody knows is one clear line", () => {
  expect(() => hosts("beos" as PersonalityName)).toThrow(
    "host a: personality must be one of linux, windows, bsd, not beos",
  );
});
