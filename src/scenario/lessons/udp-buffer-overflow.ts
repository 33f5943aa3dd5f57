import type { Scenario } from "../scenario.ts";
import { callsOf, claim, clientAndServer, everyoneFinished, loggedAfter, text, within } from "./shared.ts";

const PORT = 7064;
const COUNT = 40;

export const udpBufferOverflow: Scenario = {
  name: "udp-buffer-overflow",
  title: "The receive buffer overflows, and nobody is told",
  lesson:
    "Forty datagrams come while the server is busy. Its socket has room for a few; the kernel drops the rest on arrival, without a word to either side: every sendTo succeeded, no recvFrom fails. " +
    "UDP has no window to slow a sender down. This is loss without any network trouble, seen on loopback as well, and the most common kind. The remedies: read faster " +
    "(a thread that only receives), ask for a larger SO_RCVBUF, and number the datagrams so that loss is seen.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      socket.setOption("SO_RCVBUF", 4096);
      await socket.bind({ port: PORT });
      await host.sleep(100);
      for (;;) {
        const datagram = await within(host, 60, socket.recvFrom());
        if (datagram === null) break;
        host.log(`got: ${text(datagram.data)}`);
      }
      socket.close();
    },
    async client(host) {
      const socket = host.socket("inet", "dgram");
      for (let i = 0; i < COUNT; i++) await socket.sendTo(`datagram ${i}`, { host: "server", port: PORT });
      socket.close();
    },
  },
  expect: (observation) => {
    const got = loggedAfter(observation, "server", "got");
    const sent = callsOf(observation, "client", "sendTo");
    return [
      claim("every send succeeds", sent.length === COUNT && sent.every(({ error }) => error === undefined)),
      claim("less than half of them arrive", got.length > 0 && got.length < COUNT / 2),
      claim(
        "those that came first",
        got.every((line, i) => line === `datagram ${i}`),
      ),
      everyoneFinished(observation),
    ];
  },
};
