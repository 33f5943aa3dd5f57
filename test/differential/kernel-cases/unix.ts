// Unix sockets: case o.

import { expect } from "vitest";
import type { Socket } from "../../../src/socket/api.ts";
import { errnoOf } from "../../conformance/lab.ts";
import type { Lab } from "../../conformance/lab.ts";
import { NOW, reads, sends } from "./case.ts";
import type { KernelCase } from "./case.ts";

async function unixPair(lab: Lab): Promise<readonly [Socket, Socket]> {
  const b = lab.socket("server", "unix", "dgram");
  await b.bind({ path: "box" });
  const a = lab.socket("server", "unix", "dgram");
  await a.connect({ path: "box" });
  return [a, b];
}

export const UNIX_CASES: readonly KernelCase[] = [
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
];
