import type { Scenario } from "../scenario.ts";
import { callsOf, claim, clientAndServer, everyoneFinished, logged } from "./shared.ts";

const PORT = 7060;

export const udpEmpty: Scenario = {
  name: "udp-empty",
  title: "An empty datagram arrives as one",
  lesson:
    "With UDP, nothing is something: a datagram without data is 8 bytes of header, it travels, and recvFrom returns it with length 0 and " +
    'its sender\'s address. So an empty recv means "an empty message" here, where on a TCP stream it means "the end". Code that treats both ' +
    "alike ends a UDP server with the first empty datagram.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      for (let i = 0; i < 2; i++) {
        const { data } = await socket.recvFrom();
        host.log(`a datagram of ${data.length} bytes`);
      }
      socket.close();
    },
    async client(host) {
      const socket = host.socket("inet", "dgram");
      await socket.sendTo("", { host: "server", port: PORT });
      await host.sleep(20);
      await socket.sendTo("full", { host: "server", port: PORT });
      socket.close();
    },
  },
  expect: (observation) => [
    claim("sendTo of nothing returns 0", callsOf(observation, "client", "sendTo")[0]?.result === 0),
    claim("the empty datagram arrives", logged(observation, "server", "a datagram of 0 bytes")),
    claim("the next one arrives after it", logged(observation, "server", "a datagram of 4 bytes")),
    everyoneFinished(observation),
  ],
};
