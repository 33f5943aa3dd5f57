import { expect, it } from "vitest";
import { ipv6PayloadLength } from "../../src/wire/ipv6.ts";
import { hex } from "../capture/memory-trace.ts";

const ADDRESSES = "00".repeat(32);

/** What a header with this length field says, behind which `options` follow, cut after `held` bytes of them. */
function lengthOf(field: string, next: string, options: string, held = Infinity): number {
  const bytes = hex(`60000000 ${field} ${next} 40 ${ADDRESSES} ${options}`);
  return ipv6PayloadLength(bytes, 0, Math.min(bytes.length, 40 + held));
}

it.each([
  ["a length of its own", "0007", "00", "11 00 c204 00020000", 7],
  ["a jumbogram", "0000", "00", "11 00 c204 00020000", 0x20000],
  ["padding before the option", "0000", "00", "11 01 00 0100 00 0101 00 00 c204 00010000", 0x10000],
  ["less than a jumbogram has", "0000", "00", "11 00 c204 0000ffff", 0],
  ["an option of another length", "0000", "00", "11 00 c203 000200 00", 0],
  ["options that are the destination's", "0000", "3c", "11 00 c204 00020000", 0],
  ["no option of the kind", "0000", "00", "11 00 0104 00000000", 0],
  ["an option beyond its header", "0000", "00", "11 00 0106 0000 00000000 c204 00020000", 0],
] as const)("the payload of an IPv6 packet with %s", (_, field, next, options, length) => {
  expect(lengthOf(field, next, options)).toBe(length);
});

it("what the capture cut says nothing", () => {
  for (let held = 0; held < 8; held++) expect(lengthOf("0000", "00", "11 00 c204 00020000", held)).toBe(0);
});
