import type { Host } from "../../socket/api.ts";
import type { Observation, Scenario } from "../scenario.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import {
  callsOf,
  claim,
  clientAndServer,
  connectTo,
  everyoneFinished,
  listenAt,
  loggedAfter,
  segments,
} from "./shared.ts";

const WORDS = "a call for every byte, or one for all";
const PORTS = { byte: 7200, nagle: 7201, buffered: 7202 };

async function sendBytewise(host: Host, port: number, noDelay: boolean): Promise<void> {
  const socket = await connectTo(host, "server", port);
  socket.setOption("TCP_NODELAY", noDelay);
  for (const letter of WORDS) {
    await socket.send(letter);
    await host.sleep(1);
  }
  socket.close();
}

/** Reads to the end and counts the recvs it takes. */
async function read(host: Host, port: number, most: number): Promise<void> {
  const listener = await listenAt(host, port);
  const peer = await listener.accept();
  let total = 0;
  let calls = 0;
  for (;;) {
    const { length } = await peer.recv(most);
    calls++;
    if (length === 0) break;
    total += length;
  }
  host.log(`${port}: ${total} bytes in ${calls} recvs`);
  peer.close();
  listener.close();
}

/** Packets with data that went to `port`. */
function dataPackets(observation: Observation, port: number): number {
  const { destinationPort, payloadLength } = observation.trace.packets;
  return segments(observation, TCP_FLAG.ack).filter(
    (row) => destinationPort[row] === port && payloadLength[row] > 0,
  ).length;
}

export const slowReaderBuffering: Scenario = {
  name: "slow-reader-buffering",
  title: "One byte a call, or one buffer",
  lesson:
    `The same ${WORDS.length} bytes, three ways. One byte a send with TCP_NODELAY: as many calls and as many packets, each with 40 bytes of header and more; a reader that asks for ` +
    "one byte makes as many calls again. With Nagle's rule the kernel gathers what piles up while a packet is under way: few packets, but still a system call a byte. " +
    "Gathered in the program: one call, one packet, one recv. Write through a buffer and flush it when a message is complete; " +
    "read as much as there is and take it apart in memory.",
  topology: clientAndServer({ delayMs: 2 }),
  programs: {
    async server(host) {
      await Promise.all([
        read(host, PORTS.byte, 1),
        read(host, PORTS.nagle, 4096),
        read(host, PORTS.buffered, 4096),
      ]);
    },
    async client(host) {
      await sendBytewise(host, PORTS.byte, true);
      await sendBytewise(host, PORTS.nagle, false);
      const socket = await connectTo(host, "server", PORTS.buffered);
      await socket.send(WORDS);
      socket.close();
    },
  },
  expect: (observation) => {
    const recvs = (port: number): number =>
      Number(/in (\d+) recvs/.exec(loggedAfter(observation, "server", String(port))[0] ?? "")?.[1]);
    const packetClaims = observation.hasPackets
      ? [
          claim(
            "a byte a send with TCP_NODELAY is a packet a byte",
            dataPackets(observation, PORTS.byte) === WORDS.length,
          ),
          ...(observation.backend === "sim"
            ? [
                claim(
                  "with Nagle's rule it is one a round trip",
                  dataPackets(observation, PORTS.nagle) < WORDS.length / 2,
                ),
              ]
            : []),
          claim("from a buffer it is one", dataPackets(observation, PORTS.buffered) === 1),
        ]
      : [];
    return [
      claim(
        "the writer makes a call a byte, twice, and one call at last",
        callsOf(observation, "client", "send").length === 2 * WORDS.length + 1,
      ),
      claim(
        "reading a byte a call takes a call a byte and one for the end",
        recvs(PORTS.byte) === WORDS.length + 1,
      ),
      claim("reading all there is takes two calls for one packet", recvs(PORTS.buffered) === 2),
      ...packetClaims,
      everyoneFinished(observation),
    ];
  },
};
