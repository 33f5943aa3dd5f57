// A reporter for vitest, as the package gives it under `wirelab/vitest-reporter`: one page of all goldens that failed, and the names of those
// no test asks for. `reporters: ["default", "wirelab/vitest-reporter"]`.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { TestCase, TestModule, TestProject, TestRunEndReason, Vitest } from "vitest/node";
import { pictureOf } from "./golden-claim.ts";
import type { GoldenClaim, GoldenMeta } from "./golden-claim.ts";
import { updateModeOf } from "./golden-file.ts";
import { findOrphans } from "./golden-orphans.ts";
import type { RanFile } from "./golden-orphans.ts";
import { REPORT_MARK, reportPage } from "./golden-report.ts";
import type { GoldenFailure } from "./golden-report.ts";

export interface GoldenReporterOptions {
  /** The page, relative to vitest's root; `wirelab-report/index.html` by default. */
  readonly report?: string;
}

const REPORT = "wirelab-report/index.html";

export class GoldenReporter {
  readonly #report: string;
  #vitest: Vitest | null = null;

  constructor({ report = REPORT }: GoldenReporterOptions = {}) {
    this.#report = report;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    _errors: readonly unknown[],
    reason: TestRunEndReason,
  ): Promise<void> {
    const vitest = this.#vitest;
    if (vitest === null) return;
    const { root } = vitest.config;
    this.#reportFailures(vitest, resolve(root, this.#report), failuresOf(modules, root));
    if (reason !== "interrupted" && modules.length > 0 && (await isWhole(vitest, modules)))
      reportOrphans(vitest, modules, root);
  }

  #reportFailures(vitest: Vitest, path: string, failures: readonly GoldenFailure[]): void {
    if (failures.length === 0) {
      // One of a run before would tell of what is right now.
      if (existsSync(path) && readFileSync(path, "utf8").startsWith(REPORT_MARK)) {
        rmSync(path);
        if (readdirSync(dirname(path)).length === 0) rmdirSync(dirname(path));
      }
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, reportPage(failures));
    vitest.logger.log(`  Goldens  ${failures.length} not as expected: ${path}\n`);
  }
}

// vitest finds a reporter that is named by a string in the default export.
// oxlint-disable-next-line import/no-default-export
export { GoldenReporter as default };

function* claimsOf(modules: readonly TestModule[]): Generator<readonly [test: TestCase, claim: GoldenClaim]> {
  for (const module of modules)
    for (const test of module.children.allTests()) {
      const meta: GoldenMeta = test.meta();
      for (const claim of meta.wirelabGoldens ?? []) yield [test, claim];
    }
}

function failuresOf(modules: readonly TestModule[], root: string): GoldenFailure[] {
  const failures: GoldenFailure[] = [];
  for (const [test, { name, file, failure }] of claimsOf(modules)) {
    if (failure === undefined || test.result().state !== "failed") continue;
    const testFile = relative(root, test.module.moduleId);
    failures.push({ name, file: relative(root, file), test: `${testFile} > ${test.fullName}`, ...failure });
  }
  return failures;
}

/** Whether every test file of the configuration ran, and none of its tests was left out by name. */
async function isWhole(vitest: Vitest, modules: readonly TestModule[]): Promise<boolean> {
  if (vitest.config.testNamePattern !== undefined) return false;
  const ran = new Set(modules.map(({ moduleId }) => moduleId));
  const all = await vitest.globTestSpecifications();
  return all.every(({ moduleId }) => ran.has(moduleId));
}

function reportOrphans(vitest: Vitest, modules: readonly TestModule[], root: string): void {
  const claimed = new Set<string>();
  for (const [, { file, picture }] of claimsOf(modules)) {
    claimed.add(realOf(file));
    if (picture) claimed.add(realOf(pictureOf(file)));
  }
  const folderOf = (path: string, { serializedConfig }: TestProject): string =>
    realOf(dirname(vitest.snapshot.resolvePath(path, { config: serializedConfig })));
  const ran = modules.map((module): RanFile => {
    const path = module.moduleId;
    const tests = [...module.children.allTests()];
    const complete = module.state() === "passed" && tests.every((test) => test.result().state === "passed");
    return { path: realOf(path), folder: folderOf(path, module.project), complete };
  });
  const anyProject = modules[0].project;
  const orphans = findOrphans(realOf(root), {
    ran,
    folderOf: (path) => folderOf(path, anyProject),
    claimed,
  });
  if (orphans.length === 0) return;
  // As vitest does with snapshots of its own that are obsolete.
  const removed = updateModeOf({ snapshotUpdateState: vitest.snapshot.options.updateSnapshot }) === "all";
  if (removed) for (const file of orphans) rmSync(file);
  const count = `${orphans.length} ${orphans.length === 1 ? "file" : "files"}`;
  const what = removed
    ? `removed ${count} no test asks for`
    : `${count} no test asks for (\`vitest run -u\` removes them)`;
  vitest.logger.log(`  Goldens  ${what}`);
  for (const file of orphans) vitest.logger.log(`           ${relative(realOf(root), file)}`);
  vitest.logger.log("");
}

/** `path` without links on the way: what is the same file has one name, or goldens in use would be taken for orphans. */
function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
