// Framing sessions for tests of screens: the reports of the codecs beside this file, and a counterexample with everything in it.

import { readFileSync } from "node:fs";

import type { Counterexample, LawReport, Report } from "../../src/framing/report/report.ts";
import { framingSession } from "../../src/tui/session.ts";
import type { FramingSession } from "../../src/tui/session.ts";

/** The report kept beside codec `name`, as `verify --json` printed it. */
export function reportOf(name: string): Report {
  const text = readFileSync(new URL(`codecs/${name}.json`, import.meta.url), "utf8");
  const { reports } = JSON.parse(text) as { reports: { report: Report }[] };
  return reports[0].report;
}

export function brokenSession(): FramingSession {
  return framingSession("forgets-half-header.ts", [reportOf("forgets-half-header")]);
}

export function soundSession(): FramingSession {
  return framingSession("keeps-half-header.ts", [reportOf("keeps-half-header")]);
}

export function lawReport(counterexample: Counterexample | null, change: Partial<LawReport> = {}): LawReport {
  return {
    law: "any-chunking",
    demands: "the same frames come out wherever the stream is cut",
    bug: "a header that two reads share",
    verdict: counterexample === null ? "kept" : "broken",
    why: null,
    runs: 12,
    counterexample,
    ...change,
  };
}

/** Three frames in five chunks, one of them empty: the second frame comes out wrong, the third as an error. */
export const PARTED: Counterexample = {
  problem: 'frame 2 is "bb\\n" and should be "bb"',
  bytes: "000361620a00026262000161",
  expected: [
    { text: '"ab\\n"', code: '"ab\\n"', start: 0, end: 5 },
    { text: '"bb"', code: '"bb"', start: 5, end: 9 },
    { text: '"a"', code: '"a"', start: 9, end: 12 },
  ],
  cuts: [3, 6, 6, 10],
  tick: true,
  overwrite: false,
  end: true,
  actual: [
    { text: '"ab\\n"', chunk: 1 },
    { text: '"bb\\n"', chunk: 3 },
  ],
  errors: [{ kind: "malformed", message: "FramingError: a length of 24930 (at byte 10)", chunk: 4 }],
  hang: null,
  path: "12:0:3:1",
  contrast: {
    cuts: [5, 9],
    tick: true,
    actual: [
      { text: '"ab\\n"', chunk: 0 },
      { text: '"bb"', chunk: 1 },
      { text: '"a"', chunk: 2 },
    ],
    errors: [],
    hang: null,
  },
};

export function sessionOf(...laws: readonly LawReport[]): FramingSession {
  return framingSession("codec.ts", [{ codec: "length prefix", seed: 1, through: null, laws }]);
}
