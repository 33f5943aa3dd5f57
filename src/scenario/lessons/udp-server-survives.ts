import type { Scenario } from "../scenario.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import { claim, everyoneFinished, logged, outcomeOf, text } from "./shared.ts";

const PORT = 7062;
const CONNECTED_PORT = 7063;

export const udpServerSurvives: Scenario = {
  name: "udp-server-survives",
  title: "A client that dies does not matter to a UDP server",
  lesson:
    "A client asks and is gone before the answer comes. Its machine sends an ICMP port unreachable; the server's socket, which talks to everybody, is told nothing, and the next " +
    "client is served as if nothing had happened. A socket that connect has tied to one peer does hear of it: its send after next fails with ECONNREFUSED, once. Servers " +
    "keep their socket unconnected (and ask for IP_RECVERR if they want to know); clients connect theirs, to learn that nobody is there.",
  topology: {
    hosts: { server: {}, ghost: {}, bob: {} },
    links: [
      { between: ["ghost", "server"], delayMs: 10 },
      { between: ["bob", "server"], delayMs: 10 },
    ],
  },
  programs: {
    async server(host) {
      const open = host.socket("inet", "dgram");
      await open.bind({ port: PORT });
      const tied = host.socket("inet", "dgram");
      await tied.bind({ port: CONNECTED_PORT });

      const question = await open.recvFrom();
      await tied.connect((await tied.recvFrom()).from);
      await host.sleep(30);
      host.log(`open socket: ${await outcomeOf(open.sendTo("too late", question.from))}`);
      host.log(`connected socket: ${await outcomeOf(tied.send("too late"))}`);
      await host.sleep(50);
      host.log(`connected socket, again: ${await outcomeOf(tied.send("still there?"))}`);
      tied.close();

      const next = await open.recvFrom();
      host.log(`open socket hears ${text(next.data)}`);
      await open.sendTo("at your service", next.from);
      open.close();
    },
    async ghost(host) {
      for (const port of [PORT, CONNECTED_PORT]) {
        const socket = host.socket("inet", "dgram");
        await socket.sendTo("question", { host: "server", port });
        socket.close();
      }
    },
    async bob(host) {
      await host.sleep(150);
      const socket = host.socket("inet", "dgram");
      await socket.sendTo("bob", { host: "server", port: PORT });
      host.log(`answer: ${text((await socket.recvFrom()).data)}`);
      socket.close();
    },
  },
  expect: (observation) => {
    const { packets } = observation.trace;
    const icmp = packets.protocol.subarray(0, packets.count).includes(PROTOCOL.icmp);
    return [
      claim("answering a client that is gone succeeds", logged(observation, "server", "open socket: ok")),
      ...(observation.hasPackets ? [claim("an ICMP port unreachable comes back", icmp)] : []),
      claim(
        "a connected socket is told, at the next send",
        logged(observation, "server", "connected socket: ok") &&
          logged(observation, "server", "connected socket, again: ECONNREFUSED"),
      ),
      claim(
        "the open socket is not, and serves the next client",
        logged(observation, "bob", "answer: at your service"),
      ),
      everyoneFinished(observation),
    ];
  },
};
