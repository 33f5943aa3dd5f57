// What Unix sockets do: streams and datagrams by path.

import { expect } from "vitest";
import { SocketError } from "../../src/socket/errno.ts";
import type { Socket } from "../../src/socket/api.ts";
import { errnoOf, readAll, text } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

async function refusesUnix(lab: Lab): Promise<void> {
  expect(await errnoOf(() => lab.socket("server", "unix", "stream"))).toBe("ENOTSUP");
}

async function refusesDatagrams(lab: Lab): Promise<void> {
  expect(await errnoOf(() => lab.socket("server", "unix", "dgram"))).toBe("ENOTSUP");
}

const NOW = { dontWait: true } as const;
const OOB = { oob: true } as const;

/** What there is to read, quoted, or the errno. */
async function reads(socket: Socket): Promise<string> {
  try {
    return `'${text(await socket.recv(100, NOW))}'`;
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
}

const sends = (socket: Socket, data: string | Uint8Array = "x"): Promise<string> =>
  errnoOf(socket.send(data, NOW));

/** Sends `size` bytes again and again until there is no room; answers how often it went, and the bytes taken. */
async function fills(socket: Socket, size: number): Promise<[number, number]> {
  let count = 0;
  let bytes = 0;
  for (;;) {
    try {
      bytes += await socket.send(new Uint8Array(size), NOW);
      count++;
    } catch (error) {
      expect(error).toMatchObject({ code: "EAGAIN" });
      return [count, bytes];
    }
  }
}

/** A datagram socket of the server, bound to `path` unless it is null. */
async function box(lab: Lab, path: string | null): Promise<Socket> {
  const socket = lab.socket("server", "unix", "dgram");
  if (path !== null) await socket.bind({ path });
  return socket;
}

/** Two datagram sockets, each the other's peer. */
async function boxes(lab: Lab): Promise<readonly [Socket, Socket]> {
  const a = await box(lab, "a");
  const b = await box(lab, "b");
  await a.connect({ path: "b" });
  await b.connect({ path: "a" });
  return [a, b];
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
  {
    name: "calls out of turn fail as af_unix has it",
    feature: "unix datagrams",
    holds: async (lab) => {
      const fresh = (): Socket => lab.socket("server", "unix", "stream");
      expect([await sends(fresh()), await sends(fresh(), "")]).toStrictEqual(["ENOTCONN", "ENOTCONN"]);
      expect([await reads(fresh()), await errnoOf(fresh().accept())]).toStrictEqual(["EINVAL", "EINVAL"]);
      expect(await errnoOf(fresh().listen(1))).toBe("EINVAL");
      expect(await errnoOf(() => fresh().peer())).toBe("ENOTCONN");
      expect(await errnoOf(() => fresh().shutdown("both"))).toBe("ok");
      expect(await errnoOf(fresh().sendTo("x", { path: "nobody" }))).toBe("EOPNOTSUPP");
      const [client, server] = await lab.pair("unix");
      expect(await errnoOf(client.connect({ path: "socket" }))).toBe("EISCONN");
      expect(await errnoOf(client.connect({ path: "nobody" }))).toBe("ENOENT");
      expect(await errnoOf(client.sendTo("x", { path: "socket" }))).toBe("EISCONN");
      expect(await errnoOf(server.listen(1))).toBe("EINVAL");
      expect(await errnoOf(() => client.info())).toBe("EOPNOTSUPP");
      const bound = await box(lab, "box");
      expect(await errnoOf(bound.bind({ path: "box" }))).toBe("EADDRINUSE");
      expect(await errnoOf(bound.bind({ path: "other" }))).toBe("EINVAL");
      expect(await errnoOf(bound.listen(1))).toBe("EOPNOTSUPP");
      expect(await errnoOf(fresh().connect({ path: "box" }))).toBe("EPROTOTYPE");
      expect(await errnoOf((await box(lab, null)).connect({ path: "socket" }))).toBe("EPROTOTYPE");
      expect(await sends(await box(lab, null))).toBe("ENOTCONN");
      expect(await errnoOf(fresh().connect({ path: "x".repeat(108) }))).toBe("EINVAL");
    },
    refused: refusesDatagrams,
  },
  {
    name: "a stream takes what its send buffer has room for, and more when some of it is read",
    feature: "unix datagrams",
    holds: async (lab) => {
      for (const [size, count, bytes] of [
        [1, 278, 278],
        [3777, 44, 166_188],
        [65_536, 4, 233_152],
        [300_000, 1, 219_264],
      ]) {
        const listener = lab.socket("server", "unix", "stream");
        await listener.bind({ path: `of ${size}` });
        await listener.listen(1);
        const client = lab.socket("server", "unix", "stream");
        await client.connect({ path: `of ${size}` });
        expect(await fills(client, size)).toStrictEqual([count, bytes]);
        const server = await listener.accept();
        const sending = client.sendAll(new Uint8Array(100_000));
        let got = 0;
        while (got < bytes + 100_000) got += (await server.recv(10_000)).length;
        await sending;
      }
    },
    refused: refusesDatagrams,
  },
  {
    name: "eleven datagrams wait at a stranger's, 278 at a peer's",
    feature: "unix datagrams",
    holds: async (lab) => {
      const receiver = await box(lab, "stranger");
      const sender = await box(lab, null);
      await sender.connect({ path: "stranger" });
      expect(await fills(sender, 1)).toStrictEqual([11, 11]);
      await receiver.recv();
      expect(await fills(sender, 1)).toStrictEqual([1, 1]);
      const [a] = await boxes(lab);
      expect(await fills(a, 1)).toStrictEqual([278, 278]);
      a.close();
      const b = await box(lab, "c");
      await b.connect({ path: "c" });
      b.setOption("SO_SNDBUF", 10_000);
      expect([b.getOption("SO_SNDBUF"), await sends(b, new Uint8Array(19_969))]).toStrictEqual([
        20_000,
        "EMSGSIZE",
      ]);
      expect(await sends(b, new Uint8Array(19_968))).toBe("ok");
      expect(await sends(b)).toBe("EAGAIN");
    },
    refused: refusesDatagrams,
  },
  {
    name: "a connected datagram socket hears its peer only, and forgets one that is gone",
    feature: "unix datagrams",
    holds: async (lab) => {
      const [a, b] = await boxes(lab);
      const stranger = await box(lab, null);
      expect(await errnoOf(stranger.sendTo("x", { path: "a" }))).toBe("EPERM");
      expect(await errnoOf(stranger.connect({ path: "a" }))).toBe("EPERM");
      expect(b.peer()).toStrictEqual({ family: "unix", path: "a" });
      a.close();
      expect([await sends(b), await sends(b)]).toStrictEqual(["ECONNREFUSED", "ENOTCONN"]);
      expect(await errnoOf(() => b.peer())).toBe("ENOTCONN");
      expect(await sends(stranger)).toBe("ENOTCONN");
    },
    refused: refusesDatagrams,
  },
  {
    name: "a datagram socket with another peer loses what waited, and the old one is told",
    feature: "unix datagrams",
    holds: async (lab) => {
      const [a, b] = await boxes(lab);
      await box(lab, "next");
      await b.send("lost");
      await a.connect({ path: "next" });
      expect(await reads(a)).toBe("EAGAIN");
      expect([await reads(b), await reads(b)]).toStrictEqual(["ECONNRESET", "EAGAIN"]);
    },
    refused: refusesDatagrams,
  },
  {
    name: "shutdown stops datagrams on the side it is called on",
    feature: "unix datagrams",
    holds: async (lab) => {
      const [a, b] = await boxes(lab);
      await a.send("1");
      b.shutdown("read");
      expect([await sends(a), await reads(b), await reads(b)]).toStrictEqual(["EPIPE", "'1'", "''"]);
      a.shutdown("write");
      expect([await sends(a), await sends(b), await reads(a)]).toStrictEqual(["EPIPE", "ok", "'x'"]);
    },
    refused: refusesDatagrams,
  },
  {
    name: "shutdown of a stream takes effect on both ends",
    feature: "unix datagrams",
    holds: async (lab) => {
      const [a, b] = await lab.pair("unix");
      await b.send("q");
      await a.send("1");
      b.shutdown("read");
      expect([await sends(a), await reads(b), await reads(b)]).toStrictEqual(["EPIPE", "'1'", "''"]);
      expect([await reads(a), await reads(a)]).toStrictEqual(["'q'", "EAGAIN"]);
      b.shutdown("write");
      expect([await reads(a), await sends(b)]).toStrictEqual(["''", "EPIPE"]);
    },
    refused: refusesDatagrams,
  },
  {
    name: "a stream closed with unread data resets its peer, which knows its name still",
    feature: "unix datagrams",
    holds: async (lab) => {
      const [client, server] = await lab.pair("unix");
      await client.send("unread");
      server.close();
      expect([await sends(client, ""), await sends(client)]).toStrictEqual(["EPIPE", "EPIPE"]);
      expect([await reads(client), await reads(client)]).toStrictEqual(["ECONNRESET", "''"]);
      expect(client.peer()).toStrictEqual({ family: "unix", path: "socket" });
    },
    refused: refusesDatagrams,
  },
  {
    name: "connections nobody accepted are reset when their listener closes, clients that wait are refused",
    feature: "unix datagrams",
    holds: async (lab) => {
      const listener = await lab.listener("unix", 0);
      const queued = await lab.connected("unix");
      const waiting = errnoOf(lab.connected("unix"));
      await lab.sleep(10);
      listener.close();
      expect([await sends(queued), await reads(queued), await reads(queued)]).toStrictEqual([
        "EPIPE",
        "ECONNRESET",
        "''",
      ]);
      expect(await waiting).toBe("ECONNREFUSED");
    },
    refused: refusesDatagrams,
  },
  {
    name: "a client may send and be gone before it is accepted",
    feature: "unix datagrams",
    holds: async (lab) => {
      const listener = await lab.listener("unix");
      const client = await lab.connected("unix");
      await client.send("hi");
      client.close();
      const server = await listener.accept();
      expect([await reads(server), await reads(server), await sends(server)]).toStrictEqual([
        "'hi'",
        "''",
        "EPIPE",
      ]);
      listener.shutdown("read");
      expect(await errnoOf(lab.connected("unix"))).toBe("ECONNREFUSED");
    },
    refused: refusesDatagrams,
  },
  {
    name: "an abstract name is gone with its socket, and a socket can ask for one",
    feature: "unix datagrams",
    holds: async (lab) => {
      const path = "\0name";
      const listener = lab.socket("server", "unix", "stream");
      await listener.bind({ path });
      await listener.listen();
      expect(listener.address()).toStrictEqual({ family: "unix", path });
      const client = lab.socket("server", "unix", "stream");
      await client.connect({ path });
      expect(client.peer()).toStrictEqual({ family: "unix", path });
      const second = lab.socket("server", "unix", "stream");
      expect(await errnoOf(second.bind({ path }))).toBe("EADDRINUSE");
      const elsewhere = lab.socket("client", "unix", "stream");
      expect(await errnoOf(elsewhere.connect({ path }))).toBe("ECONNREFUSED");
      listener.close();
      expect(await errnoOf(lab.socket("server", "unix", "stream").connect({ path }))).toBe("ECONNREFUSED");
      await second.bind({ path });
      const asked = await box(lab, "");
      const given = asked.address();
      expect(given).toMatchObject({
        family: "unix",
        path: expect.stringMatching(/^\0[0-9a-f]{5}$/) as string,
      });
      const sender = await box(lab, null);
      await sender.sendTo("x", given);
      expect(await reads(asked)).toBe("'x'");
      expect(await errnoOf(sender.connect({ path: "" }))).toBe("EINVAL");
    },
    refused: refusesDatagrams,
  },
  {
    name: "options of TCP and IP are not its own",
    feature: "unix datagrams",
    holds: async (lab) => {
      for (const type of ["stream", "dgram"] as const) {
        const socket = lab.socket("server", "unix", type);
        expect(await errnoOf(() => socket.setOption("TCP_NODELAY", true))).toBe("EOPNOTSUPP");
        expect(await errnoOf(() => socket.getOption("IP_TTL"))).toBe("EOPNOTSUPP");
        expect(await errnoOf(() => socket.setOption("SO_REUSEPORT", true))).toBe("EOPNOTSUPP");
        expect([socket.getOption("SO_SNDBUF"), socket.getOption("SO_RCVBUF")]).toStrictEqual([
          212_992, 212_992,
        ]);
        socket.setOption("SO_SNDBUF", 1);
        socket.setOption("SO_RCVBUF", 1);
        expect([socket.getOption("SO_SNDBUF"), socket.getOption("SO_RCVBUF")]).toStrictEqual([4608, 2304]);
        socket.setOption("SO_KEEPALIVE", true);
        expect([socket.getOption("SO_KEEPALIVE"), socket.getOption("SO_REUSEADDR")]).toStrictEqual([
          true,
          false,
        ]);
      }
    },
    refused: refusesDatagrams,
  },
  {
    name: "an urgent byte stops a stream's reads, is passed over or read by MSG_OOB, and leaves a mark",
    feature: "unix urgent data",
    holds: async (lab) => {
      const [client, server] = await lab.pair("unix");
      expect(await errnoOf(client.send("", OOB))).toBe("EOPNOTSUPP");
      expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
      await client.send("abc", OOB);
      await client.send("de");
      expect(text(await server.recv(10))).toBe("ab");
      expect(server.atMark()).toBe(true);
      expect(text(await server.recv(1, { oob: true, peek: true }))).toBe("c");
      expect(text(await server.recv(10))).toBe("de");
      expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
      await client.send("fg", OOB);
      await client.send("hi");
      expect(text(await server.recv(1, OOB))).toBe("g");
      expect(text(await server.recv(10))).toBe("f");
      expect(server.atMark()).toBe(true);
      expect(text(await server.recv(10))).toBe("hi");
    },
    refused: refusesDatagrams,
  },
  {
    name: "a newer urgent byte puts an older one back, and SO_OOBINLINE has it read in its place",
    feature: "unix urgent data",
    holds: async (lab) => {
      const [client, server] = await lab.pair("unix");
      await client.send("ab", OOB);
      await client.send("cd", OOB);
      expect(text(await server.recv(10))).toBe("abc");
      expect(await errnoOf(server.recv(10, { dontWait: true }))).toBe("EAGAIN");
      expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
      server.setOption("SO_OOBINLINE", true);
      await client.send("ef", OOB);
      await client.send("g");
      expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
      expect(text(await server.recv(10))).toBe("e");
      expect(text(await server.recv(10))).toBe("fg");
    },
    refused: refusesDatagrams,
  },
];
