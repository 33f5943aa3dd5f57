// Urgent data: what programs see of the one byte that overtakes the stream.

import { expect } from "vitest";
import type { Socket } from "../../src/socket/api.ts";
import { errnoOf, readAll, text } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

const OOB = { oob: true } as const;
const NOW = { dontWait: true } as const;

/** `abc`, the last of it urgent, and `de` behind it, all of it arrived; the receiving end. */
async function marked(lab: Lab): Promise<readonly [Socket, Socket]> {
  const [client, server] = await lab.pair();
  await client.send("abc", OOB);
  await client.send("de");
  await server.recv(5, { peek: true });
  await lab.sleep(20);
  return [client, server];
}

async function refuses(lab: Lab): Promise<void> {
  const [client, server] = await lab.pair();
  expect(await errnoOf(client.send("x", OOB))).toBe("ENOTSUP");
  expect(await errnoOf(server.recv(1, OOB))).toBe("ENOTSUP");
  expect(await errnoOf(() => server.atMark())).toBe("ENOTSUP");
  expect(await errnoOf(() => server.setOption("SO_OOBINLINE", true))).toBe("ENOTSUP");
}

function urgent(name: string, holds: (lab: Lab) => Promise<void>): Claim {
  return { name, feature: "urgent data", holds };
}

