import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, logged, text } from "./shared.ts";

const PORT = 7050;
const WORDS = ["one", "two", "three"];

export const udpEcho: Scenario = {
  name: "udp-echo",
  title: "Echo over UDP",
  lesson:
    "No listen, no accept, no connection: one socket serves everybody, and recvFrom says who asked. Each sendTo is one datagram, and each " +
    "recvFrom returns exactly one: three sends are three receives, never two and never four. Boundaries are kept; order and " +
    "delivery are not promised.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      for (let i = 0; i < WORDS.length; i++) {
        const { data, from } = await socket.recvFrom();
        await socket.sendTo(data, from);
      }
      socket.close();
    },
    async client(host) {
      const socket = host.socket("inet", "dgram");
      for (const word of WORDS) await socket.sendTo(word, { host: "server", port: PORT });
      const echoes: string[] = [];
      for (let i = 0; i < WORDS.length; i++) echoes.push(text((await socket.recvFrom()).data));
      host.log(`echoes: ${echoes.join(" ")}`);
      socket.close();
    },
  },
  expect: (observation) => [
    claim("three datagrams come back as three", logged(observation, "client", `echoes: ${WORDS.join(" ")}`)),
    everyoneFinished(observation),
  ],
};
