// The packets Linux was seen to send, and the simulator's in the same words, to be compared line by line.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import { flagNames } from "./wire.ts";
import type { Sent } from "./wire.ts";

const FOLDER = fileURLToPath(new URL("../../../../shared/kernel/", import.meta.url));

/** Whether the observations are on this machine. */
export const KERNEL_SEEN = existsSync(FOLDER);

/** A segment in words, and when: seconds since the first of the case. */
export interface Line {
  readonly seconds: number;
  readonly words: string;
}

/** Packets `first` to `last` (from 1) of a case. Ports become names in order of appearance. */
export function observed(name: string, first: number, last: number): Line[] {
  const rows = readFileSync(`${FOLDER}${name}.packets`, "utf8")
    .trim()
    .split("\n")
    .slice(first - 1, last);
  const lines: Line[] = [];
  let start = 0;
  let client = "";
  for (const row of rows) {
    const match =
      /^\s*\d+\s+([\d.]+) .* (\d+) → (\d+) \[([A-Z, ]+)\] Seq=(\d+)(?: Ack=(\d+))? Win=(\d+) Len=(\d+)(?:.*SLE=(\d+) SRE=(\d+))?/.exec(
        row,
      );
    if (match === null) throw new Error(`not understood: ${row}`);
    const [, time, from, , flags, seq, ack, window, length, left, right] = match;
    if (client === "") {
      client = from;
      start = Number(time);
    }
    const sack = left === undefined ? "" : ` SLE=${left} SRE=${right}`;
    const words = `${from === client ? "client" : "server"} ${flags.replaceAll(",", "")} Seq=${seq} Ack=${ack ?? 0} Win=${window} Len=${length}${sack}`;
    lines.push({ seconds: Number(time) - start, words });
  }
  return lines;
}

/** What the simulator sent, in the same words. The first sender is the client. */
export function simulated(sent: readonly Sent[]): Line[] {
  const bases = new Map<number, number>();
  const scales = new Map<number, number>();
  const start = sent.length === 0 ? 0 : sent[0].timeNs;
  const client = sent[0].segment.sourcePort;
  return sent.map(({ timeNs, segment }) => {
    const { sourcePort, destinationPort, flags, payload } = segment;
    const syn = (flags & TCP_FLAGS.SYN) !== 0;
    if (syn) {
      bases.set(sourcePort, segment.seq);
      scales.set(sourcePort, Math.max(segment.windowScale, 0));
    }
    // Whoever never sent a SYN counts from 1, as tshark has it.
    if (!bases.has(sourcePort)) bases.set(sourcePort, (segment.seq - 1) >>> 0);
    const seq = (segment.seq - (bases.get(sourcePort) ?? 0)) >>> 0;
    const base = bases.get(destinationPort) ?? 0;
    const ack = (flags & TCP_FLAGS.ACK) === 0 ? 0 : (segment.ack - base) >>> 0;
    const window = syn ? segment.window : segment.window << (scales.get(sourcePort) ?? 0);
    const own = bases.get(destinationPort) ?? 0;
    const sack =
      segment.sack === null
        ? ""
        : ` SLE=${(segment.sack[0] - own) >>> 0} SRE=${(segment.sack[1] - own) >>> 0}`;
    const who = sourcePort === client ? "client" : "server";
    const words = `${who} ${flagNames(flags)} Seq=${seq} Ack=${ack} Win=${window} Len=${payload.length}${sack}`;
    return { seconds: (timeNs - start) / 1e9, words };
  });
}

/** The words alone. */
export function words(lines: readonly Line[]): string[] {
  return lines.map((line) => line.words);
}