export const URGENT_CLAIMS: readonly Claim[] = [
  {
    ...urgent(
      "a read stops before the urgent byte, MSG_OOB reads it, and the next read passes over it",
      async (lab) => {
        const [, server] = await marked(lab);
        expect(server.atMark()).toBe(false);
        expect(text(await server.recv())).toBe("ab");
        expect(server.atMark()).toBe(true);
        expect(text(await server.recv(10, OOB))).toBe("c");
        expect(server.atMark()).toBe(true);
        expect(text(await server.recv())).toBe("de");
        expect(server.atMark()).toBe(false);
      },
    ),
    refused: refuses,
  },
  urgent("MSG_OOB gives the byte before what precedes it in the stream was read", async (lab) => {
    const [, server] = await marked(lab);
    expect(text(await server.recv(10, OOB))).toBe("c");
    expect(text(await server.recv())).toBe("ab");
    expect(text(await server.recv())).toBe("de");
  }),
  urgent(
    "with MSG_PEEK it stays; read twice, it is EINVAL, and so it is where nothing is urgent",
    async (lab) => {
      const [client, server] = await marked(lab);
      expect(await errnoOf(client.recv(1, OOB))).toBe("EINVAL");
      expect(text(await server.recv(1, { oob: true, peek: true }))).toBe("c");
      expect(text(await server.recv(1, OOB))).toBe("c");
      expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
    },
  ),
  urgent("a byte nobody asked for by MSG_OOB is gone once the stream was read past it", async (lab) => {
    const [, server] = await marked(lab);
    expect(text(await server.recv())).toBe("ab");
    expect(text(await server.recv())).toBe("de");
    expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
  }),
  urgent("MSG_PEEK at the mark looks behind it and leaves it where it is", async (lab) => {
    const [, server] = await marked(lab);
    await server.recv();
    expect(text(await server.recv(10, { peek: true }))).toBe("de");
    expect(server.atMark()).toBe(true);
    expect(text(await server.recv(1, OOB))).toBe("c");
  }),
  urgent(
    "with SO_OOBINLINE it stays in the stream, where a read still stops, and MSG_OOB is EINVAL",
    async (lab) => {
      const [client, server] = await lab.pair();
      expect(server.getOption("SO_OOBINLINE")).toBe(false);
      server.setOption("SO_OOBINLINE", true);
      await client.send("abc", OOB);
      await client.send("de");
      await lab.sleep(20);
      expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
      expect(text(await server.recv())).toBe("ab");
      expect(server.atMark()).toBe(true);
      expect(text(await server.recv())).toBe("cde");
      expect(server.atMark()).toBe(false);
    },
  ),
  urgent("a listener's SO_OOBINLINE passes to what it accepts", async (lab) => {
    const listener = await lab.listener("inet");
    listener.setOption("SO_OOBINLINE", true);
    const [client, server] = await Promise.all([lab.connected("inet"), listener.accept()]);
    expect(server.getOption("SO_OOBINLINE")).toBe(true);
    await client.send("!", OOB);
    expect(text(await server.recv())).toBe("!");
  }),
  urgent("MSG_WAITALL ends at the mark", async (lab) => {
    const [, server] = await marked(lab);
    expect(text(await server.recv(5, { waitAll: true }))).toBe("ab");
    expect(text(await server.recv(2, { waitAll: true }))).toBe("de");
  }),
  urgent(
    "a newer urgent byte replaces an older one, which goes back into the stream unless it was next",
    async (lab) => {
      const [client, server] = await marked(lab);
      await client.send("fg", OOB);
      await lab.sleep(20);
      expect(text(await server.recv(1, OOB))).toBe("g");
      expect(text(await server.recv())).toBe("abcdef");
      await client.send("h");
      await lab.sleep(20);
      await client.send("i", OOB);
      await lab.sleep(20);
      expect(text(await server.recv())).toBe("h");
      await client.send("j", OOB);
      await lab.sleep(20);
      expect(text(await server.recv(1, OOB))).toBe("j");
      expect(await errnoOf(server.recv(10, NOW))).toBe("EAGAIN");
    },
  ),
  urgent("alone at the mark it is nothing to read, but something urgent", async (lab) => {
    const [client, server] = await lab.pair();
    const reading = server.recv();
    await client.send("ab");
    expect(text(await reading)).toBe("ab");
    await client.send("!", OOB);
    await lab.sleep(20);
    expect(server.atMark()).toBe(true);
    expect(await errnoOf(server.recv(0, NOW))).toBe("ok");
    expect(text(await server.recv(1, OOB))).toBe("!");
    expect(await errnoOf(server.recv(10, NOW))).toBe("EAGAIN");
    expect(server.atMark()).toBe(false);
  }),
  urgent("a reader that waits passes over it and goes on waiting", async (lab) => {
    const [client, server] = await lab.pair();
    const reading = server.recv();
    await client.send("!", OOB);
    await lab.sleep(20);
    await client.send("x");
    expect(text(await reading)).toBe("x");
    expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
  }),
  urgent("urgent data leaves at once where Nagle, the cork or MSG_MORE hold the rest back", async (lab) => {
    const [client, server] = await lab.pair();
    client.setOption("TCP_CORK", true);
    await client.send("held");
    await client.send("!", { oob: true, more: true });
    await lab.sleep(20);
    expect(text(await server.recv(1, OOB))).toBe("!");
    expect(text(await server.recv())).toBe("held");
  }),
  urgent("read by MSG_OOB or not, it is unread data to close, which resets", async (lab) => {
    const [client, server] = await lab.pair();
    await client.send("!", OOB);
    await lab.sleep(20);
    expect(text(await server.recv(1, OOB))).toBe("!");
    server.close();
    expect(await errnoOf(client.recv())).toBe("ECONNRESET");
  }),
  urgent("it survives the end of the stream", async (lab) => {
    const [client, server] = await marked(lab);
    client.close();
    await lab.sleep(20);
    expect(text(await server.recv(1, OOB))).toBe("c");
    expect((await readAll(server)).toString()).toBe("abde");
    expect(await errnoOf(server.recv(1, OOB))).toBe("EINVAL");
    expect(server.atMark()).toBe(false);
  }),
  urgent(
    "calls without a connection: EINVAL unconnected, ENOTCONN on a listener, and no mark on either",
    async (lab) => {
      const socket = lab.socket("client", "inet", "stream");
      expect(await errnoOf(socket.recv(1, OOB))).toBe("EINVAL");
      expect(socket.atMark()).toBe(false);
      const listener = await lab.listener("inet");
      expect(await errnoOf(listener.recv(1, OOB))).toBe("ENOTCONN");
      expect(listener.atMark()).toBe(false);
      expect(await errnoOf(socket.send("x", OOB))).toBe("EPIPE");
    },
  ),
  {
    name: "a datagram socket has no mark: ENOTTY",
    holds: async (lab) => {
      const socket = lab.socket("client", "inet", "dgram");
      expect(await errnoOf(() => socket.atMark())).toBe("ENOTTY");
    },
  },
];
