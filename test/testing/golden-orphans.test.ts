import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { findOrphans } from "../../src/testing/golden-orphans.ts";
import type { RanFile } from "../../src/testing/golden-orphans.ts";
import { goldenText } from "../../src/testing/golden-text.ts";
import { Grid } from "../../src/tui/render/grid.ts";
import { gridToSvg } from "../../src/tui/render/svg.ts";
import { darkTheme } from "../../src/tui/theme.ts";

const grid = new Grid(4, 1, darkTheme.background);
const GOLDEN = goldenText("screen", grid, darkTheme);
const PICTURE = gridToSvg(grid, { title: "wirelab screen it" });

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "wirelab-orphans-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, text = GOLDEN): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

function ran(path: string, folder: string, complete = true): RanFile {
  put(path, "");
  return { path: join(root, path), folder: join(root, folder), complete };
}

function orphans(files: readonly RanFile[], ...claimed: string[]): string[] {
  const all = new Set(claimed.map((name) => join(root, name)));
  return findOrphans(root, { ran: files, claimed: all, folderOf: beside }).map((file) =>
    relative(root, file),
  );
}

function beside(path: string): string {
  return join(dirname(path), "__snapshots__");
}

describe("goldens beside their tests", () => {
  test("those nobody asks for are orphans, with their pictures, in folders of their own too", () => {
    for (const name of ["a.txt", "a.svg", "b.txt", "b.svg", "deep/c.txt"])
      put(`test/__snapshots__/${name}`, name.endsWith("svg") ? PICTURE : GOLDEN);
    const files = [ran("test/a.test.ts", "test/__snapshots__")];
    expect(orphans(files, "test/__snapshots__/a.txt", "test/__snapshots__/a.svg")).toEqual([
      "test/__snapshots__/b.svg",
      "test/__snapshots__/b.txt",
      "test/__snapshots__/deep/c.txt",
    ]);
  });

  test("a picture is one where its test keeps the text alone", () => {
    put("test/__snapshots__/a.txt");
    put("test/__snapshots__/a.svg", PICTURE);
    const files = [ran("test/a.test.ts", "test/__snapshots__")];
    expect(orphans(files, "test/__snapshots__/a.txt")).toEqual(["test/__snapshots__/a.svg"]);
  });

  test("what else lies there is none of ours", () => {
    put("test/__snapshots__/a.test.ts.snap", GOLDEN);
    put("test/__snapshots__/notes.txt", "wirelab screen, 80 x 24, theme dark\n");
    put("test/__snapshots__/logo.svg", '<svg xmlns="http://www.w3.org/2000/svg"><title>logo</title></svg>');
    put("docs/example.txt");
    put("node_modules/other/__snapshots__/a.txt");
    expect(orphans([ran("test/a.test.ts", "test/__snapshots__")])).toEqual([]);
  });

  test("where a test was skipped or failed nothing is said, since it might have asked", () => {
    put("test/__snapshots__/a.txt");
    put("test/deep/__snapshots__/b.txt");
    const files = [
      ran("test/a.test.ts", "test/__snapshots__"),
      ran("test/b.test.ts", "test/__snapshots__", false),
      ran("test/deep/c.test.ts", "test/deep/__snapshots__"),
    ];
    expect(orphans(files)).toEqual(["test/deep/__snapshots__/b.txt"]);
  });

  test("where a test lies that this configuration does not run nothing is said; where none lies any more it is", () => {
    put("e2e/login.spec.tsx", "");
    put("e2e/__snapshots__/a.txt");
    put("gone/__snapshots__/b.txt");
    expect(orphans([ran("test/a.test.ts", "test/__snapshots__")])).toEqual(["gone/__snapshots__/b.txt"]);
  });

  test("links lead nowhere, and round in no circle", () => {
    put("test/__snapshots__/a.txt");
    symlinkSync(root, join(root, "test/circle"));
    symlinkSync(join(root, "test/__snapshots__/a.txt"), join(root, "test/__snapshots__/link.txt"));
    expect(orphans([ran("test/a.test.ts", "test/__snapshots__")])).toEqual(["test/__snapshots__/a.txt"]);
  });
});

describe("goldens in a folder for them alone", () => {
  test("what is in it and no test file's any more is an orphan", () => {
    for (const name of ["tui/a.txt", "tui/old.txt", "gone/b.txt"]) put(`test/golden/${name}`);
    const files = [
      ran("test/tui/a.test.ts", "test/golden/tui"),
      ran("test/trace/b.test.ts", "test/golden/trace"),
    ];
    expect(orphans(files, "test/golden/tui/a.txt")).toEqual([
      "test/golden/gone/b.txt",
      "test/golden/tui/old.txt",
    ]);
  });

  test("what belongs to a test that was left out of the run is none", () => {
    for (const name of ["tui/a.txt", "sim/b.txt"]) put(`test/golden/${name}`);
    put("test/sim/b.test.ts", "");
    const files = [
      ran("test/tui/a.test.ts", "test/golden/tui"),
      ran("test/trace/c.test.ts", "test/golden/trace"),
    ];
    const folderOf = (path: string): string =>
      join(root, "test/golden", relative(join(root, "test"), dirname(path)));
    expect(findOrphans(root, { ran: files, claimed: new Set(), folderOf })).toEqual([
      join(root, "test/golden/tui/a.txt"),
    ]);
  });

  test("one outside of the project is looked at as well", () => {
    const outside = mkdtempSync(join(tmpdir(), "wirelab-outside-"));
    try {
      writeFileSync(join(outside, "a.txt"), GOLDEN);
      const { path } = ran("test/a.test.ts", "unused");
      const found = findOrphans(root, {
        ran: [{ path, folder: outside, complete: true }],
        claimed: new Set(),
        folderOf: () => outside,
      });
      expect(found).toEqual([join(outside, "a.txt")]);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});
