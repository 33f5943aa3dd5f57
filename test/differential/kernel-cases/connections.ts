// How connections come to be, and what ends them without a word: cases f, g, m, n and r to t.

import { expect } from "vitest";
import { SimBackend } from "../../../src/sim/backend.ts";
import type { Socket } from "../../../src/socket/api.ts";
import { PORT, errnoOf, text } from "../../conformance/lab.ts";
import type { Lab } from "../../conformance/lab.ts";
import { bound, pause } from "./case.ts";
import type { KernelCase } from "./case.ts";

const NEEDS_LOSS = "loopback loses nothing";

const LOCKSTEP = "two SYNs cannot cross on loopback, which delivers within the call";

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

export const CONNECTION_CASES: readonly KernelCase[] = [
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
