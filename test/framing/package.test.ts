// A project of somebody else's that has wirelab among its packages: its types check, and its tests fail with the picture.

import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const MODULES = join(ROOT, "node_modules");
const PACKAGES = [
  "vitest",
  "fast-check",
  "@fast-check/vitest",
  "typescript",
  "@types/node",
  "split2",
  "ws",
  "mqtt-packet",
];
const TIMEOUT_MS = 120_000;

/** All test files in one worker: they are small, and what they load is not. */
const RUN = ["run", "--maxWorkers=1", "--no-isolate"];

const CODEC = `
import * as fc from "fast-check";
import { FramingError } from "wirelab/framing";
import type { Codec, Decoder } from "wirelab/framing";

/** A byte that counts, and as many more. */
export const codec: Codec<Uint8Array> = {
  name: "counted",
  encode: (frame) => Uint8Array.of(frame.length, ...frame),
  frames: fc.uint8Array({ maxLength: 5 }),
  acceptsAnything: true,
  decoder: () => new Counted(),
};

class Counted implements Decoder<Uint8Array> {
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let at = 0; at < chunk.length; at += chunk[at] + 1) frames.push(chunk.slice(at + 1, at + 1 + chunk[at]));
    return frames;
  }
  end(): Uint8Array[] {
    return [];
  }
}

export const notWhole = new FramingError("incomplete", 0, "for its type");
`;

const TESTS = `
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { assertFraming, checkFraming, chunksOf, cuts, fromTransform, lengthPrefix, passes, payloads } from "wirelab/framing";
import type { Report } from "wirelab/framing";
import { framingMatchers } from "wirelab/vitest";
import { Transform } from "node:stream";
import { codec } from "./codec.ts";

expect.extend(framingMatchers);

test("fails by the matcher", async () => {
  await expect(codec).toKeepFramingLaws({ runs: 50 });
});

test("fails by the assertion", async () => {
  await assertFraming(codec, { runs: 50 });
});

test("the built-in codec passes", async () => {
  const report: Report = await checkFraming(lengthPrefix({ bits: 16, maximum: 300 }), { runs: 20 });
  expect(passes(report)).toBe(true);
  await expect(codec).toBreakFramingLaw("any-chunking");
});

test("an adapter's codec passes", async () => {
  const pass = () => new Transform({ transform(chunk, _, done) { done(null, Uint8Array.from(chunk)); } });
  await expect(fromTransform<Uint8Array>(pass, { encode: (frame) => frame, frames: payloads({ min: 1, max: 9 }), join: (all) => Buffer.concat(all), acceptsAnything: true, reportsEnd: false })).toKeepFramingLaws({ runs: 5 });
});

const right = lengthPrefix({ bits: 8 });
test.prop([fc.array(payloads({ max: 255 }), { maxLength: 3 }), cuts(40)])("a property of one's own", (frames, offsets) => {
  const bytes = Buffer.concat(frames.map((frame) => right.encode(frame)));
  const decoder = right.decoder();
  const out = chunksOf(bytes, offsets.filter((offset) => offset <= bytes.length)).flatMap((chunk) => [...(decoder.push(chunk) as Iterable<Uint8Array>)]);
  expect(out).toEqual(frames);
});
`;

const ROOT_IMPORTS = `
import { LESSONS, checkFraming } from "wirelab";
import type { Scenario } from "wirelab";
import { checkFraming as same } from "wirelab/framing";

export const lessons: readonly Scenario[] = LESSONS;
export const checks: (typeof same)[] = [checkFraming, same];
`;

/** The files that the guide shows: each begins with its name. */
const SHOWN = shownIn("docs/framing.md");
/** Those of the guide to goldens, which make a project, and what it says they print. */
const GOLDENS = shownIn("docs/testing.md");
const [LADDER, STYLES, FAILURE] = [
  ...readFileSync(join(ROOT, "docs/testing.md"), "utf8").matchAll(/```golden\n([^]*?)```/g),
].map(([, text]) => text);
const SHOWN_CODECS = SHOWN.map(({ name }) => name).filter((name) => !name.endsWith(".test.ts"));

