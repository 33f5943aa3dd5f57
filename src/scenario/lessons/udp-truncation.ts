import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, logged, text } from "./shared.ts";

const PORT = 7070;

export const udpTruncation: Scenario = {
  name: "udp-truncation",
  title: "A datagram longer than the buffer loses its tail",
  lesson:
    "The client sends ten bytes; the server asks for four. On a stream the other six would wait for the next recv. With UDP they are gone: " +
    "recvFrom returns the first four with MSG_TRUNC set, and the next recvFrom returns the next datagram. Always offer room for the largest " +
    "message you accept, and look at the flag.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      for (let i = 0; i < 2; i++) {
        const { data, truncated } = await socket.recvFrom(4);
        host.log(`${text(data)}${truncated ? " (truncated)" : ""}`);
      }
      socket.close();
    },
    async client(host) {
      const socket = host.socket("inet", "dgram");
      await socket.sendTo("0123456789", { host: "server", port: PORT });
      await host.sleep(20);
      await socket.sendTo("next", { host: "server", port: PORT });
      socket.close();
    },
  },
  expect: (observation) => [
    claim(
      "the first four bytes come, marked as truncated",
      logged(observation, "server", "0123 (truncated)"),
    ),
    claim("the next recvFrom gives the next datagram, not the rest", logged(observation, "server", "next")),
    everyoneFinished(observation),
  ],
};
