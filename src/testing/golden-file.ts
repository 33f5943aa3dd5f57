// A golden on disk, settled by vitest's own record of snapshots: it compares, counts, and says whether anything may be written.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** vitest's record of one test file's snapshots, as custom matchers find it in `this.snapshotState`. */
export interface SnapshotRecord {
  /** Where the test file's inline-free snapshots are: `__snapshots__/name.test.ts.snap`, or where `resolveSnapshotPath` puts them. */
  readonly snapshotPath: string;
  match(options: {
    readonly testId: string;
    readonly testName: string;
    readonly received: string;
    readonly isInline: boolean;
    readonly rawSnapshot: { readonly file: string; readonly content?: string; readonly readonly?: boolean };
  }): { readonly pass: boolean };
}

/** Which snapshots vitest writes: those that differ too (`-u`), missing ones only, or none (CI). */
export type UpdateMode = "all" | "new" | "none";

/** The mode of a run. vitest 3 keeps it in a field that tools for image snapshots read, and later versions give it a name. */
export function updateModeOf(record: object): UpdateMode {
  const { snapshotUpdateState, _updateSnapshot } = record as {
    readonly snapshotUpdateState?: UpdateMode;
    readonly _updateSnapshot?: UpdateMode;
  };
  return snapshotUpdateState ?? _updateSnapshot ?? "none";
}

/** The test a golden belongs to, for vitest's counts. */
export interface GoldenTest {
  readonly record: SnapshotRecord;
  readonly testId: string;
  readonly testName: string;
}

/** The text in `file`, with line feeds alone; null where there is none. */
export function readGolden(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : null;
}

/** Whether `file` holds `text`, or may be written and then will: vitest writes it when the test file is through. */
export function settleText(test: GoldenTest, file: string, text: string, content: string | null): boolean {
  const { record, testId, testName } = test;
  const rawSnapshot = { file, ...(content === null ? {} : { content }) };
  return record.match({ testId, testName, received: text, isInline: false, rawSnapshot }).pass;
}

/** The same for a file that is no text. vitest compares and counts it as text it must not write, and it is written here. */
export function settleBytes(test: GoldenTest, file: string, bytes: Uint8Array): boolean {
  const { record, testId, testName } = test;
  const [received, content] = [latin1(bytes), existsSync(file) ? latin1(readFileSync(file)) : null];
  const rawSnapshot = { file, readonly: true, ...(content === null ? {} : { content }) };
  const { pass } = record.match({ testId, testName, received, isInline: false, rawSnapshot });
  if (pass && received !== content) writeFile(file, bytes);
  return pass;
}

/** Writes what is derived from a golden, such as its picture, when the golden is written or the picture is missing or old and may be. */
export function settleDerived(file: string, isWritten: boolean, mode: UpdateMode, make: () => string): void {
  const isThere = existsSync(file);
  if (mode === "none" || (mode === "new" && isThere && !isWritten)) return;
  const made = make();
  if (!isThere || readFileSync(file, "utf8") !== made) writeFile(file, made);
}

function writeFile(file: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
