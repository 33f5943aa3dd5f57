/** The terminal host in a real pseudo-terminal. */

import { fileURLToPath } from "node:url";

import { afterEach, describe, expect, test } from "vitest";

import { darkTheme } from "../../src/tui/theme.ts";
import { showcase } from "../tui/showcase.ts";
import { gridRows, terminalGrid } from "../tui/terminal-grid.ts";
import { PtyProgram } from "./pty.ts";
import { expectRestored, lastSwitch } from "./restored.ts";

const DEMO = fileURLToPath(new URL("demo-app.ts", import.meta.url));

let running: PtyProgram | null = null;

async function start(cols = 80, rows = 24, env: Readonly<Record<string, string>> = {}): Promise<PtyProgram> {
  const program = new PtyProgram(process.execPath, ["--import", "tsx", DEMO], { cols, rows, env });
  running = program;
  await program.untilText(`${cols}x${rows}`);
  return program;
}

afterEach(() => {
  try {
    running?.signal("SIGKILL");
  } catch {
    // It has ended already.
  }
  running = null;
});

/** The view, cell for cell with its colours; all but the last row, which tells what happened last. */
function expectShown(program: PtyProgram, selected: number): void {
  const { cols, rows } = program.terminal;
  const expected = showcase(cols, rows, darkTheme, { selected, top: 0, help: false });
  expect(gridRows(terminalGrid(program.terminal), 0, rows - 1)).toEqual(gridRows(expected, 0, rows - 1));
}

