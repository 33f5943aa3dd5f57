import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import {
  callsOf,
  claim,
  clientAndServer,
  durationMs,
  errorsOf,
  everyoneFinished,
  listenAt,
  logged,
  outcomeOf,
  text,
} from "./shared.ts";

const PORT = 7180;
const START_MS = 150;
const DELAY_MS = 10;

/** A new socket each time: one whose connect failed is of no further use. */
async function tryToReach(host: Host): Promise<boolean> {
  const socket = host.socket("inet", "stream");
  const outcome = await outcomeOf(socket.connect({ host: "server", port: PORT }));
  host.log(`connect: ${outcome}`);
  if (outcome === "ok") host.log(`heard: ${text(await socket.recv())}`);
  socket.close();
  return outcome === "ok";
}

export const connectRefused: Scenario = {
  name: "connect-refused",
  title: "Connection refused: a machine is there, a server is not",
  lesson:
    "Nobody listens yet, and the server's kernel says so: it answers the SYN with a RST, and connect fails with ECONNREFUSED after one round " +
    "trip. That is good news of a kind: the machine is up, the way to it works, and trying again a little later may help, as it does here, with a pause " +
    "between attempts and a fresh socket for each. Compare connect-timeout, where nobody answers at all.",
  topology: clientAndServer({ delayMs: DELAY_MS }),
  programs: {
    async server(host) {
      await host.sleep(START_MS);
      const listener = await listenAt(host, PORT);
      const peer = await listener.accept();
      await peer.send("at your service");
      await peer.recv();
      peer.close();
      listener.close();
    },
    async client(host) {
      let pauseMs = 50;
      while (!(await tryToReach(host))) {
        await host.sleep(pauseMs);
        pauseMs *= 4;
      }
    },
  },
  expect: (observation) => {
    const first = durationMs(callsOf(observation, "client", "connect")[0]);
    return [
      claim(
        "connect fails with ECONNREFUSED",
        errorsOf(observation, "client", "connect")[0] === "ECONNREFUSED",
      ),
      ...(observation.backend === "sim"
        ? [claim("after exactly one round trip", first === 2 * DELAY_MS)]
        : []),
      claim("a later attempt succeeds", logged(observation, "client", "heard: at your service")),
      everyoneFinished(observation),
    ];
  },
};
