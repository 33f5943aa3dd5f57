import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { callsOf, claim, connectTo, everyoneFinished, listenAt, logged, text } from "./shared.ts";

const PORT = 7210;
const CLIENTS = ["ann", "bob", "cho"];
const WORDS = ["one", "two", "three"];
const PAUSE_MS = 40;

/** What each thread runs: one client, to its end. */
async function echo(peer: Socket): Promise<void> {
  for (;;) {
    const data = await peer.recv();
    if (data.length === 0) break;
    await peer.sendAll(data);
  }
  peer.close();
}

async function talk(host: Host): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  const heard: string[] = [];
  for (const word of WORDS) {
    await socket.send(`${host.name} says ${word}`);
    heard.push(text(await socket.recv()));
    await host.sleep(PAUSE_MS);
  }
  socket.close();
  host.log(`echoes: ${heard.join(", ")}`);
}

export const threadedEcho: Scenario = {
  name: "threaded-echo",
  title: "A thread a client: many at once",
  lesson:
    "The server accepts in a loop and hands each connection to a thread of its own (here an async function that is started and not waited for, which reads the " +
    "same). Each thread is the simplest code there is: recv, send, until the end. While one waits in recv the others go on, so three clients that think " +
    "between their words take no longer than one: compare tcp-upper, where the second waits for the first. The price is memory and a " +
    "switch for each thread, and locks around everything they share.",
  topology: {
    hosts: { server: {}, ann: {}, bob: {}, cho: {} },
    links: CLIENTS.map((client) => ({ between: [client, "server"], delayMs: 10 })),
  },
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const threads: Promise<void>[] = [];
      while (threads.length < CLIENTS.length) threads.push(echo(await listener.accept()));
      listener.close();
      await Promise.all(threads);
    },
    ann: talk,
    bob: talk,
    cho: talk,
  },
  expect: (observation) => {
    const lastAccept = callsOf(observation, "server", "accept").at(-1)?.endNs ?? Infinity;
    const firstClose = Math.min(
      ...CLIENTS.map((client) => callsOf(observation, client, "close")[0]?.timeNs ?? -Infinity),
    );
    return [
      ...CLIENTS.map((client) =>
        claim(
          `${client} gets ${client}'s own words back`,
          logged(observation, client, `echoes: ${WORDS.map((word) => `${client} says ${word}`).join(", ")}`),
        ),
      ),
      claim(
        "the last client is accepted before the first is done: all are served at once",
        lastAccept < firstClose,
      ),
      everyoneFinished(observation),
    ];
  },
};
