// `-z io,phs`: how many packets and bytes have each stack of protocols.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, Interest } from "../dissect/dissect.ts";
import type { DetailNode } from "../dissect/tree.ts";
import type { Trace } from "../../trace/trace.ts";
import { isUsualSegment } from "../usual-segments.ts";

/** A protocol, and those found inside it. */
export interface ProtocolLevel {
  packets: number;
  bytes: number;
  readonly below: Map<string, ProtocolLevel>;
}

/** Of TCP and WebSocket also what is put together from several packets, which has lines of its own beside theirs. */
const INTEREST: Interest = { layers: new Set(["tcp", "websocket"]), labels: false };

/** Counts a packet at a time; `top` has the lowest layers. */
export class ProtocolCounts {
  readonly top: ProtocolLevel = { packets: 0, bytes: 0, below: new Map() };
  readonly #trace: Trace;
  readonly #context: DissectContext;

  constructor(trace: Trace, context: DissectContext) {
    this.#trace = trace;
    this.#context = context;
  }

  add(row: number): void {
    const length = this.#trace.packets.length[row];
    let level = this.top;
    level.packets++;
    level.bytes += length;
    for (const name of this.#layers(row)) {
      let next = level.below.get(name);
      if (next === undefined) level.below.set(name, (next = { packets: 0, bytes: 0, below: new Map() }));
      next.packets++;
      next.bytes += length;
      level = next;
    }
  }

  #layers(row: number): readonly string[] {
    const { packets } = this.#trace;
    if (!isUsualSegment(this.#trace, row, this.#context))
      return outermost(dissect(this.#trace, row, this.#context, INTEREST).tree);
    return packets.addresses.family(packets.source[row]) === 6 ? OVER_IPV6 : OVER_IPV4;
  }
}

/** Those of segments that show their headers and nothing else. */
const OVER_IPV4 = ["eth", "ip", "tcp"];
const OVER_IPV6 = ["eth", "ipv6", "tcp"];

/** Protocols whose payload is theirs, and no layer of its own. */
const WITH_DATA = new Set(["http", "icmp", "icmpv6"]);

/** What stands outermost in a detail tree, as tshark's tree has it: segments put together come last. */
function outermost(tree: readonly DetailNode[]): string[] {
  const names: string[] = [];
  let hasSegments = false;
  for (const { field } of tree) {
    const before = names[names.length - 1];
    if (field === "tcp.segments") hasSegments = true;
    else if (field !== null && field !== "frame" && !(field === "data" && WITH_DATA.has(before)))
      names.push(field);
  }
  return hasSegments ? [...names, "tcp.segments"] : names;
}

/** The lines of tshark's protocol hierarchy over `rows`. */
export function* printHierarchy(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  filter: string = "",
): Generator<string> {
  const counts = new ProtocolCounts(trace, context);
  for (const row of rows) counts.add(row);
  yield "";
  yield "=".repeat(67);
  yield "Protocol Hierarchy Statistics";
  yield `Filter: ${filter}`;
  yield "";
  yield* levelLines(counts.top, 0);
  yield "=".repeat(67);
}

function* levelLines(level: ProtocolLevel, depth: number): Generator<string> {
  for (const [name, { packets, bytes, below }] of level.below) {
    yield `${" ".repeat(depth * 2)}${name}`.padEnd(40) + ` frames:${packets} bytes:${bytes}`;
    yield* levelLines({ packets, bytes, below }, depth + 1);
  }
}
