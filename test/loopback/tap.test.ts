// Packets of a run on real sockets: all of them, once, between the right hosts, in order with the calls.

import { describe, expect, test } from "vitest";
import { createNodeBackend } from "../../src/loopback/node-backend.ts";
import type { LoopbackBackend } from "../../src/loopback/loopback-backend.ts";
import { openTap } from "../../src/loopback/tap.ts";
import type { Tap } from "../../src/loopback/tap.ts";
import type { LogEvent } from "../../src/trace/events.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { Lab, readAll } from "../conformance/lab.ts";

const SYN = 0x02;
const SYN_ACK = 0x12;

async function withTap(
  skip: (note: string) => void,
  use: (backend: LoopbackBackend, tap: Tap) => Promise<void>,
): Promise<void> {
  const backend = await createNodeBackend({ hosts: ["client", "server"], seed: 1 });
  const tap = await openTap(backend);
  try {
    if ("unavailable" in tap) skip(tap.unavailable);
    else await use(backend, tap);
  } finally {
    if (!("unavailable" in tap)) await tap.close();
    await backend.dispose();
  }
}

describe("the packet tap", () => {
  test("shows a handshake once, between hosts by name, on IPv4 and IPv6", async ({ skip }) => {
    await withTap(skip, async (backend, tap) => {
      const lab = new Lab(backend);
      await lab.run(async () => {
        for (const family of ["inet", "inet6"] as const) {
          const [client, server] = await lab.pair(family);
          client.close();
          await server.recv();
          server.close();
        }
      });
      await tap.close();
      const { packets, transits } = tap.trace([]);
      const opening = [];
      for (let row = 0; row < packets.count; row++) {
        const flags = packets.tcpFlags[row];
        if (flags !== SYN && flags !== SYN_ACK) continue;
        opening.push([transits[row].from, transits[row].to, flags, packets.stream[row]]);
      }
      expect(opening).toStrictEqual([
        ["client", "server", SYN, 0],
        ["server", "client", SYN_ACK, 0],
        ["client", "server", SYN, 1],
        ["server", "client", SYN_ACK, 1],
      ]);
    });
  });

  test("stamps packets between the calls around them", async ({ skip }) => {
    await withTap(skip, async (backend, tap) => {
      const lab = new Lab(backend);
      const events: LogEvent[] = [];
      const note = (words: string): void => {
        events.push({ kind: "log", timeNs: backend.now(), host: "client", text: words });
      };
      await lab.run(async () => {
        const [client, server] = await lab.datagramPair();
        for (let i = 0; i < 5; i++) {
          note("before");
          await client.send("x");
          await server.recv();
          note("after");
        }
      });
      await tap.close();
      const trace = tap.trace(events);
      const order = [];
      for (let step = 0; step < trace.length; step++) {
        const at = trace.step(step);
        if ("packet" in at) order.push("packet");
        else {
          const event = trace.events[at.event];
          order.push(event.kind === "log" ? event.text : event.kind);
        }
      }
      const once = ["before", "packet", "arrive", "after"];
      expect(order).toStrictEqual([...once, ...once, ...once, ...once, ...once]);
    });
  });

  test("loses nothing of 10 MB", async ({ skip }) => {
    await withTap(skip, async (backend, tap) => {
      const size = 10 * 1024 * 1024;
      const lab = new Lab(backend);
      await lab.run(async () => {
        const [client, server] = await lab.pair();
        const received = readAll(server);
        await client.sendAll(new Uint8Array(size));
        client.shutdown("write");
        expect((await received).length).toBe(size);
      });
      await tap.close();
      const { packets, transits } = tap.trace([]);
      const ends = new Set<number>();
      let bytes = 0;
      for (let row = 0; row < packets.count; row++) {
        // A segment sent again counts once.
        if (transits[row].from !== "client" || ends.has(packets.tcpSeq[row])) continue;
        if (packets.payloadLength[row] > 0) ends.add(packets.tcpSeq[row]);
        bytes += packets.payloadLength[row];
      }
      expect(tap.dropped()).toBe(0);
      expect(bytes).toBeGreaterThanOrEqual(size);
    });
  });

  test("shows that a closed port answers a datagram with an ICMP error", async ({ skip }) => {
    await withTap(skip, async (backend, tap) => {
      const lab = new Lab(backend);
      await lab.run(async () => {
        for (const family of ["inet", "inet6"] as const) {
          const client = lab.socket("client", family, "dgram");
          await client.connect({ host: "server", port: 7999 });
          await client.send("x");
          await expect(client.recv()).rejects.toThrow("ECONNREFUSED");
        }
      });
      await tap.close();
      const { packets, transits } = tap.trace([]);
      const seen = [];
      for (let row = 0; row < packets.count; row++) {
        seen.push([transits[row].from, transits[row].to, packets.protocol[row]]);
      }
      expect(seen).toStrictEqual([
        ["client", "server", PROTOCOL.udp],
        ["server", "client", PROTOCOL.icmp],
        ["client", "server", PROTOCOL.udp],
        ["server", "client", PROTOCOL.icmpv6],
      ]);
    });
  });

  test("drain gives each packet once", async ({ skip }) => {
    await withTap(skip, async (backend, tap) => {
      const lab = new Lab(backend);
      await lab.run(async () => {
        const [client, server] = await lab.datagramPair();
        await client.send("one");
        await server.recv();
      });
      await tap.close();
      expect(tap.drain().map(({ from, to, length }) => [from, to, length])).toStrictEqual([
        ["client", "server", 14 + 20 + 8 + 3],
      ]);
      expect(tap.drain()).toStrictEqual([]);
      expect(tap.trace([]).packets.count).toBe(1);
    });
  });
});
