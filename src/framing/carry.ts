// Carries a stream from a client to a server over the simulated TCP, and says where the server's reads cut it.

import { isFailure } from "../socket/core.ts";
import type { Failure, SocketCore } from "../socket/core.ts";
import { RandomStream } from "../sim/random.ts";
import { createSimulation } from "../sim/simulation.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { Trace } from "../trace/trace.ts";

/** The network between the two, and how they use it. */
export interface LinkConditions {
  /** Of every random decision of the network. */
  readonly seed: number;
  /** Chance a packet to be lost, in each direction. */
  readonly loss: number;
  /** One way, in ms. */
  readonly delayMs: number;
  /** Largest IP packet, 100 bytes (for the 48 that TCP sends at least, and its headers) to 1,500: how much a segment carries. */
  readonly mtu: number;
  /** How much a read takes at most; 0 for all there is, -1 for a random part of it. */
  readonly readMax: number;
  /** SO_RCVBUF of the server in bytes, for a small window; 0 for the default. */
  readonly receiveBuffer: number;
  /** How long the server waits between its reads, in ms: what arrives meanwhile comes together. */
  readonly readEveryMs: number;
}

export interface Carried {
  /** Where one read ended and the next began. */
  readonly cuts: readonly number[];
  /** What went over the wire; empty unless asked for. */
  readonly trace: Trace;
}

const PORT = 7050;
const READ_BYTES = 65_536;
/** Between two sends of the client, so that they are segments of their own. */
const SEND_EVERY_MS = 20;
/** Virtual time after which a connection that has not delivered all is given up. */
const LIMIT_NS = 3600e9;

export const PLAIN_LINK: LinkConditions = {
  seed: 1,
  loss: 0,
  delayMs: 1,
  mtu: 1500,
  readMax: 0,
  receiveBuffer: 0,
  readEveryMs: 0,
};

/**
 * Sends `bytes` in the pieces that `sends` cut them into, one after another, and reads them at the other end. Null when the network did
 * not let all of it through within an hour of its time. The same arguments give the same answer.
 */
export function carry(
  bytes: Uint8Array,
  sends: readonly number[],
  conditions: LinkConditions,
  recording: boolean = false,
): Carried | null {
  const { seed, loss, delayMs, mtu } = conditions;
  const simulation = createSimulation({
    topology: {
      hosts: { client: {}, server: {} },
      links: [{ between: ["client", "server"], delayMs, mtu, loss }],
    },
    seed,
    recording,
  });
  const cuts: number[] = [];
  const received = serve(simulation, conditions, cuts);
  send(simulation, bytes, sends);
  simulation.run(LIMIT_NS);
  if (received() !== bytes.length) return null;
  // The last read ends the stream and is no cut.
  cuts.pop();
  return { cuts, trace: simulation.trace };
}

function serve(simulation: Simulation, conditions: LinkConditions, cuts: number[]): () => number {
  const listener = socketOf(simulation, "server");
  if (conditions.receiveBuffer > 0) must(listener.setOption("SO_RCVBUF", conditions.receiveBuffer));
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: PORT }));
  must(listener.listen(1));
  const random = new RandomStream(conditions.seed, "reads");
  let received = 0;
  listener.onWake = () => {
    const peer = listener.accept();
    if (isFailure(peer)) return;
    const { readMax, readEveryMs } = conditions;
    /** One read; false when there is nothing to read now. */
    const read = (): boolean => {
      const max = readMax === -1 ? 1 + random.integer(32) : readMax;
      const data = peer.recv(max === 0 ? READ_BYTES : max);
      if (isFailure(data)) return false;
      if (data.length === 0) {
        peer.close();
        return false;
      }
      received += data.length;
      cuts.push(received);
      return true;
    };
    let waiting = false;
    const timer = simulation.scheduler.timer(() => {
      waiting = false;
      if (read()) wait();
    });
    const wait = (): void => {
      if (waiting) return;
      waiting = true;
      timer.setAt(simulation.scheduler.now + readEveryMs * 1e6);
    };
    // Not from within the wake, which comes in the middle of a segment's handling.
    peer.onWake = wait;
    wait();
  };
  return () => received;
}

function send(simulation: Simulation, bytes: Uint8Array, sends: readonly number[]): void {
  const client = socketOf(simulation, "client");
  must(client.setOption("TCP_NODELAY", true));
  const ends = [...new Set([...sends, bytes.length])].filter((end) => end > 0);
  let sent = 0;
  let index = 0;
  /** Whether the next piece waits for its time. */
  let waiting = false;
  const timer = simulation.scheduler.timer(() => {
    waiting = false;
    flush();
  });
  const flush = (): void => {
    if (waiting) return;
    while (sent < (ends[index] ?? 0)) {
      const taken = client.send(bytes.subarray(sent, ends[index]));
      if (typeof taken !== "number") return;
      sent += taken;
    }
    index++;
    if (index < ends.length) {
      waiting = true;
      timer.setAt(simulation.scheduler.now + SEND_EVERY_MS * 1e6);
    } else {
      client.onWake = null;
      client.close();
    }
  };
  // Not from within the wake, which comes in the middle of a segment's handling.
  client.onWake = () => {
    if (waiting) return;
    waiting = true;
    timer.setAt(simulation.scheduler.now);
  };
  const answer = client.connect({ family: "inet", address: "10.0.0.2", port: PORT });
  if (answer !== "EINPROGRESS") must(answer);
}

function socketOf(simulation: Simulation, host: string): SocketCore {
  const made = simulation.hosts.get(host)?.socket("inet", "stream");
  if (made === undefined) throw new Error(`no host ${host}`);
  return must(made);
}

/** What can only fail by a mistake in this file. */
function must<T>(answer: T): Exclude<T, Failure> {
  if (isFailure(answer)) throw new Error(`a socket call of the carrier failed: ${JSON.stringify(answer)}`);
  return answer as Exclude<T, Failure>;
}
