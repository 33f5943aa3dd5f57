// How many packets the simulator carries per second of CPU time, beside what ns-3 carries of the same work where it is installed, and what memory it
// takes: `npm run bench simulate`, or by name after `npm run bench`: `node .bench/bench/simulate.js "tcp 1 GB"`.
//
// CPU time is that of the whole process: the compiler's and the garbage collector's threads are in it.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isFailure } from "../src/socket/core.ts";
import type { SocketCore } from "../src/socket/core.ts";
import { Scheduler } from "../src/sim/scheduler.ts";
import { Ns3 } from "./ns3.ts";
import { carried, must, socket, tcpTransfer, twoHosts, udpFlood } from "./simulated-work.ts";
import type { Work } from "./simulated-work.ts";

interface Measured {
  readonly name: string;
  /** Packets, or events. */
  readonly count: number;
  readonly cpuSeconds: number;
  readonly note: string;
}

/** The same work for ns-3; less of what takes it long, which flatters it: it slows down as its window grows. */
const NS3 = {
  udp: ["--udp=1", "--rate=1Gbps", "--delay=10ms", "--bytes=200000000"],
  tcp: [],
  tcpLoss: ["--loss=0.01"],
  tcpGigabit: ["--rate=1Gbps", "--bytes=300000000"],
} as const;

const TCP_BYTES_GIGABIT = 1_000_000_000;
const CONNECTIONS = 10_000;
/** Simulated seconds between which memory is compared. */
const FLAT_FROM_S = 20;
const FLAT_UNTIL_S = 200;

function measure(name: string, run: () => { count: number; note: string }): Measured {
  const before = process.cpuUsage();
  const { count, note } = run();
  const { user, system } = process.cpuUsage(before);
  return { name, count, cpuSeconds: (user + system) / 1e6, note };
}

/** Timers that set themselves again. */
function schedulerTurns(timers: number): { count: number; note: string } {
  const scheduler = new Scheduler();
  const turns = 5_000_000;
  for (let i = 0; i < timers; i++) {
    const step = 1000 + ((i * 7919) % 1000);
    const timer = scheduler.timer(() => {
      timer.setAt(scheduler.now + step);
    });
    timer.setAt(i);
  }
  for (let i = 0; i < turns; i++) scheduler.step();
  return { count: turns, note: "fire and set again" };
}

/** A timer pushed back again and again, as a retransmission timer is. */
function schedulerMoves(): { count: number; note: string } {
  const scheduler = new Scheduler();
  const moves = 50_000_000;
  const timer = scheduler.timer(() => undefined);
  for (let i = 0; i < moves; i++) timer.setAt(1e9 + i);
  scheduler.run();
  return { count: moves, note: "set later" };
}

interface Bench {
  readonly run: () => { count: number; note: string };
  /** What ns-3 is told to do the same work. */
  readonly ns3?: readonly string[];
}

export const BENCHES: Readonly<Record<string, Bench>> = {
  "scheduler, 8 timers": { run: () => schedulerTurns(8) },
  "scheduler, 10,000 timers": { run: () => schedulerTurns(10_000) },
  "scheduler, moves": { run: schedulerMoves },
  "udp flood, plain": { run: () => udpFlood(false), ns3: NS3.udp },
  "udp flood, recorded": { run: () => udpFlood(true), ns3: NS3.udp },
  "tcp 100 MB, plain": { run: () => tcpTransfer(0, false), ns3: NS3.tcp },
  "tcp 100 MB, 1% loss": { run: () => tcpTransfer(0.01, false), ns3: NS3.tcpLoss },
  "tcp 100 MB, recorded": { run: () => tcpTransfer(0, true), ns3: NS3.tcp },
  "tcp 100 MB, 1% loss, recorded": { run: () => tcpTransfer(0.01, true), ns3: NS3.tcpLoss },
  "tcp 1 GB at 1 Gbit/s": {
    run: () => tcpTransfer(0, false, TCP_BYTES_GIGABIT, 1e9),
    ns3: NS3.tcpGigabit,
  },
};

