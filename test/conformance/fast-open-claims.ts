// TCP Fast Open as any two hosts have it that let clients and no servers do it, which is what Linux does unless told otherwise.

import { expect } from "vitest";
import { PORT, errnoOf, text } from "./lab.ts";
import type { Claim } from "./suite.ts";

const FAST = { fastOpen: true } as const;

export const FAST_OPEN_CLAIMS: readonly Claim[] = [
  {
    name: "MSG_FASTOPEN connects and sends, whether the peer takes part or not",
    feature: "fast open",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      for (const word of ["once", "again"]) {
        const client = lab.socket("client", "inet", "stream");
        expect(await client.sendTo(word, { host: "server", port: PORT }, FAST)).toBe(word.length);
        const server = await listener.accept();
        expect(text(await server.recv())).toBe(word);
        expect(client.peer()).toMatchObject({ port: PORT });
        expect(await errnoOf(client.sendTo("x", { host: "server", port: PORT }, FAST))).toBe("EISCONN");
      }
    },
    refused: async (lab) => {
      await lab.listener("inet");
      const client = lab.socket("client", "inet", "stream");
      expect(await errnoOf(client.sendTo("x", { host: "server", port: PORT }, FAST))).toBe("ENOTSUP");
      expect(await errnoOf(() => client.setOption("TCP_FASTOPEN_CONNECT", true))).toBe("ENOTSUP");
    },
  },
  {
    name: "MSG_FASTOPEN to a port nobody listens on fails with ECONNREFUSED",
    feature: "fast open",
    holds: async (lab) => {
      const client = lab.socket("client", "inet", "stream");
      expect(await errnoOf(client.sendTo("x", { host: "server", port: 7999 }, FAST))).toBe("ECONNREFUSED");
    },
  },
  {
    name: "TCP_FASTOPEN and TCP_FASTOPEN_CONNECT are set before there is a connection",
    feature: "fast open",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      listener.setOption("TCP_FASTOPEN", 5);
      expect(listener.getOption("TCP_FASTOPEN")).toBe(5);
      expect(await errnoOf(() => listener.setOption("TCP_FASTOPEN", -1))).toBe("EINVAL");
      const client = lab.socket("client", "inet", "stream");
      client.setOption("TCP_FASTOPEN_CONNECT", true);
      expect(client.getOption("TCP_FASTOPEN_CONNECT")).toBe(true);
      await client.connect({ host: "server", port: PORT });
      expect(await errnoOf(() => client.setOption("TCP_FASTOPEN_CONNECT", false))).toBe("EINVAL");
      expect(await errnoOf(() => client.setOption("TCP_FASTOPEN", 1))).toBe("EINVAL");
      expect(await errnoOf(() => listener.setOption("TCP_FASTOPEN_CONNECT", true))).toBe("EINVAL");
    },
  },
];
