// What streams do, over IPv4: partial reads, coalescing, ends of streams, half-close, waiting calls.

import { createHash } from "node:crypto";
import { expect } from "vitest";
import { PORT, errnoOf, readAll, text } from "./lab.ts";
import type { Claim } from "./suite.ts";

const MEGABYTE = 1024 * 1024;

/** Bytes that repeat with no power of two, so that a misplaced block shows. */
function pattern(length: number, start: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + (i >> 8) + start) % 251;
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export const STREAM_CLAIMS: readonly Claim[] = [
  {
    name: "a recv of 16 takes 40 bytes in 16, 16 and 8",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.sendAll("a".repeat(40));
      await server.recv(40, { peek: true, waitAll: false });
      client.shutdown("write");
      const sizes: number[] = [];
      for (let i = 0; i < 4; i++) sizes.push((await server.recv(16)).length);
      expect(sizes).toStrictEqual([16, 16, 8, 0]);
    },
  },
  {
    name: "two sends may come out of one recv",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("one");
      await client.send("two");
      client.shutdown("write");
      expect(text(await server.recv(6, { waitAll: true }))).toBe("onetwo");
    },
  },
  {
    name: "what waits in the queue comes out of one recv together",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("one");
      await client.send("two");
      while ((await server.recv(100, { peek: true })).length < 6) await lab.sleep(1);
      expect(text(await server.recv(100))).toBe("onetwo");
    },
  },
  {
    name: "the end of a stream is told again and again",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      client.close();
      for (let i = 0; i < 3; i++) expect((await server.recv()).length).toBe(0);
    },
  },
  {
    name: "bytes sent before a close all arrive before the end of the stream",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      const data = pattern(100_000, 3);
      const received = readAll(server);
      await client.sendAll(data);
      client.close();
      expect(sha256(await received)).toBe(sha256(data));
    },
  },
  {
    name: "after shutdown of writing, answers still come and sends fail with EPIPE",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("request");
      client.shutdown("write");
      expect(text(await readAll(server))).toBe("request");
      expect(await server.send("late")).toBe(4);
      expect(text(await client.recv())).toBe("late");
      expect(await errnoOf(client.send("more"))).toBe("EPIPE");
      server.close();
      expect((await client.recv()).length).toBe(0);
    },
  },
  {
    name: "after shutdown of reading, a recv with nothing waiting is empty at once",
    holds: async (lab) => {
      const [client] = await lab.pair();
      client.shutdown("read");
      expect((await client.recv()).length).toBe(0);
    },
  },
  {
    name: "sending nothing sends nothing",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      expect(await client.send("")).toBe(0);
      await lab.sleep(20);
      expect(await errnoOf(server.recv(10, { dontWait: true }))).toBe("EAGAIN");
      await client.send("x");
      expect(text(await server.recv(10))).toBe("x");
    },
  },
  {
    name: "a recv of nothing is empty even when data waits",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("x");
      await server.recv(1, { peek: true });
      expect((await server.recv(0)).length).toBe(0);
      expect(text(await server.recv(1))).toBe("x");
    },
  },
  {
    name: "MSG_PEEK leaves the bytes in the queue",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      await client.send("xyz");
      expect(text(await server.recv(2, { peek: true }))).toBe("xy");
      expect(text(await server.recv(3))).toBe("xyz");
    },
  },
  {
    name: "MSG_WAITALL waits for all it asked, or the end of the stream",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      const four = server.recv(4, { waitAll: true });
      await client.send("11");
      await lab.sleep(5);
      await client.send("22");
      expect(text(await four)).toBe("1122");
      await client.send("33");
      client.shutdown("write");
      expect(text(await server.recv(4, { waitAll: true }))).toBe("33");
    },
  },
  {
    name: "MSG_DONTWAIT fails with EAGAIN when nothing waits",
    holds: async (lab) => {
      const [, server] = await lab.pair();
      expect(await errnoOf(server.recv(1, { dontWait: true }))).toBe("EAGAIN");
    },
  },
  {
    name: "a sender whose peer does not read is stopped, and goes on when it reads",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      const block = new Uint8Array(65_536);
      let sent = 0;
      let refusals = 0;
      // The peer's buffer and the sender's fill up: tens of megabytes would mean that nothing stops it.
      while (refusals < 3 && sent < 64 * MEGABYTE) {
        try {
          sent += await client.send(block, { dontWait: true });
          refusals = 0;
        } catch {
          refusals++;
          await lab.sleep(5);
        }
      }
      expect(sent).toBeLessThan(64 * MEGABYTE);
      const blocked = client.sendAll(new Uint8Array(1000));
      const received = readAll(server, MEGABYTE);
      await blocked;
      client.close();
      expect((await received).length).toBe(sent + 1000);
    },
  },
  {
    name: "10 MB go both ways at once, unharmed",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      const [up, down] = [pattern(10 * MEGABYTE, 1), pattern(10 * MEGABYTE, 2)];
      const send = async (socket: typeof client, data: Uint8Array): Promise<void> => {
        await socket.sendAll(data);
        socket.shutdown("write");
      };
      const [, , atServer, atClient] = await Promise.all([
        send(client, up),
        send(server, down),
        readAll(server),
        readAll(client),
      ]);
      expect(sha256(atServer)).toBe(sha256(up));
      expect(sha256(atClient)).toBe(sha256(down));
    },
  },
  {
    name: "reads and writes of both ends go on side by side",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      const rounds = 200;
      const echo = (async () => {
        for (;;) {
          const part = await server.recv(7);
          if (part.length === 0) break;
          await server.sendAll(part);
        }
        server.close();
      })();
      const write = (async () => {
        for (let i = 0; i < rounds; i++) await client.sendAll(`message ${i};`);
        client.shutdown("write");
      })();
      const back = await readAll(client, 11);
      await Promise.all([echo, write]);
      expect(text(back)).toBe(Array.from({ length: rounds }, (_, i) => `message ${i};`).join(""));
    },
  },
  {
    name: "recvs that wait are answered in the order they were made",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      const waiting = [server.recv(1), server.recv(1), server.recv(1)];
      await client.send("abc");
      expect((await Promise.all(waiting)).map(text)).toStrictEqual(["a", "b", "c"]);
    },
  },
  {
    name: "closing a socket ends the calls that wait on it with EBADF",
    holds: async (lab) => {
      const [client] = await lab.pair();
      const waiting = errnoOf(client.recv());
      client.close();
      expect(await waiting).toBe("EBADF");
      const listener = lab.socket("client", "inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      const accepting = errnoOf(listener.accept());
      listener.close();
      expect(await accepting).toBe("EBADF");
    },
  },
  {
    name: "every call on a closed socket fails with EBADF",
    holds: async (lab) => {
      const [client] = await lab.pair();
      client.close();
      expect(await errnoOf(client.recv())).toBe("EBADF");
      expect(await errnoOf(client.send("x"))).toBe("EBADF");
      expect(await errnoOf(() => client.close())).toBe("EBADF");
      expect(await errnoOf(() => client.address())).toBe("EBADF");
    },
  },
];
