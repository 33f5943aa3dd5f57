// The conformance suite on node:net and node:dgram, and what they refuse.

import { createNodeBackend } from "../../src/loopback/node-backend.ts";
import { describeConformance } from "./suite.ts";

describeConformance("node", (hosts) => createNodeBackend({ hosts, seed: 1 }), [
  "backlog",
  "datagram shutdown",
  "fast open",
  "linger",
  "path mtu",
  "receive buffer",
  "send more",
  "tcp info",
  "truncation",
  "unix datagrams",
  "unix urgent data",
  "urgent data",
]);
