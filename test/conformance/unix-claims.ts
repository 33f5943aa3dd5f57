// What Unix sockets do: streams and datagrams by path.

import { expect } from "vitest";
import { errnoOf, readAll, text } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

async function refusesUnix(lab: Lab): Promise<void> {
  expect(await errnoOf(() => lab.socket("server", "unix", "stream"))).toBe("ENOTSUP");
}

async function refusesDatagrams(lab: Lab): Promise<void> {
  expect(await errnoOf(() => lab.socket("server", "unix", "dgram"))).toBe("ENOTSUP");
}

export const UNIX_CLAIMS: readonly Claim[] = [
  {
    name: "a stream carries an echo and its end",
    feature: "unix",
    holds: async (lab) => {
      const [client, server] = await lab.pair("unix");
      expect(client.peer()).toStrictEqual({ family: "unix", path: "socket" });
      expect(server.peer()).toStrictEqual({ family: "unix", path: "" });
      expect(server.address()).toStrictEqual({ family: "unix", path: "socket" });
      await client.send("one");
      await client.send("two");
      client.shutdown("write");
      expect(text(await readAll(server))).toBe("onetwo");
      await server.send("back");
      server.close();
      expect(text(await readAll(client))).toBe("back");
      expect(await errnoOf(client.send("x"))).toBe("EPIPE");
    },
    refused: refusesUnix,
  },
  {
    name: "a path nobody bound is ENOENT",
    feature: "unix",
    holds: async (lab) => {
      expect(await errnoOf(lab.connected("unix"))).toBe("ENOENT");
    },
    refused: refusesUnix,
  },
  {
    name: "a path stays after its listener: connecting is refused, binding it again is EADDRINUSE",
    feature: "unix",
    holds: async (lab) => {
      const listener = await lab.listener("unix");
      listener.close();
      expect(await errnoOf(lab.connected("unix"))).toBe("ECONNREFUSED");
      expect(await errnoOf(lab.listener("unix"))).toBe("EADDRINUSE");
    },
    refused: refusesUnix,
  },
  {
    name: "paths of two hosts are two paths",
    feature: "unix",
    holds: async (lab) => {
      await lab.listener("unix");
      const elsewhere = lab.socket("client", "unix", "stream");
      expect(await errnoOf(elsewhere.connect({ path: "socket" }))).toBe("ENOENT");
      await elsewhere.bind({ path: "socket" });
      expect(elsewhere.address()).toStrictEqual({ family: "unix", path: "socket" });
    },
    refused: refusesUnix,
  },
  {
    name: "datagrams keep boundaries and empties",
    feature: "unix datagrams",
    holds: async (lab) => {
      const server = lab.socket("server", "unix", "dgram");
      await server.bind({ path: "mailbox" });
      const client = lab.socket("server", "unix", "dgram");
      await client.bind({ path: "sender" });
      await client.connect({ path: "mailbox" });
      for (const word of ["one", "", "three"]) await client.send(word);
      expect(text(await server.recv())).toBe("one");
      const empty = await server.recvFrom();
      expect([empty.data.length, empty.from]).toStrictEqual([0, { family: "unix", path: "sender" }]);
      const cut = await server.recvFrom(3);
      expect([text(cut.data), cut.truncated]).toStrictEqual(["thr", true]);
    },
    refused: refusesDatagrams,
  },
  {
    name: "a full queue of datagrams stops the sender until somebody reads",
    feature: "unix datagrams",
    holds: async (lab) => {
      const server = lab.socket("server", "unix", "dgram");
      await server.bind({ path: "mailbox" });
      const client = lab.socket("server", "unix", "dgram");
      const count = 500;
      const sending = (async () => {
        for (let i = 0; i < count; i++) await client.sendTo(String(i), { path: "mailbox" });
      })();
      await lab.sleep(5);
      for (let i = 0; i < count; i++) expect(text(await server.recv())).toBe(String(i));
      await sending;
    },
    refused: refusesDatagrams,
  },
  {
    name: "a full queue of connections stops a client until somebody accepts",
    feature: "unix datagrams",
    holds: async (lab) => {
      const listener = await lab.listener("unix", 0);
      await lab.connected("unix");
      let second = "waiting";
      const connecting = lab.connected("unix").then(() => (second = "connected"));
      await lab.sleep(20);
      expect(second).toBe("waiting");
      await listener.accept();
      await connecting;
    },
    refused: refusesDatagrams,
  },
];
