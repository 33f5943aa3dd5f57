// What becomes of datagrams: cases c to e, l and p.

import { expect } from "vitest";
import { PORT, errnoOf, text } from "../../conformance/lab.ts";
import { NOW, pause, reads, sends } from "./case.ts";
import type { KernelCase } from "./case.ts";

export const DATAGRAM_CASES: readonly KernelCase[] = [
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
];
