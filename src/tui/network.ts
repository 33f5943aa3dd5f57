// A simulated network as it is at the cursor, and the changes to it that are asked for there.

import { interventionText } from "../scenario/intervention.ts";
import type { Intervention } from "../scenario/intervention.ts";
import type { RunResult } from "../scenario/run.ts";
import type { LabSession } from "../scenario/session.ts";
import { planTopology } from "../sim/plan.ts";
import type { LinkSettings } from "../sim/topology.ts";
import { indexOf } from "../trace/state-at.ts";
import type { Trace } from "../trace/trace.ts";

/** A link with what holds of each of its directions. */
export interface LinkState {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly forward: LinkSettings;
  readonly backward: LinkSettings;
}

/** The links of `run` as they are once everything up to `timeNs` has happened. */
export function linksAt(run: RunResult, timeNs: number): LinkState[] {
  const { hosts, links } = planTopology(run.topology);
  const states = links.map(({ name, from, to, forward, backward }) => ({
    name,
    from: hosts[from].name,
    to: hosts[to].name,
    forward,
    backward,
  }));
  for (const { timeNs: at, link, direction, change } of inOrder(run.interventions)) {
    if (at > timeNs || change.kind !== "set") continue;
    for (const state of states) {
      if (link !== "*" && link !== state.name) continue;
      if (direction !== "backward") state.forward = { ...state.forward, ...change.settings };
      if (direction !== "forward") state.backward = { ...state.backward, ...change.settings };
    }
  }
  return states;
}

/** By time; those of one time in the order they were asked for. */
function inOrder(interventions: readonly Intervention[]): Intervention[] {
  return [...interventions].sort((a, b) => a.timeNs - b.timeNs);
}

/** When a change made at step `step` comes: after all that has happened by then, so that none of it is undone. */
export function changeTime(trace: Trace, step: number): number {
  return step < 0 ? 0 : trace.timeNs(step) + 1;
}

/** Drops of packets that never came to be transmitted. */
const BEFORE_TRANSMISSION: ReadonlySet<string> = new Set(["queue full", "codel", "mtu"]);

/** The intervention that takes the packet of row `row` of `run` off the wire, or why there is none. */
export function dropOf(run: RunResult, row: number): Intervention | { readonly why: string } {
  const { trace } = run;
  const no = row + 1;
  const transit = trace.transits[row];
  if (row < 0 || transit === undefined) return { why: "no packet here to drop" };
  const { link, from, copyOf } = transit;
  if (copyOf !== null)
    return { why: `packet ${no} is the link's copy of packet ${copyOf + 1}: drop that one` };
  if (transit.from === transit.to) return { why: `packet ${no} does not leave its host` };
  const index = indexOf(trace);
  const fate = index.fate(trace, row, trace.length - 1);
  if (fate.kind === "dropped" && !fate.arrived) {
    return { why: `packet ${no} is lost already: ${fate.reason} at ${fate.where}` };
  }
  const timeNs = trace.packetNs(row);
  let nth = 1;
  for (let before = row - 1; before >= 0 && trace.packetNs(before) === timeNs; before--) {
    const other = trace.transits[before];
    if (other.link !== link || other.from !== from || other.copyOf !== null) continue;
    const end = index.fate(trace, before, trace.length - 1);
    if (end.kind !== "dropped" || end.where !== link || !BEFORE_TRANSMISSION.has(end.reason)) nth++;
  }
  const isForward = linksAt(run, 0).some((state) => state.name === link && state.from === from);
  return { timeNs, link, direction: isForward ? "forward" : "backward", change: { kind: "drop", nth } };
}

/** The arguments of `wirelab run` that repeat the session's run, changes included. */
export function repeatingArguments(session: LabSession): string[] {
  const { sim, scenario } = session;
  const { what, flags } = session.given ?? { what: scenario.name, flags: [] };
  const changes = sim.interventions.flatMap((change) => ["--change", interventionText(change)]);
  return [what, ...flags, "--seed", String(sim.seed), ...changes];
}

/** The command that repeats the session's run, as a shell takes it. */
export function repeatingCommand(session: LabSession): string {
  return ["wirelab", "run", ...repeatingArguments(session)].map(quoted).join(" ");
}

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
