import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { callsOf, claim, everyoneFinished, loggedAfter, text } from "./shared.ts";

const PORT = 7055;
const WORDS: Readonly<Record<string, readonly string[]>> = {
  ann: ["first", "third"],
  bob: ["second", "fourth"],
};
const COUNT = 4;

async function ask(host: Host): Promise<void> {
  const socket = host.socket("inet", "dgram");
  if (host.name === "bob") await host.sleep(40);
  for (const word of WORDS[host.name]) {
    await socket.sendTo(word, { host: "server", port: PORT });
    host.log(`answer: ${text((await socket.recvFrom()).data)}`);
    await host.sleep(80);
  }
  socket.close();
}

export const udpUpper: Scenario = {
  name: "udp-upper",
  title: "One UDP socket serves everybody",
  lesson:
    "Upper case over UDP, for two clients at once. The server has one socket and one loop: recvFrom, sendTo, whoever it was. There is no connection to accept and none to close, so no client " +
    "can make another wait as in tcp-upper, and nothing is left behind when one goes. What TCP would know of each client, the server must find in the datagram " +
    "or keep by address itself; and each answer is a datagram that may be lost, so real clients ask again.",
  topology: {
    hosts: { server: {}, ann: {}, bob: {} },
    links: [
      { between: ["ann", "server"], delayMs: 10 },
      { between: ["bob", "server"], delayMs: 14 },
    ],
  },
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      for (let i = 0; i < COUNT; i++) {
        const { data, from } = await socket.recvFrom();
        await socket.sendTo(text(data).toUpperCase(), from);
      }
      socket.close();
    },
    ann: ask,
    bob: ask,
  },
  expect: (observation) => [
    ...Object.entries(WORDS).map(([client, words]) =>
      claim(
        `${client} gets ${client}'s own words, in upper case`,
        loggedAfter(observation, client, "answer").join(" ") === words.join(" ").toUpperCase(),
      ),
    ),
    claim(
      "all from one socket of the server",
      new Set(callsOf(observation, "server", "sendTo").map(({ socket }) => socket)).size === 1,
    ),
    everyoneFinished(observation),
  ],
};
