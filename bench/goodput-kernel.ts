// What two real kernels carry over a simulated link, beside what the simulated stack carries over the same: `npm run goodput:kernel -- [seeds] [algorithm]`.
// In real time: seeds run side by side, a case at a time, 20 s each; BBR's one after the other, as each fills its link. It takes what `run --on kernel --link` takes.

import { LinkedBackend, createLinkedBackend } from "../src/scenario/linked-backend.ts";
import type { SocketCore } from "../src/socket/core.ts";
import { isFailure } from "../src/socket/core.ts";
import { GOODPUT_CASES, goodputs, median } from "./goodput.ts";

const SECONDS = 20;
const SEEDS_DEFAULT = 5;
const PORT = 80;
const CHUNK = new Uint8Array(65_536);

function must<T>(answer: T): T {
  if (isFailure(answer)) throw new Error(`a call failed: ${JSON.stringify(answer)}`);
  return answer;
}

/** Mbit/s of payload read in 20 s from the start of the connection. */
async function kernelGoodput(control: string, loss: number, seed: number): Promise<number> {
  const link = { between: ["a", "b"] as const, delayMs: 20, bandwidthBps: 100e6, queuePackets: 1000 };
  const backend = createLinkedBackend({
    topology: { hosts: { a: {}, b: {} }, links: [{ ...link, forward: { loss } }] },
    seed,
    kernels: ["a", "b"],
    recording: false,
  });
  if (!(backend instanceof LinkedBackend)) throw new Error(backend.unavailable);
  const open = (name: string): SocketCore => {
    const socket = backend.hosts.get(name)?.socket("inet", "stream");
    if (socket === undefined || isFailure(socket)) throw new Error(`no socket: ${JSON.stringify(socket)}`);
    return socket;
  };
  backend.begin();
  let received = 0;
  const listener = open("b");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: PORT }));
  must(listener.listen(1));
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    accepted.onWake = () => {
      for (;;) {
        const data = accepted.recv(1 << 20);
        if (isFailure(data) || data.length === 0) return;
        received += data.length;
      }
    };
    accepted.onWake();
  };
  const sender = open("a");
  must(sender.setOption("TCP_CONGESTION", control));
  const fill = (): void => {
    while (typeof sender.send(CHUNK) === "number");
  };
  sender.onWake = fill;
  const address = backend.hosts.get("a")?.resolve("b", "inet") ?? "";
  sender.connect({ family: "inet", address, port: PORT });
  await backend.drive({ finished: () => false, progress: () => 0, limitNs: SECONDS * 1e9, idleNs: Infinity });
  const answer = (received * 8) / SECONDS / 1e6;
  await backend.dispose();
  return answer;
}

async function kernelGoodputs(control: string, loss: number, runs: number): Promise<number[]> {
  const numbers = Array.from({ length: runs }, (_, index) => index + 1);
  if (control !== "bbr") return Promise.all(numbers.map((seed) => kernelGoodput(control, loss, seed)));
  const answers: number[] = [];
  for (const seed of numbers) answers.push(await kernelGoodput(control, loss, seed));
  return answers;
}

const seeds = Number(process.argv[2] ?? SEEDS_DEFAULT);
if (!Number.isInteger(seeds) || seeds < 1) {
  console.error("goodput: the number of seeds must be a whole number from 1");
  process.exit(2);
}
console.log(`Mbit/s, median of ${seeds} seeds, ${SECONDS} s each\nloss    control   kernel   simulated`);
const only = process.argv[3];
for (const { control, loss } of GOODPUT_CASES) {
  if (only !== undefined && control !== only) continue;
  // Without loss a link is busy all the time, and one says as much as five.
  const runs = loss === 0 ? 1 : seeds;
  const real = await kernelGoodputs(control, loss, runs);
  const columns = [median(real.toSorted((a, b) => a - b)), median(goodputs(control, loss, runs))].map(
    (mbps) => mbps.toFixed(2).padStart(9),
  );
  console.log(`${`${loss * 100}%`.padEnd(8)}${control.padEnd(7)}${columns[0]} ${columns[1]}`);
}
process.exit(0);
