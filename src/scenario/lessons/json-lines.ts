import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import {
  claim,
  clientAndServer,
  connectTo,
  everyoneFinished,
  linesOf,
  listenAt,
  logged,
  recvLengths,
  text,
} from "./shared.ts";

const PORT = 7240;
const MESSAGES = [
  { from: "Zoë", says: "two\nlines" },
  { from: "Bob", says: "{not a message}" },
  { from: "Zoë", says: "bye" },
];

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Takes what a recv returns for a message. */
async function readNaively(host: Host, peer: Socket): Promise<void> {
  let parsed = 0;
  for (;;) {
    const data = await peer.recv();
    if (data.length === 0) break;
    if (isJson(text(data))) parsed++;
  }
  host.log(`a recv a message: ${parsed} understood`);
}

/** Takes a line for a message. */
async function readLines(host: Host, peer: Socket): Promise<void> {
  for await (const line of linesOf(peer)) {
    const { from, says } = JSON.parse(line) as (typeof MESSAGES)[number];
    host.log(`a line a message: ${from} says ${JSON.stringify(says)}`);
  }
}

export const jsonLines: Scenario = {
  name: "json-lines",
  title: "Messages over a stream: JSON, one a line",
  lesson:
    "To send structured data, make it bytes (serialise) and mark where each message ends (frame). JSON writes a newline inside a text as \\n, so a real newline can end " +
    "every message. Three messages leave in one send and arrive in pieces of seven bytes, as a slow network may deliver them: a reader that parses each recv " +
    "understands none. One that collects bytes, cuts at newlines and keeps the rest for later gets all three, even where a piece ends in the middle of the ë.",
  topology: clientAndServer(),
  readPolicy: { kind: "at-most", bytes: 7 },
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      for (const read of [readNaively, readLines]) {
        const peer = await listener.accept();
        await read(host, peer);
        peer.close();
      }
      listener.close();
    },
    async client(host) {
      for (let i = 0; i < 2; i++) {
        const socket = await connectTo(host, "server", PORT);
        await socket.sendAll(MESSAGES.map((message) => `${JSON.stringify(message)}\n`).join(""));
        socket.close();
      }
    },
  },
  expect: (observation) => [
    claim("no recv returns a whole message", Math.max(...recvLengths(observation, "server")) <= 7),
    claim(
      "a recv a message understands nothing",
      logged(observation, "server", "a recv a message: 0 understood"),
    ),
    ...MESSAGES.map(({ from, says }, index) =>
      claim(
        `a line a message understands message ${index + 1}`,
        logged(observation, "server", `a line a message: ${from} says ${JSON.stringify(says)}`),
      ),
    ),
    everyoneFinished(observation),
  ],
};
