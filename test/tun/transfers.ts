// Long transfers between a real kernel and a simulated stack: whatever the link does, every byte arrives once and in order.

import { deepEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { LinkConfig } from "../../src/sim/topology.ts";
import type { BlockingSocket } from "../../src/socket/blocking.ts";
import { TunLab } from "./lab.ts";
import type { End } from "./lab.ts";

export interface Transfer {
  readonly name: string;
  readonly link: Omit<LinkConfig, "between">;
  readonly client: End;
  /** Each way, at the same time. */
  readonly bytes: number;
  readonly limitMs: number;
  /** TCP_CONGESTION of the simulated end, and of the kernel's where that has it; each its own default otherwise. */
  readonly control?: string;
}

export interface TransferResult {
  readonly seconds: number;
  /** Data segments sent again, by end. */
  readonly resent: Readonly<Record<End, number>>;
  readonly lost: number;
  readonly packets: number;
}

const CHUNK = 65_536;

/** Bytes that tell their place, so that none can stand for another. */
function pattern(seed: number, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** What arrives until the end of the stream. */
async function receive(socket: BlockingSocket): Promise<{ length: number; sha256: string }> {
  const hash = createHash("sha256");
  let length = 0;
  for (;;) {
    const data = await socket.recv(CHUNK);
    if (data.length === 0) return { length, sha256: hash.digest("hex") };
    length += data.length;
    hash.update(data);
  }
}

async function send(socket: BlockingSocket, data: Uint8Array): Promise<void> {
  await socket.sendAll(data);
  socket.shutdown("write");
}

function hasControl(name: string): boolean {
  const available = readFileSync("/proc/sys/net/ipv4/tcp_available_congestion_control", "latin1");
  return available.trim().split(" ").includes(name);
}

/** Throws when a byte is not what it should be, and when it takes too long. */
export async function transfer(
  { link, client, bytes, limitMs, control }: Transfer,
  seed: number,
): Promise<TransferResult> {
  const lab = TunLab.open(link, seed);
  if (!(lab instanceof TunLab)) throw new Error(lab.unavailable);
  try {
    const { kernel, sim } = await lab.within(10_000, lab.connect(client));
    if (control !== undefined) {
      sim.setOption("TCP_CONGESTION", control);
      if (hasControl(control)) kernel.setOption("TCP_CONGESTION", control);
    }
    const [toSim, toKernel] = [pattern(seed, bytes), pattern(seed + 1, bytes)];
    const start = lab.backend.now();
    const [, , atSim, atKernel] = await lab.within(
      limitMs,
      Promise.all([send(kernel, toSim), send(sim, toKernel), receive(sim), receive(kernel)]),
    );
    const seconds = (lab.backend.now() - start) / 1e9;
    const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
    deepEqual(
      { atSim, atKernel },
      {
        atSim: { length: bytes, sha256: sha256(toSim) },
        atKernel: { length: bytes, sha256: sha256(toKernel) },
      },
    );
    const resent = { kernel: kernel.info().totalRetrans, sim: sim.info().totalRetrans };
    const { simulation, trace } = lab.backend;
    const lost =
      simulation.counts("kernel-sim", "forward").lost + simulation.counts("kernel-sim", "backward").lost;
    return { seconds, resent, lost, packets: trace.packets.count };
  } finally {
    await lab.close();
  }
}

const IMPAIRMENTS: readonly { readonly name: string; readonly link: Omit<LinkConfig, "between"> }[] = [
  { name: "no loss", link: { delayMs: 1 } },
  { name: "1% loss", link: { delayMs: 1, loss: 0.01 } },
  { name: "5% loss", link: { delayMs: 1, loss: 0.05 } },
  { name: "reordering", link: { delayMs: 1, reorder: 0.05, reorderMs: 3 } },
  { name: "duplication", link: { delayMs: 1, duplicate: 0.05 } },
  {
    name: "loss, reordering, duplication and damage at once",
    link: { delayMs: 2, loss: 0.01, reorder: 0.02, reorderMs: 5, duplicate: 0.02, corrupt: 0.005 },
  },
  {
    name: "a queue of 20 packets at 100 Mbit/s",
    link: { delayMs: 2, bandwidthBps: 100e6, queuePackets: 20 },
  },
];

/** Bytes each way of a short transfer, by impairment; the long ones are 10 MB. */
const SHORT: Readonly<Record<string, number>> = { "no loss": 10_000_000, "5% loss": 100_000 };
const SHORT_DEFAULT = 500_000;
const LONG = 10_000_000;

function transfersOf(bytes: (impairment: string) => number, limitMs: number): Transfer[] {
  return IMPAIRMENTS.flatMap(({ name, link }, index) =>
    (["kernel", "sim"] as const)
      // The short ones take turns at who calls.
      .filter((end) => bytes(name) === LONG || (index % 2 === 0) === (end === "kernel"))
      .map((client) => ({
        name: `${bytes(name).toLocaleString("en")} bytes each way, ${name}, the ${client} end calling`,
        link,
        client,
        bytes: bytes(name),
        limitMs,
      })),
  );
}

/** BBR's, over a link whose rate it has to find. */
function byRate(bytes: number, limitMs: number): Transfer {
  const link = { delayMs: 5, bandwidthBps: 50e6, loss: 0.02 };
  const name = `${bytes.toLocaleString("en")} bytes each way, 2% loss at 50 Mbit/s, by BBR`;
  return { name, link, client: "sim", bytes, limitMs, control: "bbr" };
}

export const SHORT_TRANSFERS = [
  ...transfersOf((name) => SHORT[name] ?? SHORT_DEFAULT, 15_000),
  byRate(SHORT_DEFAULT, 15_000),
];
export const LONG_TRANSFERS = [...transfersOf(() => LONG, 180_000), byRate(LONG, 60_000)];
