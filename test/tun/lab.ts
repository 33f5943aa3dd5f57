// One real kernel and one simulated stack at the two ends of a simulated link: host `kernel` is Linux, host `sim` is ours.

import { readFileSync, writeFileSync } from "node:fs";
import { LinkedBackend, createLinkedBackend } from "../../src/scenario/linked-backend.ts";
import type { HostConfig, LinkConfig } from "../../src/sim/topology.ts";
import { formatAddress } from "../../src/socket/address.ts";
import { BlockingSocket } from "../../src/socket/blocking.ts";
import { isFailure } from "../../src/socket/core.ts";
import type { TcpState } from "../../src/socket/options.ts";

export type End = "kernel" | "sim";

/** tcp_states.h, as /proc/net/tcp prints them. */
const KERNEL_STATES: Readonly<Record<string, TcpState>> = {
  "01": "ESTABLISHED",
  "02": "SYN_SENT",
  "03": "SYN_RCVD",
  "04": "FIN_WAIT_1",
  "05": "FIN_WAIT_2",
  "06": "TIME_WAIT",
  "07": "CLOSED",
  "08": "CLOSE_WAIT",
  "09": "LAST_ACK",
  "0A": "LISTEN",
  "0B": "CLOSING",
};

const LOOK_MS = 2;
const NOBODY = { begin: () => 1, end: () => undefined, fail: () => undefined };

export class TunLab {
  readonly backend: LinkedBackend;
  readonly #running = new Set<Promise<unknown>>();
  #sockets = 0;

  private constructor(backend: LinkedBackend) {
    this.backend = backend;
  }

  /** Opens one, or says why this process cannot. `sim` is how the simulated host is set up. */
  static open(
    link: Omit<LinkConfig, "between">,
    seed: number,
    sim: HostConfig = {},
  ): TunLab | { readonly unavailable: string } {
    const backend = createLinkedBackend({
      topology: { hosts: { kernel: {}, sim }, links: [{ ...link, between: ["kernel", "sim"] }] },
      seed,
      kernels: ["kernel"],
      recording: true,
    });
    if (!(backend instanceof LinkedBackend)) return backend;
    backend.begin();
    return new TunLab(backend);
  }

  socket(end: End): BlockingSocket {
    const host = this.backend.hosts.get(end);
    if (host === undefined) throw new Error(`no host ${end}`);
    const core = host.socket("inet", "stream");
    if (isFailure(core)) throw new Error(`${end}: no socket`);
    return new BlockingSocket(core, {
      host: end,
      observer: NOBODY,
      resolve: (name, family) => host.resolve(name, family),
      nextLabel: () => `${end}#${++this.#sockets}`,
      limitRead: (max) => max,
    });
  }

  /** A socket of `server` that listens on `port`. */
  async listen(server: End, port: number): Promise<BlockingSocket> {
    const listener = this.socket(server);
    await listener.bind({ host: server, port });
    await listener.listen();
    return listener;
  }

  /** A connection, both its ends. The listener is closed. */
  async connect(client: End, port: number = 7000): Promise<Record<End, BlockingSocket>> {
    const server = otherEnd(client);
    const listener = await this.listen(server, port);
    const caller = this.socket(client);
    const [, accepted] = await Promise.all([caller.connect({ host: server, port }), listener.accept()]);
    listener.close();
    const answer = accepted as BlockingSocket;
    return client === "kernel" ? { kernel: caller, sim: answer } : { kernel: answer, sim: caller };
  }

  /** The state of the connection between these ports, as each side has it; CLOSED when it has none. */
  states(ports: Readonly<Record<End, number>>): Record<End, TcpState> {
    return {
      kernel: this.#kernelState(ports.kernel, ports.sim),
      sim: this.#simState(ports.sim, ports.kernel),
    };
  }

  /** Lets time pass until `condition` holds; throws with `what` after `limitMs`. */
  async until(condition: () => boolean, what: () => string, limitMs: number): Promise<void> {
    const end = this.backend.now() + limitMs * 1e6;
    while (!condition()) {
      if (this.backend.now() > end) throw new Error(`not within ${limitMs} ms: ${what()}`);
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS);
      });
    }
  }

  /** Lets time pass until `action` is over; throws what it throws, and when it takes longer than `limitMs`. */
  async within<T>(limitMs: number, action: Promise<T>): Promise<T> {
    let over = false;
    const done = action.finally(() => (over = true));
    this.#running.add(done);
    const [answer] = await Promise.all([
      done,
      this.until(
        () => over,
        () => "still going on",
        limitMs,
      ),
    ]);
    return answer;
  }

  /** Sets a sysctl of the kernel's TCP, as `tcp_ecn`. */
  sysctl(name: string, value: string): void {
    this.backend.kernels.within("kernel", () => writeFileSync(`/proc/sys/net/ipv4/${name}`, value));
  }

  async close(): Promise<void> {
    await this.backend.dispose();
  }

  /** Of the kernel's table, which has what no descriptor refers to any more, too. */
  #kernelState(local: number, remote: number): TcpState {
    const table = this.backend.kernels.within("kernel", () =>
      readFileSync("/proc/thread-self/net/tcp", "latin1"),
    );
    const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, "0");
    const line = new RegExp(`^ *\\d+: \\w+:${hex(local)} \\w+:${hex(remote)} (\\w\\w) `, "m").exec(table);
    return line === null ? "CLOSED" : (KERNEL_STATES[line[1]] ?? "CLOSED");
  }

  /** Of the trace, which has every change of a simulated connection. */
  #simState(local: number, remote: number): TcpState {
    this.backend.now();
    const address = (host: string, port: number): string =>
      formatAddress({
        family: "inet",
        address: this.backend.hosts.get(host)?.resolve(host, "inet") ?? "",
        port,
      });
    const [from, to] = [address("sim", local), address("kernel", remote)];
    let state: TcpState = "CLOSED";
    for (const event of this.backend.trace.events) {
      if (event.kind === "state" && event.local === from && event.remote === to) state = event.to;
    }
    return state;
  }
}

export function otherEnd(end: End): End {
  return end === "kernel" ? "sim" : "kernel";
}

/** The port a socket has on its own host. */
export function portOf(socket: BlockingSocket): number {
  const address = socket.address();
  return address.family === "unix" ? 0 : address.port;
}
