// Goldens on disk that no test asks for any more.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { isGolden } from "./golden-text.ts";

/** One test file of a whole run. */
export interface RanFile {
  readonly path: string;
  /** The folder of its goldens. */
  readonly folder: string;
  /** Whether every one of its tests ran and passed: what was skipped, or failed early, may have goldens it did not come to ask for. */
  readonly complete: boolean;
}

/** What a whole run says of its goldens. */
export interface ClaimedGoldens {
  readonly ran: readonly RanFile[];
  /** The folder of goldens of any test file, such as one that this configuration leaves out. */
  readonly folderOf: (path: string) => string;
  /** Absolute paths of the goldens that tests asked for, and of the pictures beside them. */
  readonly claimed: ReadonlySet<string>;
}

/** Files looked at in a project, and the size of one that is read. */
const FILES_MAX = 200_000;
const BYTES_MAX = 4_000_000;
const SKIPPED = new Set(["node_modules", "dist", "coverage"]);
/** A test file by its name, run or not. */
const TEST_FILE = /\.(?:test|spec)\.[cm]?[jt]sx?$/;
/** vitest's name for the folder of a folder's snapshots, where no `resolveSnapshotPath` has another. */
const SNAPSHOTS = "__snapshots__";

/**
 * Goldens and their pictures below `root` that no test asked for, where all tests that could have done so ran to their end. Files
 * that are no goldens are never among them.
 */
export function findOrphans(root: string, { ran, folderOf, claimed }: ClaimedGoldens): string[] {
  const folders = new Set(ran.map(({ folder }) => folder));
  const files = filesBelow([root, ...[...folders].filter((folder) => !folder.startsWith(root + sep))]);
  const incomplete = new Set(ran.filter(({ complete }) => !complete).map(({ folder }) => folder));
  const paths = new Set(ran.map(({ path }) => path));
  for (const file of files) if (TEST_FILE.test(file) && !paths.has(file)) incomplete.add(folderOf(file));

  const own = dedicatedFolder(ran);
  const isJudged = (file: string): boolean => {
    for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
      if (incomplete.has(folder)) return false;
      if (folders.has(folder) || folder === own || basename(folder) === SNAPSHOTS) return true;
    }
    return false;
  };
  return files
    .filter((file) => /\.(?:txt|svg)$/.test(file) && !claimed.has(file) && isJudged(file) && isOurs(file))
    .sort();
}

/**
 * A folder that is there for goldens alone, below which every test file has its own, as `resolveSnapshotPath` can make it: what is in
 * it and no test file's, had one once. Null where goldens are beside tests.
 */
function dedicatedFolder(ran: readonly RanFile[]): string | null {
  let common: string[] | null = null;
  for (const { folder } of ran) {
    if (basename(folder) === SNAPSHOTS) return null;
    const parts = folder.split(sep);
    if (common === null) common = parts;
    else {
      let same = 0;
      while (same < common.length && common[same] === parts[same]) same++;
      common = common.slice(0, same);
    }
  }
  const folder = common?.join(sep) ?? "";
  return folder === "" || ran.some(({ path }) => path.startsWith(folder + sep)) ? null : folder;
}

/** Whether a file was written by a matcher: its text or its picture says so. */
function isOurs(file: string): boolean {
  if (statSync(file).size > BYTES_MAX) return false;
  const text = readFileSync(file, "utf8");
  return file.endsWith(".txt")
    ? isGolden(text)
    : /^<svg [^>]*>\n<title>wirelab (?:screen|ladder|transcript) /.test(text);
}

function filesBelow(folders: readonly string[]): string[] {
  const files: string[] = [];
  const waiting = [...folders];
  for (let folder = waiting.pop(); folder !== undefined && files.length < FILES_MAX; folder = waiting.pop()) {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      // A folder that cannot be read, or was never made, holds no goldens to tell of.
      continue;
    }
    for (const entry of entries) {
      if (entry.isFile()) files.push(join(folder, entry.name));
      else if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith("."))
        waiting.push(join(folder, entry.name));
    }
  }
  return files;
}
