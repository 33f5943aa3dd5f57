// The matchers of `framingMatchers`, for the type checker.

import "vitest";
import type { FramingOptions } from "../../src/framing/check.ts";

declare module "vitest" {
  interface Matchers<T = unknown> {
    toKeepFramingLaws(options?: FramingOptions): Promise<T>;
    toBreakFramingLaw(law: string, options?: FramingOptions): Promise<T>;
  }
}
