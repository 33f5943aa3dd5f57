// How many packets the simulator carries per second of CPU time: `npx tsx bench/simulate.ts [name]`.

import { isFailure } from "../src/socket/core.ts";
import type { SocketCore } from "../src/socket/core.ts";
import { Scheduler } from "../src/sim/scheduler.ts";
import { createSimulation } from "../src/sim/simulation.ts";
import type { Simulation } from "../src/sim/simulation.ts";
import type { LinkConfig } from "../src/sim/topology.ts";

interface Measured {
  readonly name: string;
  /** Packets, or events. */
  readonly count: number;
  readonly cpuSeconds: number;
  readonly note: string;
}

const TCP_BYTES = 100_000_000;
const UDP_DATAGRAMS = 1_000_000;
const UDP_BATCH = 500;

function must<T>(answer: T): Exclude<T, string> {
  if (isFailure(answer)) throw new Error(`a call failed: ${JSON.stringify(answer)}`);
  return answer as Exclude<T, string>;
}

function measure(name: string, run: () => { count: number; note: string }): Measured {
  const before = process.cpuUsage();
  const { count, note } = run();
  const { user, system } = process.cpuUsage(before);
  return { name, count, cpuSeconds: (user + system) / 1e6, note };
}

function twoHosts(link: Partial<LinkConfig>, recording: boolean): Simulation {
  const topology = { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] as const, ...link }] };
  return createSimulation({ topology, seed: 1, recording });
}

function socket(simulation: Simulation, host: string, type: "stream" | "dgram"): SocketCore {
  const made = simulation.hosts.get(host)?.socket("inet", type);
  if (made === undefined || isFailure(made)) throw new Error(`no socket: ${JSON.stringify(made)}`);
  return made;
}

function carried(simulation: Simulation): number {
  const forward = simulation.counts("a-b", "forward");
  const backward = simulation.counts("a-b", "backward");
  return forward.entered + backward.entered;
}

/** One way, 1,000 bytes each, as fast as 1 Gbit/s lets them through. */
function udpFlood(recording: boolean): { count: number; note: string } {
  const simulation = twoHosts({ delayMs: 10, bandwidthBps: 1e9 }, recording);
  const receiver = socket(simulation, "b", "dgram");
  const sender = socket(simulation, "a", "dgram");
  must(receiver.bind({ family: "inet", address: "0.0.0.0", port: 9 }));
  must(sender.connect({ family: "inet", address: "10.0.0.2", port: 9 }));
  const data = new Uint8Array(1000);
  let received = 0;
  receiver.onWake = () => {
    while (!isFailure(receiver.recv(2000))) received++;
  };
  let sent = 0;
  const timer = simulation.scheduler.timer(() => {
    for (let i = 0; i < UDP_BATCH && sent < UDP_DATAGRAMS; i++) {
      must(sender.send(data));
      sent++;
    }
    if (sent < UDP_DATAGRAMS) timer.setAt(simulation.scheduler.now + UDP_BATCH * 8224);
  });
  timer.setAt(0);
  simulation.run();
  return { count: carried(simulation), note: `${received} of ${sent} received` };
}

/** 100 MB one way at 100 Mbit/s, 20 ms each way. */
function tcpTransfer(loss: number, recording: boolean): { count: number; note: string } {
  const settings = { delayMs: 20, bandwidthBps: 100e6, forward: { loss } };
  const simulation = twoHosts(settings, recording);
  const listener = socket(simulation, "b", "stream");
  const client = socket(simulation, "a", "stream");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 }));
  must(listener.listen(1));
  let received = 0;
  let done = 0;
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    const drain = (): void => {
      for (;;) {
        const data = accepted.recv(65_536);
        if (isFailure(data)) return;
        if (data.length === 0) {
          done = simulation.scheduler.now;
          accepted.close();
          return;
        }
        received += data.length;
      }
    };
    accepted.onWake = drain;
    drain();
  };
  const chunk = new Uint8Array(65_536);
  let sent = 0;
  client.onWake = () => {
    while (sent < TCP_BYTES) {
      const left = TCP_BYTES - sent;
      const taken = client.send(left < chunk.length ? chunk.subarray(0, left) : chunk);
      if (typeof taken !== "number") return;
      sent += taken;
    }
    client.onWake = null;
    client.close();
  };
  client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
  simulation.run();
  const mbps = (received * 8e3) / done;
  return { count: carried(simulation), note: `${received} bytes, ${mbps.toFixed(1)} Mbit/s` };
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

const BENCHES: Readonly<Record<string, () => { count: number; note: string }>> = {
  "scheduler, 8 timers": () => schedulerTurns(8),
  "scheduler, 10,000 timers": () => schedulerTurns(10_000),
  "scheduler, moves": schedulerMoves,
  "udp flood, plain": () => udpFlood(false),
  "udp flood, recorded": () => udpFlood(true),
  "tcp 100 MB, plain": () => tcpTransfer(0, false),
  "tcp 100 MB, 1% loss": () => tcpTransfer(0.01, false),
  "tcp 100 MB, recorded": () => tcpTransfer(0, true),
};

/** A bench is run again, warm, until it has had this much CPU time in all. */
const CPU_SECONDS = 3;

/**
 * Runs the benches whose names contain `filter` and answers a line of each: the first run, which pays for the compiler, and the
 * last, which has it behind it.
 */
export function benchSimulate(filter: string = ""): string[] {
  return Object.entries(BENCHES)
    .filter(([name]) => name.includes(filter))
    .map(([name, run]) => {
      const first = measure(name, run);
      let last = first;
      for (let spent = first.cpuSeconds; spent < CPU_SECONDS; spent += last.cpuSeconds)
        last = measure(name, run);
      return `simulate: ${name.padEnd(26)} first ${rate(first)}  warm ${rate(last)} per CPU second (${last.note})`;
    });
}

function rate({ count, cpuSeconds }: Measured): string {
  return Math.round(count / cpuSeconds)
    .toLocaleString("en-US")
    .padStart(11);
}

if (process.argv[1]?.endsWith("simulate.ts")) {
  for (const line of benchSimulate(process.argv[2])) process.stdout.write(`${line}\n`);
}
