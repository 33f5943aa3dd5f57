import type { Scenario } from "../scenario.ts";
import { callsOf, claim, clientAndServer } from "./shared.ts";

const PORT = 7030;

export const tcpEmptySend: Scenario = {
  name: "tcp-empty-send",
  title: "Sending nothing sends nothing",
  lesson:
    "The client sends an empty string and waits for the answer; the server waits for the question. send returns 0 and no packet leaves: " +
    "a stream has no room for a message of no bytes. Both sides now wait in recv, and nothing will ever wake them. That is a deadlock, and " +
    "here it is the expected result.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      const peer = await listener.accept();
      await peer.recv();
      await peer.send("answer");
    },
    async client(host) {
      const socket = host.socket("inet", "stream");
      await socket.connect({ host: "server", port: PORT });
      await socket.send("");
      await socket.recv();
    },
  },
  expect: (observation) => {
    const waits = (host: string): boolean =>
      observation.waiting.some((waiter) => waiter.host === host && waiter.call === "recv");
    const { trace } = observation;
    let payload = 0;
    for (let row = 0; row < trace.packets.count; row++) payload += trace.packets.payloadLength[row];
    return [
      claim("send of nothing returns 0", callsOf(observation, "client", "send")[0]?.result === 0),
      claim("no packet carries a byte of data", payload === 0),
      claim("the run ends in a deadlock", observation.outcome === "deadlock"),
      claim("the client waits in recv", waits("client")),
      claim("the server waits in recv", waits("server")),
    ];
  },
};
