// The conformance suite on the kernel's own sockets.

import { describe, test } from "vitest";
import { createKernelBackend, kernelAvailable } from "../../src/loopback/kernel-backend.ts";
import { describeConformance } from "./suite.ts";

const availability = kernelAvailable();

if (availability.available) {
  describeConformance("kernel", async (hosts) => {
    const backend = await createKernelBackend({ hosts, seed: 1 });
    if ("unavailable" in backend) throw new Error(backend.unavailable);
    return backend;
  });
} else {
  describe("sockets of the kernel backend", () => {
    test.skip(availability.why, () => undefined);
  });
}
