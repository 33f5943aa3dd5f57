// The laws as an assertion, for any test runner.

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

/** Checks `codec` and rejects with `FramingLawsBroken` when it breaks a law, with `CodecProblem` when it cannot be tried. */
export async function assertFraming<F>(
  codec: Codec<F> | DatagramCodec<F>,
  options: FramingOptions = {},
): Promise<Report> {
  const report = await reportOn(codec, options);
  if (!passes(report)) throw new FramingLawsBroken(report);
  return report;
}

/** The laws for streams or those for datagrams, by what `codec` is. */
export function reportOn<F>(
  codec: Codec<F> | DatagramCodec<F>,
  options: FramingOptions = {},
): Promise<Report> {
  return "decode" in codec ? checkDatagrams(codec, options) : checkFraming(codec, options);
}
