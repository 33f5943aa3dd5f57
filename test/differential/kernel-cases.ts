// What Linux was seen to do, case by case (a to t), as claims about any backend: one table, held by the simulator and by the live kernel.
//
// The packets behind each case are compared in test/sim/tcp/kernel.test.ts; here is what programs see.

import { expect } from "vitest";
import { SimBackend } from "../../src/sim/backend.ts";
import type { Socket } from "../../src/socket/api.ts";
import { SocketError } from "../../src/socket/errno.ts";
import type { OptionName } from "../../src/socket/options.ts";
import { PORT, errnoOf, text } from "../conformance/lab.ts";
import type { Lab } from "../conformance/lab.ts";

export interface KernelCase {
  /** The letter it has among the observations. */
  readonly letter: string;
  readonly claim: string;
  readonly holds: (lab: Lab) => Promise<void>;
  /** Why it is not tried on the live kernel. */
  readonly notLive?: string;
  /** Why it is not tried on the simulator. */
  readonly notSimulated?: string;
}

const NOW = { dontWait: true } as const;
const NEEDS_LOSS = "loopback loses nothing";
const LOCKSTEP = "two SYNs cannot cross on loopback, which delivers within the call";

/** Long enough for loopback and for the link of the lab, too short for any timer. */
const pause = (lab: Lab): Promise<void> => lab.sleep(10);

