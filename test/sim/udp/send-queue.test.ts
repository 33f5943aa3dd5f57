// SO_SNDBUF of UDP. The table is what Linux 6.18 answered with the packets held back below the socket (an address nobody answers for).

import { describe, expect, test } from "vitest";
import type { Simulation } from "../../../src/sim/simulation.ts";
import { PERSONALITY_NAMES } from "../../../src/sim/personality/personality.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { bytes, inet, network, udp, udpOn } from "../lab.ts";

const B = inet("10.0.0.2", 9);

/** A link so slow that what waits for it goes on waiting. */
function stuck(): Simulation {
  const run = network({ a: {}, b: {} }, [{ between: ["a", "b"], bandwidthBps: 100, queuePackets: 100_000 }]);
  udp(run, "a").sendTo(bytes("what the transmitter is busy with"), B);
  return run;
}

/** How many datagrams of `length` a buffer takes, what the next is answered, and how many of the sends left it writable. */
function fill(length: number, sendBuffer: number): readonly [number, unknown, number] {
  const socket = udp(stuck(), "a");
  socket.setOption("SO_SNDBUF", sendBuffer);
  let writable = 0;
  for (let taken = 0; taken < 90; taken++) {
    const answer = socket.sendTo(new Uint8Array(length), B);
    if (typeof answer !== "number") return [taken, answer, writable];
    if (socket.readiness().writable) writable++;
  }
  return [90, "none", writable];
}

/** A length, and for each of the buffers how many were taken, what the next was answered, and how many left it writable. */
const SEEN: readonly (readonly [number, readonly (readonly [number, string, number])[]])[] = [
  [
    0,
    [
      [6, "EAGAIN", 2],
      [13, "EAGAIN", 6],
      [49, "EAGAIN", 24],
      [90, "none", 90],
    ],
  ],
  [
    100,
    [
      [6, "EAGAIN", 2],
      [13, "EAGAIN", 6],
      [49, "EAGAIN", 24],
      [90, "none", 90],
    ],
  ],
  [
    400,
    [
      [4, "EAGAIN", 1],
      [8, "EAGAIN", 3],
      [32, "EAGAIN", 15],
      [90, "none", 78],
    ],
  ],
  [
    600,
    [
      [4, "EAGAIN", 1],
      [8, "EAGAIN", 3],
      [32, "EAGAIN", 15],
      [90, "none", 78],
    ],
  ],
  [
    1000,
    [
      [2, "EAGAIN", 0],
      [5, "EAGAIN", 2],
      [18, "EAGAIN", 8],
      [87, "EAGAIN", 43],
    ],
  ],
  [
    1472,
    [
      [2, "EAGAIN", 0],
      [5, "EAGAIN", 2],
      [18, "EAGAIN", 8],
      [87, "EAGAIN", 43],
    ],
  ],
  [
    1473,
    [
      [2, "EAGAIN", 0],
      [4, "EAGAIN", 1],
      [13, "EAGAIN", 6],
      [64, "EAGAIN", 31],
    ],
  ],
  [
    3000,
    [
      [1, "EAGAIN", 0],
      [2, "EAGAIN", 0],
      [8, "EAGAIN", 3],
      [37, "EAGAIN", 18],
    ],
  ],
  [
    8000,
    [
      [0, "ENOBUFS", 0],
      [1, "EAGAIN", 0],
      [4, "EAGAIN", 1],
      [16, "EAGAIN", 7],
    ],
  ],
  [
    20_000,
    [
      [0, "ENOBUFS", 0],
      [0, "ENOBUFS", 0],
      [2, "EAGAIN", 0],
      [7, "EAGAIN", 3],
    ],
  ],
  [
    65_507,
    [
      [0, "ENOBUFS", 0],
      [0, "ENOBUFS", 0],
      [0, "ENOBUFS", 0],
      [2, "EAGAIN", 0],
    ],
  ],
];
const BUFFERS = [1, 5000, 20_000, 100_000];

describe("a link that cannot keep up", () => {
  test.each(SEEN)(
    "takes as many datagrams of %i bytes as Linux does, whatever SO_SNDBUF is",
    (length, rows) => {
      expect(BUFFERS.map((buffer) => fill(length, buffer))).toEqual(rows);
    },
  );

  test("wakes who was refused when half the buffer is free, and no earlier", () => {
    const run = network({ a: {}, b: {} }, [{ between: ["a", "b"], bandwidthBps: 1_024_000 }]);
    udpOn(run, "b", 9);
    const socket = udp(run, "a");
    socket.setOption("SO_SNDBUF", 1);
    socket.connect(B);
    // 128 bytes with their headers: a millisecond each.
    const datagram = new Uint8Array(100);
    const sent: number[] = [];
    socket.onWake = () => {
      let count = 0;
      while (socket.send(datagram) === 100) count++;
      sent.push(run.scheduler.now / 1e6, count);
    };
    socket.onWake();
    run.run(12e6);
    // One is in the transmitter and six wait, at 832 each of 4,608; below half are two.
    expect(sent).toEqual([0, 7, 4, 4, 8, 4, 12, 4]);
  });

  test("a larger buffer lets it go on at once", () => {
    const socket = udp(stuck(), "a");
    socket.setOption("SO_SNDBUF", 1);
    while (socket.sendTo(new Uint8Array(100), B) === 100);
    let woken = 0;
    socket.onWake = () => woken++;
    socket.setOption("SO_SNDBUF", 5000);
    expect([woken, socket.sendTo(new Uint8Array(100), B)]).toEqual([1, 100]);
  });

  test("what the queue drops makes room, too", () => {
    const run = network({ a: {}, b: {} }, [{ between: ["a", "b"], bandwidthBps: 1000, queuePackets: 3 }]);
    const socket: SocketCore = udp(run, "a");
    socket.setOption("SO_SNDBUF", 1);
    for (let i = 0; i < 100; i++) expect(socket.sendTo(new Uint8Array(100), B)).toBe(100);
  });
});

test.each([
  ["linux", [6, "EAGAIN"]],
  ["windows", [36, "EAGAIN"]],
  ["bsd", [90, "none"]],
] as const)("on %s a send buffer of 4,608 bytes takes", (personality, expected) => {
  expect(PERSONALITY_NAMES).toContain(personality);
  const run = network({ a: { personality }, b: {} }, [{ between: ["a", "b"], bandwidthBps: 100 }]);
  udp(run, "a").sendTo(bytes("busy"), B);
  const socket = udp(run, "a");
  socket.setOption("SO_SNDBUF", personality === "linux" ? 2304 : 4608);
  let taken = 0;
  let answer: unknown = "none";
  for (; taken < 90; taken++) {
    answer = socket.sendTo(new Uint8Array(100), B);
    if (answer !== 100) break;
  }
  expect([taken, answer === 100 ? "none" : answer]).toEqual(expected);
});
