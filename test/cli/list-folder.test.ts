import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { listFolder } from "../../src/cli/list-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-list-"));
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of [
  "b.pcap",
  "a.pcapng.gz",
  "notes.txt",
  "lab.ts",
  "lab.d.ts",
  "lab.test.ts",
  ".hidden.pcap",
]) {
  writeFileSync(join(folder, name), "12345");
}
for (const name of ["zoo", "node_modules", ".git"]) mkdirSync(join(folder, name));
symlinkSync(join(folder, "nowhere"), join(folder, "gone.pcap"));

test("lists what can be opened, folders first, each by name; what is hidden, tests and types are not", () => {
  const { path, entries } = listFolder(folder);
  expect(path).toBe(folder);
  expect(entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    "folder ..",
    "folder zoo",
    "capture a.pcapng.gz",
    "capture b.pcap",
    "capture gone.pcap",
    "scenario lab.ts",
  ]);
  expect(entries.find(({ name }) => name === "b.pcap")).toMatchObject({
    path: join(folder, "b.pcap"),
    detail: "5 B",
  });
  expect(entries.find(({ name }) => name === "gone.pcap")?.detail).toBe("0 B");
});

test("a folder that is not there says so; the topmost has none above it", () => {
  expect(() => listFolder(join(folder, "none"))).toThrow("ENOENT");
  expect(listFolder("/").entries.some(({ name }) => name === "..")).toBe(false);
});
