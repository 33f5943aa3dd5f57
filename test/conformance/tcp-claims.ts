// What TCP does at its edges: resets, refusals, ports, queues of connections.

import { expect } from "vitest";
import { PORT, errnoOf, readAll, text } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

async function echoOnce(lab: Lab, family: "inet" | "inet6"): Promise<void> {
  const [client, server] = await lab.pair(family);
  await client.sendAll("ping");
  expect(text(await server.recv())).toBe("ping");
  await server.sendAll("pong");
  expect(text(await client.recv())).toBe("pong");
  const peer = server.peer();
  expect(peer.family).toBe(family);
  expect("address" in peer && lab.backend.hostOf(peer.address)).toBe("client");
  expect(client.peer()).toStrictEqual(server.address());
  expect(server.peer()).toStrictEqual(client.address());
  expect(server.address()).toMatchObject({ family, port: PORT });
}

export const TCP_CLAIMS: readonly Claim[] = [
  {
    name: "IPv4 carries an echo, and each end's address names its host",
    holds: (lab) => echoOnce(lab, "inet"),
  },
  {
    name: "IPv6 carries an echo, and each end's address names its host",
    holds: (lab) => echoOnce(lab, "inet6"),
  },
  {
    name: "a listener bound to every address says so",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      expect(listener.address()).toStrictEqual({ family: "inet", address: "0.0.0.0", port: PORT });
    },
  },
  {
    name: "port 0 binds some free port, which reaches the listener",
    holds: async (lab) => {
      const listener = lab.socket("server", "inet", "stream");
      await listener.bind({ host: "server", port: 0 });
      await listener.listen();
      const at = listener.address();
      const port = "port" in at ? at.port : 0;
      expect(port).toBeGreaterThan(0);
      const client = lab.socket("client", "inet", "stream");
      await client.connect({ host: "server", port });
      const server = await listener.accept();
      expect(server.address()).toStrictEqual(client.peer());
    },
  },
  {
    name: "a client bound to a port connects from it",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      const client = lab.socket("client", "inet", "stream");
      await client.bind({ port: 7100 });
      await client.connect({ host: "server", port: PORT });
      expect((await listener.accept()).peer()).toMatchObject({ port: 7100 });
    },
  },
  {
    name: "connecting to a port nobody listens on fails with ECONNREFUSED",
    holds: async (lab) => {
      for (const family of ["inet", "inet6"] as const) {
        const client = lab.socket("client", family, "stream");
        expect(await errnoOf(client.connect({ host: "server", port: 7999 }))).toBe("ECONNREFUSED");
      }
    },
  },
  {
    name: "connecting after the listener has closed fails with ECONNREFUSED",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      const client = await lab.connected("inet");
      const server = await listener.accept();
      listener.close();
      expect(await errnoOf(lab.connected("inet"))).toBe("ECONNREFUSED");
      await client.send("still here");
      expect(text(await server.recv())).toBe("still here");
    },
  },
  {
    name: "a bound socket that does not listen refuses connections",
    holds: async (lab) => {
      const bound = lab.socket("server", "inet", "stream");
      await bound.bind({ port: PORT });
      expect(await errnoOf(lab.connected("inet"))).toBe("ECONNREFUSED");
    },
  },
  {
    name: "binding a port that is taken fails with EADDRINUSE, on this host only",
    holds: async (lab) => {
      await lab.listener("inet");
      const second = lab.socket("server", "inet", "stream");
      expect(await errnoOf(second.bind({ port: PORT }))).toBe("EADDRINUSE");
      const other = lab.socket("client", "inet", "stream");
      expect(await errnoOf(other.bind({ port: PORT }))).toBe("ok");
    },
  },
  {
    name: "binding another host's address fails with EADDRNOTAVAIL",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      expect(await errnoOf(socket.bind({ host: "server", port: PORT }))).toBe("EADDRNOTAVAIL");
    },
  },
  {
    name: "an unknown host fails with EHOSTUNREACH",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      expect(await errnoOf(socket.connect({ host: "nobody", port: PORT }))).toBe("EHOSTUNREACH");
    },
  },
  {
    name: "calls that need a connection fail without one",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      expect(await errnoOf(socket.recv())).toBe("ENOTCONN");
      expect(await errnoOf(socket.send("x"))).toBe("EPIPE");
      expect(await errnoOf(() => socket.shutdown("write"))).toBe("ENOTCONN");
      expect(await errnoOf(() => socket.peer())).toBe("ENOTCONN");
      expect(await errnoOf(socket.accept())).toBe("EINVAL");
    },
  },
  {
    name: "connecting a second time fails with EISCONN",
    holds: async (lab) => {
      const [client] = await lab.pair();
      expect(await errnoOf(client.connect({ host: "server", port: PORT }))).toBe("EISCONN");
    },
  },
  {
    name: "a peer that closes with unread data resets: ECONNRESET once, then the end of the stream, then EPIPE",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("never read");
      await server.recv(1, { peek: true });
      server.close();
      expect(await errnoOf(client.recv())).toBe("ECONNRESET");
      expect((await client.recv()).length).toBe(0);
      expect((await client.recv()).length).toBe(0);
      expect(await errnoOf(client.send("x"))).toBe("EPIPE");
    },
  },
  {
    name: "an answer sent before a reset can still be read",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("never read");
      await server.recv(1, { peek: true });
      await server.send("answer");
      await client.recv(6, { peek: true });
      server.close();
      expect(text(await client.recv())).toBe("answer");
      expect(await errnoOf(client.recv())).toBe("ECONNRESET");
    },
  },
  {
    name: "a reset is told to the first send, too, and EPIPE to the next",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("never read");
      await server.recv(1, { peek: true });
      server.close();
      let code = "ok";
      for (let i = 0; i < 200 && code === "ok"; i++) {
        await lab.sleep(1);
        code = await errnoOf(client.send("", { dontWait: true }).then(() => client.send("x")));
      }
      expect(code).toBe("ECONNRESET");
      expect(await errnoOf(client.send("x"))).toBe("EPIPE");
      expect((await client.recv()).length).toBe(0);
    },
  },
  {
    name: "close with SO_LINGER 0 resets",
    feature: "linger",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      server.setOption("SO_LINGER", 0);
      expect(server.getOption("SO_LINGER")).toBe(0);
      server.close();
      expect(await errnoOf(client.recv())).toBe("ECONNRESET");
    },
    refused: async (lab) => {
      const [, server] = await lab.pair();
      expect(await errnoOf(() => server.setOption("SO_LINGER", 0))).toBe("ENOTSUP");
    },
  },
  {
    name: "the first send after the peer's close succeeds, later ones fail with EPIPE, and reads see the end",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      server.close();
      expect((await client.recv()).length).toBe(0);
      expect(await client.send("one")).toBe(3);
      let code = "ok";
      for (let i = 0; i < 200 && code === "ok"; i++) {
        await lab.sleep(1);
        code = await errnoOf(client.send("two"));
      }
      expect(code).toBe("EPIPE");
      expect((await client.recv()).length).toBe(0);
    },
  },
  {
    name: "connections complete before accept and come out in their order",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      const clients = [];
      for (let i = 0; i < 3; i++) {
        const client = await lab.connected("inet");
        await client.send(String(i));
        clients.push(client);
      }
      for (const [i, client] of clients.entries()) {
        const server = await listener.accept();
        expect(text(await server.recv())).toBe(String(i));
        expect(server.peer()).toStrictEqual(client.address());
      }
    },
  },
  {
    name: "a backlog of 0 completes one connection, and the next when that is accepted",
    feature: "backlog",
    holds: async (lab) => {
      const listener = await lab.listener("inet", 0);
      await lab.connected("inet");
      let second = "waiting";
      const connecting = lab.connected("inet").then(() => (second = "connected"));
      await lab.sleep(100);
      expect(second).toBe("waiting");
      await listener.accept();
      await connecting;
      await listener.accept();
    },
    refused: async (lab) => {
      const listener = await lab.listener("inet", 0);
      await lab.connected("inet");
      await lab.connected("inet");
      expect(await errnoOf(listener.accept())).toBe("ENOTSUP");
    },
  },
  {
    name: "100 clients are served at once",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      const serving: Promise<void>[] = [];
      const accepting = (async () => {
        for (let i = 0; i < 100; i++) {
          const server = await listener.accept();
          serving.push(
            (async () => {
              await server.sendAll(`${text(await readAll(server)).toUpperCase()}!`);
              server.close();
            })(),
          );
        }
      })();
      const answers = await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const client = await lab.connected("inet");
          await client.sendAll(`hello ${i}`);
          client.shutdown("write");
          return text(await readAll(client));
        }),
      );
      await accepting;
      await Promise.all(serving);
      expect(answers).toStrictEqual(Array.from({ length: 100 }, (_, i) => `HELLO ${i}!`));
    },
  },
  {
    name: "TCP_INFO tells the state",
    feature: "tcp info",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      expect(client.info()).toMatchObject({ state: "ESTABLISHED" });
      client.shutdown("write");
      await server.recv();
      expect(server.info().state).toBe("CLOSE_WAIT");
    },
    refused: async (lab) => {
      const [client] = await lab.pair();
      expect(await errnoOf(() => client.info())).toBe("ENOTSUP");
    },
  },
];
