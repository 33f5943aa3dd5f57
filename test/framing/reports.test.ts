// What comes out of a check: pictures, files, and how small the counterexamples are.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pcapngChunks } from "../../src/capture/write-pcapng.ts";
import { checkFraming } from "../../src/framing/check.ts";
import { FramingError } from "../../src/framing/codec.ts";
import type { Codec } from "../../src/framing/codec.ts";
import { counterexampleTrace } from "../../src/framing/report/capture.ts";
import { junitXml } from "../../src/framing/report/junit.ts";
import { mergeReports } from "../../src/framing/report/merge.ts";
import { reportText } from "../../src/framing/report/picture.ts";
import { regressionTest } from "../../src/framing/report/regression-test.ts";
import type { Counterexample, Report } from "../../src/framing/report/report.ts";
import { FramingLawsBroken, assertFraming } from "../../src/framing/assert.ts";
import { framingMatchers } from "../../src/testing/vitest.ts";
import { breaking, right } from "./decoders.ts";

expect.extend(framingMatchers);

function found(report: Report, law: string): Counterexample {
  const counterexample = report.laws.find(({ law: name }) => name === law)?.counterexample;
  if (counterexample == null) throw new Error(`${law} is not broken`);
  return counterexample;
}

/** Never comes back from a header whose payload is in another chunk. */
const hanging: Codec<Uint8Array> = {
  name: "hangs",
  encode: (frame) => Uint8Array.of(frame.length, ...frame),
  frames: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  decoder: () => ({
    push(chunk) {
      const frames: Uint8Array[] = [];
      for (let at = 0; at < chunk.length; at += chunk[at] + 1) {
        while (at + 1 + chunk[at] > chunk.length);
        frames.push(chunk.slice(at + 1, at + 1 + chunk[at]));
      }
      return frames;
    },
  }),
};

describe("the golden report of", () => {
  for (const law of ["any-chunking", "coalesced", "no-reaching-back", "prompt-delivery"]) {
    it(`a decoder that breaks ${law}`, async () => {
      const report = await checkFraming(breaking[law], { seed: 1 });
      await expect(`${reportText(report).join("\n")}\n`).toMatchFileSnapshot(`golden/${law}.txt`);
    });
  }
});

