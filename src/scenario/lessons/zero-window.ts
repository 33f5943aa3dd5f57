import type { Scenario } from "../scenario.ts";
import { callsOf, claim, clientAndServer, everyoneFinished, logged, segments } from "./shared.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";

const PORT = 7140;
const TOTAL = 60_000;
const BUSY_MS = 700;

export const zeroWindow: Scenario = {
  name: "zero-window",
  title: "A reader that does not read stops the sender",
  lesson:
    "The server accepts and then is busy. Its receive buffer fills, each ACK offers a smaller window, and at last the window is 0: the client's kernel " +
    "may send no more, its send buffer fills too, and send blocks. Nothing is lost and nobody is told; now and then a probe asks whether " +
    "there is room again, in case the news got lost. When the server reads, the window opens and all goes on. This is back-pressure: a slow " +
    "reader slows its writer, and a program that must not block when its peer is slow needs a plan for it.",
  topology: clientAndServer(),
  backends: ["sim", "kernel"],
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      listener.setOption("SO_RCVBUF", 8192);
      await listener.bind({ port: PORT });
      await listener.listen();
      const peer = await listener.accept();
      await host.sleep(BUSY_MS);
      host.log("reading at last");
      let total = 0;
      while (total < TOTAL) total += (await peer.recv()).length;
      host.log(`received ${total} bytes`);
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = host.socket("inet", "stream");
      socket.setOption("SO_SNDBUF", 8192);
      await socket.connect({ host: "server", port: PORT });
      await socket.sendAll(new Uint8Array(TOTAL));
      host.log(`sendAll took until ${host.now() > BUSY_MS ? "after" : "before"} the server began to read`);
      await socket.recv();
      socket.close();
    },
  },
  expect: (observation) => {
    const { packets } = observation.trace;
    const fromServer = (row: number): boolean => packets.sourcePort[row] === PORT;
    const windows = segments(observation, TCP_FLAG.ack)
      .filter(fromServer)
      .map((row) => packets.tcpWindow[row]);
    const waited = callsOf(observation, "client", "sendAll")[0];
    return [
      claim(
        "sendAll blocks until the server reads",
        logged(observation, "client", "sendAll took until after the server began to read"),
      ),
      claim("no call fails", waited?.error === undefined),
      ...(observation.hasPackets ? [claim("the server says that its window is 0", windows.includes(0))] : []),
      claim("every byte arrives", logged(observation, "server", `received ${TOTAL} bytes`)),
      everyoneFinished(observation),
    ];
  },
};
