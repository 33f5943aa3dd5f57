// The laws of framing inside vitest: `await expect(codec).toKeepFramingLaws()`. The failure's message is the picture.

import type { Matcher } from "vitest";
import { reportOn } from "../framing/assert.ts";
import type { FramingOptions } from "../framing/check.ts";
import type { Codec, DatagramCodec } from "../framing/codec.ts";
import { reportText } from "../framing/report/picture.ts";
import { passes } from "../framing/report/report.ts";

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
