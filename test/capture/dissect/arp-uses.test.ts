// Two hosts that say they have the same IP address.

import { expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";

/** A request or reply of Ethernet and IPv4; addresses by their last byte, 0 for none. */
function arp(
  opcode: 1 | 2,
  [fromMac, from]: readonly [number, number],
  [toMac, to]: readonly [number, number],
): Uint8Array {
  const mac = (n: number): string =>
    n === 0 ? "000000000000" : `0200000000${n.toString(16).padStart(2, "0")}`;
  const ip = (n: number): string => (n === 0 ? "00000000" : `0a0000${n.toString(16).padStart(2, "0")}`);
  const ends = `${mac(fromMac)}${ip(from)}${mac(toMac)}${ip(to)}`;
  return hex(`ffffffffffff 020000000001 0806 0001 0800 06 04 000${opcode} ${ends}`);
}

function said(packets: readonly Uint8Array[]): string[] {
  const { trace, context } = memoryTrace(packets, LINKTYPE.ethernet);
  return packets.map(
    (_, row) => /\(duplicate use of (.*) detected!\)/.exec(dissect(trace, row, context).info)?.[1] ?? "",
  );
}

it("who said first that it has an address keeps it", () => {
  const [first, second] = [arp(1, [1, 9], [0, 2]), arp(1, [2, 9], [0, 2])];
  expect(said([first, second, second, first])).toEqual(["", "10.0.0.9", "10.0.0.9", ""]);
});

it("a reply says of both its ends, and Info of the second only", () => {
  const packets = [arp(2, [1, 1], [2, 2]), arp(2, [1, 1], [3, 2]), arp(2, [3, 1], [2, 2])];
  expect(said(packets)).toEqual(["", "10.0.0.2", ""]);
  const { trace, context } = memoryTrace(packets, LINKTYPE.ethernet);
  const names = ["arp.duplicate-address-detected", "arp.duplicate-address-frame"];
  expect([...printFields(trace, [0, 1, 2], names, context)]).toEqual(["\t", "1\t1", "1\t2"]);
});

it("probes without an address and addresses of nobody say nothing", () => {
  expect(said([arp(1, [1, 0], [0, 2]), arp(1, [2, 0], [0, 2])])).toEqual(["", ""]);
  expect(said([arp(1, [1, 1], [0, 2]), arp(1, [0, 1], [0, 2])])).toEqual(["", ""]);
  const toAll = arp(1, [2, 1], [0, 2]);
  toAll[22] |= 1;
  expect(said([arp(1, [1, 1], [0, 2]), toAll])).toEqual(["", ""]);
});
