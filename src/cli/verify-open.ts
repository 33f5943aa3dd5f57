// The Framing screen on what `verify` finds: the laws appear as they are tried, and then the first counterexample plays.

import { basename } from "node:path";
import { passes } from "../framing/report/report.ts";
import type { LawReport, Report } from "../framing/report/report.ts";
import type { VerifyJob } from "../framing/verify/messages.ts";
import { framingSession } from "../tui/session.ts";
import type { FramingSession } from "../tui/session.ts";
import { hasTerminal, runFraming, runFramingLive } from "./dashboard-app.ts";
import { screenStart } from "./screen-start.ts";
import type { ScreenFlags } from "./screen-flags.ts";
import { plainJob, verifyAll } from "./verify-run.ts";
import type { LawTried, Verified } from "./verify-run.ts";

export interface OpenVerify {
  readonly verified: readonly Verified[];
  /** When the screen is closed, or printed where there is no terminal. */
  readonly closed: Promise<void>;
}

/** Verifies `jobs` while their screen is open. Rejects with `InputError`, the screen closed, for what cannot be tried. */
export async function openVerify(jobs: readonly VerifyJob[], flags: ScreenFlags = {}): Promise<OpenVerify> {
  const start = screenStart(flags);
  const name = nameOf(jobs);
  if (!hasTerminal()) {
    const verified = await verifyAll(jobs);
    return { verified, closed: runFraming(sessionOf(name, verified), start) };
  }
  const live = runFramingLive(framingSession(name, [], "loading"), start);
  const reports = new Map<string, Report>();
  const onLaw = (tried: LawTried): void => {
    const key = `${tried.file} ${tried.codec}`;
    const laws = withLaw(reports.get(key)?.laws ?? [], tried.law);
    reports.set(key, {
      codec: tried.codec,
      seed: jobs[tried.file].seed,
      through: jobs[tried.file].through,
      laws,
    });
    live.show(framingSession(name, [...reports.values()], `trying ${tried.codec}: ${laws.length} laws`));
  };
  let tried = false;
  // Who leaves before the end does not wait for it; the files' processes end with this one.
  const left = async (): Promise<void> => {
    await live.closed;
    if (!tried) process.exit([...reports.values()].every(passes) ? 0 : 1);
  };
  const closed = left();
  try {
    const verified = await verifyAll(jobs, onLaw);
    tried = true;
    live.show(sessionOf(name, verified));
    return { verified, closed };
  } catch (error) {
    tried = true;
    live.close();
    await live.closed;
    throw error;
  }
}

/** Verifies the codecs of `module`, or reads its reports if it is JSON, for the Framing screen. */
export async function openFraming(module: string, seed?: number): Promise<FramingSession> {
  const job = plainJob(module, seed);
  return sessionOf(nameOf([job]), await verifyAll([job]));
}

/** The laws with one more: its first report, or the one that breaks it. */
function withLaw(laws: readonly LawReport[], law: LawReport): readonly LawReport[] {
  const index = laws.findIndex((other) => other.law === law.law);
  if (index === -1) return [...laws, law];
  return laws[index].verdict === "broken" || law.verdict !== "broken" ? laws : laws.with(index, law);
}

function nameOf(jobs: readonly VerifyJob[]): string {
  return jobs.map(({ module }) => basename(module)).join(" ");
}

function sessionOf(name: string, verified: readonly Verified[]): FramingSession {
  return framingSession(
    name,
    verified.map(({ report }) => report),
  );
}
