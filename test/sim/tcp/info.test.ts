// TCP_INFO where Linux's has its own ideas. That it is Linux's at every point of an exchange is shown over TUN (test/tun/info.ts).

import { expect, test } from "vitest";
import { A, B, bytes, connected, inet, must, Wire } from "./wire.ts";

test("SYN and FIN count as bytes and as segments delivered; what a SYN queue sent does not count", () => {
  const { wire, client, server } = connected();
  expect(must(client.info())).toMatchObject({ bytesAcked: 1, delivered: 1, segsOut: 2, segsIn: 1 });
  expect(must(server.info())).toMatchObject({ bytesAcked: 0, delivered: 1, segsOut: 0, segsIn: 2 });
  must(client.send(bytes("hello")));
  wire.pass(100);
  client.shutdown("write");
  wire.pass(100);
  expect(must(client.info())).toMatchObject({ bytesAcked: 7, delivered: 3 });
  expect(must(server.info())).toMatchObject({ bytesReceived: 6 });
});

test("a listener tells of its queue in place of segments: who waits, and how many may", () => {
  const { wire, a, listener } = connected();
  must(listener.listen(7));
  a.socket("inet").connect(inet(B, 7000));
  wire.pass(10);
  expect(must(listener.info())).toMatchObject({
    state: "LISTEN",
    unacked: 1,
    sacked: 7,
    rtoUs: 0,
    segsIn: 0,
  });
});

test("a SYN that had to go again counts as lost", () => {
  const wire = new Wire({ fate: () => [] });
  const socket = wire.host(A).socket("inet");
  socket.connect(inet(B, 7000));
  expect(must(socket.info())).toMatchObject({ caState: 0, lost: 0, retransmits: 0, sndCwnd: 10, unacked: 1 });
  wire.pass(1100);
  expect(must(socket.info())).toMatchObject({
    caState: 4,
    lost: 1,
    retransmits: 1,
    sndCwnd: 1,
    sndSsthresh: 7,
  });
});

test("a shut window costs the congestion window nothing, however long it is asked for; a pause of the program does", () => {
  const { wire, client, server } = connected({ delayNs: 20e6 });
  must(client.setOption("SO_SNDBUF", 400_000));
  must(client.send(new Uint8Array(90_000)));
  wire.pass(400);
  const grown = must(client.info()).sndCwnd;
  expect(grown).toBeGreaterThan(50);
  wire.pass(60_000);
  expect(must(client.info()).backoff).toBeGreaterThan(5);
  expect(must(client.info()).sndCwnd).toBeGreaterThanOrEqual(grown);
  server.onWake = () => void server.recv(1_000_000);
  must(server.recv(1_000_000));
  wire.pass(20_000);
  expect(must(client.info())).toMatchObject({ unacked: 0, notsentBytes: 0 });
  const before = must(client.info()).sndCwnd;
  expect(before).toBeGreaterThan(10);
  must(client.send(bytes("after a pause")));
  expect(must(client.info()).sndCwnd).toBe(10);
});
