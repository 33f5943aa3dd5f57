// Simulated connections in which it is known what goes wrong, each for one thing Wireshark has a name for.

import type { Scenario } from "../../src/scenario/scenario.ts";
import type { LinkConfig, LinkScript, ScriptPacket, ScriptVerdict } from "../../src/sim/topology.ts";
import type { Socket } from "../../src/socket/api.ts";

const PORT = 7000;
const SEGMENT = 1448;

interface KnownCause {
  readonly name: string;
  readonly link: Omit<LinkConfig, "between">;
  readonly bytes: number;
  readonly seeds?: number;
  /** What the client does before it sends, and the server before it reads. */
  readonly client?: (socket: Socket) => void;
  readonly readAfterMs?: number;
  readonly receiveBuffer?: number;
  readonly pauseMs?: number;
}

export const KNOWN_CAUSES: readonly KnownCause[] = [
  { name: "nothing goes wrong", link: { delayMs: 10 }, bytes: 200_000 },
  {
    name: "a segment is lost in the middle",
    link: { delayMs: 10, forward: { script: drop(20 * SEGMENT, 1) } },
    bytes: 200_000,
  },
  {
    name: "the last segment is lost: a loss probe",
    link: { delayMs: 10, forward: { script: drop(20 * SEGMENT, 1) } },
    bytes: 20 * SEGMENT + 100,
  },
  {
    name: "the link is down for a while: timeouts",
    link: { delayMs: 10, partitions: [{ fromMs: 45, untilMs: 900 }] },
    bytes: 200_000,
  },
  {
    name: "the probe is lost like the segment: a timeout",
    link: { delayMs: 10, forward: { script: drop(20 * SEGMENT, 2) } },
    bytes: 20 * SEGMENT + 100,
  },
  {
    name: "ACKs are late: needless timeouts",
    link: { delayMs: 10, backward: { script: late } },
    bytes: 200_000,
  },
  {
    name: "segments overtake each other",
    link: { delayMs: 10, reorder: 0.05, reorderMs: 4 },
    bytes: 200_000,
    seeds: 2,
  },
  { name: "the link makes copies", link: { delayMs: 10, duplicate: 0.1 }, bytes: 200_000, seeds: 2 },
  { name: "one segment in thirty is lost", link: { delayMs: 15, loss: 0.033 }, bytes: 200_000, seeds: 4 },
  {
    name: "the reader sleeps: closed windows and probes",
    link: { delayMs: 10 },
    bytes: 100_000,
    receiveBuffer: 16_384,
    readAfterMs: 5000,
  },
  {
    name: "nothing is said for long: keep-alives",
    link: { delayMs: 10 },
    bytes: 5000,
    client: (socket) => {
      socket.setOption("SO_KEEPALIVE", true);
      socket.setOption("TCP_KEEPIDLE", 1);
      socket.setOption("TCP_KEEPINTVL", 1);
    },
    pauseMs: 4500,
  },
];

/** Loses the first packets whose data begins `offset` bytes into the stream. */
function drop(offset: number, times: number): LinkScript {
  let left = times;
  return ({ relativeSeq, payloadLength }) => {
    if (left === 0 || payloadLength === 0 || relativeSeq !== offset + 1) return "pass";
    left--;
    return "drop";
  };
}

/** What is sent while the transfer goes on comes 700 ms late, and in order. */
function late({ timeNs }: ScriptPacket): ScriptVerdict {
  return timeNs > 45e6 && timeNs < 500e6 ? { delayMs: 700 } : "pass";
}

/** `client` sends, `server` reads. */
export function scenarioOf(known: KnownCause): Scenario {
  return {
    name: "known-cause",
    title: known.name,
    lesson: "",
    topology: {
      hosts: { client: {}, server: {} },
      links: [{ ...known.link, between: ["client", "server"] }],
    },
    programs: {
      async server(host) {
        const listener = host.socket("inet", "stream");
        if (known.receiveBuffer !== undefined) listener.setOption("SO_RCVBUF", known.receiveBuffer);
        await listener.bind({ port: PORT });
        await listener.listen();
        const peer = await listener.accept();
        if (known.readAfterMs !== undefined) await host.sleep(known.readAfterMs);
        while ((await peer.recv()).length > 0);
        peer.close();
        listener.close();
      },
      async client(host) {
        // tshark takes a SYN at time 0 for one that never came.
        await host.sleep(1);
        const socket = host.socket("inet", "stream");
        known.client?.(socket);
        await socket.connect({ host: "server", port: PORT });
        await socket.sendAll(new Uint8Array(known.bytes));
        if (known.pauseMs !== undefined) await host.sleep(known.pauseMs);
        socket.close();
      },
    },
    expect: () => [],
  };
}
