// What Linux was seen to do, case by case (a to t), as claims about any backend: one table, held by the simulator and by the live kernel.
//
// The packets behind each case are compared in test/sim/tcp/kernel.test.ts; here is what programs see.

import type { KernelCase } from "./kernel-cases/case.ts";
import { CONNECTION_CASES } from "./kernel-cases/connections.ts";
import { DATAGRAM_CASES } from "./kernel-cases/datagrams.ts";
import { STREAM_CASES } from "./kernel-cases/streams.ts";
import { UNIX_CASES } from "./kernel-cases/unix.ts";

export const KERNEL_CASES: readonly KernelCase[] = [
  ...STREAM_CASES,
  ...DATAGRAM_CASES,
  ...CONNECTION_CASES,
  ...UNIX_CASES,
];
