import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, connectTo, everyoneFinished, listenAt, logged, text } from "./shared.ts";

const PORT = 7220;

interface Memory {
  served: number;
}

/**
 * fork(2) as far as sockets go: the child has a copy of the parent's memory and the connection. However it ends, the kernel
 * closes its descriptors, and the parent and the other children go on.
 */
async function fork(host: Host, memory: Memory, peer: Socket): Promise<void> {
  try {
    await child(host, structuredClone(memory), peer);
  } catch {
    host.log("a child died");
  } finally {
    peer.close();
  }
}

async function child(host: Host, memory: Memory, peer: Socket): Promise<void> {
  const request = text(await peer.recv());
  if (request === "crash") throw new Error("segmentation fault");
  memory.served++;
  host.log(`a child has served ${memory.served}`);
  await peer.send(request.toUpperCase());
  await peer.recv();
}

async function ask(host: Host, request: string): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  await socket.send(request);
  const answer = text(await socket.recv());
  host.log(answer === "" ? "hung up on" : `answer: ${answer}`);
  socket.close();
}

export const processPerClient: Scenario = {
  name: "process-per-client",
  title: "A process a client: nothing shared, nothing spoilt",
  lesson:
    "The server of the oldest textbooks: accept, fork, and the child serves this one client while the parent accepts the next. A child that crashes takes down " +
    "itself only: its kernel closes its sockets, the others notice nothing. But a child has a copy of the memory: what it counts, the " +
    "parent never sees. With a real fork the connection is open in both, and the parent must close its own or the client waits for an end of stream that " +
    "cannot come; and it must wait for dead children or collect zombies. There is no fork here: a child is a function that gets a copy of the " +
    "parent's memory and one socket.",
  topology: {
    hosts: { server: {}, ann: {}, mallory: {}, bob: {} },
    links: [
      { between: ["ann", "server"], delayMs: 10 },
      { between: ["mallory", "server"], delayMs: 12 },
      { between: ["bob", "server"], delayMs: 14 },
    ],
  },
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const memory: Memory = { served: 0 };
      const children: Promise<void>[] = [];
      while (children.length < 3) children.push(fork(host, memory, await listener.accept()));
      listener.close();
      await Promise.all(children);
      host.log(`the parent has served ${memory.served}`);
    },
    ann: (host) => ask(host, "good morning"),
    async mallory(host) {
      await host.sleep(20);
      await ask(host, "crash");
    },
    async bob(host) {
      await host.sleep(40);
      await ask(host, "good evening");
    },
  },
  expect: (observation) => [
    claim("the crash ends one connection", logged(observation, "mallory", "hung up on")),
    claim("the client before it is served", logged(observation, "ann", "answer: GOOD MORNING")),
    claim("and so is the one after it", logged(observation, "bob", "answer: GOOD EVENING")),
    claim(
      "each child counts in its own copy of the memory",
      (observation.logs["server"] ?? []).filter((line) => line === "a child has served 1").length === 2,
    ),
    claim("and the parent's count stays 0", logged(observation, "server", "the parent has served 0")),
    everyoneFinished(observation),
  ],
};
