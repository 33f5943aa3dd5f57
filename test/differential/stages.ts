// The two places a program runs. The kernel goes first and its times are kept; the simulator then makes each call at the same
// time of its own clock, so that what a timer decides it decides for both.

import { createKernelBackend } from "../../src/loopback/kernel-backend.ts";
import type { LoopbackBackend } from "../../src/loopback/loopback-backend.ts";
import { createSimBackend } from "../../src/sim/backend.ts";
import type { BackendHost } from "../../src/socket/backend.ts";
import { HOSTS, PORTS } from "./program.ts";
import type { HostName, Program } from "./program.ts";
import type { Stage } from "./execute.ts";

/** Ports below the ephemeral ones, each program its own: connections of one in TIME_WAIT do not meet the next one's. */
const PORT_FIRST = 2000;
const PORT_LAST = 32_000;
/** Programs one kernel backend (one 127.x.y) serves. */
export const PROGRAMS_A_NET = Math.floor((PORT_LAST - PORT_FIRST) / PORTS);

/** How long a close may linger before the program goes on, in ms: longer than an ACK is delayed, shorter than any SO_LINGER. */
const LINGER_MS = 300;

const TICK_MS = 5;

/** When each step began and each settling was over, in order, in ns. */
export type Times = number[];

function machine(hosts: ReadonlyMap<string, BackendHost>, name: HostName): BackendHost {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

function resolve(hosts: ReadonlyMap<string, BackendHost>, { family }: Program, name: HostName): string {
  const address = machine(hosts, name).resolve(name, family === "inet6" ? "inet6" : "inet");
  if (address === null) throw new Error(`no address of ${name}`);
  return address;
}

/** Where sockets are opened and addresses named, alike on both. */
function names(
  backend: { hosts: ReadonlyMap<string, BackendHost>; hostOf(address: string): string | null },
  program: Program,
  firstPort: number,
): Pick<Stage, "open" | "addressOf" | "hostOf" | "portOf" | "pathOf" | "nameOf"> {
  return {
    open: (host, type) => machine(backend.hosts, host).socket(program.family, type),
    addressOf: (host) => resolve(backend.hosts, program, host),
    hostOf: (address) => backend.hostOf(address),
    portOf: (port) => firstPort + port,
    pathOf: (port) => `P${firstPort + port}`,
    nameOf: (port) => (port >= firstPort && port < firstPort + PORTS ? port - firstPort : null),
  };
}

/** Kernel backends, a new one whenever the ports of the last are used up. */
export class KernelStages {
  #backend: LoopbackBackend;
  #used = 0;

  private constructor(backend: LoopbackBackend) {
    this.#backend = backend;
  }

  /** The reason as a text where this machine has none. */
  static async create(): Promise<KernelStages | string> {
    const backend = await createKernelBackend({ hosts: HOSTS, seed: 1 });
    return "unavailable" in backend ? backend.unavailable : new KernelStages(backend);
  }

  /** Makes sure that `count` more programs find ports. */
  async reserve(count: number): Promise<void> {
    if (this.#used + count <= PROGRAMS_A_NET) return;
    await this.#backend.dispose();
    const backend = await createKernelBackend({ hosts: HOSTS, seed: 1 });
    if ("unavailable" in backend) throw new Error(backend.unavailable);
    this.#backend = backend;
    this.#used = 0;
  }

  /** A stage for one program; `times` is filled as it runs. */
  next(program: Program, times: Times): Stage {
    const backend = this.#backend;
    const firstPort = PORT_FIRST + PORTS * this.#used++;
    let startNs = -1;
    const mark = (): void => {
      const now = backend.now();
      if (startNs < 0) startNs = now;
      times.push(now - startNs);
    };
    return {
      ...names(backend, program, firstPort),
      begin: mark,
      // Loopback delivers within the call that sends: what it sets going has happened when it returns.
      settle: mark,
      wait: (ms) =>
        new Promise((resolveWait) => {
          setTimeout(resolveWait, ms);
        }),
      linger: (core) =>
        new Promise((resolveLinger) => {
          const timer = setTimeout(resolveLinger, LINGER_MS);
          core.onWake = () => {
            if (core.close() === "EAGAIN") return;
            clearTimeout(timer);
            // The ACK of a FIN may wait for a tick, and the simulator's ticks come at other times.
            setTimeout(resolveLinger, TICK_MS);
          };
        }),
    };
  }

  async dispose(): Promise<void> {
    await this.#backend.dispose();
  }
}

/** A handshake over a link of 1 us takes 3; loopback within a host takes 10 us a packet. */
const SETTLE_NS = 100_000;

/** A network of its own for one program, which keeps the kernel's times. */
export function simStage(program: Program, times: Times, seed: number): Stage {
  const backend = createSimBackend({
    topology: {
      hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])),
      links: [
        { between: ["a", "b"], delayMs: 0.001, mtu: 65_535 },
        { between: ["b", "c"], delayMs: 0.001, mtu: 65_535 },
        { between: ["a", "c"], delayMs: 0.001, mtu: 65_535 },
      ],
    },
    seed,
    recording: false,
  });
  const { simulation } = backend;
  const { scheduler } = simulation;
  let mark = 0;
  const reach = (atLeastNs: number): void => {
    const wanted = mark < times.length ? times[mark++] : 0;
    simulation.run(Math.max(wanted, atLeastNs));
  };
  return {
    ...names(backend, program, PORT_FIRST),
    begin: () => reach(scheduler.now),
    settle: () => reach(scheduler.now + SETTLE_NS),
    wait: () => Promise.resolve(),
    linger: () => Promise.resolve(),
  };
}