describe("a program in a terminal", () => {
  test("shows its view, cell for cell, on the alternate screen with SGR mouse reports and no 1005", async () => {
    const program = await start();
    expectShown(program, 0);
    expect(program.terminal.buffer.active.type).toBe("alternate");
    expect(program.terminal.modes.mouseTrackingMode).toBe("drag");
    expect(lastSwitch(program, "1006")).toBe("h");
    expect(lastSwitch(program, "1005")).not.toBe("h");
    expect(lastSwitch(program, "25")).toBe("l");
  });

  test("moves with keys and sends only what changed", async () => {
    const program = await start();
    const before = program.output.length;
    program.write("j");
    await program.untilText("2 of 1000000");
    await program.untilText("[key j]");
    expect(program.output.length - before).toBeLessThan(3000);
    program.write("\u001B[B\u001BOB");
    await program.untilText("4 of 1000000");
    await program.untilText("[key down]");
    expectShown(program, 3);
  });

  test("asks for synchronised output, and once the terminal has it, no frame is shown half painted", async () => {
    const program = await start();
    expect(program.output).toContain("\u001B[?2026$p");
    expect(program.output).not.toContain("\u001B[?2026h");
    program.write("\u001B[?2026;2$y");
    program.write("j");
    const isWhole = (): boolean => program.output.endsWith("\u001B[?2026l");
    await program.until((text) => text.includes("[key j]") && isWhole(), "the first key's frame");
    const before = program.output.length;
    program.write("j");
    await program.until((text) => text.includes("3 of 1000000") && isWhole(), "the second key's frame");
    // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
    expect(program.output.slice(before)).toMatch(/^(?:\u001B\[\?2026h[^]+\u001B\[\?2026l)+$/);
  });

  test("stops when told to, its terminal restored, and is back when it goes on", async () => {
    const program = await start();
    const before = program.output.length;
    program.signal("SIGTSTP");
    // Nobody waits for stopped jobs here, so that the system lets it go on at once.
    await program.until(
      () => /\[\?1049l[^]*\[\?1049h/.test(program.output.slice(before)),
      "the normal screen and the program's again",
    );
    program.write("j");
    await program.untilText("2 of 1000000");
    program.signal("SIGCONT");
    program.write("j");
    await program.untilText("3 of 1000000");
  });

  test("names keys, also those whose sequence is split over two reads", async () => {
    const program = await start();
    for (const [typed, name] of [
      ["\r", "enter"],
      ["\t", "tab"],
      ["\u001B[Z", "S-tab"],
      [" ", "space"],
      ["\u007F", "backspace"],
      ["\u001B[5~", "pageup"],
      ["\u001B[1;5C", "C-right"],
      ["\u001BOP", "f1"],
      ["\u0003", "C-c"],
      ["G", "G"],
      ["?", "?"],
      ["é", "é"],
      ["😀", "😀"],
      ["\u001B", "escape"],
    ]) {
      program.write(typed);
      await program.untilText(`[key ${name}]`);
    }
    program.write("\u001B[");
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    program.write("6~");
    await program.untilText("[key pagedown]");
    expect(program.screen()).toContain("1 of 1000000");
  });

  test("reports clicks, drags and the wheel by cell, each of several reports in one read", async () => {
    const program = await start();
    program.write("\u001B[<0;11;6M");
    await program.untilText("[click left 10,5]");
    program.write("\u001B[<32;12;6M");
    await program.untilText("[drag left 11,5]");
    program.write("\u001B[<0;12;6m");
    await program.untilText("[release left 11,5]");
    program.write("\u001B[<65;1;1M\u001B[<65;1;1M\u001B[<65;1;1Mj");
    await program.untilText("11 of 1000000");
    await program.untilText("[key j]");
    program.write("\u001B[<64;150;1M");
    await program.untilText("[wheelup middle 149,0]");
    expect(program.screen()).toContain("8 of 1000000");
  });

  test("follows a resize, larger and smaller", async () => {
    const program = await start();
    for (const [cols, rows] of [
      [120, 40],
      [60, 15],
      [200, 60],
    ] as const) {
      program.resize(cols, rows);
      await program.untilText(`${cols}x${rows}`);
      expectShown(program, 0);
      expect(program.terminal.cols).toBe(cols);
    }
  });

  test("is woken by a timer it asked for", async () => {
    const program = await start();
    program.write("t");
    await program.untilText("ticks=1");
    expect(program.screen()).not.toContain("ticks=2");
  });

  test("keeps box lines and colours whatever TERM says", async () => {
    const program = await start(80, 24, { TERM: "screen", LANG: "C" });
    expect(program.screen()).toContain("╭─ Packets ─");
    expect(program.output).toContain("48;5;235");
  });
});

describe("the terminal is restored", () => {
  test("when the program quits, and the exit code is the program's", async () => {
    const program = await start();
    program.write("q");
    const { exitCode } = await program.exited;
    expect(exitCode).toBe(3);
    expectRestored(program);
    expect(program.screen()).toContain("ended 3");
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])(
    "after %s, which then ends the process",
    async (name) => {
      const program = await start();
      process.kill(program.pid, name);
      const { signal } = await program.exited;
      expect(signal).toBe({ SIGTERM: 15, SIGHUP: 1, SIGINT: 2, SIGQUIT: 3 }[name]);
      expectRestored(program);
    },
  );

  test.each([
    ["e", "thrown in update"],
    ["w", "thrown in an effect"],
    ["p", "rejected in an effect"],
  ])("after an error (%s), whose message then shows on the normal screen", async (key, message) => {
    const program = await start();
    program.write(key);
    const { exitCode } = await program.exited;
    expect(exitCode).toBe(1);
    expectRestored(program);
    expect(program.screen()).toContain(`failed: ${message}`);
  });

  test("after process.exit", async () => {
    const program = await start();
    program.write("x");
    const { exitCode } = await program.exited;
    expect(exitCode).toBe(5);
    expectRestored(program);
  });

  test("while it is stopped with Ctrl-Z, and shows its view again when continued", async () => {
    const shell = new PtyProgram("bash", ["--norc", "--noprofile", "-i"], {
      cols: 80,
      rows: 24,
      env: { PS1: "ready> " },
    });
    running = shell;
    await shell.untilText("ready>");
    shell.write(`'${process.execPath}' --import tsx '${DEMO}'\r`);
    await shell.untilText("80x24 ticks=0");
    shell.write("j");
    await shell.untilText("2 of 1000000");
    shell.write("\u001A");
    await shell.untilText("Stopped");
    expectRestored(shell);
    shell.resize(90, 25);
    shell.write("fg\r");
    await shell.untilText("90x25");
    expectShown(shell, 1);
    expect(shell.terminal.modes.mouseTrackingMode).toBe("drag");
    shell.write("k");
    await shell.untilText("1 of 1000000");
    shell.write("q");
    await shell.untilText("ended 3");
    expectRestored(shell);
  });
});
