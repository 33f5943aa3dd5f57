import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { callsOf, claim, clientAndServer, durationMs, everyoneFinished, listenAt } from "./shared.ts";

const PORT = 7090;
const CLIENTS = 4;
const BACKLOG = 1;
const BUSY_MS = 300;

async function arrive(host: Host, atMs: number): Promise<void> {
  await host.sleep(atMs);
  const socket = host.socket("inet", "stream");
  await socket.connect({ host: "server", port: PORT });
  host.log(`${socket.label} connected at ${Math.round(host.now())} ms`);
  await socket.recv();
  socket.close();
}

export const tcpBacklog: Scenario = {
  name: "tcp-backlog",
  title: "The accept queue is full: SYNs are dropped in silence",
  lesson:
    "The kernel completes handshakes on its own and queues the connections until accept takes them; listen's backlog bounds that queue. Linux " +
    "lets backlog + 1 in: of four clients, two connect although the server accepts nobody. The SYNs of the others are dropped without " +
    "a word, so those clients try again after a second and get in once accept has made room. A full queue is seen by clients as slowness, " +
    "never as an error.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT, BACKLOG);
      await host.sleep(BUSY_MS);
      for (let i = 0; i < CLIENTS; i++) (await listener.accept()).close();
      listener.close();
    },
    async client(host) {
      await Promise.all(Array.from({ length: CLIENTS }, (_, i) => arrive(host, i * 40)));
    },
  },
  expect: (observation) => {
    const waits = callsOf(observation, "client", "connect").map(durationMs);
    const early = waits.filter((ms) => ms < BUSY_MS);
    const late = waits.filter((ms) => ms >= BUSY_MS);
    return [
      claim("backlog + 1 clients connect while the server accepts nobody", early.length === BACKLOG + 1),
      claim(
        "the others connect too, when their SYN is sent again after a second",
        late.length === CLIENTS - BACKLOG - 1 && late.every((ms) => ms >= 900 && ms < Infinity),
      ),
      everyoneFinished(observation),
    ];
  },
};
