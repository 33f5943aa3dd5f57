import { SocketError } from "../../socket/errno.ts";
import type { Socket } from "../../socket/api.ts";
import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, errorsOf, everyoneFinished, logged } from "./shared.ts";

const PORT = 7040;
const LOOPS = 100;

/** The loop many a server has: it stops on errors and never asks whether recv gave anything. */
async function carelessLoop(host: Host, peer: Socket): Promise<void> {
  let empty = 0;
  try {
    while (empty < LOOPS) {
      const data = await peer.recv();
      if (data.length === 0) empty++;
      else await peer.send("an answer nobody may read");
    }
    host.log(`${empty} empty recvs, and without the lesson's limit it would never stop`);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    host.log(`recv threw ${error.code}`);
  }
  peer.close();
}

export const tcpPeerKilled: Scenario = {
  name: "tcp-peer-killed",
  title: "The peer vanishes: end of stream, or ECONNRESET",
  lesson:
    "When a process dies, the kernel closes its sockets. If it had read everything, a FIN goes out and the other side's recv returns nothing, " +
    "again and again: a loop that only checks for errors spins for ever. If data was left unread, a RST goes out instead " +
    "and recv fails with ECONNRESET. A server must be ready for both.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      for (let client = 0; client < 2; client++) await carelessLoop(host, await listener.accept());
      listener.close();
    },
    async client(host) {
      const tidy = host.socket("inet", "stream");
      await tidy.connect({ host: "server", port: PORT });
      await tidy.send("question");
      await tidy.recv();
      tidy.close();
      await host.sleep(50);

      const killed = host.socket("inet", "stream");
      await killed.connect({ host: "server", port: PORT });
      await killed.send("question");
      await host.sleep(100);
      killed.close();
    },
  },
  expect: (observation) => [
    claim(
      "with nothing unread, recv returns no bytes for ever and the careless loop spins",
      logged(
        observation,
        "server",
        `${LOOPS} empty recvs, and without the lesson's limit it would never stop`,
      ),
    ),
    claim("with data unread, recv fails", logged(observation, "server", "recv threw ECONNRESET")),
    claim("with ECONNRESET, once", errorsOf(observation, "server", "recv").join() === "ECONNRESET"),
    everyoneFinished(observation),
  ],
};
