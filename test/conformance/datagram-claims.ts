// What datagram sockets do: boundaries, empties, truncation, errors that come back.

import { expect } from "vitest";
import { PORT, errnoOf, text } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

async function datagramEcho(lab: Lab, family: "inet" | "inet6"): Promise<void> {
  const server = lab.socket("server", family, "dgram");
  await server.bind({ port: PORT });
  const client = lab.socket("client", family, "dgram");
  expect(await client.sendTo("ping", { host: "server", port: PORT })).toBe(4);
  const { data, from, truncated } = await server.recvFrom();
  expect([text(data), truncated]).toStrictEqual(["ping", false]);
  expect("address" in from && lab.backend.hostOf(from.address)).toBe("client");
  expect(await server.sendTo("pong", from)).toBe(4);
  const answer = await client.recvFrom();
  expect(text(answer.data)).toBe("pong");
  expect(answer.from).toMatchObject({ port: PORT });
  expect("address" in answer.from && lab.backend.hostOf(answer.from.address)).toBe("server");
}

export const DATAGRAM_CLAIMS: readonly Claim[] = [
  {
    name: "IPv4 datagrams go there and back, and say whom they are from",
    holds: (lab) => datagramEcho(lab, "inet"),
  },
  {
    name: "IPv6 datagrams go there and back, and say whom they are from",
    holds: (lab) => datagramEcho(lab, "inet6"),
  },
  {
    name: "datagrams keep their boundaries",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      for (const word of ["one", "two", "three"]) await client.send(word);
      const words = [];
      for (let i = 0; i < 3; i++) words.push(text(await server.recv()));
      expect(words).toStrictEqual(["one", "two", "three"]);
    },
  },
  {
    name: "an empty datagram arrives as one",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      expect(await client.send("")).toBe(0);
      const { data, from, truncated } = await server.recvFrom();
      expect([data.length, truncated]).toStrictEqual([0, false]);
      expect(from).toStrictEqual(client.address());
      expect(await errnoOf(server.recv(10, { dontWait: true }))).toBe("EAGAIN");
    },
  },
  {
    name: "a recv smaller than the datagram gets its beginning, and the rest is gone",
    feature: "truncation",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      await client.send("0123456789");
      await client.send("abcdefghij");
      await client.send("last");
      expect(text(await server.recv(4))).toBe("0123");
      const cut = await server.recvFrom(4);
      expect([text(cut.data), cut.truncated]).toStrictEqual(["abcd", true]);
      const whole = await server.recvFrom(4);
      expect([text(whole.data), whole.truncated]).toStrictEqual(["last", false]);
    },
    refused: async (lab) => {
      const [client, server] = await lab.datagramPair();
      await client.send("0123456789");
      expect(await errnoOf(server.recvFrom(4))).toBe("ENOTSUP");
      expect(text(await server.recv(10))).toBe("0123456789");
    },
  },
  {
    name: "MSG_PEEK leaves the datagram",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      await client.send("same");
      expect(text(await server.recv(100, { peek: true }))).toBe("same");
      expect(text(await server.recv(100))).toBe("same");
    },
  },
  {
    name: "the largest datagram is 65,507 bytes on IPv4 and 65,527 on IPv6; one more is EMSGSIZE",
    holds: async (lab) => {
      for (const [family, max] of [
        ["inet", 65_507],
        ["inet6", 65_527],
      ] as const) {
        const [client, server] = await lab.datagramPair(family);
        expect(await client.send(new Uint8Array(max))).toBe(max);
        expect((await server.recv()).length).toBe(max);
        expect(await errnoOf(client.send(new Uint8Array(max + 1)))).toBe("EMSGSIZE");
        // A wildcard of IPv6 may stand for IPv4's, too: one at a time.
        server.close();
      }
    },
  },
  {
    name: "a connected socket whose peer's port is closed hears ECONNREFUSED, once",
    holds: async (lab) => {
      const client = lab.socket("client", "inet", "dgram");
      await client.connect({ host: "server", port: 7999 });
      expect(await client.send("x")).toBe(1);
      expect(await errnoOf(client.recv())).toBe("ECONNREFUSED");
      expect(await errnoOf(client.recv(1, { dontWait: true }))).toBe("EAGAIN");
      expect(await client.send("x")).toBe(1);
    },
  },
  {
    name: "an unconnected socket hears nothing of a closed port",
    holds: async (lab) => {
      const client = lab.socket("client", "inet", "dgram");
      expect(await client.sendTo("x", { host: "server", port: 7999 })).toBe(1);
      await lab.sleep(20);
      expect(await errnoOf(client.recv(1, { dontWait: true }))).toBe("EAGAIN");
    },
  },
  {
    name: "a connected socket hears its peer only",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      const stranger = lab.socket("server", "inet", "dgram");
      const at = client.address();
      await stranger.sendTo("not from the peer", at);
      await server.sendTo("from the peer", at);
      expect(text(await client.recv())).toBe("from the peer");
      expect(client.peer()).toMatchObject({ port: PORT });
    },
  },
  {
    name: "send without a peer fails with EDESTADDRREQ",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "dgram");
      expect(await errnoOf(socket.send("x"))).toBe("EDESTADDRREQ");
      expect(await errnoOf(() => socket.peer())).toBe("ENOTCONN");
    },
  },
  {
    name: "datagram sockets neither listen nor accept",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "dgram");
      expect(await errnoOf(socket.listen())).toBe("EOPNOTSUPP");
      expect(await errnoOf(socket.accept())).toBe("EOPNOTSUPP");
    },
  },
  {
    name: "binding a port that is taken fails with EADDRINUSE, on this host only; a close frees it",
    holds: async (lab) => {
      for (const family of ["inet", "inet6"] as const) {
        const first = lab.socket("server", family, "dgram");
        await first.bind({ port: PORT });
        const second = lab.socket("server", family, "dgram");
        expect(await errnoOf(second.bind({ port: PORT }))).toBe("EADDRINUSE");
        const elsewhere = lab.socket("client", family, "dgram");
        expect(await errnoOf(elsewhere.bind({ port: PORT }))).toBe("ok");
        first.close();
        const third = lab.socket("server", family, "dgram");
        expect(await errnoOf(third.bind({ port: PORT }))).toBe("ok");
        third.close();
        elsewhere.close();
      }
    },
  },
  {
    name: "a recv that waits is ended by close with EBADF",
    holds: async (lab) => {
      const [, server] = await lab.datagramPair();
      const waiting = errnoOf(server.recvFrom());
      server.close();
      expect(await waiting).toBe("EBADF");
    },
  },
  {
    name: "a datagram sent just before close still arrives",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      await client.send("farewell");
      client.close();
      expect(text(await server.recv())).toBe("farewell");
    },
  },
  {
    name: "shutdown of reading makes a recv empty",
    feature: "datagram shutdown",
    holds: async (lab) => {
      const [client] = await lab.datagramPair();
      client.shutdown("read");
      expect((await client.recv()).length).toBe(0);
    },
    refused: async (lab) => {
      const [client] = await lab.datagramPair();
      expect(await errnoOf(() => client.shutdown("read"))).toBe("ENOTSUP");
    },
  },
];
