// Random display filters over a capture's own fields, here and in Wireshark's engine.

import * as fc from "fast-check";

import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { findField } from "../../src/capture/fields.ts";
import { compileFilter, isFilterError } from "../../src/capture/filter/compile.ts";
import { printFields } from "../../src/capture/print/fields.ts";
import { filterArbitrary, sampleFields } from "../capture/filter/random-filters.ts";
import { hasSharkd, sharkdFrames } from "../capture/filter/sharkd.ts";
import { tshark } from "../capture/shared-captures.ts";
import { Tally } from "./tally.ts";

/** Packets times filters, at most: a large capture is asked less. */
const PACKETS_ASKED_MAX = 200_000;

/** Compares what passes `count` filters; none are asked where sharkd is not installed. */
export function compareFilters(capture: Capture, path: string, count: number, seed: number): Tally {
  const tally = new Tally();
  const sampled = sampleFields(capture);
  if (!hasSharkd || count === 0 || sampled.length === 0) return tally;
  const numRuns = Math.max(1, Math.min(count, Math.floor(PACKETS_ASKED_MAX / capture.trace.packets.count)));
  const filters = fc.sample(filterArbitrary(sampled), { numRuns, seed });
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  for (const [i, frames] of sharkdFrames(path, filters).entries()) {
    const filter = compileFilter(filters[i]);
    const ours = isFilterError(filter) ? null : rows.filter(filter.on(capture.trace, contextOf(capture)));
    const passing = ours?.map((row) => row + 1) ?? null;
    const wanted = typeof frames === "string" ? null : frames;
    tally.take(
      passing?.join() === wanted?.join(),
      "filters",
      () => {
        if (isInexact(filters[i])) return INEXACT;
        return passing === null || wanted === null
          ? null
          : reasonOf(capture, path, filters[i], passing, wanted);
      },
      () =>
        `${filters[i]} passes ${ours?.length ?? "none, refused"}; Wireshark: ${wanted?.length ?? "refused"}`,
    );
  }
  return tally;
}

const INEXACT = "a number beyond 2^53, which are not told apart here";

/** Whether a filter, or what fields hold, has a number that numbers of JavaScript do not hold exactly. */
function isInexact(text: string): boolean {
  return (text.match(/\b(\d{16,}|0x[0-9a-f]{14,})\b/g) ?? []).some(
    (digits) => !Number.isSafeInteger(Number(digits)),
  );
}

/** Why a filter passes `ours` here and `theirs` there: the values it reads, or what a second pass knows more; null for neither. */
function reasonOf(
  capture: Capture,
  path: string,
  filter: string,
  ours: readonly number[],
  theirs: readonly number[],
): string | null {
  const once = tshark(["-n", "-r", path, "-Y", filter, "-T", "fields", "-e", "frame.number"]);
  if (once?.join() === ours.join()) return "Wireshark knows more in its second pass over the file";
  const bare = filter.replaceAll(/"(\\.|[^"\\])*"/g, "");
  if (/\b(x509|pkix)\w*\.[\w.]+\s*#/.test(bare)) return "a certificate's parts are of one layer";
  // Names of protocols may have hyphens, which also take one number from another.
  const words = [/[a-z_][\w.]*/g, /[a-z_][\w.-]*/g].flatMap((name) => bare.match(name) ?? []);
  const fields = [...new Set(words)].filter((word) => findField(word) !== null);
  if (fields.length === 0) return null;
  const differing = new Set([...ours, ...theirs].filter((n) => ours.includes(n) !== theirs.includes(n)));
  const rows = [...differing].map((n) => n - 1).toSorted((a, b) => a - b);
  const all = tshark(["-n", "-r", path, "-T", "fields", ...fields.flatMap((field) => ["-e", field])]) ?? [];
  if (all.length !== capture.trace.packets.count) return "tshark makes frames of custom blocks";
  const cells = [...printFields(capture.trace, rows, fields, contextOf(capture))];
  const isOther = rows.every((row, i) => cells[i] !== all[row]);
  if (isOther) return "a field that dissectors fill otherwise";
  return cells.some(isInexact) ? INEXACT : null;
}
