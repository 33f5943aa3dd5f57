/** The tutorials, typed as they stand: every key of a page, and after it what the page says is on the screen. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { words } from "../cli/wirelab.ts";
import { PtyProgram } from "./pty.ts";
import { expectRestored } from "./restored.ts";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "dist/cli/main.js");
const PAGES = join(ROOT, "docs/tutorials");
const folder = mkdtempSync(join(tmpdir(), "wirelab-tutorials-"));
// The codecs there import from the sources.
for (const part of ["fixtures", "src"]) symlinkSync(join(ROOT, part), join(folder, part));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a terminal sends for the keys the pages name; others are the character they are. */
const KEYS: Readonly<Record<string, string>> = {
  space: " ",
  enter: "\r",
  escape: "\u001B",
  tab: "\t",
  up: "\u001B[A",
  down: "\u001B[B",
  right: "\u001B[C",
  left: "\u001B[D",
  home: "\u001B[H",
  end: "\u001B[F",
  "C-u": "\u0015",
};

interface Block {
  readonly kind: string;
  readonly lines: readonly string[];
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(PAGES, page), "utf8");
  return [...text.matchAll(/^```(console|keys|screen)\n([\s\S]*?)^```$/gm)].map(([, kind, body]) => ({
    kind,
    lines: body.split("\n").filter((line) => line !== ""),
  }));
}

function start(command: string): PtyProgram {
  const args = words(command.replace(/^\$ /, "")).slice(1);
  return new PtyProgram(process.execPath, [MAIN, ...args], {
    cols: 120,
    rows: 40,
    cwd: folder,
    env: { NO_COLOR: "" },
  });
}

/** Types a line. An Esc is a key once nothing follows it: on a page it stands alone, and what is then on the screen is waited for. */
function type(program: PtyProgram, line: string): void {
  if (line.startsWith("type ")) program.write(line.slice("type ".length));
  else for (const key of line.split(" ")) program.write(KEYS[key] ?? key);
}

async function walk(page: string): Promise<void> {
  let program: PtyProgram | null = null;
  try {
    for (const { kind, lines } of blocksOf(page)) {
      if (kind === "console") {
        const commands = lines.map((line) => line.trim());
        for (const command of commands.slice(0, -1)) {
          const args = words(command.replace(/^\$ /, "")).slice(1);
          expect(spawnSync(process.execPath, [MAIN, ...args], { cwd: folder }).status).toBe(0);
        }
        program = start(commands[commands.length - 1]);
        await program.untilText("WIRELAB");
        continue;
      }
      if (program === null) throw new Error(`${page}: nothing has been opened yet`);
      for (const line of lines) {
        if (kind === "keys") type(program, line);
        else await program.untilText(line.trim());
      }
    }
    if (program === null) throw new Error(`${page}: opens nothing`);
    program.write("q");
    await program.exited;
    expectRestored(program);
  } finally {
    try {
      program?.signal("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

const pages = readdirSync(PAGES).filter((file) => file.endsWith(".md") && file !== "README.md");

test.each(pages)("%s: every key does what the page says", async (page) => {
  expect(blocksOf(page).filter(({ kind }) => kind === "keys").length).toBeGreaterThan(1);
  await walk(page);
});
