// What sockets tell of the path to their peer, and how they may be told to go about it.

import { expect } from "vitest";
import type { OptionName } from "../../src/socket/options.ts";
import { PMTUDISC } from "../../src/socket/options.ts";
import { errnoOf } from "./lab.ts";
import type { Lab } from "./lab.ts";
import type { Claim } from "./suite.ts";

const OPTIONS = {
  inet: ["IP_MTU", "IP_MTU_DISCOVER"],
  inet6: ["IPV6_MTU", "IPV6_MTU_DISCOVER"],
} as const;

function claimFor(family: "inet" | "inet6", type: "stream" | "dgram"): Claim {
  const [mtu, discover] = OPTIONS[family];
  const socket = (lab: Lab) => lab.socket("client", family, type);
  return {
    name: `${mtu} and ${discover} on a ${type} socket`,
    feature: "path mtu",
    holds: async (lab) => {
      const lonely = socket(lab);
      expect(await errnoOf(() => lonely.getOption(mtu))).toBe("ENOTCONN");
      expect(lonely.getOption(discover)).toBe(PMTUDISC.WANT);
      for (const value of Object.values(PMTUDISC)) {
        lonely.setOption(discover, value);
        expect(lonely.getOption(discover)).toBe(value);
      }
      for (const value of [-1, 6]) {
        expect(await errnoOf(() => lonely.setOption(discover, value))).toBe("EINVAL");
      }
      const [client] = type === "stream" ? await lab.pair(family) : await lab.datagramPair(family);
      expect(Number(client.getOption(mtu))).toBeGreaterThanOrEqual(1280);
    },
    refused: async (lab) => {
      for (const option of [mtu, discover] as readonly OptionName[]) {
        expect(await errnoOf(() => socket(lab).getOption(option))).toBe("ENOTSUP");
      }
    },
  };
}

export const PATH_MTU_CLAIMS: readonly Claim[] = [
  claimFor("inet", "stream"),
  claimFor("inet", "dgram"),
  claimFor("inet6", "stream"),
  claimFor("inet6", "dgram"),
  {
    name: "IP_MTU is not to be set, and an IPv4 socket knows no IPv6 options",
    feature: "path mtu",
    holds: async (lab) => {
      for (const type of ["stream", "dgram"] as const) {
        const socket = lab.socket("client", "inet", type);
        expect(await errnoOf(() => socket.setOption("IP_MTU", 1400))).toBe("ENOPROTOOPT");
        expect(await errnoOf(() => socket.setOption("IPV6_MTU_DISCOVER", 1))).toBe("ENOPROTOOPT");
        expect(await errnoOf(() => socket.getOption("IPV6_MTU_DISCOVER"))).toBe("EOPNOTSUPP");
      }
    },
    refused: async (lab) => {
      const socket = lab.socket("client", "inet", "dgram");
      expect(await errnoOf(() => socket.setOption("IP_MTU_DISCOVER", PMTUDISC.DO))).toBe("ENOTSUP");
    },
  },
];
