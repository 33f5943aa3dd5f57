import { describe, expect, test } from "vitest";
import { ReceiverRoundTrip } from "../../../src/sim/tcp/receiver-rtt.ts";
import { connected, MS, SECOND } from "./wire.ts";

describe("a receiver's round trip", () => {
  test("is how long the peer takes to fill a window, and only the least of it", () => {
    const rtt = new ReceiverRoundTrip();
    rtt.dataReceived(1000, 5000, 0);
    rtt.dataReceived(5999, 5000, 30 * MS);
    expect(rtt.ns).toBe(0);
    rtt.dataReceived(6000, 5000, 40 * MS);
    expect(rtt.ns).toBe(40 * MS);
    rtt.dataReceived(11_000, 5000, 140 * MS);
    expect(rtt.ns).toBe(40 * MS);
    rtt.dataReceived(16_000, 5000, 160 * MS);
    expect(rtt.ns).toBe(20 * MS);
  });

  test("follows the echoes of timestamps, each of them once, an eighth at a time, while nothing waits to be read", () => {
    const rtt = new ReceiverRoundTrip();
    rtt.echoed(7, 40 * MS, true);
    rtt.echoed(7, 90 * MS, true);
    rtt.echoed(8, 80 * MS, false);
    expect(rtt.ns).toBe(40 * MS);
    rtt.echoed(9, 80 * MS, true);
    expect(rtt.ns).toBe(45 * MS);
    rtt.echoed(10, 20 * MS, false);
    expect(rtt.ns).toBe(20 * MS);
  });

  test("is not that of the handshake: a path that turns longer lets the buffer be tuned by the longer one", () => {
    const pair = connected({ delayNs: 5 * MS });
    const { wire, client, server } = pair;
    wire.fate = () => [50 * MS];
    const sizes = new Set<number>();
    server.onWake = () => {
      for (;;) {
        const data = server.recv(1 << 20);
        if (!(data instanceof Uint8Array) || data.length === 0) return;
        sizes.add(Number(server.getOption("SO_RCVBUF")));
      }
    };
    const write = (): void => {
      while (typeof client.send(new Uint8Array(65_536)) === "number");
    };
    client.onWake = write;
    write();
    wire.run(2 * SECOND);
    // It grows at most once a round trip of 100 ms, though the handshake took 10.
    expect(sizes.size).toBeGreaterThan(2);
    expect(sizes.size).toBeLessThanOrEqual(20);
  });
});
