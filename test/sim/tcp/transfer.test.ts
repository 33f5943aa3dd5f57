// Laws of a TCP connection, over networks that lose, repeat, reorder and delay.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { isFailure } from "../../../src/socket/core.ts";
import type { Failure } from "../../../src/socket/core.ts";
import { A, B, inet, lines, MS, must, randomFrom, SECOND, Wire } from "./wire.ts";
import type { Fate, Sent } from "./wire.ts";

interface Weather {
  readonly seed: number;
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  readonly delayMs: number;
  readonly spreadMs: number;
}

const weather = fc.record({
  seed: fc.integer({ min: 1, max: 1 << 30 }),
  lossPercent: fc.integer({ min: 0, max: 20 }),
  duplicatePercent: fc.integer({ min: 0, max: 10 }),
  delayMs: fc.integer({ min: 0, max: 60 }),
  spreadMs: fc.integer({ min: 0, max: 20 }),
});

function fateOf({ seed, lossPercent, duplicatePercent, delayMs, spreadMs }: Weather): Fate {
  const random = randomFrom(seed);
  const one = (): number => delayMs * MS + 1000 + random(spreadMs * MS + 1);
  return () => {
    if (random(100) < lossPercent) return [];
    return random(100) < duplicatePercent ? [one(), one()] : [one()];
  };
}

/** A program that writes `data` in pieces as the socket takes it, reads all there is, and closes when both are done. */
class Party {
  readonly #parts: Uint8Array[] = [];
  #socket: SocketCore | null = null;
  #data: Uint8Array;
  #finished = false;
  failure: Failure | null = null;
  ended = false;
  readonly #write: () => number;
  readonly #read: () => number;

  constructor(data: Uint8Array, write: () => number, read: () => number) {
    this.#data = data;
    this.#write = write;
    this.#read = read;
  }

  attach(socket: SocketCore): void {
    this.#socket = socket;
    socket.onWake = () => this.step();
    this.step();
  }

