// When a law has nothing to say: what it takes for granted is broken.

import type { LawReport } from "../report/report.ts";
import type { Law } from "./law.ts";

/** Why a law is not asked after these reports. */
export function silence(law: Law, reports: readonly LawReport[]): string | null {
  const broken = reports.filter(({ verdict }) => verdict === "broken");
  const hang = broken.find(({ counterexample }) => counterexample !== null && counterexample.hang !== null);
  if (hang !== undefined) return `the decoder hangs, which breaks ${hang.law}`;
  const granted = broken.find(({ law: name }) => law.takesForGranted.includes(name));
  return granted === undefined ? null : `it takes ${granted.law} for granted, which is broken`;
}

/** The report of a law that was not asked. */
export function notAsked({ name, demands, bug }: Law, why: string): LawReport {
  return { law: name, demands, bug, verdict: "not asked", why, runs: 0, counterexample: null };
}
