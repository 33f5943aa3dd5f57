// Networks to carry a stream over: from a quiet one to one that loses packets, cuts small and reads little.

import * as fc from "fast-check";
import type { LinkConditions } from "../carry.ts";

/** Shrinks towards a network without loss, with large segments, read as it comes. */
export function linkConditions(): fc.Arbitrary<LinkConditions> {
  return fc.record({
    seed: fc.nat(0xffff),
    loss: fc.constantFrom(0, 0, 0.05, 0.2),
    delayMs: fc.constantFrom(1, 10, 50),
    mtu: fc.constantFrom(1500, 576, 128, 100),
    readMax: fc.oneof(fc.constantFrom(0, -1, 1), fc.integer({ min: 1, max: 40 })),
    receiveBuffer: fc.constantFrom(0, 0, 2304, 4096),
    readEveryMs: fc.constantFrom(0, 0, 5, 40),
  });
}
