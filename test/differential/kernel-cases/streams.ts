// What streams carry and how they end: cases a, b, h to k and q.

import { expect } from "vitest";
import type { Socket } from "../../../src/socket/api.ts";
import { errnoOf, text } from "../../conformance/lab.ts";
import type { Lab } from "../../conformance/lab.ts";
import { NOW, bound, closed, pause, reads, sends } from "./case.ts";
import type { KernelCase } from "./case.ts";

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

async function pairAt(lab: Lab, port: number): Promise<readonly [Socket, Socket]> {
  const [listener] = await bound(lab, port);
  await listener.listen();
  const client = lab.socket("client", "inet", "stream");
  await client.connect({ host: "server", port });
  return [client, await listener.accept()];
}

export const STREAM_CASES: readonly KernelCase[] = [
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
];
