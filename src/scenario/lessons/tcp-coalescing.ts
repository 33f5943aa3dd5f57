import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, logged, text } from "./shared.ts";

const PORT = 7020;

export const tcpCoalescing: Scenario = {
  name: "tcp-coalescing",
  title: "Two sends, one recv",
  lesson:
    'The client sends "one" and then "two". The server, reading a little later, gets "onetwo" from a single recv. TCP carries bytes, not ' +
    "messages: where one send ended is not recorded anywhere. A protocol that needs messages must frame them itself, with a " +
    "length or a delimiter.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      const peer = await listener.accept();
      await host.sleep(120);
      host.log(`one recv: ${text(await peer.recv(100))}`);
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = host.socket("inet", "stream");
      await socket.connect({ host: "server", port: PORT });
      await socket.send("one");
      await socket.send("two");
      const end = await socket.recv();
      host.log(end.length === 0 ? "end of stream" : "unexpected data");
      socket.close();
    },
  },
  expect: (observation) => [
    claim("both sends come out of one recv", logged(observation, "server", "one recv: onetwo")),
    everyoneFinished(observation),
  ],
};
