import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import {
  claim,
  clientAndServer,
  durationMs,
  callsOf,
  everyoneFinished,
  errorsOf,
  listenAt,
  logged,
  connectTo,
  within,
} from "./shared.ts";

const PORT = 7110;
const CUT_AT_MS = 3000;
const PATIENCE_MS = 60_000;
const KEEP_IDLE_S = 2;
const KEEP_INTERVAL_S = 1;
const KEEP_COUNT = 3;

async function serve(host: Host, port: number, keepalive: boolean): Promise<void> {
  const listener = await listenAt(host, port);
  const peer = await listener.accept();
  listener.close();
  if (keepalive) {
    peer.setOption("SO_KEEPALIVE", true);
    peer.setOption("TCP_KEEPIDLE", KEEP_IDLE_S);
    peer.setOption("TCP_KEEPINTVL", KEEP_INTERVAL_S);
    peer.setOption("TCP_KEEPCNT", KEEP_COUNT);
  }
  try {
    const data = await within(host, PATIENCE_MS, peer.recv());
    if (data === null) host.log("without keepalive: a minute later recv still waits");
  } catch {
    host.log(`with keepalive: the connection is given up at ${Math.round(host.now())} ms`);
  }
  peer.close();
}

export const keepaliveDeadPeer: Scenario = {
  name: "keepalive-dead-peer",
  title: "A peer that vanished, and who notices",
  lesson:
    "After three seconds the cable is pulled. Neither side is told: a connection that carries nothing looks the same alive and dead, and recv waits for " +
    "ever. SO_KEEPALIVE makes the kernel ask: after TCP_KEEPIDLE seconds of silence it sends a probe every TCP_KEEPINTVL seconds, and after " +
    "TCP_KEEPCNT without an answer recv fails with ETIMEDOUT. The defaults are two hours, 75 seconds and 9: too slow for most programs, so set " +
    "them, or let the protocol send its own heartbeats.",
  topology: clientAndServer({ partitions: [{ fromMs: CUT_AT_MS, untilMs: 600_000 }] }),
  backends: ["sim"],
  programs: {
    async server(host) {
      await Promise.all([serve(host, PORT, true), serve(host, PORT + 1, false)]);
    },
    async client(host) {
      await connectTo(host, "server", PORT);
      await connectTo(host, "server", PORT + 1);
    },
  },
  expect: (observation) => {
    const [waited] = callsOf(observation, "server", "recv").map(durationMs);
    // The last probe that was answered came at most one idle span before the cut; the rest is what keepalive promises.
    const latestMs = CUT_AT_MS + (KEEP_IDLE_S + KEEP_INTERVAL_S * KEEP_COUNT) * 1000 + 500;
    return [
      claim(
        "with keepalive, recv fails with ETIMEDOUT",
        errorsOf(observation, "server", "recv")[0] === "ETIMEDOUT",
      ),
      claim(
        "after the cut, and no later than idle + count x interval after it",
        waited > CUT_AT_MS && waited < latestMs,
      ),
      claim(
        "without it, recv still waits after a minute",
        logged(observation, "server", "without keepalive: a minute later recv still waits"),
      ),
      everyoneFinished(observation),
    ];
  },
};
