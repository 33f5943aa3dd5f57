// How commands read the values of their flags. Every mistake is an `InputError`.

import type { BackendName } from "../socket/backend.ts";
import { InputError, suggest } from "../scenario/input-error.ts";

/** A seed: a whole number from 0 to 2^32 - 1. */
export function parseSeed(text: string): number {
  return parseWhole("--seed", text, 0, 0xffff_ffff);
}

/** A whole number within bounds. */
export function parseWhole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new InputError(`${flag} ${text}: want a whole number from ${min} to ${max}`);
  return value;
}

const BACKENDS = ["sim", "kernel", "node", "both"] as const;

/** `--on`. */
export function parseBackend(text: string): BackendName | "both" {
  return parseChoice("--on", text, BACKENDS);
}

/** One of `choices`. */
export function parseChoice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new InputError(`${flag} ${text}: no such choice${suggest(text, choices)}`);
  return choice;
}

/** `WIDTHxHEIGHT` in cells, 20x5 to 500x200. */
export function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  if (match === null) throw new InputError(`--size ${text}: want WIDTHxHEIGHT, as in 120x40`);
  return {
    width: parseWhole("--size: width", match[1], 20, 500),
    height: parseWhole("--size: height", match[2], 5, 200),
  };
}

/** Collects a flag given several times. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
