// The laws inside vitest: `expect.extend(framingMatchers)`, then `await expect(codec).toKeepFramingLaws()`. The failure's message is the picture.

import { checkDatagrams } from "./check-datagrams.ts";
import { checkFraming } from "./check.ts";
import type { FramingOptions } from "./check.ts";
import type { Codec, DatagramCodec } from "./codec.ts";
import { reportText } from "./report/picture.ts";
import { passes } from "./report/report.ts";
import type { Report } from "./report/report.ts";

/** A broken law as an error: its message is the report with the pictures. */
export class FramingLawsBroken extends Error {
  override readonly name = "FramingLawsBroken";
  readonly report: Report;

  constructor(report: Report) {
    super(reportText(report).join("\n"));
    this.report = report;
  }
}

/** Checks `codec` and rejects with `FramingLawsBroken` when it breaks a law: for any test runner. */
export async function assertFraming<F>(
  codec: Codec<F> | DatagramCodec<F>,
  options: FramingOptions = {},
): Promise<Report> {
  const report = await reportOf(codec, options);
  if (!passes(report)) throw new FramingLawsBroken(report);
  return report;
}

async function reportOf<F>(codec: Codec<F> | DatagramCodec<F>, options: FramingOptions): Promise<Report> {
  return "decode" in codec ? checkDatagrams(codec, options) : checkFraming(codec, options);
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend`. */
export const framingMatchers = {
  /** `await expect(codec).toKeepFramingLaws({ runs: 200 })`. */
  async toKeepFramingLaws(
    codec: Codec<unknown> | DatagramCodec<unknown>,
    options: FramingOptions = {},
  ): Promise<MatcherResult> {
    const report = await reportOf(codec, options);
    return { pass: passes(report), message: () => reportText(report).join("\n") };
  },
  /** `await expect(codec).toBreakFramingLaw("any-chunking")`: for tests of what is known to be wrong. */
  async toBreakFramingLaw(
    codec: Codec<unknown> | DatagramCodec<unknown>,
    law: string,
    options: FramingOptions = {},
  ): Promise<MatcherResult> {
    const report = await reportOf(codec, options);
    const broken = report.laws.some(({ law: name, verdict }) => name === law && verdict === "broken");
    return {
      pass: broken,
      message: () => `${law} is ${broken ? "broken" : "kept"}\n${reportText(report).join("\n")}`,
    };
  },
};
