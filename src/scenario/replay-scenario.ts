// A captured conversation as a scenario: two programs that send what was sent, each piece after what its sender had received by then
// and after thinking as long, over whatever link the run is given.

import { payloadOfSide } from "../capture/replay/conversation.ts";
import type { Conversation, ReplaySide, ReplayStep } from "../capture/replay/conversation.ts";
import type { Host, Socket } from "../socket/api.ts";
import { SocketError } from "../socket/errno.ts";
import type { Claim, Observation, Scenario } from "./scenario.ts";

/** Half the captured round trip, or this where the capture does not tell. */
const DELAY_MS = 1;
/** How long a side goes on waiting for a datagram after the time it came in the capture. */
const DATAGRAM_PATIENCE_MS = 1000;
const READ_BYTES = 65_536;
const DATAGRAM_BYTES = 65_535;

/** `name` stands for the capture in titles. The link is `client-server`; its delay is half the captured round trip. */
export function replayScenario(conversation: Conversation, name: string): Scenario {
  const { protocol, stream, client, server, rttNs } = conversation;
  const play = protocol === "tcp" ? playTcp : playUdp;
  const delayMs = rttNs === 0 ? DELAY_MS : Math.round(rttNs / 2e3) / 1e3;
  const thing = `${protocol} stream ${stream} of ${name}`;
  return {
    name: "replay",
    title: `${thing}, sent again`,
    lesson:
      `What ${client.end.address}:${client.end.port} and ${server.end.address}:${server.end.port} said to each other, ` +
      "said again by simulated hosts: each piece after what its sender had received when it first sent it, and after thinking as long. " +
      "The rest - segments, acknowledgments, losses and their repair - is this network's.",
    topology: {
      hosts: { server: {}, client: {} },
      links: [{ between: ["client", "server"], delayMs }],
    },
    programs: {
      server: (host) => play(host, "server", server, client, server.end.port),
      client: (host) => play(host, "client", client, server, server.end.port),
    },
    backends: ["sim"],
    expect: (observation) => [arrived(observation, "client", server), arrived(observation, "server", client)],
  };
}

type Role = "client" | "server";

/** What one side has of the other's data; steps wait for it. */
class Inbox {
  /** Bytes, or datagrams. */
  received = 0;
  ended = false;
  /** Whether all so far is what the capture has. */
  isSame = true;
  #wake: (() => void) | null = null;

