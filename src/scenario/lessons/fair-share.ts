import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, connectTo, everyoneFinished, listenAt, loggedAfter } from "./shared.ts";

const PORT = 7270;
const SENDERS = ["ann", "bob", "cho", "dan"];
const SECONDS = 3;
const BOTTLENECK_BPS = 8_000_000;
const CHUNK = new Uint8Array(16_384);

async function upload(host: Host): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  await socket.send(host.name);
  while (host.now() < SECONDS * 1000) await socket.sendAll(CHUNK);
  socket.close();
}

/** Jain's fairness index: 1 when all have the same, 1/n when one has everything. */
function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return (sum * sum) / (shares.length * squares);
}

export const fairShare: Scenario = {
  name: "fair-share",
  title: "Four uploads, one link: who gets how much",
  lesson:
    "Four hosts upload at once through one router and its link of 8 Mbit/s. No one shares out the bandwidth: the queue overflows, whoever loses a packet slows down, and each " +
    "grows again until the next loss. From that alone the flows come close to a quarter each and keep the link busy. Jain's index says how close: 1 is " +
    "perfectly fair, a quarter is one flow with everything. It holds among equals only: a longer round trip gets less, and a program " +
    "that opens four connections gets four shares.",
  topology: {
    hosts: { server: {}, router: { forwards: true }, ann: {}, bob: {}, cho: {}, dan: {} },
    links: [
      ...SENDERS.map((sender) => ({ between: [sender, "router"] as const, delayMs: 5, jitterMs: 0.5 })),
      { between: ["router", "server"], delayMs: 10, bandwidthBps: BOTTLENECK_BPS, queuePackets: 50 },
    ],
  },
  backends: ["sim"],
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const shares: number[] = [];
      const uploads = SENDERS.map(async (_, index) => {
        const peer = await listener.accept();
        shares[index] = 0;
        for (;;) {
          const { length } = await peer.recv();
          if (length === 0) break;
          if (host.now() < SECONDS * 1000) shares[index] += length;
        }
        peer.close();
      });
      await Promise.all(uploads);
      listener.close();
      for (const share of shares) host.log(`Mbit/s: ${((share * 8) / SECONDS / 1e6).toFixed(2)}`);
    },
    ann: upload,
    bob: upload,
    cho: upload,
    dan: upload,
  },
  expect: (observation) => {
    const shares = loggedAfter(observation, "server", "Mbit/s").map(Number);
    const total = shares.reduce((sum, share) => sum + share, 0);
    return [
      claim("each of the four gets something", shares.length === SENDERS.length && Math.min(...shares) > 0),
      claim("together they use at least 85% of the link", total > 0.85 * (BOTTLENECK_BPS / 1e6)),
      claim("Jain's index is above 0.9", jain(shares) > 0.9),
      everyoneFinished(observation),
    ];
  },
};
