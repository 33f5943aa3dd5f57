import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { writeNewFile } from "../../src/cli/new-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-new-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file that is there stays as it is: the next name is taken", () => {
  expect(writeNewFile(folder, "tcp-hello.changes", "one")).toBe("tcp-hello.changes");
  expect(writeNewFile(folder, "tcp-hello.changes", "two")).toBe("tcp-hello-2.changes");
  expect(writeNewFile(folder, "tcp-hello.changes", "three")).toBe("tcp-hello-3.changes");
  expect(readFileSync(join(folder, "tcp-hello.changes"), "utf8")).toBe("one");
});

test("a folder that cannot be written to says so", () => {
  expect(() => writeNewFile(join(folder, "none"), "a.changes", "")).toThrow("ENOENT");
});