/** Bytes held after a full collection. */
function held(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // Array buffers go with the collection after the one that found them unused.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What so many connections take that are open at once, and have sent a little each way. */
function connectionMemory(): string {
  const before = held();
  const simulation = twoHosts({ delayMs: 5 }, false);
  const listener = socket(simulation, "b", "stream");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 }));
  must(listener.listen(4096));
  const clients: SocketCore[] = [];
  const servers: SocketCore[] = [];
  listener.onWake = () => {
    for (let made = listener.accept(); !isFailure(made); made = listener.accept()) servers.push(made);
  };
  for (let i = 0; i < CONNECTIONS; i++) {
    const client = socket(simulation, "a", "stream");
    clients.push(client);
    client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
    simulation.run(simulation.scheduler.now + 10_000);
  }
  simulation.run(simulation.scheduler.now + 1e9);
  const hello = new Uint8Array(10);
  for (const client of clients) must(client.send(hello));
  simulation.run(simulation.scheduler.now + 1e9);
  for (const server of servers) must(server.send(must(server.recv(100))));
  simulation.run(simulation.scheduler.now + 1e9);
  const echoed = clients.filter((client) => must(client.recv(100)).length === hello.length).length;
  const megabytes = (held() - before) / 1e6;
  return `${echoed} connections open and used, ${clients.length + servers.length} sockets: ${megabytes.toFixed(1)} MB`;
}

/** What a transfer that nobody records holds early and late. */
function flatMemory(): string {
  const simulation = twoHosts({ delayMs: 20, bandwidthBps: 10e6, forward: { loss: 0.001 } }, false);
  const listener = socket(simulation, "b", "stream");
  const client = socket(simulation, "a", "stream");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 }));
  must(listener.listen(1));
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    accepted.onWake = () => {
      while (!isFailure(accepted.recv(65_536)));
    };
  };
  const chunk = new Uint8Array(65_536);
  client.onWake = () => {
    while (typeof client.send(chunk) === "number");
  };
  client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
  simulation.run(FLAT_FROM_S * 1e9);
  const early = held() / 1e6;
  simulation.run(FLAT_UNTIL_S * 1e9);
  const late = held() / 1e6;
  const packets = carried(simulation).toLocaleString("en-US");
  return `${early.toFixed(1)} MB after ${FLAT_FROM_S} s, ${late.toFixed(1)} MB after ${FLAT_UNTIL_S} s (${packets} packets)`;
}

export const MEMORY_BENCHES: Readonly<Record<string, () => string>> = {
  "memory, 10,000 connections": connectionMemory,
  "memory over simulated time": flatMemory,
};

/** Simulated, ns: in the middle of everything. */
const STANDING_NS = 300e6;
let standing: readonly Work[] = [];

/**
 * Makes simulations that stand still while others are measured. Between two runs of which the first is forgotten V8 forgets what it
 * has learnt of a simulation's objects, as there are none left; who has one open, as the dashboard has, does not see that.
 */
export function standStill(): void {
  if (standing.length > 0) return;
  standing = [false, true].flatMap((recording) => [
    udpFlood(recording, STANDING_NS / 10),
    tcpTransfer(0.01, recording, undefined, undefined, STANDING_NS),
  ]);
}

/** A bench is run again, warm, until it has had this much CPU time in all. */
const CPU_SECONDS = 3;

/**
 * Runs the benches whose names contain `filter` and answers a line of each: the first run, which pays for the compiler, and the
 * last, which has it behind it.
 */
export function benchSimulate(filter: string = ""): string[] {
  const peer = Ns3.compile();
  const speeds = Object.entries(BENCHES)
    .filter(([name]) => name.includes(filter))
    .map(([name, { run, ns3 }]) => {
      const first = measure(name, run);
      standStill();
      let last = first;
      for (let spent = first.cpuSeconds; spent < CPU_SECONDS; spent += last.cpuSeconds)
        last = measure(name, run);
      const theirs = ns3 === undefined || peer === null ? null : peer.rate(ns3, name.includes("recorded"));
      const beside =
        theirs === null ? "" : `; ns-3 ${rate(theirs)}, ${(perSecond(last) / theirs).toFixed(1)} times`;
      return `simulate: ${name.padEnd(30)} first ${rate(perSecond(first))}  warm ${rate(perSecond(last))} per CPU second (${last.note}${beside})`;
    });
  const memory = Object.entries(MEMORY_BENCHES)
    .filter(([name]) => name.includes(filter))
    .map(([name, run]) => `simulate: ${name.padEnd(30)} ${run()}`);
  peer?.close();
  const missing =
    peer === null ? ["simulate: without ns-3 beside it, which libns3-dev and g++ are needed for"] : [];
  return [...speeds, ...memory, ...missing];
}

function perSecond({ count, cpuSeconds }: Measured): number {
  return count / cpuSeconds;
}

function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString("en-US").padStart(9);
}

if (/simulate\.[jt]s$/.test(process.argv[1] ?? "")) {
  for (const line of benchSimulate(process.argv[2])) process.stdout.write(`${line}\n`);
}
