import type { Host, Socket } from "../../socket/api.ts";
import type { Observation, Scenario } from "../scenario.ts";
import { claim, clientAndServer, connectTo, everyoneFinished, listenAt, logged } from "./shared.ts";

const PORT = 7150;
const AT_MS = 100;

/** Says goodbye at an agreed time and waits for the other's. */
async function hangUp(host: Host, socket: Socket): Promise<void> {
  await host.sleep(AT_MS - host.now());
  socket.shutdown("write");
  const end = await socket.recv();
  host.log(end.length === 0 ? "the other hung up too" : "unexpected data");
  socket.close();
}

function passes(observation: Observation, host: string, state: string): boolean {
  return observation.trace.events.some(
    (event) => event.kind === "state" && event.host === host && event.to === state,
  );
}

export const simultaneousClose: Scenario = {
  name: "simultaneous-close",
  title: "Both hang up at once: CLOSING",
  lesson:
    "Two FINs cross on the wire. Each side, still waiting for the ACK of its own, receives the other's FIN and goes to CLOSING, a state most programmers " +
    "never see, and from there, with the ACK, to TIME_WAIT: on both sides, where otherwise only the first to close has it. The programs notice " +
    "nothing: each one's recv returns no bytes, once and for all. TCP was made so that nobody has to agree on who hangs up. On loopback the " +
    "FINs hardly ever cross: nothing takes time there.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      await hangUp(host, await listener.accept());
      listener.close();
    },
    async client(host) {
      await hangUp(host, await connectTo(host, "server", PORT));
    },
  },
  expect: (observation) => {
    const both = (state: string): boolean =>
      ["client", "server"].every((host) => passes(observation, host, state));
    const states =
      observation.backend === "sim"
        ? [
            claim("both sides pass through CLOSING", both("CLOSING")),
            claim("both sides end in TIME_WAIT", both("TIME_WAIT")),
          ]
        : [];
    return [
      claim(
        "the client sees an ordinary end of stream",
        logged(observation, "client", "the other hung up too"),
      ),
      claim("and so does the server", logged(observation, "server", "the other hung up too")),
      ...states,
      everyoneFinished(observation),
    ];
  },
};
