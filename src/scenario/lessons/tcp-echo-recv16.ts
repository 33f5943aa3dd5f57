import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, logged, recvLengths, text } from "./shared.ts";

const PORT = 7007;
const MESSAGE = "forty bytes, read sixteen at most a time";

export const tcpEchoRecv16: Scenario = {
  name: "tcp-echo-recv16",
  title: "An echo server that reads 16 bytes at a time",
  lesson:
    "The client sends 40 bytes in one send. The server asks for 16, gets 16, asks again, and the last recv gives 8: recv returns what is " +
    "there, at most what was asked for, and knows nothing of how the bytes were sent. The client, too, must go on reading until it has " +
    "all 40, however many recvs that takes.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      const peer = await listener.accept();
      for (;;) {
        const data = await peer.recv(16);
        if (data.length === 0) break;
        await peer.sendAll(data);
      }
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = host.socket("inet", "stream");
      await socket.connect({ host: "server", port: PORT });
      await socket.sendAll(MESSAGE);
      let echo = "";
      while (echo.length < MESSAGE.length) {
        const data = await socket.recv();
        if (data.length === 0) break;
        echo += text(data);
      }
      host.log(`echo: ${echo}`);
      socket.close();
    },
  },
  expect: (observation) => {
    const lengths = recvLengths(observation, "server");
    return [
      claim(
        "no recv returns more than the 16 bytes asked for",
        lengths.every((length) => length <= 16),
      ),
      claim(
        "40 bytes take the server at least three recvs",
        lengths.filter((length) => length > 0).length >= 3,
      ),
      claim("the echo is complete and in order", logged(observation, "client", `echo: ${MESSAGE}`)),
      claim("after the client's close, recv returns no bytes", lengths.at(-1) === 0),
      everyoneFinished(observation),
    ];
  },
};
