// A tiny in-memory network for TCP alone: hosts, one delay, a fate for each segment, and a log of what was sent when.

import { createTcp } from "../../../src/sim/tcp/stack.ts";
import type { TcpConfiguration, TcpStack } from "../../../src/sim/tcp/stack.ts";
import type { HostNetwork, Timer } from "../../../src/sim/network.ts";
import type { IpPacket, Segment } from "../../../src/sim/packet.ts";
import type { InetAddress } from "../../../src/socket/address.ts";
import { isFailure, refusalOf } from "../../../src/socket/core.ts";
import type { Failure, SocketCore } from "../../../src/socket/core.ts";
import type { DropReason, TraceEvent } from "../../../src/trace/events.ts";

/** What becomes of a segment: delivered after so many ns, each entry a copy; none: lost. */
export type Fate = (segment: Segment, from: string, index: number) => readonly number[];

export interface Sent {
  readonly timeNs: number;
  readonly from: string;
  readonly to: string;
  readonly segment: Segment;
  /** The ECN field it left with. */
  readonly ecn: number;
}

interface Due {
  readonly atNs: number;
  readonly order: number;
  readonly run: () => void;
}

export interface WireOptions {
  readonly delayNs?: number;
  readonly mtu?: number;
  readonly seed?: number;
  readonly fate?: Fate;
  readonly recording?: boolean;
  /** When it begins; 0 by default. Timers go by the ticks of a clock that began at 0. */
  readonly startNs?: number;
}

export const MS = 1e6;
export const SECOND = 1e9;

/** Mulberry32: enough randomness for tests, the same every time. */
export function randomFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

export class Wire {
  readonly startNs: number;
  nowNs: number;
  readonly sent: Sent[] = [];
  readonly events: TraceEvent[] = [];
  readonly drops: DropReason[] = [];
  fate: Fate;
  /** The ECN field a segment arrives with. */
  mark: (segment: Segment, ecn: number) => number = (_segment, ecn) => ecn;
  isn: number | null = null;
  mtu: number;
  readonly recording: boolean;
  readonly #queue: Due[] = [];
  readonly #stacks = new Map<string, TcpStack>();
  readonly #random: (limit: number) => number;
  #order = 0;

  constructor(options: WireOptions = {}) {
    const delayNs = options.delayNs ?? 10_000;
    this.fate = options.fate ?? (() => [delayNs]);
    this.mtu = options.mtu ?? 1500;
    this.recording = options.recording ?? false;
    this.startNs = options.startNs ?? 0;
    this.nowNs = this.startNs;
    this.#random = randomFrom(options.seed ?? 1);
  }

