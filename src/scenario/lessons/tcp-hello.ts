import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, logged, text } from "./shared.ts";

const PORT = 7050;

export const tcpHello: Scenario = {
  name: "tcp-hello",
  title: "Hello over TCP",
  lesson:
    "The server opens a socket, binds it to a port, listens and waits in accept. The client connects, and the kernels shake hands before " +
    "either program knows: SYN, SYN+ACK, ACK. Each side then says one thing. Close sends a FIN, and the other side's recv " +
    "returns no bytes: that, and not an error, is how a stream ends.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      const peer = await listener.accept();
      host.log(`received: ${text(await peer.recv())}`);
      await peer.send("Hello, client!");
      const end = await peer.recv();
      host.log(end.length === 0 ? "end of stream" : "more than expected");
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = host.socket("inet", "stream");
      await socket.connect({ host: "server", port: PORT });
      await socket.send("Hello, server!");
      host.log(`received: ${text(await socket.recv())}`);
      socket.close();
    },
  },
  expect: (observation) => [
    claim("the server hears the client", logged(observation, "server", "received: Hello, server!")),
    claim("the client hears the server", logged(observation, "client", "received: Hello, client!")),
    claim(
      "the client's close reaches the server as an empty recv",
      logged(observation, "server", "end of stream"),
    ),
    everyoneFinished(observation),
  ],
};