  changed(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  async until(isThere: () => boolean): Promise<void> {
    while (!isThere() && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function connected(host: Host, role: Role, port: number): Promise<Socket> {
  const socket = host.socket("inet", "stream");
  if (role === "client") {
    await socket.connect({ host: "server", port });
    return socket;
  }
  await socket.bind({ port });
  await socket.listen(1);
  const accepted = await socket.accept();
  socket.close();
  return accepted;
}

async function playTcp(
  host: Host,
  role: Role,
  own: ReplaySide,
  other: ReplaySide,
  port: number,
): Promise<void> {
  const socket = await connected(host, role, port);
  // Each captured segment is sent at once, as it was.
  socket.setOption("TCP_NODELAY", true);
  const inbox = new Inbox();
  const expected = payloadOfSide(other);
  const isReset = other.steps.at(-1)?.kind === "reset";
  const reading = readStream(socket, inbox, expected, other.ends || isReset);
  try {
    for (const step of own.steps) {
      await inbox.until(() => inbox.received >= step.after && !step.afterEnd);
      if (step.thinkNs > 0) await host.sleep(step.thinkNs / 1e6);
      if (step.kind === "data") await socket.sendAll(step.bytes);
      else if (step.kind === "end") socket.shutdown("write");
      else socket.setOption("SO_LINGER", 0);
    }
  } catch (error) {
    // The other side gave up earlier than its capture: what is missing is counted below.
    if (!isHangUp(error)) throw error;
    host.log(`stopped: ${error.message}`);
  }
  if (own.steps.at(-1)?.kind !== "reset") await reading;
  report(host, inbox, other.bytes, "bytes");
  socket.close();
  await reading;
}

/** Reads until the other side ends, or has said all where it never ends. */
async function readStream(socket: Socket, inbox: Inbox, expected: Uint8Array, ends: boolean): Promise<void> {
  try {
    for (;;) {
      if (!ends && inbox.received >= expected.length) break;
      const data = await socket.recv(READ_BYTES);
      if (data.length === 0) break;
      const from = inbox.received;
      inbox.isSame &&= Buffer.compare(data, expected.subarray(from, from + data.length)) === 0;
      inbox.received += data.length;
      inbox.changed();
    }
  } catch (error) {
    // A captured reset ends the reading, and so does our own close.
    if (!(error instanceof SocketError) || (error.code !== "ECONNRESET" && error.code !== "EBADF"))
      throw error;
  }
  inbox.ended = true;
  inbox.changed();
}

function isHangUp(error: unknown): error is SocketError {
  return error instanceof SocketError && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

async function playUdp(
  host: Host,
  role: Role,
  own: ReplaySide,
  other: ReplaySide,
  port: number,
): Promise<void> {
  const socket = host.socket("inet", "dgram");
  if (role === "server") await socket.bind({ port });
  else await socket.connect({ host: "server", port });
  const startMs = host.now();
  const inbox = new Inbox();
  const reading = readDatagrams(socket, inbox, other.steps, role === "server");
  for (const step of own.steps) {
    await withPatience(host, inbox, step, startMs);
    if (step.thinkNs > 0) await host.sleep(step.thinkNs / 1e6);
    // A server that has heard nobody knows nowhere to send to.
    if (role === "client" || inbox.received > 0) await socket.send(step.bytes);
  }
  const lastNs = other.steps.at(-1)?.atNs ?? 0;
  const all = { after: other.steps.length, atNs: lastNs };
  await withPatience(host, inbox, all, startMs);
  report(host, inbox, other.steps.length, "datagrams");
  socket.close();
  await reading;
}

/** Waits for the datagrams that came before `step` in the capture, some time beyond when that was: they may be lost. */
async function withPatience(
  host: Host,
  inbox: Inbox,
  step: Pick<ReplayStep, "after" | "atNs">,
  startMs: number,
): Promise<void> {
  if (inbox.received >= step.after) return;
  let isLate = false;
  const leftMs = Math.max(0, startMs + step.atNs / 1e6 - host.now()) + DATAGRAM_PATIENCE_MS;
  const late = async (): Promise<void> => {
    await host.sleep(leftMs);
    isLate = true;
    inbox.changed();
  };
  void late();
  await inbox.until(() => inbox.received >= step.after || isLate);
}

async function readDatagrams(
  socket: Socket,
  inbox: Inbox,
  expected: readonly ReplayStep[],
  connects: boolean,
): Promise<void> {
  try {
    for (;;) {
      const { data, from } = await socket.recvFrom(DATAGRAM_BYTES);
      if (connects && inbox.received === 0) await socket.connect(from);
      // Lost and reordered ones leave the others what they are.
      inbox.isSame &&= expected.some(({ bytes }) => Buffer.compare(bytes, data) === 0);
      inbox.received++;
      inbox.changed();
    }
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
  }
}

function report(host: Host, inbox: Inbox, all: number, what: string): void {
  host.log(`received ${inbox.received} of ${all} ${what}${inbox.isSame ? "" : ", not as captured"}`);
}

function arrived(observation: Observation, host: Role, sender: ReplaySide): Claim {
  const line = observation.logs[host]?.at(-1) ?? "";
  const match = /^received (\d+) of (\d+) (bytes|datagrams)$/.exec(line);
  const what = match?.[3] === "datagrams" ? `${sender.steps.length} datagrams` : `${sender.bytes} bytes`;
  return {
    text: `the ${host} receives the ${what} the other side sent, as captured`,
    holds: match !== null && match[1] === match[2],
  };
}
