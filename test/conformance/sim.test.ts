// The conformance suite on the simulator: the same programs, virtual time.

import { createSimBackend } from "../../src/sim/backend.ts";
import { describeConformance } from "./suite.ts";

describeConformance("sim", (hosts) =>
  Promise.resolve(
    createSimBackend({
      topology: {
        hosts: Object.fromEntries(hosts.map((host) => [host, {}])),
        links: [{ between: ["client", "server"] }],
      },
      seed: 1,
      recording: false,
    }),
  ),
);
