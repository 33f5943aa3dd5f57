// Spans of time as flags spell them: 500ms, 1.5s, 2m, -30us.

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
  const ns = parseShift(flag, text);
  if (ns < 0) throw new InputError(`${flag} ${text}: want no negative time`);
  return ns;
}

/** Nanoseconds of `text`, negative ones too. Throws `InputError`. */
export function parseShift(flag: string, text: string): number {
  const match = /^([+-]?)(\d{1,12}(?:\.\d{1,9})?)(ns|us|ms|s|m|h|d)$/.exec(text);
  if (match === null)
    throw new InputError(`${flag} ${text}: want a time with its unit, as in 500ms, 1.5s or 2h`);
  const ns = Math.round(Number(match[2]) * NS[match[3]]);
  if (!Number.isSafeInteger(ns)) throw new InputError(`${flag} ${text}: is longer than can be counted`);
  return match[1] === "-" ? -ns : ns;
}
