/** The dashboard in a real pseudo-terminal, as a user starts it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, describe, expect, test } from "vitest";

import { wirelabProcess } from "../cli/wirelab.ts";
import { PtyProgram } from "./pty.ts";
import { expectRestored } from "./restored.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "wirelab-e2e-"));
afterAll(() => rmSync(folder, { recursive: true }));

let running: PtyProgram | null = null;

function start(args: readonly string[] = [], cols = 120, rows = 40): PtyProgram {
  running = new PtyProgram(process.execPath, [MAIN, ...args], { cols, rows, env: { NO_COLOR: "" } });
  return running;
}

afterEach(() => {
  try {
    running?.signal("SIGKILL");
  } catch {
    // It has ended already.
  }
  running = null;
});

describe("the dashboard", () => {
  test("plays the first lesson to its end, on the simulator and on real sockets", async () => {
    const program = start();
    await program.untilText("Hello over TCP");
    for (let i = 0; i < 4; i++) program.write("+");
    await program.untilText("at the end");
    await program.untilText("✓ the server hears the client");
    await program.untilText("agrees call for call");
    program.write("q");
    expect(await program.exited).toEqual({ exitCode: 0, signal: 0 });
    expectRestored(program);
  });

  test("does what was typed before all of its screens were loaded", async () => {
    const program = start();
    await program.untilText("WIRELAB");
    program.write("3?");
    await program.until(
      (screen) => screen.includes("Protocol") && screen.includes("Keys"),
      "help on the packets",
    );
  });

  test("pauses, steps, changes screens and lessons, and shows help", async () => {
    const program = start();
    await program.untilText("Hello over TCP");
    program.write(" ");
    await program.untilText("paused");
    program.write("G");
    await program.untilText("at the end");
    program.write("3");
    await program.untilText("Destination");
    await program.untilText("[SYN] Seq=0 Win=64240 Len=0 MSS=1460");
    program.write("1n");
    await program.untilText("An echo server that reads 16 bytes at a time");
    program.write("?");
    await program.untilText("ctrl-c");
    program.write("\u001B");
    await program.until((screen) => !screen.includes("ctrl-c"), "the help closed");
    program.write("q");
    expect((await program.exited).exitCode).toBe(0);
    expectRestored(program);
  });

  test("follows the size of its terminal, down to 80x24", async () => {
    const program = start();
    await program.untilText("Hello over TCP");
    program.resize(80, 24);
    await program.until(
      (screen) => screen.includes("Lesson") && screen.split("\n")[23].includes("quit"),
      "tabs",
    );
    program.resize(200, 60);
    await program.until((screen) => screen.split("\n")[59].includes("quit"), "a key bar at the bottom");
    program.write("\u0003");
    expect((await program.exited).exitCode).toBe(0);
    expectRestored(program);
  });

  test("gives the terminal back on SIGTERM", async () => {
    const program = start();
    await program.untilText("Hello over TCP");
    program.signal("SIGTERM");
    await program.exited;
    expectRestored(program);
  });

  test("takes clicks: a tab opens its screen", async () => {
    const program = start();
    await program.untilText("3 Packets");
    const [bar] = program.screen().split("\n");
    const x = bar.indexOf("3 Packets") + 2;
    program.write(`\u001B[<0;${x};1M\u001B[<0;${x};1m`);
    await program.untilText("Destination");
    program.write("q");
    expect((await program.exited).exitCode).toBe(0);
  });
});

describe("the inspector", () => {
  test("opens a capture and filters it", async () => {
    const path = join(folder, "upper.pcapng");
    expect(wirelabProcess(["run", "tcp-upper", "--pcap", path]).code).toBe(0);
    const program = start(["open", path]);
    await program.untilText("[SYN]");
    program.write("/tcp.len > 0\r");
    await program.until(
      (screen) => screen.includes("[PSH, ACK]") && !screen.includes("[SYN]"),
      "data segments only",
    );
    program.write("q");
    expect((await program.exited).exitCode).toBe(0);
    expectRestored(program);
  });
});
