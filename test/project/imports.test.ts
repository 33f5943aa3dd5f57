import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

/** Folders by level; a file may import from its own folder and from folders on levels above it. */
const LEVELS = [
  ["wire", "socket"],
  ["trace"],
  ["sim", "loopback", "capture"],
  ["scenario", "framing"],
  ["tui"],
  ["html"],
  ["cli", "testing"],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const specifiers = text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*["'](\.[^"']+)["']/gm);
  // AssemblyScript names files without their ending.
  const ending = file.includes("/assembly/") ? ".ts" : "";
  return [...specifiers].map(([, specifier]) => resolve(dirname(file), `${specifier}${ending}`));
}

function folderOf(file: string): string {
  return relative(SRC, file).split("/")[0];
}

const files = sourceFiles(SRC);
const imports: Import[] = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

function levelOf(folder: string): number {
  return LEVELS.findIndex((level) => level.includes(folder));
}

describe("the folders of src", () => {
  it("are all on a level", () => {
    const folders = new Set(files.map(folderOf).filter((folder) => !folder.endsWith(".ts")));
    expect([...folders].filter((folder) => levelOf(folder) === -1)).toEqual([]);
  });

  it("import only from themselves and from the levels above them", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [a, b] = [folderOf(from), folderOf(to)];
      return a !== b && a !== "index.ts" && levelOf(b) >= levelOf(a);
    });
    expect(wrong.map(({ from, to }) => `${relative(SRC, from)} imports ${relative(SRC, to)}`)).toEqual([]);
  });

  it("name a source file in every relative import", () => {
    const missing = imports.filter(({ to }) => !files.includes(to));
    expect(missing.map(({ from, to }) => `${relative(SRC, from)} imports ${relative(SRC, to)}`)).toEqual([]);
  });
});

describe("the simulator and the wire formats", () => {
  it("touch no clock, no Math.random and no I/O", () => {
    const forbidden = /\bDate\b|Math\.random|performance\.|process\.|setTimeout|setInterval|from "node:/;
    const wrong = files
      .filter((file) => ["sim", "wire"].includes(folderOf(file)))
      .filter((file) => forbidden.test(withoutComments(readFileSync(file, "utf8"))));
    expect(wrong.map((file) => relative(SRC, file))).toEqual([]);
  });
});

describe("what the dashboard needs to show its first frame", () => {
  it("is neither a dissector, nor another screen than the Lab, nor all the lessons", () => {
    const statically = (file: string): string[] => {
      const text = readFileSync(file, "utf8");
      const specifiers = text.matchAll(
        /^(?:import|export)\s+(?!type\b)[\w\s{},*]*?\bfrom\s+["'](\.[^"']+)["']/gm,
      );
      // AssemblyScript names files without their ending.
      const ending = file.includes("/assembly/") ? ".ts" : "";
      return [...specifiers].map(([, specifier]) => resolve(dirname(file), `${specifier}${ending}`));
    };
    const needed = new Set([join(SRC, "cli/dashboard.ts")]);
    for (const file of needed) for (const to of statically(file)) needed.add(to);
    const names = [...needed].map((file) => relative(SRC, file));
    expect(names).toContain("tui/screens/lab.ts");
    const heavy =
      /^(?:capture\/|tui\/(?:app|snapshot|popups|tape|screens\/(?:packet|stream|graphs|statistics))|scenario\/catalogue)/;
    expect(names.filter((name) => heavy.test(name))).toEqual([]);
  });
});

describe("every source file", () => {
  it("says in its first line what it is about", () => {
    const mute = files.filter(
      (file) => !/^(#!.*\n)?(\/\/|\/\*)/.test(readFileSync(file, "utf8")) && !file.includes("/lessons/"),
    );
    expect(mute.map((file) => relative(SRC, file))).toEqual([]);
  });

  it("has no default export", () => {
    const wrong = files.filter((file) => /^export default/m.test(readFileSync(file, "utf8")));
    expect(wrong.map((file) => relative(SRC, file))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
}
