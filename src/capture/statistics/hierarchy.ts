// `-z io,phs`: how many packets and bytes have each stack of protocols.

import { COLUMNS, dissect } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";

interface Level {
  packets: number;
  bytes: number;
  readonly below: Map<string, Level>;
}

/** Not a protocol but the switch between two: tshark leaves it out of the table. */
const UNSHOWN = new Set(["ethertype"]);

/** The lines of tshark's protocol hierarchy over `rows`. */
export function* printHierarchy(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  filter: string = "",
): Generator<string> {
  const top: Level = { packets: 0, bytes: 0, below: new Map() };
  for (const row of rows) {
    let level = top;
    const seen = dissect(trace, row, context, COLUMNS).protocols.split(":");
    for (const name of seen) {
      if (UNSHOWN.has(name) || name === "") continue;
      let next = level.below.get(name);
      if (next === undefined) level.below.set(name, (next = { packets: 0, bytes: 0, below: new Map() }));
      next.packets++;
      next.bytes += trace.packets.length[row];
      level = next;
    }
  }
  yield "";
  yield "=".repeat(67);
  yield "Protocol Hierarchy Statistics";
  yield `Filter: ${filter}`;
  yield "";
  yield* levelLines(top, 0);
  yield "=".repeat(67);
}

function* levelLines(level: Level, depth: number): Generator<string> {
  for (const [name, { packets, bytes, below }] of level.below) {
    yield `${" ".repeat(depth * 2)}${name}`.padEnd(40) + ` frames:${packets} bytes:${bytes}`;
    yield* levelLines({ packets, bytes, below }, depth + 1);
  }
}
