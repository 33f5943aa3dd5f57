import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { callsOf, claim, logged, text } from "./shared.ts";

const PORT = 7010;

async function shout(host: Host, words: string): Promise<void> {
  const socket = host.socket("inet", "stream");
  await socket.connect({ host: "server", port: PORT });
  host.log("connected");
  await socket.sendAll(words);
  socket.shutdown("write");
  let answer = "";
  for (;;) {
    const data = await socket.recv();
    if (data.length === 0) break;
    answer += text(data);
  }
  host.log(`answer: ${answer}`);
  socket.close();
}

export const tcpUpper: Scenario = {
  name: "tcp-upper",
  title: "The two-loop server: one client after another",
  lesson:
    "The outer loop accepts, the inner loop serves until recv returns nothing, then the next client's turn comes. Two clients connect at " +
    "once, and both connects succeed: the kernel completes the handshake and even takes the second client's data while the server " +
    "is still busy with the first. Connected does not mean served.",
  topology: {
    hosts: { server: {}, ann: {}, bob: {} },
    links: [
      { between: ["ann", "server"], delayMs: 10 },
      { between: ["bob", "server"], delayMs: 12 },
    ],
  },
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen(5);
      for (let served = 0; served < 2; served++) {
        const peer = await listener.accept();
        for (;;) {
          const data = await peer.recv();
          if (data.length === 0) break;
          await host.sleep(40);
          await peer.sendAll(text(data).toUpperCase());
        }
        peer.close();
      }
      listener.close();
    },
    ann: (host) => shout(host, "first come"),
    bob: (host) => shout(host, "second served"),
  },
  expect: (observation) => {
    const bobConnected = callsOf(observation, "bob", "connect")[0]?.endNs ?? Number.POSITIVE_INFINITY;
    const bobAccepted = callsOf(observation, "server", "accept")[1]?.endNs ?? Number.NEGATIVE_INFINITY;
    return [
      claim("ann gets her words in upper case", logged(observation, "ann", "answer: FIRST COME")),
      claim("bob gets his", logged(observation, "bob", "answer: SECOND SERVED")),
      claim("bob is connected before the server accepts him", bobConnected < bobAccepted),
      claim("every program comes to its end", observation.outcome === "ok"),
    ];
  },
};
