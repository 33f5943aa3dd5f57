import type { Scenario } from "../scenario.ts";
import {
  callsOf,
  claim,
  clientAndServer,
  connectTo,
  durationMs,
  errorsOf,
  everyoneFinished,
  listenAt,
  logged,
  within,
} from "./shared.ts";

const PORT = 7190;
const PATIENCE_MS = 400;

export const connectTimeout: Scenario = {
  name: "connect-timeout",
  title: "Connection timed out: SYNs that nobody answers",
  lesson:
    "The server hangs: it listens, its queue of one is full, and its kernel drops every further SYN in silence, as a firewall or a machine that is off would. " +
    "connect cannot know that and sends its SYN again after 1, 2, 4 seconds and so on: with Linux's default of six retries it takes over " +
    "two minutes to fail with ETIMEDOUT. No user waits that long. Set TCP_SYNCNT, as here to 1, or give connect a time limit of the program's " +
    "own and close the socket when it is over.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT, 0);
      await host.sleep(4000);
      listener.close();
    },
    async client(host) {
      await connectTo(host, "server", PORT);

      const impatient = host.socket("inet", "stream");
      const connecting = impatient.connect({ host: "server", port: PORT }).then(
        () => "connected",
        () => "closed",
      );
      if ((await within(host, PATIENCE_MS, connecting)) === null) {
        host.log("given up by the program");
        impatient.close();
      }

      const patient = host.socket("inet", "stream");
      patient.setOption("TCP_SYNCNT", 1);
      await patient.connect({ host: "server", port: PORT }).catch(() => host.log("given up by the kernel"));
      patient.close();
    },
  },
  expect: (observation) => {
    const [, , patient] = callsOf(observation, "client", "connect");
    const ms = durationMs(patient);
    return [
      claim(
        "the program's own limit ends the wait",
        logged(observation, "client", "given up by the program"),
      ),
      claim(
        "the kernel's ends with ETIMEDOUT",
        errorsOf(observation, "client", "connect").at(-1) === "ETIMEDOUT",
      ),
      claim("after about three seconds: one for the SYN, two for the one retry", ms > 2800 && ms < 3700),
      everyoneFinished(observation),
    ];
  },
};
