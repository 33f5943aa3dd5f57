import { describe, expect, it } from "vitest";
import { suggest } from "../../../src/scenario/input-error.ts";
import { parseTape, TapeError } from "../../../src/tui/tape/tape.ts";
import type { Tape } from "../../../src/tui/tape/tape.ts";

const parse = (text: string): Tape => parseTape(text, suggest);

describe("a tape", () => {
  it("opens one thing, has settings, and then what is typed", () => {
    const tape = parse(`# a comment
Open tcp-hello   # and another
Output a.cast
Set Size 80x24
Set TypingSpeed 50ms
Type "/tcp port"
Enter
Down@20ms 3
Ctrl+C
Key S-tab
Sleep 1.5s
Wait "Ladder" 2s
Click 3 4
Snapshot 'one two.png'`);
    expect(tape).toMatchObject({ opens: "tcp-hello", outputs: ["a.cast"], typingMs: 50 });
    expect(tape.size).toEqual({ width: 80, height: 24 });
    expect(tape.lines.map(({ command }) => command)).toEqual([
      { kind: "type", text: "/tcp port", everyMs: null },
      { kind: "key", key: "enter", times: 1, everyMs: null },
      { kind: "key", key: "down", times: 3, everyMs: 20 },
      { kind: "key", key: "C-c", times: 1, everyMs: null },
      { kind: "key", key: "S-tab", times: 1, everyMs: null },
      { kind: "sleep", ms: 1500 },
      { kind: "wait", text: "Ladder", withinMs: 2000 },
      { kind: "mouse", action: "click", x: 3, y: 4 },
      { kind: "snapshot", path: "one two.png" },
    ]);
    expect(tape.lines[0].line).toBe(6);
  });

  it.each([
    ["Sleep 1s", "1:1: nothing is opened: begin with Open and a lesson or a file"],
    ["Open a\nOpen b", "2:1: a tape opens one thing only"],
    ["Open a\nEnter\nSet Size 80x24", "3:1: Set comes before what is typed"],
    ["Open a\nSnapsot x.png", "2:1: no command called Snapsot (did you mean Snapshot?)"],
    ["Open a\nSet Sise 80x24", "2:5: no setting called Sise (did you mean Size?)"],
    ["Open a\nSet Size 80", "2:10: 80: want WIDTHxHEIGHT as in 120x40, up to 500 each"],
    ["Open a\nSet Size 9999x9999", "2:10: 9999x9999: want WIDTHxHEIGHT as in 120x40, up to 500 each"],
    ["Open a\nDown x", "2:6: x: want how many times, 1 to 1000"],
    ["Open a\nDown 5000", "2:6: 5000: want how many times, 1 to 1000"],
    ["Open a\nDown@soon", "2:6: soon: want a time as in 500ms or 2s, up to an hour"],
    ["Open a\nSleep", "2:7: want a time as in 500ms"],
    ["Open a\nSleep 2h", "2:7: 2h: want a time as in 500ms or 2s, up to an hour"],
    ['Open a\nType "no end', "2:6: this quote has no end"],
    ["Open a\nEnter 1 2", "2:9: Enter takes no more than that"],
    ["Open a\nHide@2s", "2:1: Hide has no pace: only keys and Type have"],
    ["Open a\nSnapshot x.gif", "2:10: x.gif: want a name that ends in .txt, .ansi, .svg or .png"],
    ["Open a\nOutput x.mp4", "2:8: x.mp4: want a name that ends in .cast, .svg, .gif or .txt"],
  ])("%j is wrong: %s", (text, message) => {
    expect(() => parse(text)).toThrow(TapeError);
    expect(() => parse(text)).toThrow(message);
  });
});
