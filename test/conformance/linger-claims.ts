// SO_LINGER with a time: how long close waits, and what becomes of the data.

import { expect } from "vitest";
import type { Socket } from "../../src/socket/api.ts";
import { errnoOf, readAll } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

/** A connection whose client lingers for `seconds` and has sent all that its peer, which does not read, makes room for. */
async function stuffed(lab: Lab, seconds: number): Promise<readonly [Socket, Socket, number]> {
  const [client, server] = await lab.pair();
  client.setOption("SO_LINGER", seconds);
  let sent = 0;
  for (let idle = 0; idle < 3;) {
    const code = await errnoOf(
      client.send(new Uint8Array(65_536), { dontWait: true }).then((taken) => (sent += taken)),
    );
    idle = code === "EAGAIN" ? idle + 1 : 0;
    await lab.sleep(5);
  }
  return [client, server, sent];
}

/** Milliseconds of the run's time until it is over. */
async function timed(lab: Lab, wait: PromiseLike<void>): Promise<number> {
  const start = lab.backend.now();
  await wait;
  return (lab.backend.now() - start) / 1e6;
}

export const LINGER_CLAIMS: readonly Claim[] = [
  {
    name: "close with SO_LINGER waits until the peer has acknowledged everything, and other calls go on meanwhile",
    feature: "linger",
    holds: async (lab) => {
      const [client, server, sent] = await stuffed(lab, 10);
      let over = false;
      const closing = timed(lab, client.close()).finally(() => (over = true));
      expect(await errnoOf(client.recv())).toBe("EBADF");
      await lab.sleep(50);
      expect(over).toBe(false);
      const [got, ms] = await Promise.all([readAll(server), closing]);
      expect(got.length).toBe(sent);
      expect(ms).toBeGreaterThan(45);
      expect(ms).toBeLessThan(5000);
    },
    refused: async (lab) => {
      const [client] = await lab.pair();
      expect(await errnoOf(() => client.setOption("SO_LINGER", 1))).toBe("ENOTSUP");
    },
  },
  {
    name: "when the time is over it closes without a reset: the peer can still read everything",
    feature: "linger",
    holds: async (lab) => {
      const [client, server, sent] = await stuffed(lab, 1);
      const ms = await timed(lab, client.close());
      expect(ms).toBeGreaterThan(990);
      expect(ms).toBeLessThan(1500);
      expect((await readAll(server)).length).toBe(sent);
    },
  },
  {
    name: "with nothing to wait for it closes at once",
    feature: "linger",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      client.setOption("SO_LINGER", 10);
      await client.send("x");
      await server.recv();
      expect(await timed(lab, client.close())).toBeLessThan(1000);
      expect((await server.recv()).length).toBe(0);
    },
  },
  {
    name: "unread data resets at once, whatever the time",
    feature: "linger",
    holds: async (lab) => {
      const [client, server] = await lab.pair();
      server.setOption("SO_LINGER", 10);
      await client.send("never read");
      await server.recv(1, { peek: true });
      expect(await timed(lab, server.close())).toBeLessThan(1000);
      expect(await errnoOf(client.recv())).toBe("ECONNRESET");
    },
  },
  {
    name: "a listener and a socket without a connection do not linger",
    feature: "linger",
    holds: async (lab) => {
      const listener = await lab.listener("inet");
      const socket = lab.socket("client", "inet", "stream");
      for (const each of [listener, socket]) {
        each.setOption("SO_LINGER", 10);
        expect(await timed(lab, each.close())).toBeLessThan(1000);
        expect(await errnoOf(() => each.close())).toBe("EBADF");
      }
    },
  },
];
