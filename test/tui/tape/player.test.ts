import { describe, expect, it } from "vitest";
import { suggest } from "../../../src/scenario/input-error.ts";
import { Grid, PLAIN } from "../../../src/tui/render/grid.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { playTape } from "../../../src/tui/tape/player.ts";
import type { Played } from "../../../src/tui/tape/player.ts";
import { parseTape } from "../../../src/tui/tape/tape.ts";
import type { TerminalApp, TerminalMessage } from "../../../src/tui/terminal.ts";

type Model = readonly string[];
type Effect = { readonly wait: number } | { readonly outside: string } | { readonly quit: true };

/** Shows the words it has heard; `w` waits, `f` asks the outside, `q` quits. */
const app: TerminalApp<Model, TerminalMessage | string, Effect> = {
  initial: [],
  update(model, message) {
    if (typeof message === "string") return [[...model, message], []];
    if (message.kind === "resize") return [[...model, `${message.width}`], []];
    if (message.kind !== "key") return [model, []];
    const effects: Effect[] = [];
    if (message.key === "w") effects.push({ wait: 300 });
    if (message.key === "f") effects.push({ outside: "fetched" });
    if (message.key === "q") effects.push({ quit: true });
    return [[...model, message.key], effects];
  },
  view(model, { width, height }) {
    const grid = new Grid(width, height);
    grid.put(0, 0, model.join(" "), PLAIN);
    return grid;
  },
  fromTerminal: (message) => message,
  perform(effect, host) {
    if ("wait" in effect) return host.after("wait", effect.wait, "rang");
    if ("quit" in effect) return host.quit();
    return Promise.resolve().then(() => host.dispatch(effect.outside));
  },
};

async function play(lines: string): Promise<Played> {
  return playTape(app, parseTape(`Open x\nSet Size 40x1\nSet TypingSpeed 100ms\n${lines}`, suggest));
}

function shown({ frames }: Played): [number, string][] {
  return frames.map(({ time, grid }) => [time, gridToText(grid).trim()]);
}

describe("a tape played", () => {
  it("shows each answer when it comes, on a clock of its own", async () => {
    expect(shown(await play("Key w\nKey a\nSleep 1s"))).toEqual([
      [0, "40"],
      [0, "40 w"],
      [0.1, "40 w a"],
      [0.3, "40 w a rang"],
    ]);
  });

  it("waits for what is outside before it goes on", async () => {
    expect(shown(await play("Key f\nKey a")).at(-1)).toEqual([0.1, "40 f fetched a"]);
  });

  it("types texts, waits for what is to appear, and ends when the program does", async () => {
    const played = await play('Type "w b"\nWait "rang"\nKey q\nKey z');
    expect(shown(played).map(([, text]) => text)).toEqual([
      "40",
      "40 w",
      "40 w space",
      "40 w space b",
      "40 w space b rang",
    ]);
    await expect(play('Wait "never"')).rejects.toThrow('4:1: the screen does not come to show "never"');
  });

  it("leaves out what is hidden, and takes no time for it", async () => {
    expect(shown(await play("Hide\nKey a\nSleep 5s\nShow\nKey b"))).toEqual([
      [0, "40"],
      [0, "40 a"],
      [0, "40 a b"],
    ]);
  });

  it("takes snapshots and new sizes", async () => {
    const { snapshots } = await play("Resize 50x2\nSnapshot x.txt");
    expect(snapshots.map(({ path, grid }) => [path, gridToText(grid)])).toEqual([["x.txt", "40 50\n\n"]]);
  });
});
