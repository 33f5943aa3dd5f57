// How much a transfer of 20 s carries over a lossy link, beside what Linux carries over the same: `npm run goodput -- [seeds] [algorithm]`.
//
// 100 Mbit/s, 20 ms each way, a queue of 1,000 packets, random loss of data packets only. Linux's numbers are medians of
// three runs of 6.18, MSS 1448, SACK and timestamps on. Twelve more runs of it, over a link made of two TUN devices, had
// medians of 3.24 and 1.10 (cubic, 1% and 5%), 3.52 and 1.31 (reno): three runs leave some 10% open. BBR's numbers are medians of three
// runs over two TUN devices, in real time on a machine of two cores: whatever else it does lowers them, by up to a tenth when quiet.

import { isFailure } from "../src/socket/core.ts";
import { createSimulation } from "../src/sim/simulation.ts";

const SECONDS = 20;

export interface GoodputCase {
  readonly control: "bbr" | "cubic" | "reno";
  /** Fraction of data packets lost. */
  readonly loss: number;
  /** Median on Linux, in Mbit/s. */
  readonly linuxMbps: number;
}

export const GOODPUT_CASES: readonly GoodputCase[] = [
  { control: "cubic", loss: 0, linuxMbps: 94.6 },
  { control: "cubic", loss: 0.001, linuxMbps: 15.3 },
  { control: "cubic", loss: 0.01, linuxMbps: 3.11 },
  { control: "cubic", loss: 0.05, linuxMbps: 1.04 },
  { control: "reno", loss: 0, linuxMbps: 94.7 },
  { control: "reno", loss: 0.001, linuxMbps: 14.3 },
  { control: "reno", loss: 0.01, linuxMbps: 3.43 },
  { control: "reno", loss: 0.05, linuxMbps: 1.21 },
  { control: "bbr", loss: 0, linuxMbps: 92.1 },
  { control: "bbr", loss: 0.01, linuxMbps: 89.9 },
  { control: "bbr", loss: 0.02, linuxMbps: 81.8 },
  { control: "bbr", loss: 0.03, linuxMbps: 85.6 },
  { control: "bbr", loss: 0.05, linuxMbps: 84.9 },
];

function must<T>(answer: T): T {
  if (isFailure(answer)) throw new Error(`a call failed: ${JSON.stringify(answer)}`);
  return answer;
}

/** Mbit/s of payload read by the receiver in `seconds` from the start of the connection. */
export function goodput(control: string, loss: number, seed: number, seconds = SECONDS): number {
  const link = {
    between: ["a", "b"] as const,
    delayMs: 20,
    bandwidthBps: 100e6,
    queuePackets: 1000,
    forward: { loss },
  };
  const simulation = createSimulation({
    topology: { hosts: { a: {}, b: {} }, links: [link] },
    seed,
    recording: false,
  });
  const open = (host: string) => {
    const made = simulation.hosts.get(host)?.socket("inet", "stream");
    if (made === undefined || isFailure(made)) throw new Error(`no socket: ${JSON.stringify(made)}`);
    return made;
  };
  const listener = open("b");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 }));
  must(listener.listen(1));
  let received = 0;
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    const drain = (): void => {
      for (;;) {
        const data = accepted.recv(1 << 20);
        if (isFailure(data) || data.length === 0) return;
        received += data.length;
      }
    };
    accepted.onWake = drain;
    drain();
  };
  const client = open("a");
  must(client.setOption("TCP_CONGESTION", control));
  const chunk = new Uint8Array(65_536);
  client.onWake = () => {
    while (typeof client.send(chunk) === "number");
  };
  client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
  simulation.run(seconds * 1e9);
  return (received * 8) / (seconds * 1e6);
}

/** The goodputs of seeds 1 to `seeds`, in order of size. */
export function goodputs(control: string, loss: number, seeds: number): number[] {
  const all = Array.from({ length: seeds }, (_, index) => goodput(control, loss, index + 1));
  return all.toSorted((a, b) => a - b);
}

export function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A line for each case of `only`, or of every algorithm; `seeds` runs each. */
export function* goodputTable(seeds: number, only: string | undefined): Generator<string> {
  yield `goodput in Mbit/s, median of ${seeds} seeds (least to most)`;
  for (const { control, loss, linuxMbps } of GOODPUT_CASES) {
    if (only !== undefined && control !== only) continue;
    const sorted = goodputs(control, loss, loss === 0 ? 1 : seeds);
    const middle = median(sorted);
    const off = ((middle / linuxMbps - 1) * 100).toFixed(0);
    const spread = `${sorted[0].toFixed(2)} to ${sorted[sorted.length - 1].toFixed(2)}`;
    yield `${control.padEnd(6)} ${(loss * 100).toFixed(1).padStart(4)}%  ${middle.toFixed(2).padStart(6)}  Linux ${linuxMbps.toFixed(2).padStart(6)}  ${off.padStart(4)}%  (${spread})`;
  }
}

if (process.argv[1]?.endsWith("goodput.js")) {
  const seeds = Number(process.argv[2] ?? 20);
  if (Number.isInteger(seeds) && seeds >= 1 && seeds <= 1000) {
    for (const line of goodputTable(seeds, process.argv[3])) console.log(line);
  } else {
    console.error(`goodput ${process.argv[2]}: want a number of seeds from 1 to 1000`);
    process.exitCode = 2;
  }
}
