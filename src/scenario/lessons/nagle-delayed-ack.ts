import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, connectTo, everyoneFinished, listenAt, loggedAfter } from "./shared.ts";

const PORT = 7120;
const ROUNDS = 5;
const HEADER = "length 5\n";
const BODY = "hello";

/** A request in two writes, then its answer: write, write, read. */
async function ask(host: Host, noDelay: boolean): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  socket.setOption("TCP_NODELAY", noDelay);
  const times: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = host.now();
    await socket.send(HEADER);
    await socket.send(BODY);
    await socket.recv();
    times.push((host.now() - start).toFixed(1));
  }
  host.log(`ms with TCP_NODELAY ${noDelay ? "on" : "off"}: ${times.join(" ")}`);
  socket.close();
}

export const nagleDelayedAck: Scenario = {
  name: "nagle-delayed-ack",
  title: "Forty milliseconds out of nowhere: Nagle meets delayed ACK",
  lesson:
    "The client writes a header, then a body, then waits for the answer. Nagle's rule holds the small body back while the header is not " +
    "acknowledged; the server cannot answer half a request, so its kernel delays that ACK, hoping for data to send it with. Both wait until the delayed " +
    "ACK's timer ends it after 40 ms, in every round but the first, when a new connection acknowledges at once. Write header and body in one " +
    "send, or set TCP_NODELAY.",
  topology: clientAndServer({ delayMs: 0.5 }),
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      for (let client = 0; client < 2; client++) {
        const peer = await listener.accept();
        let length = 0;
        for (;;) {
          const data = await peer.recv();
          if (data.length === 0) break;
          length += data.length;
          if (length < HEADER.length + BODY.length) continue;
          length = 0;
          await peer.send("answer");
        }
        peer.close();
      }
      listener.close();
    },
    async client(host) {
      await ask(host, false);
      await ask(host, true);
    },
  },
  expect: (observation) => {
    const times = (state: string): number[] =>
      (loggedAfter(observation, "client", `ms with TCP_NODELAY ${state}`)[0] ?? "").split(" ").map(Number);
    const held = times("off").slice(1);
    return [
      claim(
        "without TCP_NODELAY, every round after the first takes 35 ms and more",
        held.length === ROUNDS - 1 && held.every((ms) => ms >= 35),
      ),
      claim("with it, the request is over in a fraction of that", Math.min(...times("on")) < 10),
      everyoneFinished(observation),
    ];
  },
};
