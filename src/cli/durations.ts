// Spans of time as flags spell them: 500ms, 1.5s, 2m, -30us.

import type { Instant } from "../capture/edit/cut.ts";
import { InputError } from "../scenario/input-error.ts";

const NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
};

/** Nanoseconds of `text`, 0 or more. Throws `InputError`. */
export function parseDuration(flag: string, text: string): number {
  const { seconds, nanoseconds } = parseSpan(flag, text);
  if (seconds < 0) throw new InputError(`${flag} ${text}: want no negative time`);
  const ns = seconds * 1e9 + nanoseconds;
  if (!Number.isSafeInteger(ns)) throw tooLong(flag, text);
  return ns;
}

/** Seconds that a span has at most: some 30,000 years. */
const SPAN_SECONDS_MAX = 1e12;

/** The span of time that `text` is, to the nanosecond, negative ones too. Throws `InputError`. */
export function parseSpan(flag: string, text: string): Instant {
  const match = /^([+-]?)(\d{1,12})(?:\.(\d{1,9}))?(ns|us|ms|s|m|h|d)$/.exec(text);
  if (match === null)
    throw new InputError(`${flag} ${text}: want a time with its unit, as in 500ms, 1.5s or 2h`);
  const [, sign, whole, fraction = "", unit] = match;
  const parts = BigInt(whole + fraction.padEnd(9, "0")) * BigInt(NS[unit]);
  // Half a nanosecond is one.
  const ns = ((parts + 500_000_000n) / 1_000_000_000n) * (sign === "-" ? -1n : 1n);
  const nanoseconds = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = Number((ns - nanoseconds) / 1_000_000_000n);
  if (Math.abs(seconds) > SPAN_SECONDS_MAX) throw tooLong(flag, text);
  return { seconds, nanoseconds: Number(nanoseconds) };
}

function tooLong(flag: string, text: string): InputError {
  return new InputError(`${flag} ${text}: is longer than can be counted`);
}