async function reads(socket: Socket, max = 100): Promise<string> {
  try {
    return `'${text(await socket.recv(max, NOW))}'`;
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
}

const sends = (socket: Socket, data: string): Promise<string> => errnoOf(socket.send(data, NOW));

/** A connection whose server end has been reset by SO_LINGER 0, after sending `first`. */
async function reset(lab: Lab, first = ""): Promise<Socket> {
  const [client, server] = await lab.pair();
  if (first !== "") await server.send(first);
  server.setOption("SO_LINGER", 0);
  await pause(lab);
  server.close();
  await pause(lab);
  return client;
}

/** A connection whose server end has been closed. */
async function closed(lab: Lab): Promise<Socket> {
  const [client, server] = await lab.pair();
  server.close();
  await pause(lab);
  return client;
}

/** From now on nothing reaches anybody. */
function blackHole(lab: Lab): void {
  if (!(lab.backend instanceof SimBackend)) throw new Error(NEEDS_LOSS);
  const { simulation } = lab.backend;
  for (const link of simulation.links) simulation.setLink(link, "both", { loss: 1 });
}

/** Seconds `call` takes, and the errno it ends with. */
async function timed(lab: Lab, call: Promise<unknown>): Promise<readonly [string, number]> {
  const start = lab.backend.now();
  // The lab takes a standstill of seconds for the end, unless somebody sleeps.
  void lab.sleep(15_000);
  const errno = await errnoOf(call);
  return [errno, (lab.backend.now() - start) / 1e9];
}

async function bound(lab: Lab, port: number, ...options: OptionName[]): Promise<[Socket, string]> {
  const socket = lab.socket("server", "inet", "stream");
  for (const option of options) socket.setOption(option, true);
  return [socket, await errnoOf(socket.bind({ host: "server", port }))];
}

/** Milliseconds each of `rounds` takes in which a client writes twice and reads the answer. */
async function writeWriteRead(lab: Lab, rounds: number, noDelay: boolean): Promise<number[]> {
  const [client, server] = await lab.pair();
  client.setOption("TCP_NODELAY", noDelay);
  const took: number[] = [];
  const answering = (async () => {
    for (let i = 0; i < rounds; i++) {
      await server.recv(2, { waitAll: true });
      await server.send("!");
    }
  })();
  for (let i = 0; i < rounds; i++) {
    const start = lab.backend.now();
    await client.send("a");
    await client.send("b");
    await client.recv();
    took.push((lab.backend.now() - start) / 1e6);
  }
  await answering;
  return took;
}

async function unixPair(lab: Lab): Promise<readonly [Socket, Socket]> {
  const b = lab.socket("server", "unix", "dgram");
  await b.bind({ path: "box" });
  const a = lab.socket("server", "unix", "dgram");
  await a.connect({ path: "box" });
  return [a, b];
}

/** Connects until three clients more than the backlog has room for wait, and lets two in. */
async function fillBacklog(lab: Lab, backlog: number): Promise<void> {
  const listener = await lab.listener("inet", backlog);
  const clients: Socket[] = [];
  for (let i = 0; i < backlog + 3; i++) {
    const client = lab.socket("client", "inet", "stream");
    clients.push(client);
    client.connect({ host: "server", port: PORT }).catch(() => undefined);
    await pause(lab);
  }
  const states = clients.map((client) => client.info().state);
  expect(states).toEqual(clients.map((_, i) => (i <= backlog ? "ESTABLISHED" : "SYN_SENT")));
  if (backlog !== 1) return;
  await listener.accept();
  await listener.accept();
  await lab.sleep(1200);
  expect(clients[2].info().state).toBe("ESTABLISHED");
}

const BACKLOGS = [0, 1, 2, 5].map((backlog): KernelCase => ({
  letter: "f",
  claim: `a backlog of ${backlog} completes ${backlog + 1} connections and leaves the others in SYN_SENT until an accept`,
  holds: (lab) => fillBacklog(lab, backlog),
}));

export const KERNEL_CASES: readonly KernelCase[] = [
  {
    letter: "a",
    claim: "sending nothing answers 0 and nothing arrives; a recv of 0 takes nothing of what waits",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      expect(await client.send("")).toBe(0);
      await pause(lab);
      expect(await reads(server)).toBe("EAGAIN");
      await client.send("x");
      await pause(lab);
      expect([await reads(server, 0), await reads(server, 10)]).toEqual(["''", "'x'"]);
    },
  },
  {
    letter: "b1",
    claim: "after the peer's close recv is the end again and again, in CLOSE_WAIT",
    holds: async (lab) => {
      const client = await closed(lab);
      expect([await reads(client), await reads(client)]).toEqual(["''", "''"]);
      expect(client.info().state).toBe("CLOSE_WAIT");
    },
  },
  {
    letter: "b2",
    claim: "after a RST what is queued comes first, then ECONNRESET once, then the end; sends are EPIPE",
    holds: async (lab) => {
      const bare = await reset(lab);
      expect(bare.info().state).toBe("CLOSED");
      expect([await reads(bare), await reads(bare), await sends(bare, "x")]).toEqual([
        "ECONNRESET",
        "''",
        "EPIPE",
      ]);
    },
  },
  {
    letter: "b2",
    claim: "data queued before a RST can be read",
    holds: async (lab) => {
      const client = await reset(lab, "hello");
      expect([await reads(client), await reads(client), await reads(client)]).toEqual([
        "'hello'",
        "ECONNRESET",
        "''",
      ]);
    },
  },
  {
    letter: "b2",
    claim: "SO_ERROR tells of a RST and takes the error away",
    holds: async (lab) => {
      const client = await reset(lab);
      expect([client.getOption("SO_ERROR"), client.getOption("SO_ERROR")]).toEqual(["ECONNRESET", ""]);
      expect(await reads(client)).toBe("''");
    },
  },
  {
    letter: "b2",
    claim: "the first send after a RST is ECONNRESET, the next EPIPE",
    holds: async (lab) => {
      const client = await reset(lab);
      expect([await sends(client, "x"), await sends(client, "x"), await reads(client)]).toEqual([
        "ECONNRESET",
        "EPIPE",
        "''",
      ]);
    },
  },
  {
    letter: "b3",
    claim: "the first send after the peer's close succeeds and draws a RST; then EPIPE, and recv is the end",
    holds: async (lab) => {
      const client = await closed(lab);
      expect(await sends(client, "one")).toBe("ok");
      await pause(lab);
      expect(client.info().state).toBe("CLOSED");
      expect([await sends(client, "x"), await sends(client, "x"), await reads(client)]).toEqual([
        "EPIPE",
        "EPIPE",
        "''",
      ]);
    },
  },
  {
    letter: "b3",
    claim: "and when recv is first to ask, it is the end, too",
    holds: async (lab) => {
      const client = await closed(lab);
      await client.send("one");
      await pause(lab);
      expect([await reads(client), await reads(client)]).toEqual(["''", "''"]);
    },
  },
  {
    letter: "c",
    claim: "an empty datagram arrives as one, with its sender's address",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      expect(await client.send("")).toBe(0);
      expect(await server.recvFrom()).toEqual({
        data: new Uint8Array(),
        from: client.address(),
        truncated: false,
      });
      expect(await reads(server)).toBe("EAGAIN");
    },
  },
  {
    letter: "d",
    claim: "a datagram longer than asked for is cut, its rest is lost, and MSG_TRUNC says so",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      for (const data of ["0123456789", "abcdefgh", "last"]) await client.send(data);
      await pause(lab);
      expect(text(await server.recv(4))).toBe("0123");
      const cut = await server.recvFrom(4);
      expect([text(cut.data), cut.truncated]).toEqual(["abcd", true]);
      expect([await reads(server), await reads(server)]).toEqual(["'last'", "EAGAIN"]);
    },
  },
  {
    letter: "e",
    claim: "a closed port is ECONNREFUSED once to a connected datagram socket, in whichever call comes next",
    holds: async (lab) => {
      const client = lab.socket("client", "inet", "dgram");
      await client.connect({ host: "server", port: PORT });
      const answers: string[] = [];
      for (let i = 0; i < 3; i++) {
        answers.push(await sends(client, "x"));
        await pause(lab);
      }
      expect(answers).toEqual(["ok", "ECONNREFUSED", "ok"]);
      expect([await reads(client), await reads(client)]).toEqual(["ECONNREFUSED", "EAGAIN"]);
      await client.send("x");
      await pause(lab);
      expect([client.getOption("SO_ERROR"), client.getOption("SO_ERROR")]).toEqual(["ECONNREFUSED", ""]);
    },
  },
  {
    letter: "e",
    claim: "and nothing to an unconnected one, unless it has IP_RECVERR",
    holds: async (lab) => {
      const client = lab.socket("client", "inet", "dgram");
      const to = { host: "server", port: PORT };
      const say = async (): Promise<string> => {
        const answer = await errnoOf(client.sendTo("x", to));
        await pause(lab);
        return answer;
      };
      expect([await say(), await say(), await reads(client)]).toEqual(["ok", "ok", "EAGAIN"]);
      client.setOption("IP_RECVERR", true);
      expect([await say(), await say()]).toEqual(["ok", "ECONNREFUSED"]);
    },
  },
  ...BACKLOGS,
  {
    letter: "f",
    claim: "connecting to a full backlog with TCP_SYNCNT 2 is ETIMEDOUT after 7 s",
    notLive: "it takes 7 s",
    holds: async (lab) => {
      await lab.listener("inet", 0);
      await lab.connected("inet");
      const client = lab.socket("client", "inet", "stream");
      client.setOption("TCP_SYNCNT", 2);
      const [errno, seconds] = await timed(lab, client.connect({ host: "server", port: PORT }));
      expect(errno).toBe("ETIMEDOUT");
      expect(Math.abs(seconds - 7.1)).toBeLessThan(0.2);
    },
  },
  {
    letter: "g",
    claim: "a port in TIME_WAIT is EADDRINUSE, unless its socket and the new one both reuse addresses",
    holds: async (lab) => {
      for (const [port, before] of [
        [7100, false],
        [7101, true],
      ] as const) {
        const [listener] = await bound(lab, port, ...(before ? (["SO_REUSEADDR"] as const) : []));
        await listener.listen();
        const client = lab.socket("client", "inet", "stream");
        await client.connect({ host: "server", port });
        const server = await listener.accept();
        listener.close();
        server.close();
        await pause(lab);
        client.close();
        await pause(lab);
        expect((await bound(lab, port))[1]).toBe("EADDRINUSE");
        const [again, answer] = await bound(lab, port, "SO_REUSEADDR");
        expect(answer).toBe(before ? "ok" : "EADDRINUSE");
        if (before) expect(await errnoOf(again.listen())).toBe("ok");
      }
    },
  },
  {
    letter: "g",
    claim: "SO_REUSEADDR lets two bind and one listen, SO_REUSEPORT lets both listen",
    holds: async (lab) => {
      const [a] = await bound(lab, 7102, "SO_REUSEADDR");
      const [b, second] = await bound(lab, 7102, "SO_REUSEADDR");
      expect([second, await errnoOf(a.listen()), await errnoOf(b.listen())]).toEqual([
        "ok",
        "ok",
        "EADDRINUSE",
      ]);
      expect((await bound(lab, 7102, "SO_REUSEADDR"))[1]).toBe("EADDRINUSE");
      for (let i = 0; i < 2; i++) {
        const [shared, answer] = await bound(lab, 7103, "SO_REUSEPORT");
        expect([answer, await errnoOf(shared.listen())]).toEqual(["ok", "ok"]);
      }
      await bound(lab, 7104);
      expect((await bound(lab, 7104))[1]).toBe("EADDRINUSE");
    },
  },
  {
    letter: "h",
    claim:
      "write-write-read costs 40 ms a round once the quick acknowledgements are over, and nothing with TCP_NODELAY",
    holds: async (lab) => {
      const [first, ...later] = await writeWriteRead(lab, 4, false);
      expect(first).toBeLessThan(20);
      for (const ms of later) expect(Math.abs(ms - 44)).toBeLessThan(15);
    },
  },
  {
    letter: "h",
    claim: "with TCP_NODELAY no round waits",
    holds: async (lab) => {
      for (const ms of await writeWriteRead(lab, 6, true)) expect(ms).toBeLessThan(20);
    },
  },
  {
    letter: "h",
    claim: "TCP_CORK holds back for a fifth of a second",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      client.setOption("TCP_CORK", true);
      const start = lab.backend.now();
      await client.send("cor");
      await client.send("ked");
      expect(text(await server.recv())).toBe("corked");
      expect(Math.abs((lab.backend.now() - start) / 1e6 - 206)).toBeLessThan(30);
    },
  },
  {
    letter: "i1",
    claim: "close with SO_LINGER 0 resets",
    holds: async (lab) => {
      expect(await reads(await reset(lab))).toBe("ECONNRESET");
    },
  },
  {
    letter: "i2",
    claim: "close with unread data resets, and an answer sent before can still be read",
    holds: async (lab) => {
      for (const [answer, seen] of [
        ["", ["ECONNRESET"]],
        ["answer", ["'answer'", "ECONNRESET"]],
      ] as const) {
        const [client, server] = answer === "" ? await lab.pair() : await pairAt(lab, 7105);
        await client.send("unread");
        if (answer !== "") await server.send(answer);
        await pause(lab);
        server.close();
        await pause(lab);
        for (const expected of seen) expect(await reads(client)).toBe(expected);
      }
    },
  },
  {
    letter: "j",
    claim: "half-close: data flows back, sending is EPIPE",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("req");
      client.shutdown("write");
      await lab.sleep(60);
      expect([await reads(server), await reads(server)]).toEqual(["'req'", "''"]);
      expect([server.info().state, client.info().state]).toEqual(["CLOSE_WAIT", "FIN_WAIT_2"]);
      await server.send("late");
      await pause(lab);
      expect([await reads(client), await sends(client, "x")]).toEqual(["'late'", "EPIPE"]);
      server.close();
      await pause(lab);
      expect(await reads(client)).toBe("''");
    },
  },
  {
    letter: "j",
    claim:
      "shutting down reading ends it, but what still comes can be read; without a connection it is ENOTCONN",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      client.shutdown("read");
      expect(await reads(client)).toBe("''");
      await server.send("data");
      await pause(lab);
      expect([await reads(client), await reads(client)]).toEqual(["'data'", "''"]);
      const fresh = (): Socket => lab.socket("client", "inet", "stream");
      expect(await errnoOf(() => fresh().shutdown("both"))).toBe("ENOTCONN");
      expect([await reads(fresh()), await sends(fresh(), "x")]).toEqual(["ENOTCONN", "EPIPE"]);
    },
  },
  {
    letter: "k",
    claim: "recv takes what it asks for, two sends come as one, MSG_PEEK leaves and MSG_WAITALL waits",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send(new Uint8Array(40));
      await pause(lab);
      const lengths = [];
      for (let i = 0; i < 3; i++) lengths.push((await server.recv(16)).length);
      expect(lengths).toEqual([16, 16, 8]);
      await client.send("one");
      await client.send("two");
      await lab.sleep(100);
      expect(await reads(server)).toBe("'onetwo'");
      await client.send("xyz");
      expect(text(await server.recv(2, { peek: true }))).toBe("xy");
      expect(await reads(server)).toBe("'xyz'");
      const four = server.recv(4, { waitAll: true });
      await client.send("11");
      await lab.sleep(60);
      await client.send("22");
      expect(text(await four)).toBe("1122");
    },
  },
  {
    letter: "l",
    claim: "the largest datagram has 65,507 bytes on IPv4 and 65,527 on IPv6; one more is EMSGSIZE",
    holds: async (lab) => {
      for (const [family, most] of [
        ["inet", 65_507],
        ["inet6", 65_527],
      ] as const) {
        const [client, server] = await lab.datagramPair(family);
        expect(await client.send(new Uint8Array(most))).toBe(most);
        expect(await errnoOf(client.send(new Uint8Array(most + 1)))).toBe("EMSGSIZE");
        expect((await server.recv(70_000)).length).toBe(most);
        server.close();
      }
    },
  },
  {
    letter: "m",
    claim: "keepalive 2 s, 1 s, 3 times: a peer silent since 5 s is ETIMEDOUT at 9.1 s",
    notLive: NEEDS_LOSS,
    holds: async (lab) => {
      const [client] = await lab.pair();
      client.setOption("SO_KEEPALIVE", true);
      client.setOption("TCP_KEEPIDLE", 2);
      client.setOption("TCP_KEEPINTVL", 1);
      client.setOption("TCP_KEEPCNT", 3);
      lab.backend.after(5e9, () => blackHole(lab));
      const [errno, seconds] = await timed(lab, client.recv());
      expect(errno).toBe("ETIMEDOUT");
      expect(Math.abs(seconds - 9.1)).toBeLessThan(0.15);
    },
  },
  {
    letter: "m",
    claim: "keepalive's defaults are 7200 s, 75 s and 9",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      const names = ["TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"] as const;
      expect(names.map((name) => socket.getOption(name))).toEqual([7200, 75, 9]);
    },
  },
  {
    letter: "n1",
    claim: "a socket connects to itself",
    holds: async (lab) => {
      const [socket] = await bound(lab, PORT);
      await socket.connect({ host: "server", port: PORT });
      expect(socket.info().state).toBe("ESTABLISHED");
      await socket.send("me");
      expect(text(await socket.recv())).toBe("me");
    },
  },
  {
    letter: "n2",
    claim: "two sockets that connect to each other at once are connected",
    notLive: LOCKSTEP,
    holds: async (lab) => {
      const [server] = await bound(lab, PORT);
      const client = lab.socket("client", "inet", "stream");
      await client.bind({ port: PORT });
      await Promise.all([
        client.connect({ host: "server", port: PORT }),
        server.connect({ host: "client", port: PORT }),
      ]);
      await client.send("from client");
      await server.send("from server");
      expect([text(await server.recv()), text(await client.recv())]).toEqual(["from client", "from server"]);
    },
  },
  {
    letter: "o",
    claim: "a Unix stream coalesces, sends nothing for nothing, and ends in EPIPE",
    holds: async (lab) => {
      const [client, server] = await lab.pair("unix");
      await client.send("one");
      await client.send("two");
      await client.send("");
      expect([await reads(server), await reads(server)]).toEqual(["'onetwo'", "EAGAIN"]);
      server.close();
      expect([await reads(client), await sends(client, "x")]).toEqual(["''", "EPIPE"]);
    },
  },
  {
    letter: "o",
    claim: "a Unix stream closed with unread data resets",
    holds: async (lab) => {
      const [client, server] = await lab.pair("unix");
      await client.send("unread");
      server.close();
      expect([await reads(client), await reads(client), await sends(client, "x")]).toEqual([
        "ECONNRESET",
        "''",
        "EPIPE",
      ]);
    },
  },
  {
    letter: "o",
    claim: "Unix datagrams keep boundaries and empties, are cut, and are refused by who is gone",
    holds: async (lab) => {
      const [a, b] = await unixPair(lab);
      const sizes = [];
      for (const data of ["one", "", "two-and"]) sizes.push(await a.send(data));
      expect(sizes).toEqual([3, 0, 7]);
      expect([await reads(b), await reads(b)]).toEqual(["'one'", "''"]);
      expect(await b.recvFrom(3)).toMatchObject({ truncated: true });
      expect(await reads(b)).toBe("EAGAIN");
      b.close();
      expect([await reads(a), await sends(a, "x")]).toEqual(["EAGAIN", "ECONNREFUSED"]);
    },
  },
  {
    letter: "o",
    claim:
      "Unix paths: nobody's is ENOENT, a dead one ECONNREFUSED, a taken one EADDRINUSE; too long a datagram is EMSGSIZE",
    holds: async (lab) => {
      const loose = lab.socket("server", "unix", "dgram");
      expect(await errnoOf(loose.sendTo("x", { path: "missing" }))).toBe("ENOENT");
      expect(await errnoOf(lab.connected("unix"))).toBe("ENOENT");
      const listener = await lab.listener("unix");
      expect(await errnoOf(lab.listener("unix"))).toBe("EADDRINUSE");
      listener.close();
      expect(await errnoOf(lab.connected("unix"))).toBe("ECONNREFUSED");
      const [a] = await unixPair(lab);
      expect(await errnoOf(a.send(new Uint8Array(1_000_000), NOW))).toBe("EMSGSIZE");
    },
  },
  {
    letter: "p",
    claim: "of 100 datagrams a receive buffer of 4,096 (8,192) keeps 9, the others are lost in silence",
    holds: async (lab) => {
      const [client, server] = await lab.datagramPair();
      expect(server.getOption("SO_RCVBUF")).toBe(212_992);
      server.setOption("SO_RCVBUF", 4096);
      expect(server.getOption("SO_RCVBUF")).toBe(8192);
      for (let i = 0; i < 100; i++) await client.send(new Uint8Array(100).fill(i));
      await pause(lab);
      const got: number[] = [];
      for (let data = await server.recv(200, NOW).catch(() => null); data !== null;) {
        got.push(data[0]);
        data = await server.recv(200, NOW).catch(() => null);
      }
      expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    },
  },
  {
    letter: "q",
    claim: "a sender whose peer does not read is EAGAIN in the end, and goes on when it reads",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      let sent = 0;
      for (let answer = "ok"; answer === "ok";) {
        answer = await errnoOf(client.send(new Uint8Array(65_536), NOW).then((taken) => (sent += taken)));
        if (answer !== "ok") expect(answer).toBe("EAGAIN");
      }
      await lab.sleep(700);
      let got = 0;
      while (got < sent) got += (await server.recv(1_000_000)).length;
      expect(got).toBe(sent);
      expect(await sends(client, "x")).toBe("ok");
    },
  },
  {
    letter: "r",
    claim: "a closed port is ECONNREFUSED",
    holds: async (lab) => {
      expect(await errnoOf(lab.connected("inet"))).toBe("ECONNREFUSED");
    },
  },
  {
    letter: "r2",
    claim: "into a black hole: TCP_SYNCNT 2 is ETIMEDOUT after 7 s",
    notLive: NEEDS_LOSS,
    holds: async (lab) => {
      blackHole(lab);
      const client = lab.socket("client", "inet", "stream");
      client.setOption("TCP_SYNCNT", 2);
      const [errno, seconds] = await timed(lab, client.connect({ host: "server", port: PORT }));
      expect(errno).toBe("ETIMEDOUT");
      expect(Math.abs(seconds - 7.1)).toBeLessThan(0.2);
    },
  },
  {
    letter: "s",
    claim: "data nobody acknowledges is ETIMEDOUT after a TCP_USER_TIMEOUT of 10 s",
    notLive: NEEDS_LOSS,
    holds: async (lab) => {
      const [client] = await lab.pair();
      client.setOption("TCP_USER_TIMEOUT", 10_000);
      await pause(lab);
      blackHole(lab);
      await client.send("blackhole");
      const [errno, seconds] = await timed(lab, client.recv());
      expect(errno).toBe("ETIMEDOUT");
      expect(Math.abs(seconds - 10.3)).toBeLessThan(0.4);
    },
  },
  {
    letter: "t",
    claim: "a send to a peer that has forgotten the connection is answered with a RST: recv is ECONNRESET",
    notLive: NEEDS_LOSS,
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await pause(lab);
      blackHole(lab);
      server.setOption("SO_LINGER", 0);
      server.close();
      await pause(lab);
      if (lab.backend instanceof SimBackend) {
        const { simulation } = lab.backend;
        for (const link of simulation.links) simulation.setLink(link, "both", { loss: 0 });
      }
      expect(await client.send("x")).toBe(1);
      expect(await errnoOf(client.recv())).toBe("ECONNRESET");
    },
  },
];

async function pairAt(lab: Lab, port: number): Promise<readonly [Socket, Socket]> {
  const [listener] = await bound(lab, port);
  await listener.listen();
  const client = lab.socket("client", "inet", "stream");
  await client.connect({ host: "server", port });
  return [client, await listener.accept()];
}
