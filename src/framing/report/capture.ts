// A counterexample as packets: its chunks as segments of a TCP connection, for Wireshark and for the inspector.

import { PLAIN_LINK, carry } from "../carry.ts";
import type { Trace } from "../../trace/trace.ts";
import { bytesOf } from "./report.ts";
import type { Counterexample } from "./report.ts";

/** A connection over a quiet simulated network on which each chunk is sent by itself; null for an empty stream. Empty chunks are no packets. */
export function counterexampleTrace(counterexample: Counterexample): Trace | null {
  const bytes = bytesOf(counterexample);
  if (bytes.length === 0) return null;
  return carry(bytes, counterexample.cuts, PLAIN_LINK, true)?.trace ?? null;
}