describe("a counterexample", () => {
  it("is a few bytes and one cut where one cut does it", async () => {
    for (const law of ["any-chunking", "split-text", "prompt-delivery", "no-reaching-back"]) {
      const { bytes, cuts } = found(await checkFraming(breaking[law]), law);
      expect.soft(bytes.length / 2, law).toBeLessThanOrEqual(6);
      expect.soft(cuts.length, law).toBeLessThanOrEqual(1);
    }
  });

  it("of a decoder that hangs is found within seconds, small, and blames completion alone", async () => {
    const started = performance.now();
    const report = await checkFraming(hanging);
    expect(performance.now() - started).toBeLessThan(5000);
    const { bytes, cuts, hang } = found(report, "completion");
    expect(bytes).toBe("01");
    expect(cuts).toEqual([]);
    expect(hang).toEqual({ kind: "does not return", chunk: 0 });
    expect(report.laws.filter(({ verdict }) => verdict === "broken")).toHaveLength(1);
  });

  it("of frames without end is one too", async () => {
    const endless: Codec<Uint8Array> = {
      ...hanging,
      decoder: () => ({
        *push(chunk) {
          while (chunk.length > 0) yield chunk;
        },
      }),
    };
    const { hang } = found(await checkFraming(endless), "completion");
    expect(hang?.kind).toBe("makes frames without end");
  });

  it("of a promise that never settles is one too", async () => {
    const silent: Codec<Uint8Array> = {
      ...hanging,
      decoder: () => ({
        push: async (chunk: Uint8Array) => (chunk.length > 1 ? new Promise<never>(() => {}) : []),
        end: async () => [],
      }),
    };
    const { hang } = found(await checkFraming(silent, { hangMs: 500 }), "completion");
    expect(hang?.kind).toBe("never answers");
  });

  it("becomes a test that fails on the decoder that made it and passes on one that is right", async () => {
    const report = await checkFraming(breaking["any-chunking"]);
    const text = regressionTest(
      report.laws.filter(({ verdict }) => verdict === "broken"),
      { module: "./codec.ts", exportName: "default", codec: report.codec },
    );
    const root = resolve(import.meta.dirname, "../..");
    const folder = mkdtempSync(join(root, "node_modules/.wirelab-test-"));
    try {
      const decoders = JSON.stringify(join(import.meta.dirname, "decoders.ts"));
      const run = (codec: string): boolean => {
        writeFileSync(
          join(folder, "codec.ts"),
          `import { right, breaking } from ${decoders};\nexport default ${codec};\n`,
        );
        writeFileSync(join(folder, "codec.test.ts"), text ?? "");
        writeFileSync(
          join(folder, "vitest.config.mjs"),
          `export default { test: { include: ["*.test.ts"], exclude: [] } };\n`,
        );
        try {
          const vitest = join(root, "node_modules/vitest/vitest.mjs");
          execFileSync(process.execPath, [vitest, "run", "--root", folder], { stdio: "ignore" });
          return true;
        } catch {
          return false;
        }
      };
      expect(run(`breaking["any-chunking"]`)).toBe(false);
      expect(run("right")).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("becomes packets with one segment a chunk", async () => {
    const counterexample = found(await checkFraming(breaking["any-chunking"]), "any-chunking");
    const trace = counterexampleTrace(counterexample);
    if (trace === null) throw new Error("no trace");
    const { packets } = trace;
    const payloads: number[] = [];
    for (let row = 0; row < packets.count; row++)
      if (packets.payloadLength[row] > 0) payloads.push(packets.payloadLength[row]);
    expect(payloads).toEqual([1, 1]);
    const file = join(mkdtempSync(join(tmpdir(), "wirelab-")), "cut.pcapng");
    writeFileSync(file, Buffer.concat([...pcapngChunks(trace)]));
  });
});

describe("reports", () => {
  it("as JUnit have a case a law, with what XML does not allow taken out", async () => {
    const xml = junitXml([await checkFraming(breaking["coalesced"]), await checkFraming(right, { runs: 5 })]);
    expect(xml.match(/<testcase /g)).toHaveLength(28);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    // oxlint-disable-next-line no-control-regex -- they must not be there
    expect(xml).not.toMatch(/[\u0000-\u0008]/);
  });

  it("of shards merge to the verdict and the number of runs of one check", async () => {
    const codec = breaking["coalesced"];
    const shards = await Promise.all(
      [0, 1].map((index) => checkFraming(codec, { shard: { index, count: 2 } })),
    );
    const [merged] = mergeReports(shards);
    const one = await checkFraming(codec);
    expect(merged.laws.map(({ law, verdict }) => [law, verdict])).toEqual(
      one.laws.map(({ law, verdict }) => [law, verdict]),
    );
    expect(merged.laws.find(({ law }) => law === "round-trip")?.runs).toBe(100);
    expect(found(merged, "coalesced").path).toBe(found(one, "coalesced").path);
  });
});

describe("in vitest", () => {
  it("the matcher passes a codec that keeps the laws, and shows the picture of one that does not", async () => {
    await expect(right).toKeepFramingLaws({ runs: 10 });
    await expect(breaking["coalesced"]).toBreakFramingLaw("coalesced");
    await expect(expect(breaking["coalesced"]).toKeepFramingLaws()).rejects.toThrow("▲1");
  });

  it("assertFraming rejects with the picture as its message", async () => {
    const rejected = assertFraming(breaking["coalesced"]);
    await expect(rejected).rejects.toThrow(FramingLawsBroken);
    await expect(rejected).rejects.toThrow("coalesced is broken: frame 2 does not come out");
  });
});

describe("a codec that cannot be tried", () => {
  const base: Codec<Uint8Array> = {
    name: "base",
    encode: (frame) => frame,
    decoder: () => ({ push: (chunk) => [chunk] }),
    frames: fc.uint8Array({ minLength: 1 }),
  };
  const cases: Readonly<Record<string, [Partial<Codec<Uint8Array>>, string]>> = {
    "encodes nothing": [{ encode: () => new Uint8Array() }, "encode gives no bytes for any frame"],
    "encodes at random": [
      { encode: (frame) => Uint8Array.of(Math.random() * 256, ...frame) },
      "not deterministic",
    ],
    "decodes at random": [
      { decoder: () => ({ push: () => [Uint8Array.of(Math.random() * 256, Math.random() * 256)] }) },
      "not deterministic",
    ],
    "throws in encode": [
      {
        encode: () => {
          throw new FramingError("malformed", 0, "no");
        },
      },
      "encode fails on a frame that `frames` made",
    ],
    "has no arbitrary": [{ frames: [] as never }, "frames must be a fast-check arbitrary"],
  };
  for (const [name, [changes, problem]] of Object.entries(cases)) {
    it(`because it ${name} is told so`, async () => {
      await expect(checkFraming({ ...base, ...changes })).rejects.toThrow(problem);
    });
  }
});
