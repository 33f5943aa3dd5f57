// Delivery rates as TCP_INFO tells them, on a wire of 20 ms each way.

import { expect, test } from "vitest";
import { connected, must } from "./wire.ts";

const DELAY_NS = 20e6;
const RTT_S = 0.04;

test("a program that sends now and then is told what it sent in a round trip, as its own doing", () => {
  const { wire, client } = connected({ delayNs: DELAY_NS });
  expect(must(client.info())).toMatchObject({ deliveryRate: 0, deliveryRateAppLimited: true });
  must(client.send(new Uint8Array(3 * 1448)));
  wire.pass(100);
  expect(must(client.info())).toMatchObject({
    deliveryRate: (3 * 1448) / RTT_S,
    deliveryRateAppLimited: true,
  });
});

test("a smaller sample of a program's own doing does not replace a greater one", () => {
  const { wire, client } = connected({ delayNs: DELAY_NS });
  must(client.send(new Uint8Array(6 * 1448)));
  wire.pass(100);
  must(client.send(new Uint8Array(1448)));
  wire.pass(100);
  expect(must(client.info()).deliveryRate).toBe((6 * 1448) / RTT_S);
});

test("a program that always has data is told the network's rate", () => {
  const { wire, client, server } = connected({ delayNs: DELAY_NS });
  must(client.setOption("SO_SNDBUF", 400_000));
  server.onWake = () => void server.recv(1_000_000);
  must(client.send(new Uint8Array(200_000)));
  wire.pass(90);
  // The window of the third round: two windows of ten have arrived.
  const info = must(client.info());
  expect(info.deliveryRateAppLimited).toBe(false);
  expect(info.deliveryRate).toBeGreaterThan((10 * 1448) / RTT_S);
  expect(info.deliveryRate).toBeLessThanOrEqual((21 * 1448) / RTT_S);
});

test("segments that a lost one held up count once, when they arrive", () => {
  let lost = false;
  const { wire, client, server } = connected({
    delayNs: DELAY_NS,
    fate: (segment) => {
      if (lost || segment.payload.length === 0) return [DELAY_NS];
      lost = true;
      return [];
    },
  });
  server.onWake = () => void server.recv(1_000_000);
  must(client.send(new Uint8Array(10 * 1448)));
  wire.pass(300);
  const info = must(client.info());
  expect(info).toMatchObject({ delivered: 11, retrans: 0 });
  expect(info.deliveryRate).toBeLessThanOrEqual((10 * 1448) / RTT_S);
});