  step(): void {
    const socket = this.#socket;
    if (socket === null || this.failure !== null) return;
    while (this.#data.length > 0) {
      const taken = socket.send(this.#data.subarray(0, this.#write()));
      if (isFailure(taken)) {
        if (taken !== "EAGAIN") this.failure = taken;
        break;
      }
      this.#data = this.#data.subarray(taken);
    }
    if (this.#data.length === 0 && !this.#finished) {
      this.#finished = true;
      socket.shutdown("write");
    }
    while (!this.ended && this.failure === null) {
      const data = socket.recv(this.#read());
      if (isFailure(data)) {
        if (data !== "EAGAIN") this.failure = data;
        return;
      }
      if (data.length === 0) this.ended = true;
      else this.#parts.push(data);
    }
    // Nobody closes: an abandoned connection gives up after eight retransmissions, which a bad network makes happen.
  }

  get received(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function randomBytes(seed: number, length: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length }, () => random(256));
}

interface Run {
  readonly wire: Wire;
  readonly left: Party;
  readonly right: Party;
}

/** Both sides send to each other and close. */
function exchange(
  how: Weather,
  forth: Uint8Array,
  back: Uint8Array,
  isn: number | null,
  buffer: number,
): Run {
  const wire = new Wire({ seed: how.seed, fate: fateOf(how) });
  wire.isn = isn;
  const [a, b] = [wire.host(A), wire.host(B)];
  const random = randomFrom(how.seed + 1);
  const size = (): number => 1 + random(random(4) === 0 ? 20_000 : 200);
  const left = new Party(forth, size, size);
  const right = new Party(back, size, size);
  const listener = b.socket("inet");
  must(listener.bind(inet("0.0.0.0", 7000)));
  if (buffer > 0) must(listener.setOption("SO_RCVBUF", buffer));
  must(listener.listen(1));
  listener.onWake = () => {
    const socket = listener.accept();
    if (!isFailure(socket)) right.attach(socket);
  };
  const client = a.socket("inet");
  client.onWake = () => {
    if (must(client.info()).state === "SYN_SENT") return;
    left.attach(client);
  };
  client.connect(inet(B, 7000));
  wire.run(3600 * SECOND);
  return { wire, left, right };
}

/** For each direction, the highest number any segment used and the right edge of the window known to its sender then. */
function beyondWindow(sent: readonly Sent[]): string[] {
  const edges = new Map<string, number>();
  const scales = new Map<string, number>();
  const wrong: string[] = [];
  for (const { from, to, segment, timeNs } of sent) {
    const syn = (segment.flags & TCP_FLAGS.SYN) !== 0;
    if (syn) scales.set(from, Math.max(segment.windowScale, 0));
    // What `from` offers may reach `to` at once: an upper bound of what `to` knows.
    if ((segment.flags & TCP_FLAGS.ACK) !== 0) {
      const edge = (segment.ack + (syn ? segment.window : segment.window << (scales.get(from) ?? 0))) | 0;
      const known = edges.get(to);
      if (known === undefined || ((edge - known) | 0) > 0) edges.set(to, edge);
    }
    const edge = edges.get(from);
    if (edge === undefined || syn) continue;
    const end = (segment.seq + segment.payload.length + (segment.flags & TCP_FLAGS.FIN)) | 0;
    if (((end - edge) | 0) > 0) wrong.push(`${timeNs}: ${from} sent ${(end - edge) | 0} beyond the window`);
  }
  return wrong;
}

describe("whatever the network does", () => {
  test("data arrives exactly, both ways, within the windows offered, and the connection ends in order", () => {
    fc.assert(
      fc.property(
        weather,
        fc.nat(60_000),
        fc.nat(60_000),
        fc.constantFrom(0, 0, 3000, 20_000),
        (how, forthLength, backLength, buffer) => {
          const forth = randomBytes(how.seed, forthLength);
          const back = randomBytes(how.seed + 9, backLength);
          const { wire, left, right } = exchange(how, forth, back, null, buffer);
          expect([left.failure, right.failure]).toEqual([null, null]);
          expect(Buffer.compare(right.received, forth)).toBe(0);
          expect(Buffer.compare(left.received, back)).toBe(0);
          expect([left.ended, right.ended]).toEqual([true, true]);
          expect(beyondWindow(wire.sent)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("sequence numbers wrap unnoticed", () => {
    fc.assert(
      fc.property(weather, fc.nat(40_000), fc.boolean(), (how, before, signed) => {
        const data = randomBytes(how.seed, 50_000);
        const isn = ((signed ? 2 ** 31 : 2 ** 32) - before) % 2 ** 32;
        const { left, right } = exchange(how, data, data, isn, 0);
        expect(Buffer.compare(right.received, data)).toBe(0);
        expect(Buffer.compare(left.received, data)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test("the same seed gives the same segments at the same times", () => {
    const history = ({ wire }: Run): string =>
      wire.sent.map(({ timeNs, segment }) => `${timeNs} ${segment.tsVal} ${segment.tsEcr}`).join() +
      lines(wire.sent).join();
    fc.assert(
      fc.property(weather, (how) => {
        const data = randomBytes(how.seed, 20_000);
        const [one, two] = [exchange(how, data, data, null, 0), exchange(how, data, data, null, 0)];
        expect(history(one) === history(two)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});

type Act = {
  readonly who: "client" | "server";
  readonly what: "close" | "write" | "read" | "both" | "send";
  readonly afterMs: number;
};

const act: fc.Arbitrary<Act> = fc.record({
  who: fc.constantFrom("client", "server"),
  what: fc.constantFrom("close", "write", "read", "both", "send"),
  afterMs: fc.integer({ min: 0, max: 30 }),
});

/** Lets two programs act, then close, and answers each host's last state. */
function lastStates(acts: readonly Act[], seed: number, lossPercent: number): string[] {
  const how = { seed, lossPercent: 0, duplicatePercent: 0, delayMs: 10, spreadMs: 5 };
  const wire = new Wire({ seed, fate: fateOf(how), recording: true });
  const [a, b] = [wire.host(A), wire.host(B)];
  const listener = b.socket("inet");
  must(listener.bind(inet("0.0.0.0", 7000)));
  must(listener.listen(1));
  const client = a.socket("inet");
  client.connect(inet(B, 7000));
  wire.pass(100);
  const server = must(listener.accept());
  wire.fate = fateOf({ ...how, lossPercent });
  let atNs = wire.nowNs;
  for (const { who, what, afterMs } of acts) {
    atNs += afterMs * MS;
    const socket = who === "client" ? client : server;
    wire.at(atNs, () => {
      if (what === "close") socket.close();
      else if (what === "send") socket.send(new Uint8Array(3000));
      else socket.shutdown(what);
    });
  }
  wire.at(atNs + 100 * MS, () => client.close());
  wire.at(atNs + 150 * MS, () => server.close());
  wire.at(atNs + 150 * MS, () => listener.close());
  wire.run(Infinity);
  const last = new Map<string, string>();
  for (const event of wire.events) if (event.kind === "state") last.set(event.host, event.to);
  return [...last.values()];
}

test("however two programs end a connection, both ends are closed at last and nothing is left to happen", () => {
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 8 }),
      fc.integer({ min: 1, max: 1 << 30 }),
      fc.integer({ min: 0, max: 25 }),
      (acts, seed, lossPercent) => {
        expect(lastStates(acts, seed, lossPercent)).toEqual(["CLOSED", "CLOSED"]);
      },
    ),
    { numRuns: 150 },
  );
});
