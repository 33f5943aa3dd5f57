/** Files that are no text, such as pictures, kept as goldens are: `npx vitest run -u` writes them anew. */

import { relative } from "node:path";
import { expect } from "vitest";

import { settleBytes } from "../../src/testing/golden-file.ts";
import type { SnapshotRecord } from "../../src/testing/golden-file.ts";

/** Expects `file` to hold `bytes`. */
export function expectFile(file: string, bytes: Uint8Array): void {
  const { snapshotState, currentTestName = "" } = expect.getState();
  const record = snapshotState as SnapshotRecord;
  const test = { record, testId: currentTestName, testName: `${currentTestName} > ${file}` };
  if (!settleBytes(test, file, bytes))
    expect.fail(`${relative(process.cwd(), file)} is not what is made today; to write it: npx vitest run -u`);
}
