// Programs that call from within `onWake`: whatever they do there, and however small the segments, bytes arrive in order.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SocketCore } from "../../../src/socket/core.ts";
import { A, connected, inet, must, SECOND, Wire } from "./wire.ts";

/** The byte at `position` of either stream. */
function byteAt(position: number): number {
  return (position * 167 + (position >>> 8) * 31) & 0xff;
}

/** Sends `total` bytes in pieces of `size` and reads, both whenever it is woken; then shuts down. */
class Talker {
  sent = 0;
  got = 0;
  damaged = false;
  readonly #socket: SocketCore;
  readonly #total: number;
  readonly #size: number;

  constructor(socket: SocketCore, total: number, size: number, readsFirst: boolean) {
    this.#socket = socket;
    this.#total = total;
    this.#size = size;
    socket.onWake = () => {
      if (readsFirst) this.#read();
      this.#send();
      if (!readsFirst) this.#read();
    };
    this.#send();
  }

  #send(): void {
    while (this.sent < this.#total) {
      // Sending may wake this very socket, which then goes on from here.
      const from = this.sent;
      const piece = Uint8Array.from({ length: Math.min(this.#size, this.#total - from) }, (_, i) =>
        byteAt(from + i),
      );
      this.sent = from + piece.length;
      const taken = this.#socket.send(piece);
      if (typeof taken !== "number") {
        this.sent = from;
        return;
      }
      if (taken < piece.length) this.sent = from + taken;
    }
    this.#socket.shutdown("write");
  }

  #read(): void {
    for (;;) {
      const data = this.#socket.recv(700);
      if (!(data instanceof Uint8Array) || data.length === 0) return;
      for (const byte of data) if (byte !== byteAt(this.got++)) this.damaged = true;
    }
  }
}

describe("from within onWake", () => {
  test("both ends send, read and shut down with segments of any size, and all arrives", () => {
    fc.assert(
      fc.property(
        fc.record({
          mtu: fc.constantFrom(100, 128, 200, 576, 1500),
          maxSeg: fc.constantFrom(0, 88, 100, 500),
          sendBuffer: fc.constantFrom(0, 1, 10_000),
          receiveBuffer: fc.constantFrom(0, 1, 10_000),
          size: fc.constantFrom(50, 1000, 7000),
          lossPercent: fc.constantFrom(0, 0, 10),
          readsFirst: fc.boolean(),
          recording: fc.boolean(),
          seed: fc.nat({ max: 1e6 }),
        }),
        ({ mtu, maxSeg, sendBuffer, receiveBuffer, size, lossPercent, readsFirst, recording, seed }) => {
          const { wire, client, server } = connected({ mtu, recording, seed });
          let state = seed;
          wire.fate = () => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
            return (state >>> 16) % 100 < lossPercent ? [] : [10_000];
          };
          for (const socket of [client, server]) {
            if (maxSeg > 0) must(socket.setOption("TCP_MAXSEG", maxSeg));
            if (sendBuffer > 0) must(socket.setOption("SO_SNDBUF", sendBuffer));
            if (receiveBuffer > 0) must(socket.setOption("SO_RCVBUF", receiveBuffer));
          }
          const talkers = [client, server].map((socket) => new Talker(socket, 6000, size, readsFirst));
          wire.run(wire.nowNs + 600 * SECOND);
          expect(talkers.map(({ sent, got, damaged }) => [sent, got, damaged])).toEqual([
            [6000, 6000, false],
            [6000, 6000, false],
          ]);
        },
      ),
      { numRuns: 30, seed: 11 },
    );
  });

  test("a shutdown without a connection wakes once, not for ever", () => {
    const socket = new Wire().host(A).socket("inet");
    let woken = 0;
    socket.onWake = () => {
      woken++;
      socket.shutdown("both");
    };
    expect(socket.shutdown("write")).toBe("ENOTCONN");
    expect(woken).toBe(2);
    expect(socket.bind(inet(A, 7000))).toBeNull();
  });
});

test("what a send buffer takes does not depend on whether anybody records", () => {
  const taken = [false, true].map((recording) => {
    const { client } = connected({ mtu: 200, recording });
    return client.send(new Uint8Array(1_000_000));
  });
  expect(taken[0]).toBe(taken[1]);
});
