// The conformance suite on the kernel's own sockets; skipped, with the reason, where they cannot be made.

import { createKernelBackend } from "../../src/loopback/kernel-backend.ts";
import { describeConformance } from "./suite.ts";

describeConformance("kernel", (hosts) => createKernelBackend({ hosts, seed: 1 }));
