import type { Scenario } from "../scenario.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import {
  claim,
  clientAndServer,
  connectTo,
  everyoneFinished,
  listenAt,
  logged,
  outcomeOf,
  segments,
} from "./shared.ts";

const PORT = 7170;

export const lingerZero: Scenario = {
  name: "linger-zero",
  title: "SO_LINGER 0: close as an abort",
  lesson:
    "With SO_LINGER on and a time of 0, close sends no FIN and waits for nothing: whatever was not yet delivered is thrown away, a RST goes out, and the " +
    "peer's recv fails with ECONNRESET. There is no TIME_WAIT either, which is why the option is recommended in many places, and wrongly: " +
    "TIME_WAIT protects the next connection, and the abort loses data that send had accepted. Use it to get rid of a misbehaving peer, " +
    "not to close.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const peer = await listener.accept();
      host.log(`recv: ${await outcomeOf(peer.recv())}`);
      host.log(`recv: ${await outcomeOf(peer.recv())}`);
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = await connectTo(host, "server", PORT);
      await socket.send("the first words");
      await host.sleep(50);
      socket.setOption("SO_LINGER", 0);
      socket.close();
    },
  },
  expect: (observation) => [
    claim("the words sent well before arrive", observation.logs["server"]?.[0] === "recv: ok"),
    claim(
      "then recv fails, where a close would have ended the stream",
      logged(observation, "server", "recv: ECONNRESET"),
    ),
    ...(observation.hasPackets
      ? [
          claim("a RST is sent", segments(observation, TCP_FLAG.rst).length > 0),
          claim("and no FIN", segments(observation, TCP_FLAG.fin).length === 0),
        ]
      : []),
    everyoneFinished(observation),
  ],
};
