// A counterexample as a test file for vitest, to stay with the code it broke.

import { chunkCount, chunkEnd, chunkStart } from "../chunkings.ts";
import { bytesOf } from "./report.ts";
import type { Counterexample, LawReport } from "./report.ts";

export interface TestTarget {
  /** How the test file imports the codec: `./codec.ts`. */
  readonly module: string;
  /** `default`, or the name of the export. */
  readonly exportName: string;
  readonly codec: string;
}

/** Longer streams are not written into a file. */
const BYTES_MAX = 4096;

/** The file, a test for each broken law; null when no counterexample is a stream of bytes of some length. Its tests fail until the decoder is right. */
export function regressionTest(reports: readonly LawReport[], target: TestTarget): string | null {
  const { exportName } = target;
  const name = exportName === "default" ? "codec" : exportName;
  const tests = reports.flatMap((report) => testOf(report, target, name));
  if (tests.length === 0) return null;
  const lines = [
    `// Found by wirelab in ${oneLine(target.codec)}: streams that its decoder does not read right.`,
    "",
    `import { expect, it } from "vitest";`,
    `import ${exportName === "default" ? name : `{ ${name} }`} from ${JSON.stringify(target.module)};`,
    ...tests,
  ];
  return `${lines.join("\n")}\n`;
}

function testOf(report: LawReport, target: TestTarget, name: string): string[] {
  const found = report.counterexample;
  if (found === null || (found.bytes === "" && !found.end) || found.bytes.length > BYTES_MAX * 2) return [];
  return [
    "",
    `it(${JSON.stringify(`${target.codec}, ${report.law}: ${report.demands}`)}, async () => {`,
    `  // ${oneLine(found.problem)}`,
    `  const chunks = [`,
    ...chunksOf(found).map((chunk) => `    ${chunk},`),
    `  ];`,
    ...body(found, name),
    `});`,
  ];
}

function chunksOf(found: Counterexample): string[] {
  const bytes = bytesOf(found);
  const chunks: string[] = [];
  for (let i = 0; i < chunkCount(found.cuts); i++) {
    const chunk = bytes.subarray(chunkStart(found.cuts, i), chunkEnd(found.cuts, i, bytes.length));
    chunks.push(
      `Uint8Array.of(${[...chunk].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", ")})`,
    );
  }
  return chunks;
}

function body(found: Counterexample, name: string): string[] {
  const codes = found.expected?.map(({ code }) => code) ?? null;
  const whole = [
    `  const decoder = ${name}.decoder();`,
    `  const frames = [];`,
    `  for (const chunk of chunks) {`,
    `    frames.push(...(await decoder.push(chunk)));`,
    ...(found.overwrite ? [`    chunk.fill(0xa5);`] : []),
    `  }`,
  ];
  const ending = found.end ? `  frames.push(...((await decoder.end?.()) ?? []));` : null;
  if (found.expected === null || codes === null) return [...noForeignError(whole, ending)];
  if (endsInside(found))
    return [
      ...whole,
      `  await expect((async () => decoder.end())()).rejects.toThrow(expect.objectContaining({ kind: "incomplete" }));`,
    ];
  if (codes.every((code) => code !== null))
    return [
      ...whole,
      ...(ending === null ? [] : [ending]),
      `  expect(frames).toEqual([${codes.join(", ")}]);`,
    ];
  // Frames that cannot be written down are compared with those of the same stream in one chunk.
  return [
    ...whole,
    ...(ending === null ? [] : [ending]),
    `  const reference = ${name}.decoder();`,
    `  const expected = [...(await reference.push(Buffer.concat(chunks)))];`,
    ...(ending === null ? [] : [`  expected.push(...((await reference.end?.()) ?? []));`]),
    `  expect(expected).toHaveLength(${codes.length});`,
    `  expect(frames).toEqual(expected);`,
  ];
}

/** The stream stops in the middle of a frame: what is expected is to be told so. */
function endsInside({ bytes, end, expected }: Counterexample): boolean {
  return end && expected !== null && bytes.length / 2 > (expected.at(-1)?.end ?? 0);
}

function noForeignError(whole: readonly string[], ending: string | null): string[] {
  return [
    `  // These bytes are no frames: an error of the codec's own is an answer, any other is not.`,
    `  const feed = async () => {`,
    ...[...whole, ...(ending === null ? [] : [ending])].map((line) => `  ${line}`),
    `  };`,
    `  await feed().catch((error) => expect(error).toMatchObject({ name: "FramingError" }));`,
  ];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