/** What the guide's codecs are tried by. */
const SHOWN_TESTS = `
import { expect, test } from "vitest";
import { framingMatchers } from "wirelab/vitest";
import { STREAM_LAWS } from "wirelab/framing";
import type { Codec } from "wirelab/framing";
${SHOWN_CODECS.map((name, i) => `import * as file${i} from "./${name}";`).join("\n")}

expect.extend(framingMatchers);

for (const file of [${SHOWN_CODECS.map((_, i) => `file${i}`).join(", ")}])
  for (const [name, codec] of Object.entries(file))
    test(\`the guide's \${name} \${(codec as Codec<unknown>).name}\`, async () => {
      await expect(codec).toKeepFramingLaws({ runs: 10, laws: STREAM_LAWS.filter(({ name }) => name !== "linear-time") });
    });
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    noEmit: true,
    types: ["node"],
  },
  include: ["*.ts", "goldens/*.ts"],
};

function shownIn(page: string): { readonly name: string; readonly text: string }[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const files = text.matchAll(/```ts\n\/\/ ([a-z0-9.]+).*\n([^]*?)```/g);
  return [...files].map(([, name, text]) => ({ name, text }));
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

describe("a project that uses the package", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wirelab-consumer-"));
    for (const name of PACKAGES) link(join(MODULES, name), name);
    link(ROOT, "wirelab");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    writeFileSync(join(folder, "codec.ts"), CODEC);
    writeFileSync(join(folder, "codec.test.ts"), TESTS);
    writeFileSync(join(folder, "root.ts"), ROOT_IMPORTS);
    for (const { name, text } of SHOWN) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "shown.test.ts"), SHOWN_TESTS);
    mkdirSync(join(folder, "goldens"));
    for (const { name, text } of GOLDENS) writeFileSync(golden(name), text);
    // The package is a link here, and is to be taken for what is installed: vitest transforms what lies elsewhere.
    const resolve = "resolve: { preserveSymlinks: true }";
    writeFileSync(join(folder, "vitest.config.ts"), `export default { ${resolve} };`);
    write("vitest.config.ts", (text) => text.replace("test:", `${resolve}, test:`));
    writeFileSync(join(folder, "untyped.d.ts"), 'declare module "split2";');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function link(target: string, name: string): void {
    const path = join(folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }

  /** A file of the project with goldens. */
  function golden(name: string): string {
    return join(folder, "goldens", name);
  }

  function write(name: string, change: (text: string) => string): void {
    writeFileSync(golden(name), change(readFileSync(golden(name), "utf8")));
  }

  /** Its tests. They update what is said and not what the machine is: on a CI server vitest writes nothing by itself. */
  function goldenTests(update: "new" | "all"): Promise<Ended> {
    return execute(join(folder, "goldens"), "vitest/vitest.mjs", ...RUN, `--update=${update}`);
  }

  function run(script: string, ...args: string[]): Promise<Ended> {
    return execute(folder, script, ...args);
  }

  function execute(cwd: string, script: string, ...args: string[]): Promise<Ended> {
    return new Promise((resolve) => {
      const env = { ...process.env, NO_COLOR: "1" };
      execFile(process.execPath, [join(MODULES, script), ...args], { cwd, env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), output: `${stdout}\n${stderr}` }),
      );
    });
  }

  it(
    "checks its types against the package's",
    async () => {
      expect(await run("typescript/bin/tsc")).toEqual({ code: 0, output: "\n" });
    },
    TIMEOUT_MS,
  );

  it(
    "sees the picture where a decoder breaks a law, in its own vitest",
    async () => {
      const { code, output } = await run(
        "vitest/vitest.mjs",
        ...RUN,
        "--exclude=goldens/**",
        "--testTimeout=30000",
      );
      expect(code, output).toBe(1);
      expect(output).toContain("2 failed | 16 passed");
      for (const failed of ["fails by the matcher", "fails by the assertion"])
        expect(output.split(`FAIL  codec.test.ts > ${failed}`)[1]).toMatch(
          /any-chunking is broken.*\n[^]*hex +01│00/,
        );
    },
    TIMEOUT_MS,
  );

  it(
    "keeps goldens: written once, compared, told apart row by row, written anew when asked, and named when nobody asks for them",
    async () => {
      const first = await goldenTests("new");
      expect(first).toEqual({ code: 0, output: expect.stringContaining("Snapshots  5 written") });
      const kept = readFileSync(golden("__snapshots__/asked-again.txt"), "utf8");
      expect(kept.startsWith(LADDER), kept).toBe(true);
      expect(kept).toContain(`\n${STYLES}`);
      expect(readFileSync(golden("__snapshots__/asked-again.svg"), "utf8")).toMatch(/^<svg /);
      expect(existsSync(golden("__snapshots__/bytes/answer.svg"))).toBe(false);

      // A second run, in which nothing is written, and a golden that is there for no test.
      writeFileSync(golden("__snapshots__/forgotten.txt"), kept);
      const second = await goldenTests("new");
      expect(second.code, second.output).toBe(0);
      expect(second.output).not.toContain("written");
      expect(second.output).toMatch(/1 file no test asks for .*\n +__snapshots__\/forgotten\.txt\n/);

      write("thermometer.ts", (text) => text.replace("sleep(200)", "sleep(100)"));
      const changed = await goldenTests("new");
      expect(changed.code, changed.output).toBe(1);
      expect(changed.output).toContain("2 failed | 2 passed");
      expect(changed.output).toContain(`Error: ${FAILURE}`);
      // A test that failed might have asked for it.
      expect(changed.output).not.toContain("forgotten");
      const page = readFileSync(golden("wirelab-report/index.html"), "utf8");
      expect(page).toContain("thermometer.test.ts &#62; a question that is lost is asked again");

      const updated = await goldenTests("all");
      expect(updated.code, updated.output).toBe(0);
      expect(updated.output).toContain("Snapshots  3 updated");
      expect(updated.output).toContain("removed 1 file");
      expect(existsSync(golden("__snapshots__/forgotten.txt"))).toBe(false);
      expect(existsSync(golden("wirelab-report"))).toBe(false);
      expect(readFileSync(golden("__snapshots__/asked-again.txt"), "utf8")).toContain("100.000");
    },
    TIMEOUT_MS,
  );
});
