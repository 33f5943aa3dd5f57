// Both backends on real sockets: they let go of everything, keep to their limits, and keep hosts and runs apart.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createKernelBackend } from "../../src/loopback/kernel-backend.ts";
import type { LoopbackBackend } from "../../src/loopback/loopback-backend.ts";
import { createNodeBackend } from "../../src/loopback/node-backend.ts";
import type { LoopbackOptions } from "../../src/loopback/run-options.ts";
import { Lab, PORT, errnoOf, text } from "../conformance/lab.ts";
import { canCountFiles, openFiles } from "./open-files.ts";

const HOSTS = ["client", "server"] as const;

const BACKENDS = [
  { name: "kernel", create: createKernelBackend },
  { name: "node", create: createNodeBackend },
] as const;

type Create = (typeof BACKENDS)[number]["create"];

async function open(
  create: Create,
  skip: (note: string) => void,
  options: Partial<LoopbackOptions> = {},
): Promise<LoopbackBackend> {
  const backend = await create({ hosts: HOSTS, seed: 1, ...options });
  if (!("unavailable" in backend)) return backend;
  skip(backend.unavailable);
  throw new Error(backend.unavailable);
}

/** Leaves one of everything open: a listener, a connection with data under way, datagrams, a Unix path, a waiting accept. */
async function leaveThingsOpen(backend: LoopbackBackend): Promise<void> {
  const lab = new Lab(backend);
  await lab.run(async () => {
    const [client, server] = await lab.pair();
    await client.send("unread");
    await server.send("unread");
    const [sender, receiver] = await lab.datagramPair();
    await sender.send("x");
    await receiver.recv();
    const unix = await lab.listener("unix");
    await lab.connected("unix");
    void errnoOf(unix.accept().then((one) => one.recv()));
    await lab.sleep(5);
  });
}

let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "t-"));
  vi.stubEnv("TMPDIR", temporary);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

describe.each(BACKENDS)("the $name backend", ({ name, create }) => {
  test("gives every descriptor and file back when it is disposed of", async ({ skip }) => {
    if (!canCountFiles) skip("no /proc/self/fd on this system");
    const first = await open(create, skip);
    // What Node and koffi open once and keep is not the run's.
    await leaveThingsOpen(first);
    await first.dispose();
    const before = openFiles();
    const backend = await open(create, skip);
    await leaveThingsOpen(backend);
    expect(openFiles().length).toBeGreaterThan(before.length);
    expect(readdirSync(temporary).length).toBe(1);
    await backend.dispose();
    await backend.dispose();
    expect(openFiles()).toStrictEqual(before);
    expect(readdirSync(temporary)).toStrictEqual([]);
  });

  test("lets the process end by itself after a run", async ({ skip }) => {
    const backend = await open(create, skip);
    await backend.dispose();
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const program = `
      import { create${name === "kernel" ? "Kernel" : "Node"}Backend as create } from "./src/loopback/${name}-backend.ts";
      const backend = await create({ hosts: ["a", "b"], seed: 1 });
      const socket = backend.hosts.get("a").socket("inet", "stream");
      socket.bind({ family: "inet", address: "0.0.0.0", port: 7000 });
      socket.listen(5);
      backend.after(60e9, () => undefined);
      await backend.drive({ finished: () => false, progress: () => 0, limitNs: 50e6, idleNs: 1e9 });
      await backend.dispose();
      console.log("disposed");
    `;
    const output = execFileSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", program],
      { cwd: root, timeout: 15_000, encoding: "utf8" },
    );
    expect(output).toBe("disposed\n");
  });

  test("ends a run at its limit, even when a program never stops", async ({ skip }) => {
    const backend = await open(create, skip);
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      backend.after(1e6, tick);
    };
    tick();
    const limitNs = backend.now() + 50e6;
    const end = await backend.drive({ finished: () => false, progress: () => ticks, limitNs, idleNs: 1e9 });
    const over = backend.now() - limitNs;
    await backend.dispose();
    expect(end).toBe("limit");
    expect(over).toBeGreaterThanOrEqual(0);
    expect(over).toBeLessThan(2e9);
  });

  test("is idle when no call settles and no timer is pending", async ({ skip }) => {
    const backend = await open(create, skip);
    const lab = new Lab(backend);
    const server = lab.socket("server", "inet", "dgram");
    await server.bind({ port: PORT });
    const waiting = errnoOf(server.recv());
    const end = await backend.drive({
      finished: () => false,
      progress: () => 0,
      limitNs: backend.now() + 10e9,
      idleNs: 30e6,
    });
    server.close();
    await backend.dispose();
    expect(end).toBe("idle");
    expect(await waiting).toBe("EBADF");
  });

  test("keeps runs apart that use the same port at once, more of them than Node's pool has threads", async ({
    skip,
  }) => {
    const labs: Lab[] = [];
    for (let i = 0; i < 6; i++) labs.push(new Lab(await open(create, skip)));
    const words = await Promise.all(
      labs.map(async (lab, i) => {
        let word = "";
        await lab.run(async () => {
          const [client, server] = await lab.pair();
          await client.send(`run ${i}`);
          word = text(await server.recv());
        });
        return word;
      }),
    );
    await Promise.all(labs.map((lab) => lab.backend.dispose()));
    expect(words).toStrictEqual(labs.map((_, i) => `run ${i}`));
  });

  test("does not leave the machine: an address outside the run is unreachable", async ({ skip }) => {
    const backend = await open(create, skip);
    const lab = new Lab(backend);
    await lab.run(async () => {
      const tcp = lab.socket("client", "inet", "stream");
      expect(await errnoOf(tcp.connect({ host: "192.0.2.1", port: 80 }))).toBe("ENETUNREACH");
      const udp = lab.socket("client", "inet", "dgram");
      expect(await errnoOf(udp.sendTo("x", { host: "192.0.2.1", port: 80 }))).toBe("ENETUNREACH");
    });
    await backend.dispose();
  });

  test("gives each host's program the same random numbers for the same seed", async ({ skip }) => {
    const numbers: number[][] = [];
    for (const seed of [7, 7, 8]) {
      const backend = await open(create, skip, { seed });
      numbers.push(HOSTS.map((host) => backend.hosts.get(host)?.random() ?? -1));
      await backend.dispose();
    }
    expect(numbers[0]).toStrictEqual(numbers[1]);
    expect(numbers[0]).not.toStrictEqual(numbers[2]);
    expect(numbers[0][0]).not.toBe(numbers[0][1]);
    for (const number of numbers.flat()) expect(number >= 0 && number < 1).toBe(true);
  });
});
