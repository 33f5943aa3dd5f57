// Lines that packets share: none may show what another packet has, whichever was dissected first.

import { describe, expect, it, vi } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DetailNode } from "../../../src/capture/dissect/dissect.ts";
import { isShared } from "../../../src/capture/dissect/shared-nodes.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { mutatedPackets } from "../../fuzz/mutate.ts";
import { readSeeds } from "../../fuzz/seeds.ts";
import type { Seeds } from "../../fuzz/seeds.ts";
import { hex, memoryTrace } from "../memory-trace.ts";

const PACKETS = 1500;
const SEED = 20_260_711;

/** The trees of mutated packets `runs`, dissected in that order with nothing kept from before. */
async function treesOf(seeds: Seeds, runs: readonly number[]): Promise<Map<number, readonly DetailNode[]>> {
  vi.resetModules();
  const fresh = await import("../../../src/capture/dissect/dissect.ts");
  return new Map(
    runs.map((run) => {
      const { packets, linkType } = mutatedPackets(seeds, SEED, run);
      const { trace, context } = memoryTrace(packets, linkType);
      return [run, fresh.dissect(trace, packets.length - 1, context).tree];
    }),
  );
}

function allOf(nodes: readonly DetailNode[]): DetailNode[] {
  return nodes.flatMap((node) => [node, ...allOf(node.children)]);
}

describe("lines that packets share", () => {
  it("say the same whichever packet they were made for", async () => {
    const seeds = await readSeeds();
    const runs = Array.from({ length: PACKETS }, (_, run) => run);
    const forward = await treesOf(seeds, runs);
    const backward = await treesOf(seeds, runs.toReversed());
    for (const run of runs) expect(forward.get(run), `packet ${run}`).toEqual(backward.get(run));
  });

  it("are made once", () => {
    const segment = (seq: number): Uint8Array =>
      hex(`020000000002 020000000001 0800 4500 0034 0001 4000 4006 0000 0a000001 0a000002
        c350 0050 0000000${seq} 00000001 8010 ffff 0000 0000 0101 080a 00000001 00000002`);
    const { trace, context } = memoryTrace([segment(1), segment(2)], LINKTYPE.ethernet);
    const [first, second] = [0, 1].map((row) => allOf(dissect(trace, row, context).tree));
    const shared = first.filter(isShared);
    expect(shared.map(({ label }) => label)).toEqual(
      expect.arrayContaining(["Flags: 0x010 (ACK)", "TCP Option - No-Operation (NOP)"]),
    );
    // The very same objects.
    expect(shared.every((node, i) => node === second.filter(isShared)[i])).toBe(true);
  });
});
