// Two hosts, `client` and `server`, on some backend: what the conformance suite's programs are written with.

import type { Socket } from "../../src/socket/api.ts";
import type { Backend } from "../../src/socket/backend.ts";
import type { Family, SocketType } from "../../src/socket/address.ts";
import { BlockingSocket } from "../../src/socket/blocking.ts";
import type { CallObserver } from "../../src/socket/blocking.ts";
import { isFailure, refusalOf } from "../../src/socket/core.ts";
import { SocketError } from "../../src/socket/errno.ts";

export type HostName = "client" | "server";
export type MakeBackend = (hosts: readonly HostName[]) => Promise<Backend | { readonly unavailable: string }>;

/** Real time is what a loopback test may take; a simulated one may take as long as it likes. */
const LIMIT_NS = 600e9;
const LIMIT_REAL_NS = 15e9;
const IDLE_NS = 5e9;

export const PORT = 7000;

export class Lab {
  readonly backend: Backend;
  readonly #waiting = new Map<number, string>();
  #calls = 0;
  #settled = 0;
  #sockets = 0;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Makes a socket on a host; a refusal is thrown as the API throws it. */
  socket(host: HostName, family: Family, type: SocketType): Socket {
    const machine = this.backend.hosts.get(host);
    if (machine === undefined) throw new Error(`no host ${host}`);
    const core = machine.socket(family, type);
    if (isFailure(core)) {
      const { code, why } = refusalOf(core);
      throw new SocketError(code, "socket", { why });
    }
    return new BlockingSocket(core, {
      host,
      observer: this.#observer(host),
      resolve: (name, inet) => machine.resolve(name, inet),
      nextLabel: () => `${host}#${++this.#sockets}`,
      limitRead: (max) => max,
    });
  }

  /** A listening socket on the server, at `PORT` or the path `socket`. */
  async listener(family: Family, backlog?: number): Promise<Socket> {
    const listener = this.socket("server", family, "stream");
    await listener.bind(family === "unix" ? { path: "socket" } : { port: PORT });
    await listener.listen(backlog);
    return listener;
  }

  /** A new socket connected to the server. Unix paths are the server's own: its client is on the same host. */
  async connected(family: Family): Promise<Socket> {
    const client = this.socket(family === "unix" ? "server" : "client", family, "stream");
    await client.connect(family === "unix" ? { path: "socket" } : { host: "server", port: PORT });
    return client;
  }

  /** Both ends of a connection: the client's and the one the server accepted. */
  async pair(family: Family = "inet"): Promise<readonly [Socket, Socket]> {
    const listener = await this.listener(family);
    const [client, server] = await Promise.all([this.connected(family), listener.accept()]);
    return [client, server];
  }

  /** A bound datagram socket of the server at `PORT`, and one of the client, connected to it. */
  async datagramPair(family: "inet" | "inet6" = "inet"): Promise<readonly [Socket, Socket]> {
    const server = this.socket("server", family, "dgram");
    await server.bind({ port: PORT });
    const client = this.socket("client", family, "dgram");
    await client.connect({ host: "server", port: PORT });
    return [client, server];
  }

  /** Waits `ms` of the run's time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.backend.after(ms * 1e6, resolve);
    });
  }

  /** Runs `program` to its end, letting the backend's time pass. Rejects with its error, or with who waits when nothing moves. */
  async run(program: (lab: Lab) => Promise<void>): Promise<void> {
    let finished = false;
    const ended = (async () => {
      try {
        await program(this);
      } finally {
        finished = true;
      }
    })();
    // Its error is told below.
    ended.catch(() => undefined);
    const end = await this.backend.drive({
      finished: () => finished,
      progress: () => this.#settled,
      limitNs: this.backend.name === "sim" ? LIMIT_NS : LIMIT_REAL_NS,
      idleNs: IDLE_NS,
    });
    if (end !== "finished") throw new Error(`${end}: waiting in ${[...this.#waiting.values()].join(", ")}`);
    await ended;
  }

  #observer(host: string): CallObserver {
    const over = (id: number): void => {
      this.#waiting.delete(id);
      this.#settled++;
    };
    return {
      begin: (socket, call) => {
        this.#waiting.set(++this.#calls, `${host} ${socket.label} ${call}`);
        return this.#calls;
      },
      end: over,
      fail: over,
    };
  }
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** The errno a call fails with; "ok" when it does not fail. */
export async function errnoOf(call: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof call === "function" ? call() : call);
    return "ok";
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
}

/** Everything up to the end of the stream. */
export async function readAll(socket: Socket, max?: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await socket.recv(max);
    if (part.length === 0) return Buffer.concat(parts);
    parts.push(part);
  }
}
