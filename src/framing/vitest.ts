// The laws inside vitest: `expect.extend(framingMatchers)`, then `await expect(codec).toKeepFramingLaws()`. The failure's message is the picture.

import type { Matcher } from "vitest";
import { reportOn } from "./assert.ts";
import type { FramingOptions } from "./check.ts";
import type { Codec, DatagramCodec } from "./codec.ts";
import { reportText } from "./report/picture.ts";
import { passes } from "./report/report.ts";

declare module "vitest" {
  // The parameter is vitest's own.
  interface Matchers<T> {
    /** `await expect(codec).toKeepFramingLaws({ runs: 200 })`. */
    toKeepFramingLaws(options?: FramingOptions): Promise<void>;
    /** `await expect(codec).toBreakFramingLaw("any-chunking")`: for tests of what is known to be wrong. */
    toBreakFramingLaw(law: string, options?: FramingOptions): Promise<void>;
  }
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

type Checked = Codec<unknown> | DatagramCodec<unknown>;

/** For `expect.extend`. */
export const framingMatchers = {
  async toKeepFramingLaws(codec: Checked, options: FramingOptions = {}): Promise<MatcherResult> {
    const report = await reportOn(codec, options);
    return { pass: passes(report), message: () => reportText(report).join("\n") };
  },
  async toBreakFramingLaw(codec: Checked, law: string, options: FramingOptions = {}): Promise<MatcherResult> {
    const report = await reportOn(codec, options);
    const broken = report.laws.some(({ law: name, verdict }) => name === law && verdict === "broken");
    return {
      pass: broken,
      message: () => `${law} is ${broken ? "broken" : "kept"}\n${reportText(report).join("\n")}`,
    };
  },
} satisfies Record<string, Matcher>;
