import type { Host } from "../../socket/api.ts";
import type { ScriptVerdict } from "../../sim/topology.ts";
import type { Scenario } from "../scenario.ts";
import { claim, everyoneFinished, loggedAfter, within } from "./shared.ts";

const PORT = 7066;
const TUNNEL_MTU = 1280;
const LARGE = 1400;
const SMALL = 1200;
const SENDS = [LARGE, LARGE, LARGE, SMALL];

async function sendTo(peer: string, host: Host): Promise<void> {
  const socket = host.socket("inet", "dgram");
  for (const [i, size] of SENDS.entries()) {
    await socket.sendTo(new Uint8Array(size).fill(i), { host: peer, port: PORT });
    await host.sleep(50);
  }
  socket.close();
}

async function receive(host: Host): Promise<void> {
  const socket = host.socket("inet", "dgram");
  await socket.bind({ port: PORT });
  for (;;) {
    const datagram = await within(host, 300, socket.recvFrom());
    if (datagram === null) break;
    host.log(`got: number ${datagram.data[0]}, ${datagram.data.length} bytes`);
  }
  socket.close();
}

/** A firewall that thinks ICMP is dangerous. */
function dropIcmp({ protocol }: { readonly protocol: string }): ScriptVerdict {
  return protocol === "icmp" ? "drop" : undefined;
}

export const udpMtuBlackhole: Scenario = {
  name: "udp-mtu-blackhole",
  title: "Small works, large vanishes: the MTU black hole",
  lesson:
    "A tunnel on the way carries 1,280 bytes and no more. Linux forbids routers to cut its packets, so the router drops the large one and reports the size that fits by ICMP. ann's " +
    "kernel learns it: her first large datagram is lost, the next go in fragments. bob sits behind a firewall that drops all ICMP: his large datagrams vanish, every one, " +
    "for ever, while pings and small ones pass. The classic sign: the handshake works and the transfer hangs. Let ICMP through; keep datagrams " +
    "small; probe for the size that arrives, as QUIC does.",
  topology: {
    hosts: { ann: {}, bob: {}, router: { forwards: true }, north: {}, south: {} },
    links: [
      { between: ["ann", "router"], delayMs: 5 },
      { between: ["bob", "router"], delayMs: 5, backward: { script: dropIcmp } },
      { between: ["router", "north"], delayMs: 5, mtu: TUNNEL_MTU },
      { between: ["router", "south"], delayMs: 5, mtu: TUNNEL_MTU },
    ],
  },
  programs: {
    north: receive,
    south: receive,
    ann: (host) => sendTo("north", host),
    bob: (host) => sendTo("south", host),
  },
  expect: (observation) => {
    const numbers = (who: string): string =>
      loggedAfter(observation, who, "got")
        .map((line) => /number (\d)/.exec(line)?.[1])
        .join("");
    if (observation.backend !== "sim") {
      return [
        claim("loopback has no small link: all of ann's arrive", numbers("north") === "0123"),
        claim("and all of bob's", numbers("south") === "0123"),
      ];
    }
    return [
      claim("ann loses the first large datagram, and with it learns the size", numbers("north") === "123"),
      claim("bob's small datagram arrives, and none of the large", numbers("south") === "3"),
      everyoneFinished(observation),
    ];
  },
};
