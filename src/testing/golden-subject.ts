// What can be given to the matchers of goldens: packets and calls from anywhere, with options beside them.

import { basename } from "node:path";
import type { Capture } from "../capture/capture.ts";
import type { RunResult } from "../scenario/run.ts";
import type { Trace } from "../trace/trace.ts";
import type { Grid } from "../tui/render/grid.ts";
import type { Session } from "../tui/session.ts";
import type { SnapshotOptions } from "../tui/snapshot.ts";
import type { Theme } from "../tui/theme.ts";

/** Packets and calls from anywhere: a trace, a run of a scenario, a capture, or what a dashboard shows. */
export type Traced = Trace | RunResult | Capture | Session;

/** How a ladder or a transcript is drawn. */
export interface DrawingOptions {
  /** Or its name: `dark` by default. */
  readonly theme?: Theme | string;
  /** Cells of a ladder's lines; 100 by default. */
  readonly width?: number;
  /** Hosts in the order of a ladder's lifelines; by default as the topology lists them, and without one as they appear. */
  readonly hosts?: readonly string[];
}

/** Which screen of it is meant, and when. */
export interface ScreenOptions extends Partial<Omit<SnapshotOptions, "theme">> {
  /** Or its name: `dark` by default. */
  readonly theme?: Theme | string;
}

/** With options beside it: `{ trace, width: 80 }`. */
export type LadderSubject = Traced | ({ readonly trace: Traced } & DrawingOptions);
export type TranscriptSubject = Traced | ({ readonly trace: Traced } & Pick<DrawingOptions, "theme">);
/** A grid is a screen already painted, in colours of `theme`. */
export type ScreenSubject =
  | Traced
  | Grid
  | ({ readonly trace: Traced } & ScreenOptions)
  | { readonly grid: Grid; readonly theme?: Theme | string };

/** What the dashboard shows of `subject`. Throws `TypeError` for what is none. */
export function sessionOf(subject: unknown): Session {
  if (isSession(subject)) return subject;
  if (isRun(subject))
    return {
      scenario: subject.scenario,
      sim: subject,
      loopback: { unavailable: "not run in this test" },
      differences: [],
    };
  if (isTrace(subject)) return { name: "trace", trace: subject, problems: [] };
  if (isCapture(subject))
    // Not its folder, which is another on another machine.
    return {
      name: basename(subject.path),
      trace: subject.trace,
      problems: subject.problems.map(({ message }) => message),
    };
  if (isRecord(subject) && isRecord(subject["trace"])) return sessionOf(subject["trace"]);
  throw new TypeError(
    `want a trace, a run, a session, or { trace, ... } with options; got ${subject === null ? "null" : typeof subject}`,
  );
}

/** The packets and calls of `subject`, and its hosts in the order of the topology; none where there is no topology. */
export function tracedOf(subject: unknown): { readonly trace: Trace; readonly hosts: readonly string[] } {
  const session = sessionOf(subject);
  return "scenario" in session
    ? { trace: session.sim.trace, hosts: Object.keys(session.scenario.topology.hosts) }
    : { trace: session.trace, hosts: [] };
}

/** The capture that `subject` is, or that stands in it beside options; null where it is none. */
export function captureOf(subject: unknown): Capture | null {
  if (isCapture(subject)) return subject;
  return isRecord(subject) && isCapture(subject["trace"]) ? subject["trace"] : null;
}

/** Options stand beside a subject; what is a trace or a grid itself has none. */
export function optionsOf(subject: unknown): Readonly<Record<string, unknown>> {
  return isRecord(subject) && !isTrace(subject) && !isGrid(subject) ? subject : {};
}

// By their members and not their classes: a test may have loaded another copy of them.

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

export function isGrid(value: unknown): value is Grid {
  return isRecord(value) && value["attrs"] instanceof Int32Array && Array.isArray(value["chars"]);
}

function isTrace(value: unknown): value is Trace {
  return isRecord(value) && isRecord(value["packets"]) && Array.isArray(value["interfaces"]);
}

function isRun(value: unknown): value is RunResult {
  return isRecord(value) && isTrace(value["trace"]) && isRecord(value["scenario"]);
}

function isCapture(value: unknown): value is Capture {
  return isRecord(value) && isTrace(value["trace"]) && typeof value["path"] === "string";
}

function isSession(value: unknown): value is Session {
  if (!isRecord(value) || isCapture(value)) return false;
  return isRun(value["sim"]) || Array.isArray(value["reports"]) || Array.isArray(value["problems"]);
}
