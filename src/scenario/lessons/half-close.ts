import type { Scenario } from "../scenario.ts";
import {
  claim,
  clientAndServer,
  connectTo,
  everyoneFinished,
  listenAt,
  logged,
  outcomeOf,
  readToEnd,
} from "./shared.ts";

const PORT = 7130;

export const halfClose: Scenario = {
  name: "half-close",
  title: "Half-close: done talking, still listening",
  lesson:
    'The client sends its words and calls shutdown("write"): a FIN says "no more from me", and only that. The server reads until recv gives nothing, ' +
    "knows that the request is complete without any length or delimiter, and answers at leisure over the other direction, which is still " +
    "open. close would have ended both directions, and the answer would have met a RST. The client's own sends now fail with EPIPE.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const peer = await listener.accept();
      const words = (await readToEnd(peer)).split(" ");
      await host.sleep(50);
      await peer.send(words.toSorted().join(" "));
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = await connectTo(host, "server", PORT);
      await socket.send("sort these ");
      await host.sleep(20);
      await socket.send("words please");
      socket.shutdown("write");
      host.log(`send after shutdown: ${await outcomeOf(socket.send("one more"))}`);
      host.log(`answer: ${await readToEnd(socket)}`);
      socket.close();
    },
  },
  expect: (observation) => [
    claim(
      "sending after shutdown fails with EPIPE",
      logged(observation, "client", "send after shutdown: EPIPE"),
    ),
    claim(
      "the answer, made from the whole request, comes through the half that is open",
      logged(observation, "client", "answer: please sort these words"),
    ),
    everyoneFinished(observation),
  ],
};
