// What socket options do on every backend, and which may be refused.

import { expect } from "vitest";
import { errnoOf } from "./lab.ts";
import type { Claim } from "./suite.ts";

export const OPTION_CLAIMS: readonly Claim[] = [
  {
    name: "TCP_NODELAY is off until it is set",
    holds: async (lab) => {
      const [client] = await lab.pair();
      expect(client.getOption("TCP_NODELAY")).toBe(false);
      client.setOption("TCP_NODELAY", true);
      expect(client.getOption("TCP_NODELAY")).toBe(true);
    },
  },
  {
    name: "SO_KEEPALIVE is off until it is set",
    holds: async (lab) => {
      const [client] = await lab.pair();
      expect(client.getOption("SO_KEEPALIVE")).toBe(false);
      client.setOption("SO_KEEPALIVE", true);
      expect(client.getOption("SO_KEEPALIVE")).toBe(true);
    },
  },
  {
    name: "SO_MAX_PACING_RATE is none until it is set, on sockets of any kind, and TCP goes by it",
    feature: "tcp info",
    holds: async (lab) => {
      for (const type of ["stream", "dgram"] as const) {
        const socket = lab.socket("server", "inet", type);
        expect(socket.getOption("SO_MAX_PACING_RATE")).toBe(-1);
        socket.setOption("SO_MAX_PACING_RATE", 1_000_000);
        expect(socket.getOption("SO_MAX_PACING_RATE")).toBe(1_000_000);
      }
      const [client, server] = await lab.pair();
      client.setOption("SO_MAX_PACING_RATE", 10_000_000);
      await client.send("x");
      await server.recv();
      await lab.sleep(50);
      expect(client.info().pacingRate).toBe(10_000_000);
      const start = lab.backend.now();
      const length = 4_000_000;
      const sending = client.sendAll(new Uint8Array(length));
      for (let left = length; left > 0;) left -= (await server.recv(left)).length;
      await sending;
      // The first ten packets are not paced, and on loopback they may have 64 KiB each.
      expect((lab.backend.now() - start) / 1e6).toBeGreaterThan(300);
    },
    refused: async (lab) => {
      const [client] = await lab.pair();
      expect(await errnoOf(() => client.setOption("SO_MAX_PACING_RATE", 1_000_000))).toBe("ENOTSUP");
    },
  },
  {
    name: "SO_REUSEADDR can be set on a stream",
    holds: async (lab) => {
      const socket = lab.socket("server", "inet", "stream");
      socket.setOption("SO_REUSEADDR", true);
      expect(socket.getOption("SO_REUSEADDR")).toBe(true);
    },
  },
  {
    name: "SO_ERROR is empty when nothing is wrong",
    holds: async (lab) => {
      const [client] = await lab.pair();
      expect(client.getOption("SO_ERROR")).toBe("");
    },
  },
  {
    name: "SO_ERROR tells of a reset once, and clears it",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("never read");
      await server.recv(1, { peek: true });
      server.close();
      let error = client.getOption("SO_ERROR");
      for (let i = 0; i < 200 && error === ""; i++) {
        await lab.sleep(1);
        error = client.getOption("SO_ERROR");
      }
      expect(error).toBe("ECONNRESET");
      expect(client.getOption("SO_ERROR")).toBe("");
      expect((await client.recv()).length).toBe(0);
    },
  },
  {
    name: "a value of the wrong kind is EINVAL",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      expect(await errnoOf(() => socket.setOption("TCP_NODELAY", 1))).toBe("EINVAL");
    },
  },
  {
    name: "SO_RCVBUF can be set and answers no less",
    feature: "receive buffer",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      socket.setOption("SO_RCVBUF", 8192);
      expect(Number(socket.getOption("SO_RCVBUF"))).toBeGreaterThanOrEqual(8192);
    },
    refused: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      expect(await errnoOf(() => socket.setOption("SO_RCVBUF", 8192))).toBe("ENOTSUP");
    },
  },
  {
    name: "MSG_MORE is taken",
    feature: "send more",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      expect(await client.send("head", { more: true })).toBe(4);
      expect(await client.send("body")).toBe(4);
      expect(Buffer.from(await server.recv(8, { waitAll: true })).toString()).toBe("headbody");
    },
    refused: async (lab) => {
      const [client] = await lab.pair();
      expect(await errnoOf(client.send("head", { more: true }))).toBe("ENOTSUP");
    },
  },
];