  /** Schedules `run`; equal times run in the order they were scheduled. */
  at(atNs: number, run: () => void): void {
    const due: Due = { atNs, order: this.#order++, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#queue[middle].atNs <= atNs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, due);
  }

  host(address: string, configuration: Partial<TcpConfiguration> = {}): TcpStack {
    const stack = createTcp(this.network(address), configuration);
    this.#stacks.set(address, stack);
    return stack;
  }

  network(address: string): HostNetwork {
    const isLocal = (other: string): boolean =>
      other === address || other.startsWith("127.") || other === "::1";
    return {
      host: address,
      recording: this.recording,
      now: () => this.nowNs,
      timer: (fire, target) => this.#timer(() => fire(target)),
      random: (purpose, limit) => (purpose === "isn" && this.isn !== null ? this.isn : this.#random(limit)),
      isLocal,
      sourceFor: (destination) => (isLocal(destination) ? destination : address),
      mtuFor: (destination) => (isLocal(destination) && destination !== address ? 65_536 : this.mtu),
      learnMtu: (_destination, mtu) => mtu,
      mtuUntil: () => Infinity,
      sendSegment: (source, destination, segment, ecn) => {
        this.transmit(source, destination, segment, isLocal(destination) ? address : destination, ecn);
        return null;
      },
      sendDatagram: () => null,
      record: (event) => this.events.push(event),
      tcpSeries: () => null,
      connectionQueues: () => null,
      dropped: (_packet, reason) => this.drops.push(reason),
    };
  }

  /** Puts a segment on the wire, as a host or as the test itself. */
  transmit(
    source: string,
    destination: string,
    segment: Segment,
    to: string = destination,
    ecn: number = 0,
  ): void {
    const index = this.sent.length;
    this.sent.push({ timeNs: this.nowNs, from: source, to: destination, segment, ecn });
    const marked = this.mark(segment, ecn);
    for (const delayNs of this.fate(segment, source, index)) {
      this.at(this.nowNs + delayNs, () =>
        this.#stacks.get(to)?.input({ ...packetOf(source, destination, segment), ecn: marked }, segment),
      );
    }
  }

  /** Lets time pass until `untilNs`, or until nothing is left to happen. */
  run(untilNs: number): void {
    while (this.#queue.length > 0 && this.#queue[0].atNs <= untilNs) {
      const due = this.#queue.shift();
      if (due === undefined) break;
      this.nowNs = Math.max(this.nowNs, due.atNs);
      due.run();
    }
    if (untilNs !== Infinity) this.nowNs = Math.max(this.nowNs, untilNs);
  }

  /** Lets `ms` milliseconds pass. */
  pass(ms: number): void {
    this.run(this.nowNs + ms * MS);
  }

  #timer(fire: () => void): Timer {
    let generation = 0;
    return {
      setAt: (timeNs) => {
        const mine = ++generation;
        this.at(timeNs, () => {
          if (mine === generation) fire();
        });
      },
      clear: () => {
        generation++;
      },
    };
  }
}

export function packetOf(source: string, destination: string, segment: Segment): IpPacket {
  return {
    version: source.includes(":") ? 6 : 4,
    source,
    destination,
    ttl: 64,
    ecn: 0,
    dontFragment: true,
    id: 0,
    payload: segment,
    length: 40 + segment.payload.length,
    flippedBit: -1,
  };
}

export function inet(address: string, port: number): InetAddress {
  return { family: address.includes(":") ? "inet6" : "inet", address, port };
}

/** The answer, or a thrown error when it is a failure. */
export function must<T>(answer: T | Failure): T {
  if (isFailure(answer))
    throw new Error(typeof answer === "string" ? answer : `${answer.code}: ${answer.why}`);
  return answer;
}

/** Received bytes as text, or the errno. */
export function text(answer: Uint8Array | Failure): string {
  if (answer instanceof Uint8Array) return new TextDecoder().decode(answer);
  return refusalOf(answer).code;
}

export function bytes(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

const NAMES = ["FIN", "SYN", "RST", "PSH", "ACK"];

/** `SYN ACK`, in Wireshark's order. */
export function flagNames(flags: number): string {
  const names = NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return names.join(" ");
}

/** One line a segment: direction, flags, relative numbers, length; numbers counted from each sender's first SYN. */
export function lines(sent: readonly Sent[]): string[] {
  const bases = new Map<string, number>();
  return sent.map(({ from, segment, to }) => {
    const key = `${from}:${segment.sourcePort}>${to}:${segment.destinationPort}`;
    const back = `${to}:${segment.destinationPort}>${from}:${segment.sourcePort}`;
    if ((segment.flags & 2) !== 0) bases.set(key, segment.seq);
    const seq = (segment.seq - (bases.get(key) ?? segment.seq)) >>> 0;
    const ack =
      (segment.flags & 16) === 0 ? "" : ` Ack=${(segment.ack - (bases.get(back) ?? segment.ack)) >>> 0}`;
    return `${segment.sourcePort}>${segment.destinationPort} [${flagNames(segment.flags)}] Seq=${seq}${ack} Len=${segment.payload.length}`;
  });
}

export interface Pair {
  readonly wire: Wire;
  readonly client: SocketCore;
  readonly server: SocketCore;
  readonly listener: SocketCore;
  readonly a: TcpStack;
  readonly b: TcpStack;
}

export const A = "10.0.0.1";
export const B = "10.0.0.2";

/** Two hosts, and a connection from the first to port 7000 of the second. */
export function connected(options: WireOptions = {}): Pair {
  const wire = new Wire(options);
  const a = wire.host(A);
  const b = wire.host(B);
  const listener = b.socket("inet");
  must(listener.bind(inet("0.0.0.0", 7000)));
  must(listener.listen(5));
  const client = a.socket("inet");
  client.connect(inet(B, 7000));
  let server: SocketCore | Failure = "EAGAIN";
  for (let tries = 0; server === "EAGAIN" && tries < 1000; tries++) {
    wire.pass(1);
    server = listener.accept();
  }
  return { wire, client, server: must(server), listener, a, b };
}

/** One host talking to itself over 127.0.0.1, as the kernel's observations were made. */
export function loopback(startNs = 0, port = 7000): Pair {
  const wire = new Wire({ delayNs: 5000, startNs });
  const a = wire.host(A);
  const listener = a.socket("inet");
  must(listener.bind(inet("127.0.0.1", port)));
  must(listener.listen(5));
  const client = a.socket("inet");
  client.connect(inet("127.0.0.1", port));
  wire.pass(0.05);
  return { wire, client, server: must(listener.accept()), listener, a, b: a };
}
