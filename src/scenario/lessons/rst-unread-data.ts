import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import {
  claim,
  clientAndServer,
  connectTo,
  everyoneFinished,
  listenAt,
  logged,
  text,
  readToEnd,
  outcomeOf,
} from "./shared.ts";

const PORT = 7160;

async function upload(host: Host): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  await socket.send("PUT file, and a body the server does not want");
  await host.sleep(60);
  host.log(`first recv: ${text(await socket.recv())}`);
  host.log(`second recv: ${await outcomeOf(socket.recv())}`);
  socket.close();
}

/** Refuses after the first 8 bytes. */
async function refuse(listener: Socket): Promise<Socket> {
  const peer = await listener.accept();
  await peer.recv(8);
  await peer.send("403 no");
  return peer;
}

export const rstUnreadData: Scenario = {
  name: "rst-unread-data",
  title: "close with unread data sends RST, and may destroy your answer",
  lesson:
    "The server reads the start of the request, answers and closes, with the rest still unread in its buffer. To close over unread data is an " +
    "error by TCP's rules: a RST goes out instead of a FIN, and the client's recv fails with ECONNRESET. Linux first hands out what had arrived; other " +
    "systems throw the answer away with the connection, and so does any system when the RST overtakes it. The cure: shutdown(write), read until the " +
    "peer's end, then close.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);

      const rude = await refuse(listener);
      rude.close();

      const polite = await refuse(listener);
      polite.shutdown("write");
      const rest = await readToEnd(polite);
      host.log(`read and thrown away: ${rest.length} bytes`);
      polite.close();
      listener.close();
    },
    async client(host) {
      await upload(host);
      await upload(host);
    },
  },
  expect: (observation) => {
    const lines = observation.logs["client"] ?? [];
    return [
      claim(
        "the rude server's answer is read, then ECONNRESET",
        lines.slice(0, 2).join() === "first recv: 403 no,second recv: ECONNRESET",
      ),
      claim(
        "the polite server's answer is read, then the end",
        lines.slice(2).join() === "first recv: 403 no,second recv: ok",
      ),
      claim(
        "the polite server reads what nobody wants",
        logged(observation, "server", "read and thrown away: 37 bytes"),
      ),
      everyoneFinished(observation),
    ];
  },
};
