// Capturing with tcpdump or dumpcap, for processes that may not open AF_PACKET themselves.

import { expect, test } from "vitest";
import { createNodeBackend } from "../../src/loopback/node-backend.ts";
import { openCaptureCommand } from "../../src/loopback/tap-command.ts";
import { wayOf } from "../../src/loopback/tap-match.ts";
import { LINKTYPE } from "../../src/trace/trace.ts";
import { Lab } from "../conformance/lab.ts";

test("a capture program shows what was sent after it was ready and before it settled", async ({ skip }) => {
  const backend = await createNodeBackend({ hosts: ["client", "server"], seed: 1 });
  const source = await openCaptureCommand(backend, "lo");
  if ("unavailable" in source) {
    await backend.dispose();
    skip(source.unavailable);
    return;
  }
  const lab = new Lab(backend);
  await lab.run(async () => {
    const [client, server] = await lab.datagramPair();
    for (let i = 0; i < 100; i++) {
      await client.send(String(i));
      await server.recv();
    }
  });
  await source.settle();
  await source.stop();
  const packets = source.read();
  const ways = packets.map(({ bytes }) => wayOf(backend.runHosts, bytes, source.linkType));
  await backend.dispose();
  expect(source.linkType).toBe(LINKTYPE.ethernet);
  expect(ways.filter((way) => way?.from === "client" && way.to === "server").length).toBe(100);
});
