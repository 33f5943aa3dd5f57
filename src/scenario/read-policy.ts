// Partial reads on demand: how much of what it asked for a recv may get. A label on the run says that it was this and not TCP.

import type { ReadPolicy } from "./scenario.ts";

/** Bytes that a recv asking for `max` (at least 1) may return under `policy`: 1 to `max`. `random` gives numbers in [0, 1). */
export function limitRead(policy: ReadPolicy, max: number, random: () => number): number {
  switch (policy.kind) {
    case "all":
      return max;
    case "one-byte":
      return 1;
    case "half":
      return Math.max(1, max >> 1);
    case "at-most":
      return Math.min(max, policy.bytes);
    case "random":
      return 1 + Math.floor(random() * max);
  }
}

/** `one-byte`, `half`, `at-most:n`, `random` or `all`; null for anything else. */
export function parseReadPolicy(text: string): ReadPolicy | null {
  if (text === "all" || text === "one-byte" || text === "half" || text === "random") return { kind: text };
  const match = /^at-most:(\d{1,9})$/.exec(text);
  const bytes = match === null ? 0 : Number(match[1]);
  return bytes > 0 ? { kind: "at-most", bytes } : null;
}

/** The policy as `parseReadPolicy` reads it. */
export function formatReadPolicy(policy: ReadPolicy): string {
  return policy.kind === "at-most" ? `at-most:${policy.bytes}` : policy.kind;
}
