import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/build.ts",
    testTimeout: 20_000,
    // All cores: many tests wait for a program of their own.
    maxWorkers: "100%",
  },
});
