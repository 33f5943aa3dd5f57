import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, connectTo, everyoneFinished, loggedAfter, outcomeOf } from "./shared.ts";

const CARELESS_PORT = 7100;
const CAREFUL_PORT = 7101;

function serverSocket(host: Host, reuse: boolean): Socket {
  const listener = host.socket("inet", "stream");
  if (reuse) listener.setOption("SO_REUSEADDR", true);
  return listener;
}

/** Serves one client, hangs up first, stops, and is started again at once. */
async function serveAndRestart(host: Host, port: number, reuse: boolean): Promise<void> {
  const first = serverSocket(host, reuse);
  await first.bind({ port });
  await first.listen();
  const peer = await first.accept();
  peer.shutdown("write");
  await peer.recv();
  peer.close();
  first.close();

  const second = serverSocket(host, reuse);
  host.log(`restart ${reuse ? "with" : "without"} SO_REUSEADDR: ${await outcomeOf(second.bind({ port }))}`);
  second.close();
}

export const timeWaitReuseaddr: Scenario = {
  name: "time-wait-reuseaddr",
  title: "Address already in use: a restart meets TIME_WAIT",
  lesson:
    "Whoever closes first keeps the connection in TIME_WAIT for a minute, in case the last ACK was lost or an old segment turns up. A server " +
    "that hung up first and is started again finds its own port taken: bind fails with EADDRINUSE. SO_REUSEADDR, set before bind and by both " +
    "the old server and the new one, says that a connection in TIME_WAIT does not matter. Every server wants it.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      await serveAndRestart(host, CARELESS_PORT, false);
      await serveAndRestart(host, CAREFUL_PORT, true);
    },
    async client(host) {
      for (const port of [CARELESS_PORT, CAREFUL_PORT]) {
        const socket = await connectTo(host, "server", port);
        await socket.recv();
        socket.close();
        await host.sleep(60);
      }
    },
  },
  expect: (observation) => {
    const after = (how: string): string | undefined =>
      loggedAfter(observation, "server", `restart ${how} SO_REUSEADDR`)[0];
    return [
      claim("without SO_REUSEADDR, bind fails with EADDRINUSE", after("without") === "EADDRINUSE"),
      claim("with it, bind succeeds beside the same TIME_WAIT", after("with") === "ok"),
      everyoneFinished(observation),
    ];
  },
};
