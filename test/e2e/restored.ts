/** What a terminal must be like once a program has left it. */

import { expect } from "vitest";

import type { PtyProgram } from "./pty.ts";

/** What must hold once a program has left: everything it switched on is off. */
export function expectRestored(program: PtyProgram): void {
  const { terminal } = program;
  expect(terminal.buffer.active.type).toBe("normal");
  expect(terminal.modes.mouseTrackingMode).toBe("none");
  expect(terminal.modes.applicationCursorKeysMode).toBe(false);
  expect(terminal.modes.applicationKeypadMode).toBe(false);
  for (const mode of ["1000", "1002", "1003", "1005", "1006", "1049"])
    expect(lastSwitch(program, mode)).not.toBe("h");
  expect(lastSwitch(program, "25")).not.toBe("l");
  expect(program.screen()).not.toContain("Packets");
}

/** The last `h` or `l` written for a private mode, null for none. */
export function lastSwitch(program: PtyProgram, mode: string): string | null {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
  const switches = [...program.output.matchAll(/\u001B\[\?([\d;]+)([hl])/g)];
  return switches.findLast(([, modes]) => modes.split(";").includes(mode))?.[2] ?? null;
}
