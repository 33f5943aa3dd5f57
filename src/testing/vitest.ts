// Matchers for users' own tests, as the package gives them under `wirelab/vitest`: `expect.extend(goldenMatchers)`, `expect.extend(framingMatchers)`.

import type { FramingOptions } from "../framing/check.ts";
import type { GoldenMeta } from "./golden-claim.ts";
import type { GoldenOptions } from "./golden-matchers.ts";

export { framingMatchers } from "./framing-matchers.ts";
export { goldenMatchers } from "./golden-matchers.ts";
export type { GoldenOptions } from "./golden-matchers.ts";
export type {
  DrawingOptions,
  LadderSubject,
  ScreenOptions,
  ScreenSubject,
  Traced,
  TranscriptSubject,
} from "./golden-subject.ts";

declare module "vitest" {
  // `Assertion` and not `Matchers`, which versions before 3.2 do not have. The parameter is vitest's own.
  interface Assertion<T> {
    /**
     * The screen of a trace, run, session or grid, or of `{ trace, screen, keys, size, theme, at }`, is what `<name>.txt` in the
     * folder of snapshots holds. `vitest -u` writes it.
     */
    toMatchScreen(name: string, options?: GoldenOptions): Promise<void>;
    /** The ladder of a trace, run or session, or of `{ trace, width, hosts, theme }`, is what `<name>.txt` holds. */
    toMatchLadder(name: string, options?: GoldenOptions): Promise<void>;
    /** The socket calls of a trace, run or session, or of `{ trace, theme }`, are what `<name>.txt` holds. */
    toMatchTranscript(name: string, options?: GoldenOptions): Promise<void>;
    /** `await expect(codec).toKeepFramingLaws({ runs: 200 })`. */
    toKeepFramingLaws(options?: FramingOptions): Promise<void>;
    /** `await expect(codec).toBreakFramingLaw("any-chunking")`: for tests of what is known to be wrong. */
    toBreakFramingLaw(law: string, options?: FramingOptions): Promise<void>;
  }
  interface TaskMeta extends GoldenMeta {}
}
