/** The dashboard under the names terminals go by: which colours it sends, what it asks, how it leaves. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { PtyProgram } from "./pty.ts";
import { expectRestored } from "./restored.ts";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "dist/cli/main.js");
const CAPTURE = join(ROOT, "fixtures/captures/tcp-hello-loopback.pcapng");

const running: PtyProgram[] = [];

function start(TERM: string): PtyProgram {
  const env = { TERM, NO_COLOR: "", COLORTERM: "" };
  const program = new PtyProgram(process.execPath, [MAIN, "open", CAPTURE], { cols: 80, rows: 24, env });
  running.push(program);
  return program;
}

afterEach(() => {
  for (const program of running.splice(0)) {
    try {
      program.signal("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
});

/** Colours as they are written: of the 256, of the sixteen, none. */
function coloursOf(output: string): "256" | "16" | "none" {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
  const codes = [...output.matchAll(/\u001B\[([\d;]*)m/g)].map(([, code]) => code);
  if (codes.some((code) => /(?:^|;)[34]8;5;/.test(code))) return "256";
  return codes.some((code) => /(?:^|;)(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])(?:;|$)/.test(code)) ? "16" : "none";
}

test.each([
  ["tmux-256color", "256", true],
  ["alacritty", "256", true],
  ["foot", "256", true],
  ["xterm-kitty", "256", true],
  ["screen", "16", true],
  ["linux", "16", false],
  ["vt100", "none", false],
] as const)("%s: %s colours, and the terminal as it was afterwards", async (TERM, colours, asks) => {
  const program = start(TERM);
  await program.untilText("[SYN]");
  await program.until((screen) => screen.split("\n")[23].includes("q quit"), "the last row");
  expect(program.screen()).toContain("╭─ Packets");
  expect(coloursOf(program.output)).toBe(colours);
  expect(program.output.includes("\u001B[?2026$p")).toBe(asks);
  program.write("q");
  expect(await program.exited).toEqual({ exitCode: 0, signal: 0 });
  expectRestored(program);
});

test("dumb: plain text, once, and nothing that a terminal would have to obey", async () => {
  const program = start("dumb");
  expect((await program.exited).exitCode).toBe(0);
  expect(program.output).toContain("[SYN]");
  expect(program.output).not.toContain("\u001B");
});

test.runIf(process.platform === "linux")(
  "nobody pressing anything, it takes no time of the processor",
  async () => {
    const program = start("xterm-256color");
    await program.untilText("[SYN]");
    program.write("G");
    await program.until((screen) => /(\d+) of \1 /.test(screen), "the last packet");
    expect(coloursOf(program.output)).toBe("256");
    const before = ticks(program.pid);
    // What is measured is that nothing happens for a while: there is no event to wait for.
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    // Of the 50 ticks of half a second; one or two are the end of what came before.
    expect(ticks(program.pid) - before).toBeLessThanOrEqual(3);
  },
);

/** Hundredths of a second the process has used: utime and stime of proc(5). */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
