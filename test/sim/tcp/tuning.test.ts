// Buffers and windows that grow with the path.

import { describe, expect, test } from "vitest";
import { isFailure } from "../../../src/socket/core.ts";
import { connected, MS, must, SECOND } from "./wire.ts";
import type { Pair } from "./wire.ts";

const BLOCK = new Uint8Array(65_536);

/** Sends for ever in one direction for `seconds` and answers the bytes read. */
function flood({ wire, client, server }: Pair, seconds: number): number {
  let got = 0;
  const write = (): void => {
    while (!isFailure(client.send(BLOCK)));
  };
  server.onWake = () => {
    for (;;) {
      const data = server.recv(65_536);
      if (isFailure(data) || data.length === 0) return;
      got += data.length;
    }
  };
  client.onWake = write;
  write();
  wire.run(wire.nowNs + seconds * SECOND);
  return got;
}

describe("over 20 ms each way", () => {
  test("window and buffers open until 5 MB, the product of 1 Gbit/s and 40 ms, are on the way", () => {
    const pair = connected({ delayNs: 20 * MS });
    const sent: { length: number } = pair.wire.sent;
    const first = flood(pair, 0.1);
    expect(first).toBeLessThan(200_000);
    sent.length = 0;
    flood(pair, 0.4);
    const second = flood(pair, 0.2);
    expect(second / 5).toBeGreaterThan(5e6 * 0.9);
  });

  test("a receive buffer that was set stays, and bounds what is on the way", () => {
    const pair = connected({ delayNs: 20 * MS });
    must(pair.server.setOption("SO_RCVBUF", 30_000));
    flood(pair, 1);
    expect(flood(pair, 1)).toBeLessThanOrEqual((65_160 / 0.04) * 1.1);
    expect(pair.server.getOption("SO_RCVBUF")).toBe(60_000);
  });
});

test("single bytes to a reader that reads nothing do not creep past its buffer", () => {
  const { wire, client, server } = connected();
  must(client.setOption("TCP_NODELAY", true));
  const one = new Uint8Array(1);
  for (let i = 0; i < 70_000; i++) {
    if (isFailure(client.send(one))) break;
    if (i % 8 === 0) wire.pass(0.1);
  }
  wire.pass(100_000);
  expect(must(server.info()).bytesReceived).toBeLessThanOrEqual((65_536 * 17) / 16);
});

test("a second shutdown wakes nobody, so that a program may shut down in its wake", () => {
  const { client } = connected();
  let woken = 0;
  client.onWake = () => {
    if (woken++ < 10) must(client.shutdown("both"));
  };
  must(client.shutdown("both"));
  expect(woken).toBe(1);
});

test("a reader that reads nothing stops the sender at the window, and reading lets it go on", () => {
  const pair = connected();
  const { wire, client, server } = pair;
  const fill = (): void => {
    while (!isFailure(client.send(BLOCK)));
  };
  client.onWake = fill;
  fill();
  wire.pass(2000);
  expect(client.readiness().writable).toBe(false);
  const held = must(server.info()).bytesReceived;
  expect(held).toBeLessThanOrEqual((65_536 * 17) / 16);
  wire.pass(20_000);
  expect(must(server.info()).bytesReceived).toBe(held);
  let woken = 0;
  client.onWake = () => woken++;
  server.onWake = () => {
    while (!isFailure(server.recv(65_536)));
  };
  server.onWake();
  wire.pass(1000);
  expect(must(server.info()).bytesReceived).toBeGreaterThan(held * 1.2);
  expect(woken).toBeGreaterThan(0);
});
