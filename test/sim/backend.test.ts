import { describe, expect, test } from "vitest";
import { createSimBackend } from "../../src/sim/backend.ts";
import type { SimBackend } from "../../src/sim/backend.ts";
import { TopologyError } from "../../src/sim/settings.ts";
import type { LinkConfig } from "../../src/sim/topology.ts";
import type { DriveEnd } from "../../src/socket/backend.ts";
import { BlockingSocket } from "../../src/socket/blocking.ts";
import { isFailure } from "../../src/socket/core.ts";

function backend(link: Partial<LinkConfig> = {}, seed: number = 1): SimBackend {
  const topology = { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] as const, ...link }] };
  return createSimBackend({ topology, seed, recording: true });
}

/** Programs on a backend, and a count of calls that have ended. */
class Programs {
  readonly backend: SimBackend;
  progress = 0;
  running = 0;

  constructor(backend: SimBackend) {
    this.backend = backend;
  }

  socket(host: string, type: "stream" | "dgram"): BlockingSocket {
    const machine = this.backend.hosts.get(host);
    const core = machine?.socket("inet", type);
    if (machine === undefined || core === undefined || isFailure(core)) throw new Error("no socket");
    return new BlockingSocket(core, {
      host,
      observer: {
        begin: () => 0,
        end: () => void this.progress++,
        fail: () => void this.progress++,
      },
      resolve: (name, family) => machine.resolve(name, family),
      nextLabel: () => host,
      limitRead: (max) => max,
    });
  }

  start(program: () => Promise<void>): void {
    this.running++;
    void program().finally(() => this.running--);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.backend.after(ms * 1e6, resolve);
    });
  }

  drive(limitMs: number = 600_000, idleMs: number = 100_000): Promise<DriveEnd> {
    return this.backend.drive({
      finished: () => this.running === 0,
      progress: () => this.progress,
      limitNs: limitMs * 1e6,
      idleNs: idleMs * 1e6,
    });
  }
}

describe("the simulator as a backend", () => {
  test("carries a TCP conversation in virtual time", async () => {
    const programs = new Programs(backend({ delayMs: 100 }));
    const seen: string[] = [];
    const ends: number[] = [];
    programs.start(async () => {
      const listener = programs.socket("b", "stream");
      await listener.bind({ port: 80 });
      await listener.listen();
      const socket = await listener.accept();
      seen.push(`server ${new TextDecoder().decode(await socket.recv())}`);
      await socket.sendAll("back");
      socket.close();
      listener.close();
      ends.push(programs.backend.now());
    });
    programs.start(async () => {
      const socket = programs.socket("a", "stream");
      await socket.connect({ host: "b", port: 80 });
      await socket.sendAll("hello");
      seen.push(`client ${new TextDecoder().decode(await socket.recv())}`);
      seen.push(`end ${(await socket.recv()).length}`);
      socket.close();
      ends.push(programs.backend.now());
    });
    expect(await programs.drive()).toBe("finished");
    expect(seen).toEqual(["server hello", "client back", "end 0"]);
    // The last program ends at 0.4 s with its FIN just sent, which arrives at 0.5 s and is acknowledged by 0.6 s.
    expect(ends).toEqual([0.3e9, 0.4e9]);
    expect(programs.backend.now()).toBe(0.6e9);
    await programs.backend.dispose();
  });

  test("lets a program go on between two packets of one instant", async () => {
    const programs = new Programs(backend());
    const sizes: number[] = [];
    programs.start(async () => {
      const socket = programs.socket("b", "dgram");
      await socket.bind({ port: 9 });
      // Room for one: the second is lost unless the first has been read when it comes.
      socket.setOption("SO_RCVBUF", 1);
      for (let i = 0; i < 3; i++) sizes.push((await socket.recv()).length);
    });
    programs.start(async () => {
      const socket = programs.socket("a", "dgram");
      for (const size of [1000, 1001, 1002]) {
        await socket.sendTo("x".repeat(size), { host: "b", port: 9 });
      }
    });
    expect(await programs.drive()).toBe("finished");
    expect(sizes).toEqual([1000, 1001, 1002]);
  });

  test("is idle when everybody waits and nothing is under way", async () => {
    const programs = new Programs(backend());
    programs.start(async () => {
      await programs.socket("b", "dgram").recv();
    });
    expect(await programs.drive()).toBe("idle");
  });

  test("is idle too when timers go round and round for nobody", async () => {
    const programs = new Programs(backend());
    const { scheduler } = programs.backend.simulation;
    const timer = scheduler.timer(() => timer.setAt(scheduler.now + 1e9));
    timer.setAt(0);
    programs.start(async () => {
      await programs.socket("b", "dgram").recv();
    });
    expect(await programs.drive()).toBe("idle");
    expect(scheduler.now).toBe(100e9);
  });

  test("waits for a sleeping program however long it sleeps, up to the limit", async () => {
    const programs = new Programs(backend());
    programs.start(() => programs.sleep(300_000));
    expect(await programs.drive()).toBe("finished");
    expect(programs.backend.now()).toBe(300e9);
    programs.start(() => programs.sleep(900_000));
    expect(await programs.drive()).toBe("limit");
    expect(programs.backend.now()).toBe(600e9);
  });

  test("an alarm that is cancelled neither fires nor keeps the run going", async () => {
    const programs = new Programs(backend());
    let fired = 0;
    const cancel = programs.backend.after(5, () => fired++);
    cancel();
    cancel();
    programs.start(async () => {
      await programs.socket("b", "dgram").recv();
    });
    expect(await programs.drive()).toBe("idle");
    expect([fired, programs.backend.now()]).toEqual([0, 0]);
  });

  test("knows names, literals and whose an address is", () => {
    const sim = backend();
    const a = sim.hosts.get("a");
    expect(a?.resolve("b", "inet")).toBe("10.0.0.2");
    expect(a?.resolve("b", "inet6")).toBe("fd00::2");
    expect(a?.resolve("localhost", "inet6")).toBe("::1");
    expect(a?.resolve("FD00:0::2", "inet6")).toBe("fd00::2");
    expect(a?.resolve("10.0.0.2", "inet6")).toBeNull();
    expect(a?.resolve("nobody", "inet")).toBeNull();
    expect([sim.hostOf("fd00:0::2"), sim.hostOf("10.0.0.1"), sim.hostOf("127.0.0.1")]).toEqual([
      "b",
      "a",
      null,
    ]);
  });

  test("a program's random numbers are its own: the same for one seed, whoever else draws", () => {
    const [one, two, other] = [backend({}, 1), backend({}, 1), backend({}, 2)];
    two.hosts.get("b")?.random();
    const first = one.hosts.get("a")?.random();
    expect(two.hosts.get("a")?.random()).toBe(first);
    expect(other.hosts.get("a")?.random()).not.toBe(first);
  });

  test("refuses a topology that makes no sense", () => {
    expect(() => backend({ loss: -1 })).toThrow(TopologyError);
  });
});
