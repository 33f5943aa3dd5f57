// Which of the user's rules ("decode as") a stream or datagram falls under.

import type { DecodeAs } from "./decode-as.ts";

/** The first of `rules` that names one of two ports; undefined where none does. */
export function decodeRule(
  rules: readonly DecodeAs[],
  transport: DecodeAs["transport"],
  source: number,
  destination: number,
): DecodeAs | undefined {
  if (rules.length === 0) return undefined;
  return rules.find(
    (rule) =>
      rule.transport === transport &&
      ((source >= rule.first && source <= rule.last) ||
        (destination >= rule.first && destination <= rule.last)),
  );
}
