// Packet blocks of pcapng that compiled code takes many of at once are indexed as block by block, whatever is around them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";

import { CompiledPackets } from "../../../src/capture/compiled/packets.ts";
import { block, enhancedPacket, interfaceDescription, joined, option, sectionHeader } from "../packets.ts";
import { bothWays } from "./index-contents.ts";
import { packetsOf, traffic } from "./traffic.ts";

const ETHERNET = 1;
const COOKED = 113;
const folder = mkdtempSync(join(tmpdir(), "wirelab-blocks-"));
const path = join(folder, "capture.pcapng");

afterAll(() => rmSync(folder, { recursive: true }));

const RESOLUTION = 9;
const OFFSET = 14;

/** Interfaces: microseconds, nanoseconds, others, microseconds since another time, and another link. */
const INTERFACES = [
  interfaceDescription(ETHERNET, 0),
  interfaceDescription(ETHERNET, 65_535, option(RESOLUTION, Uint8Array.of(9))),
  interfaceDescription(ETHERNET, 0, option(RESOLUTION, Uint8Array.of(3))),
  interfaceDescription(ETHERNET, 0, option(RESOLUTION, Uint8Array.of(0x94))),
  interfaceDescription(ETHERNET, 0, option(OFFSET, Uint8Array.of(100, 0, 0, 0, 0, 0, 0, 0))),
  interfaceDescription(COOKED, 0),
];
const TICKS = [10n ** 6n, 10n ** 9n, 10n ** 3n, 2n ** 20n, 10n ** 6n, 10n ** 6n];

/** What a packet's block has beside the packet. */
const dress = fc.record({
  /** The last of them is not described. */
  id: fc.oneof(fc.constant(0), fc.constant(0), fc.nat({ max: INTERFACES.length })),
  options: fc.constantFrom(
    new Uint8Array(0),
    new Uint8Array(0),
    joined(option(2, Uint8Array.of(1, 0, 0, 0)), new Uint8Array(4)),
    joined(option(1, Buffer.from("a comment"))),
    new Uint8Array(4),
  ),
  /** Of the captured length, and of the lengths around the block. */
  more: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -3, 40, 300_000),
  /** The byte whose bit is flipped in the length before or behind it, counted from the block's end where negative; 0 for none. */
  flipped: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 4, -4),
  /** Bytes behind the packet in its frame: with so many it is longer than any can be. */
  trailer: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 262_144),
  before: fc.constantFrom<readonly Uint8Array[]>(
    [],
    [],
    [],
    [],
    [block(5, new Uint8Array(12))],
    [block(0xbad, new Uint8Array(8))],
    [interfaceDescription(ETHERNET, 0)],
    [sectionHeader(), ...INTERFACES],
    [sectionHeader(true), interfaceDescription(ETHERNET, 0, new Uint8Array(0), true)],
  ),
});

const captures: fc.Arbitrary<Uint8Array> = fc
  .tuple(traffic, fc.array(dress, { minLength: 1, maxLength: 12 }))
  .map(([sent, dresses]) => {
    let isBig = false;
    const blocks = packetsOf(sent).flatMap(({ seconds, fraction, bytes }, i) => {
      const { id, options, more, flipped, trailer, before } = dresses[i % dresses.length];
      // The byte order is the section's.
      if (before.length === 2) isBig = true;
      else if (before.length > 2) isBig = false;
      const unit = TICKS[id] ?? 10n ** 6n;
      const ticks = BigInt(seconds) * unit + (BigInt(fraction) * unit) / 10n ** 6n;
      const frame = joined(bytes, new Uint8Array(trailer));
      const packet = enhancedPacket(id, ticks, frame, isBig, Math.max(0, frame.length + more), options);
      if (flipped !== 0) packet[(flipped + packet.length) % packet.length] ^= 4;
      return [...before, packet];
    });
    return joined(sectionHeader(), ...INTERFACES, ...blocks);
  });

describe("packet blocks that compiled code takes", () => {
  it("are indexed as they are one by one", async () => {
    await fc.assert(
      fc.asyncProperty(captures, async (file) => {
        const { compiled, around } = await bothWays(path, file);
        expect(compiled).toEqual(around);
      }),
      { numRuns: Number(process.env.BLOCK_RUNS ?? 300) },
    );
  });

  it("are most of a capture's", async () => {
    const sent = fc.sample(traffic, { numRuns: 200, seed: 7 }).flat();
    const packets = packetsOf(sent);
    const blocks = packets.map(({ seconds, fraction, bytes }) =>
      enhancedPacket(0, BigInt(seconds) * 10n ** 6n + BigInt(fraction), bytes),
    );
    const asked = vi.spyOn(CompiledPackets.prototype, "add");
    const { compiled, around } = await bothWays(path, joined(sectionHeader(), INTERFACES[0], ...blocks));
    // One by one come only packets that are not like most, which compiled code leaves, and the first ones behind columns that were full.
    const left = asked.mock.results.filter(({ value }) => value === true);
    expect(left.length).toBeLessThan(12);
    expect(packets.length - asked.mock.calls.length).toBeGreaterThan(1000);
    asked.mockRestore();
    expect(compiled).toEqual(around);
  });
});
