// TCP Fast Open between a real kernel and a simulated stack: each takes the other's cookie, and data in the other's SYN.

import { deepEqual, equal } from "node:assert/strict";
import { TCP_FLAGS } from "../../src/sim/packet.ts";
import type { Socket } from "../../src/socket/api.ts";
import type { BlockingSocket } from "../../src/socket/blocking.ts";
import { TCPI_OPT } from "../../src/socket/options.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { isWireError } from "../../src/wire/error.ts";
import { decodeTcp } from "../../src/wire/tcp.ts";
import { TunLab, otherEnd } from "./lab.ts";
import type { End } from "./lab.ts";

const LIMIT_MS = 5000;
const PORT = 7000;

/** `client` calls three times; throws where that does not go as RFC 7413 has it. */
export async function fastOpen(client: End): Promise<void> {
  const lab = TunLab.open({ delayMs: 20 }, 1, { tcpFastOpen: 3 });
  if (!(lab instanceof TunLab)) throw new Error(lab.unavailable);
  const server = otherEnd(client);
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  try {
    lab.sysctl("tcp_fastopen", "3");
    const listener = lab.socket(server);
    await listener.bind({ host: server, port: PORT });
    listener.setOption("TCP_FASTOPEN", 5);
    await listener.listen();
    /** Sends `question`, and `answer` back; the client's socket. */
    const talk = async (
      question: string,
      call: (socket: BlockingSocket) => Promise<unknown>,
    ): Promise<BlockingSocket> => {
      const socket = lab.socket(client);
      const answering = (async () => {
        const peer = await listener.accept();
        equal(text(await peer.recv()), question);
        await peer.sendAll(`${question}!`);
        peer.close();
      })();
      await lab.within(LIMIT_MS, call(socket));
      equal(text(await lab.within(LIMIT_MS, socket.recv())), `${question}!`);
      await lab.within(LIMIT_MS, answering);
      return socket;
    };
    const sendTo = (data: string) => (socket: BlockingSocket) =>
      socket.sendTo(data, { host: server, port: PORT }, { fastOpen: true });
    const opened = (socket: BlockingSocket): boolean => (socket.info().options & TCPI_OPT.SYN_DATA) !== 0;

    equal(opened(await talk("who", sendTo("who"))), false);
    equal(opened(await talk("what", sendTo("what"))), true);
    const late = await talk("when", async (socket) => {
      socket.setOption("TCP_FASTOPEN_CONNECT", true);
      await socket.connect({ host: server, port: PORT });
      await socket.sendAll("when");
    });
    equal(opened(late), true);

    const every = syns(lab);
    for (const { layout } of every.filter(({ cookie }) => cookie !== null)) {
      equal(layout, "mss sackPermitted timestamps nop windowScale fastOpen nop nop");
    }
    const [asks, gives, shows, takes, again] = every;
    deepEqual([asks.payload, asks.cookie?.length], [0, 0]);
    equal(gives.cookie?.length, 8);
    deepEqual([shows.payload, shows.cookie], [4, gives.cookie]);
    deepEqual([takes.payload, takes.cookie, takes.ack - shows.seq], [0, null, 5]);
    deepEqual([again.payload, again.cookie], [4, gives.cookie]);
  } finally {
    await lab.close();
  }
}

/** `client` asks a server that gives no cookies yet, then one that does: it asks by kind 254, and is answered so, as before RFC 7413. */
export async function fastOpenByExperiment(client: End): Promise<void> {
  const lab = TunLab.open({ delayMs: 5 }, 1, { tcpFastOpen: 3 });
  if (!(lab instanceof TunLab)) throw new Error(lab.unavailable);
  const server = otherEnd(client);
  try {
    lab.sysctl("tcp_fastopen", "3");
    const listener = lab.socket(server);
    await listener.bind({ host: server, port: PORT });
    await listener.listen();
    for (const [call, word] of ["who", "what", "when"].entries()) {
      if (call === 1) listener.setOption("TCP_FASTOPEN", 5);
      const socket = lab.socket(client);
      const calling = socket.sendTo(word, { host: server, port: PORT }, { fastOpen: true });
      const answering = listener.accept();
      await lab.within(LIMIT_MS, calling);
      const peer: Socket = await lab.within(LIMIT_MS, answering);
      equal(new TextDecoder().decode(await lab.within(LIMIT_MS, peer.recv())), word);
      peer.close();
      socket.close();
    }
    const shown = syns(lab).map(({ payload, cookie, layout }) => [
      payload,
      cookie?.length ?? -1,
      layout.split(" ").slice(5).join(" "),
    ]);
    deepEqual(shown, [
      [0, 0, "fastOpen nop nop"],
      [0, -1, ""],
      [0, 0, "fastOpen"],
      [0, 8, "fastOpen"],
      [4, 8, "fastOpen"],
      [0, -1, ""],
    ]);
  } finally {
    await lab.close();
  }
}

interface Syn {
  readonly seq: number;
  readonly ack: number;
  readonly payload: number;
  readonly cookie: Uint8Array | null;
  /** Kinds of options in their order. */
  readonly layout: string;
}

function syns({ backend: { trace } }: TunLab): Syn[] {
  const { packets } = trace;
  const found: Syn[] = [];
  for (let row = 0; row < packets.count; row++) {
    if (packets.protocol[row] !== PROTOCOL.tcp || (packets.tcpFlags[row] & TCP_FLAGS.SYN) === 0) continue;
    const bytes = trace.bytes(row);
    const tcp = decodeTcp(bytes, packets.transportOffset[row], bytes.length);
    if (isWireError(tcp)) throw new Error("a SYN that is none");
    let cookie: Uint8Array | null = null;
    for (const option of tcp.options) if (option.kind === "fastOpen") ({ cookie } = option);
    const layout = tcp.options.map(({ kind }) => kind).join(" ");
    found.push({ seq: tcp.seq, ack: tcp.ack, payload: packets.payloadLength[row], cookie, layout });
  }
  return found;
}
