// The wrong decoders of fixtures/codecs/wrong: each is caught, and each law, asked alone, catches one that it is for.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import * as twins from "../../../fixtures/codecs/right.ts";
import { checkDatagrams } from "../../../src/framing/check-datagrams.ts";
import { checkFraming } from "../../../src/framing/check.ts";
import type { FramingOptions } from "../../../src/framing/check.ts";
import type { Codec, DatagramCodec } from "../../../src/framing/codec.ts";
import { STREAM_LAWS } from "../../../src/framing/laws/all.ts";
import { linearTime } from "../../../src/framing/laws/linear-time.ts";
import type { Report } from "../../../src/framing/report/report.ts";

const FOLDER = join(import.meta.dirname, "../../../fixtures/codecs/wrong");
const MUTANTS = readdirSync(FOLDER).map((file) => file.replace(/\.ts$/, ""));

type AnyCodec = Codec<unknown> | DatagramCodec<unknown>;

interface Mutant {
  readonly codec: AnyCodec;
  /** What the bug takes to show, where that is more than 12 bytes or 2 cuts. */
  readonly needs?: string;
}

async function mutant(name: string): Promise<Mutant> {
  return (await import(pathToFileURL(join(FOLDER, `${name}.ts`)).href)) as Mutant;
}

function check(codec: AnyCodec, options: FramingOptions = {}): Promise<Report> {
  return "decode" in codec ? checkDatagrams(codec, options) : checkFraming(codec, options);
}

describe("a wrong decoder is caught, and by a small counterexample", () => {
  test.each(MUTANTS)("%s", async (name) => {
    const { codec, needs } = await mutant(name);
    const report = await check(codec, { bail: true });
    const broken = report.laws.filter(({ verdict }) => verdict === "broken");
    expect(broken).not.toEqual([]);
    const { bytes = "", cuts = [] } = broken[0].counterexample ?? {};
    if (needs !== undefined) return;
    expect(bytes.length / 2).toBeLessThanOrEqual(12);
    expect(cuts.length).toBeLessThanOrEqual(2);
  });
});

describe("a law asked alone catches the bug it is for", () => {
  const catches: Readonly<Record<string, string>> = {
    independence: "shared-state",
    completion: "empty-frame-spins",
    "round-trip": "wrong-byte-order",
    coalesced: "drops-rest",
    "any-chunking": "header-split",
    "split-text": "text-by-chunk",
    "prompt-delivery": "waits-for-more",
    "end-of-stream": "silent-end",
    "no-reaching-back": "keeps-chunk",
    garbage: "assertion-on-short",
    "same-verdict": "magic-when-whole",
    limits: "limit-after-body",
    "linear-time": "joins-again",
    reference: "own-dialect",
  };
  test.each(STREAM_LAWS)("$name", async (law) => {
    const { codec } = await mutant(catches[law.name]);
    const { laws } = await checkFraming(codec as Codec<unknown>, { laws: [law] });
    expect(laws[0].verdict).toBe("broken");
  });
});

describe("the correct twins pass", () => {
  test.each(Object.entries(twins))("%s", async (_, codec) => {
    const report = await check(codec as AnyCodec);
    // Time is measured by a test of its own: this machine does other things too.
    const broken = report.laws.filter(({ verdict, law }) => verdict === "broken" && law !== linearTime.name);
    expect(broken).toEqual([]);
  });
});
