// What the dashboard shows: a lab with its runs, a capture, or what the laws of framing said of codecs.

import type { DissectContext } from "../capture/dissect/dissect.ts";
import { counterexampleTrace } from "../framing/report/capture.ts";
import type { Report } from "../framing/report/report.ts";
import { hasRun } from "../scenario/session.ts";
import type { LabSession } from "../scenario/session.ts";
import type { RunResult } from "../scenario/run.ts";
import type { PacketBytes } from "../trace/packets.ts";
import { Trace } from "../trace/trace.ts";

/** A capture in the inspector. */
export interface CaptureSession {
  /** What was opened, for the title. */
  readonly name: string;
  readonly trace: Trace;
  /** The file, where it can be opened again. */
  readonly path?: string;
  /** Arguments it was opened with that no screen tells of, for the command that opens it so again. */
  readonly given?: readonly string[];
  /** What is wrong with the file and where, a sentence each; empty when it is sound and complete. */
  readonly problems: readonly string[];
  /** What the reader knows beside the trace: streams, reassembled datagrams. */
  readonly context?: DissectContext;
  /** Packets may be yet to happen; a cursor at the end then stays there. `count` is how many there were when this session was made. */
  readonly growing?: { readonly count: number };
  /** How much of the file has been read, from 0 to 1, while it is being read. */
  readonly reading?: number;
  /** The capture is played in its own time, `speed` times as fast as it was. */
  readonly replay?: { readonly speed: number };
}

/** Codecs and the laws tried on them. */
export interface FramingSession {
  /** What was verified, for the title. */
  readonly name: string;
  readonly reports: readonly Report[];
  /** What is still being tried, for the status; null when all is done. */
  readonly progress: string | null;
  /** The first counterexample's chunks as segments, as `verify --pcap` writes them; empty where there is none. */
  readonly trace: Trace;
}

export type Session = LabSession | CaptureSession | FramingSession;

/** One lesson of the picker. */
export interface LessonEntry {
  readonly name: string;
  readonly title: string;
  /** Heading it stands under. */
  readonly chapter?: string;
}

/** Whether the session is a lab. */
export function isLab(session: Session): session is LabSession {
  return "scenario" in session;
}

/** How many times as fast as it was a capture plays in its own time; null where sessions play to be looked at. */
export function replaySpeed(session: Session): number | null {
  return "replay" in session ? (session.replay?.speed ?? null) : null;
}

/** Whether secrets of TLS connections are known, by which some of what they carry can be read. */
export function hasSecrets(session: Session): boolean {
  return "context" in session && (session.context?.keys?.size ?? 0) > 0;
}

/** How many packets a live capture had when its session was made; null for what does not grow. */
export function countOfGrowing(session: Session): number | null {
  return "growing" in session ? (session.growing?.count ?? null) : null;
}

/** Whether the session is about codecs. */
export function isFraming(session: Session): session is FramingSession {
  return "reports" in session;
}

const NO_BYTES: PacketBytes = { read: () => new Uint8Array(0) };

/** A session about the codecs of `reports`; `name` stands in its title. Where laws are still to come, `progress` says which are tried. */
export function framingSession(
  name: string,
  reports: readonly Report[],
  progress: string | null = null,
): FramingSession {
  return { name, reports, progress, trace: firstTrace(reports) ?? new Trace(NO_BYTES) };
}

/** The first counterexample that is a stream, as packets. */
function firstTrace(reports: readonly Report[]): Trace | null {
  for (const { laws } of reports) {
    for (const { counterexample } of laws) {
      const trace = counterexample === null ? null : counterexampleTrace(counterexample);
      if (trace !== null) return trace;
    }
  }
  return null;
}

/** Whether the session has packets to look at. */
export function hasPackets(session: Session): boolean {
  return !isFraming(session) || session.trace.packets.count > 0;
}

/** The trace a session's cursor moves over: a lab's is the simulated run. */
export function traceOf(session: Session): Trace {
  return isLab(session) ? session.sim.trace : session.trace;
}

/** The finished loopback run beside a simulated one, or null. */
export function loopbackRun(session: LabSession): RunResult | null {
  return hasRun(session.loopback) ? session.loopback : null;
}

/** Hosts of a lab in the order its screens show them: as the topology lists them. */
export function hostsOf(session: LabSession): readonly string[] {
  return Object.keys(session.scenario.topology.hosts);
}

/** Hosts that run a program. */
export function programHosts(session: LabSession): readonly string[] {
  return hostsOf(session).filter((host) => host in session.scenario.programs);
}
