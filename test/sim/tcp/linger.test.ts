// Lingering as the simulator keeps it: the exact times, and what goes on behind a close. What programs see is in
// test/conformance/linger-claims.ts.

import { expect, test } from "vitest";
import { bytes, connected, must, SECOND } from "./wire.ts";

test("a peer that has vanished is waited for as long as SO_LINGER says, to the tick; then the connection is nobody's", () => {
  let lost = false;
  const { wire, client } = connected({ recording: true, fate: () => (lost ? [] : [10_000]) });
  must(client.setOption("SO_LINGER", 2));
  must(client.send(bytes("last words")));
  lost = true;
  const start = wire.nowNs;
  let wokenNs = 0;
  expect(client.close()).toBe("EAGAIN");
  client.onWake = () => {
    if (client.close() !== "EAGAIN") wokenNs = wire.nowNs;
  };
  wire.run(start + 1.9 * SECOND);
  expect(wokenNs).toBe(0);
  wire.run(start + 3 * SECOND);
  expect((wokenNs - start) / SECOND).toBeGreaterThanOrEqual(2);
  expect((wokenNs - start) / SECOND).toBeLessThan(2.04);
  expect(wire.events.some((event) => event.kind === "timer" && event.timer === "linger")).toBe(true);
  // Retransmission goes on, for as long as an orphan's does.
  const sent = wire.sent.length;
  wire.run(Infinity);
  expect(wire.sent.length).toBeGreaterThan(sent);
  expect(wire.events.findLast((event) => event.kind === "state")).toMatchObject({ to: "CLOSED" });
});

test("it ends with the FIN's acknowledgement, whichever state that leads to", () => {
  for (const peerCloses of [false, true]) {
    const { wire, client, server } = connected({ fate: () => [5e6] });
    must(client.setOption("SO_LINGER", 60));
    const start = wire.nowNs;
    expect(client.close()).toBe("EAGAIN");
    if (peerCloses) server.close();
    let over = false;
    client.onWake = () => (over = client.close() === undefined);
    wire.run(start + 9e6);
    expect(over).toBe(false);
    wire.run(start + 100e6);
    expect(over).toBe(true);
  }
});
