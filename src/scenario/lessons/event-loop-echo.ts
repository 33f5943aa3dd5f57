import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { callsOf, claim, connectTo, everyoneFinished, listenAt, logged, text } from "./shared.ts";

const PORT = 7230;
const CLIENTS = ["ann", "bob"];
const SLOW_MS = 120;

/** What epoll would report: a new connection, or data (none at the end of the stream) on a socket. */
type Event = { readonly peer: Socket } | { readonly socket: Socket; readonly data: Uint8Array };

async function ask(host: Host, word: string): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  await socket.send(word);
  host.log(`echo: ${text(await socket.recv())}`);
  socket.close();
}

export const eventLoopEcho: Scenario = {
  name: "event-loop-echo",
  title: "One loop for all: the event-driven server",
  lesson:
    "One thread, one place that waits: select, poll or epoll say which sockets have something, the loop deals with it and waits again. That is how Node, nginx " +
    "and Redis serve thousands of clients. Its one law: nothing in the loop may take long. ann asks for something that takes 120 ms, " +
    "and bob, whose echo takes no time at all, waits for it to end. Slow work belongs elsewhere, in a thread or a process, with its result as " +
    "one more event.",
  topology: {
    hosts: { server: {}, ann: {}, bob: {} },
    links: CLIENTS.map((client) => ({ between: [client, "server"], delayMs: 10 })),
  },
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const watched = new Map<Socket, Promise<Event>>();
      const watchListener = (): void => {
        watched.set(
          listener,
          listener.accept().then((peer) => ({ peer })),
        );
      };
      const watch = (socket: Socket): void => {
        watched.set(
          socket,
          socket.recv().then((data) => ({ socket, data })),
        );
      };

      watchListener();
      for (let served = 0; served < CLIENTS.length;) {
        const event = await Promise.race(watched.values());
        if ("peer" in event) {
          watch(event.peer);
          watchListener();
        } else if (event.data.length === 0) {
          watched.delete(event.socket);
          event.socket.close();
          served++;
        } else {
          if (text(event.data) === "slow") await host.sleep(SLOW_MS);
          await event.socket.sendAll(event.data);
          watch(event.socket);
        }
      }
      listener.close();
    },
    ann: (host) => ask(host, "slow"),
    async bob(host) {
      await host.sleep(30);
      await ask(host, "quick");
    },
  },
  expect: (observation) => {
    const asked = callsOf(observation, "bob", "send")[0]?.timeNs ?? Infinity;
    const [slow, quick] = callsOf(observation, "server", "sendAll");
    return [
      claim("ann gets her echo", logged(observation, "ann", "echo: slow")),
      claim("bob gets his from the same loop", logged(observation, "bob", "echo: quick")),
      claim(
        "but only when what ann asked for is done, though he asked long before",
        asked < slow?.timeNs && quick !== undefined,
      ),
      everyoneFinished(observation),
    ];
  },
};
