import { describe, expect, it } from "vitest";
import { tcpEchoRecv16 } from "../../../src/scenario/lessons/tcp-echo-recv16.ts";
import { openLab } from "../../../src/scenario/session.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { update } from "../../../src/tui/app.ts";
import { initialModel } from "../../../src/tui/model.ts";
import type { Model } from "../../../src/tui/model.ts";
import { darkTheme } from "../../../src/tui/theme.ts";
import { codeSpans } from "../../../src/tui/widgets/code.ts";

const session = await openLab(tcpEchoRecv16);

function shown(width: number, height: number, step: number, keys: readonly string[]): string[] {
  return gridToText(renderScreen(session, { size: { width, height }, at: { step }, keys })).split("\n");
}

/** Lines that are being executed, without what stands around them. */
function executing(lines: readonly string[]): string[] {
  return lines.flatMap((line) => [...line.matchAll(/▶ *\d+ +(.*?) *│/g)].map(([, text]) => text));
}

describe("the source of a program on the Lab", () => {
  it("stands above the calls where there is room, at the line that is executing, with its answer", () => {
    const lines = shown(200, 60, 40, []);
    expect(executing(lines)).toEqual([
      "const data = await socket.recv();   … waiting",
      "await peer.sendAll(data);   … waiting",
    ]);
    expect(lines.join("\n")).toContain("call → answer");
    expect(executing(shown(200, 60, 1000, []))).toEqual([
      "socket.close();   → ok",
      "listener.close();   → ok",
    ]);
    expect(executing(shown(200, 60, 40, ["v"]))).toEqual([]);
  });

  it("takes the place of the calls by v where there is little room", () => {
    const lines = shown(80, 24, 40, ["tab", "v"]);
    expect(executing(lines)).toEqual(["const data = await socket.recv();   … waiting"]);
    expect(lines.join("\n")).not.toContain("call → answer");
    expect(executing(shown(80, 24, 40, ["tab", "v", "v"]))).toEqual([]);
  });

  it("leaves clicks on the calls below it where they are", () => {
    const size = { width: 200, height: 60 };
    let model: Model = initialModel({ session, size });
    const row = shown(200, 60, 1000, []).findIndex((line) => line.includes("listen(128)"));
    [model] = update(model, { kind: "mouse", action: "click", x: 160, y: row });
    expect(model.focus).toBe("program:server");
    expect(
      executing(gridToText(renderScreen(session, { size, at: { step: model.step } })).split("\n"))[1],
    ).toMatch(/^await listener\.listen\(\);/);
  });
});

describe("a line of code in colours", () => {
  const coloured = (line: string): string[] =>
    codeSpans(line, darkTheme)
      .filter(({ attr }) => attr !== darkTheme.text)
      .map(({ text }) => text);

  it("has words of the language, strings, numbers and comments apart, and all of the text", () => {
    expect(coloured('for (;;) await peer.send("a // b", 0x10); // and on')).toEqual([
      "for",
      "await",
      '"a // b"',
      "0x10",
      "// and on",
    ]);
    expect(coloured("  * of a comment")).toEqual(["  * of a comment"]);
    const line = "const a = `x${b}` + 'unended";
    expect(
      codeSpans(line, darkTheme)
        .map(({ text }) => text)
        .join(""),
    ).toBe(line);
  });
});
