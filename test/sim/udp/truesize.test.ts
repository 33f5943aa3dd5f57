import { expect, test } from "vitest";
import { trueSize } from "../../../src/sim/udp/truesize.ts";

// Lengths between which Linux 6.18 was seen to count more, on either side: how many datagrams a buffer of 425,984 bytes holds.
test.each([
  [
    4,
    [
      [0, 197, 832],
      [198, 645, 1280],
      [646, 1669, 2304],
      [1670, 3717, 4352],
      [3718, 7813, 8448],
      [7814, 16_004, 16_640],
    ],
  ],
  [
    6,
    [
      [0, 184, 832],
      [185, 632, 1280],
      [633, 1656, 2304],
      [1657, 3704, 4352],
      [3705, 7800, 8448],
      [7801, 15_991, 16_640],
    ],
  ],
] as const)("over IPv%i datagrams cost what Linux counts", (version, steps) => {
  for (const [first, last, size] of steps) {
    expect([trueSize(first, version), trueSize(last, version)]).toEqual([size, size]);
  }
  const [, longest] = steps[5];
  expect(trueSize(longest + 1, version)).toBe(832 + longest + 1);
  expect(trueSize(40_000, version)).toBe(40_832);
});
