// Where a dashboard's session comes from, and what only that can do: run a scenario again.

import { runScenario } from "../scenario/run.ts";
import type { RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { completeLab, hasRun, openLab, withSimulation } from "../scenario/session.ts";
import type { LabSession } from "../scenario/session.ts";
import type { Trace } from "../trace/trace.ts";
import type { Effect, Message } from "../tui/messages.ts";
import { prepareSome } from "../tui/prepare.ts";
import type { FramingSession, Session } from "../tui/session.ts";
import type { TerminalHost } from "../tui/terminal.ts";

export type RunSettings = Omit<RunOptions, "on">;

/** How labs are run. */
export interface LabSettings extends RunSettings {
  /** Whether on real sockets too, whose times differ from run to run; true by default. */
  readonly loopback?: boolean;
}

type Host = TerminalHost<Message>;

export interface DashboardSource {
  /** What is known of it now. */
  readonly session: Session;
  /** Brings what the session lacks, the loopback side, the rest of a capture; rejects with what went wrong. */
  begin(host: Host): Promise<void>;
  /** Does an effect that is this source's own; null for one that is not. */
  perform(effect: Effect, host: Host): Promise<void> | null;
  /** Nothing is sent any more, and files are closed. */
  close(): void;
}

/** A scenario, run as often as it is asked for. */
export class LabSource implements DashboardSource {
  session: LabSession;
  #settings: LabSettings;
  /** Grows with every run: one asked for later overtakes one still under way. */
  #run = 0;

  private constructor(session: LabSession, settings: LabSettings) {
    this.session = session;
    this.#settings = settings;
  }

  /** Runs the simulated side. `given` is how the command line named and changed it. */
  static async open(
    scenario: Scenario,
    settings: LabSettings,
    given: LabSession["given"] = { what: scenario.name, flags: [] },
  ): Promise<LabSource> {
    return new LabSource({ ...(await openOn(scenario, settings)), given }, settings);
  }

  async begin(host: Host): Promise<void> {
    if (this.#settings.loopback === false) return;
    const mine = this.#run;
    const { loopback } = await completeLab(this.session, this.#settings);
    if (hasRun(loopback)) await indexed(loopback.trace);
    if (mine !== this.#run) return;
    // The simulation may have been changed while loopback ran.
    this.session = withSimulation({ ...this.session, loopback }, this.session.sim);
    host.dispatch({ kind: "update", session: this.session });
  }

  perform(effect: Effect, host: Host): Promise<void> | null {
    if (effect.kind === "rerun") return this.#again(host, effect.seed);
    if (effect.kind === "change") return this.#change(host, effect);
    return null;
  }

  close(): void {
    this.#run++;
  }

  async #again(host: Host, seed: number): Promise<void> {
    const mine = ++this.#run;
    const settings = { ...this.#settings, seed };
    const opened = await openOn(this.session.scenario, settings);
    if (mine !== this.#run) return;
    this.#settings = settings;
    this.session = { ...opened, ...(this.session.given === undefined ? {} : { given: this.session.given }) };
    host.dispatch({ kind: "open", session: this.session });
    await this.begin(host);
  }

  async #change(host: Host, { interventions, stand, playing }: Effect & { kind: "change" }): Promise<void> {
    const mine = this.#run;
    const settings = { ...this.#settings, interventions };
    const sim = await runScenario(this.session.scenario, { ...settings, on: "sim" });
    await indexed(sim.trace);
    if (mine !== this.#run) return;
    this.#settings = settings;
    this.session = withSimulation(this.session, sim);
    host.dispatch({ kind: "changed", session: this.session, stand, playing });
  }
}

/** The session of a lab whose loopback side nobody asked for. */
export function simOnly(session: LabSession): LabSession {
  return { ...session, loopback: { unavailable: "not run here: --loopback runs it" } };
}

async function openOn(scenario: Scenario, settings: LabSettings): Promise<LabSession> {
  const session = await openLab(scenario, settings);
  await indexed(session.sim.trace);
  return settings.loopback === false ? simOnly(session) : session;
}

/** Reads what the screens want to know of every step of a run, keys looked at in between. */
async function indexed(trace: Trace): Promise<void> {
  while (!prepareSome(trace)) await eventLoopTurn();
}

/** A turn of the event loop, in which keys are looked at. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((next) => {
    setImmediate(next);
  });
}

/** A session that is as it is: a replay, codecs whose laws have been tried. */
export class StillSource implements DashboardSource {
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async begin(): Promise<void> {}

  perform(): null {
    return null;
  }

  close(): void {}
}

/** Codecs while their laws are tried. */
export class FramingSource implements DashboardSource {
  session: FramingSession;
  #host: Host | null = null;
  #isClosed = false;

  constructor(first: FramingSession) {
    this.session = first;
  }

  /** More is known. */
  show(session: FramingSession): void {
    this.session = session;
    if (!this.#isClosed) this.#host?.dispatch({ kind: "update", session });
  }

  async begin(host: Host): Promise<void> {
    this.#host = host;
    if (!this.#isClosed) host.dispatch({ kind: "update", session: this.session });
  }

  perform(): null {
    return null;
  }

  close(): void {
    this.#isClosed = true;
  }
}
