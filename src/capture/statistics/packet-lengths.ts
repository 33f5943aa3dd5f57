// `-z plen,tree`: packets by length, as tshark's table.

import type { Trace } from "../../trace/trace.ts";
import { StatsTree } from "./stats-tree.ts";

/** The least length of each range; the last has no end. */
const RANGES = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120] as const;

/** The lines of the table over `rows`. */
export function* printPacketLengths(trace: Trace, rows: Iterable<number>): Generator<string> {
  const { packets } = trace;
  const tree = new StatsTree();
  const all = tree.root("Packet Lengths");
  const ranges = RANGES.map((from, i) => {
    const to = RANGES[i + 1];
    return all.child(to === undefined ? `${from} and greater` : `${from}-${to - 1}`, { averages: true });
  });
  for (const row of rows) {
    const length = packets.length[row];
    tree.at(packets.relativeNs(row));
    all.add(length);
    ranges[RANGES.findLastIndex((from) => length >= from)].add(length);
  }
  yield* tree.lines("Packet Lengths", true);
}
