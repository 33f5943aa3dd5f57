import { basename, dirname, join, relative } from "node:path";
import { defineConfig } from "vitest/config";

const TESTS = join(import.meta.dirname, "test");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/build.ts",
    testTimeout: 20_000,
    // Goldens of test/tui/theme.test.ts are in test/golden/tui; `npx vitest run -u` writes them anew.
    resolveSnapshotPath: (path, extension) =>
      join(TESTS, "golden", relative(TESTS, dirname(path)), basename(path) + extension),
    reporters: ["default", "./src/testing/vitest-reporter.ts"],
    // All cores: many tests wait for a program of their own.
    maxWorkers: "100%",
  },
});
