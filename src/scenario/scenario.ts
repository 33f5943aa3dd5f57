// A scenario: a small program a host, the network between them, and the claim they teach.

import type { Host } from "../socket/api.ts";
import type { BackendName } from "../socket/backend.ts";
import type { Topology } from "../sim/topology.ts";
import type { Trace } from "../trace/trace.ts";
import type { TranscriptEntry } from "../trace/transcript.ts";

/** How much of what waits in a stream one recv returns: labelled so that nobody takes it for TCP's doing. */
export type ReadPolicy =
  | { readonly kind: "all" }
  | { readonly kind: "one-byte" }
  | { readonly kind: "half" }
  | { readonly kind: "at-most"; readonly bytes: number }
  | { readonly kind: "random" };

/** One thing a lesson says, and whether it held in this run. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

export type Outcome = "ok" | "deadlock" | "failed";

/** A program waiting for ever. */
export interface Waiter {
  readonly host: string;
  readonly socket: string;
  readonly call: string;
}

/** What `expect` is given of a finished run. */
export interface Observation {
  readonly backend: BackendName;
  /** What lay between the hosts: the topology's links, or the loopback interface, which neither loses nor delays. */
  readonly network: "simulated" | "loopback";
  readonly outcome: Outcome;
  /** Why a run failed; null unless it did. */
  readonly failure: string | null;
  /** Who waits in which call; empty unless the outcome is `deadlock`. */
  readonly waiting: readonly Waiter[];
  readonly transcript: readonly TranscriptEntry[];
  /** Lines written by `host.log`, a host each. */
  readonly logs: Readonly<Record<string, readonly string[]>>;
  readonly trace: Trace;
  /** Whether the trace has the run's packets. */
  readonly hasPackets: boolean;
  /** Packets that were dropped on the way. */
  readonly dropped: number;
}

export type Program = (host: Host) => Promise<void>;

export interface Scenario {
  /** Kebab case, as `wirelab run` takes it. */
  readonly name: string;
  readonly title: string;
  /** A few sentences: what happens and what to take from it. */
  readonly lesson: string;
  readonly topology: Topology;
  /** By host name. */
  readonly programs: Readonly<Record<string, Program>>;
  readonly readPolicy?: ReadPolicy;
  /** Virtual time a run may take at most; 600,000 ms by default. */
  readonly limitMs?: number;
  /** Backends that can show it; all by default. */
  readonly backends?: readonly BackendName[];
  /** What of its bytes no seed decides, and why. Runs of it are the same but for the contents of their payloads. */
  readonly unseeded?: string;
  /** What the lesson claims. */
  expect(observation: Observation): readonly Claim[];
}
