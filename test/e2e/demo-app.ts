/** A small program for the terminal tests: the showcase, moved with keys and mouse. Arguments: how it ends badly. */

import { writeSync } from "node:fs";

import { PLAIN } from "../../src/tui/render/grid.ts";
import { runApp, type TerminalMessage } from "../../src/tui/terminal.ts";
import { darkTheme } from "../../src/tui/theme.ts";
import { scrollTo } from "../../src/tui/widgets/scroll.ts";
import { showcase } from "../tui/showcase.ts";

interface Model {
  readonly selected: number;
  readonly top: number;
  readonly last: string;
  readonly ticks: number;
}

type Message = TerminalMessage | { readonly kind: "tick" };
type Effect = "quit" | "tick" | "throw" | "reject" | "exit";

function update(model: Model, message: Message): readonly [Model, readonly Effect[]] {
  if (message.kind === "tick") return [{ ...model, ticks: model.ticks + 1 }, []];
  if (message.kind === "resize") return [model, []];
  if (message.kind === "mouse") {
    const last = `${message.action} ${message.button} ${message.x},${message.y}`;
    const step = { wheelup: -3, wheeldown: 3, click: 0, drag: 0, release: 0 }[message.action];
    return [move({ ...model, last }, step), []];
  }
  const next = { ...model, last: `key ${message.key}` };
  switch (message.key) {
    case "q":
      return [next, ["quit"]];
    case "t":
      return [next, ["tick"]];
    case "e":
      throw new Error("thrown in update");
    case "w":
      return [next, ["throw"]];
    case "p":
      return [next, ["reject"]];
    case "x":
      return [next, ["exit"]];
    case "down":
    case "j":
      return [move(next, 1), []];
    case "up":
    case "k":
      return [move(next, -1), []];
    default:
      return [next, []];
  }
}

function move(model: Model, by: number): Model {
  const selected = Math.max(0, model.selected + by);
  return { ...model, selected, top: scrollTo(model.top, selected, 5, 1_000_000) };
}

try {
  const code = await runApp<Model, Message, Effect>({
    initial: { selected: 0, top: 0, last: "", ticks: 0 },
    update,
    view(model, size) {
      const grid = showcase(size.width, size.height, darkTheme, { ...model, help: false });
      grid.put(
        0,
        size.height - 1,
        ` ${size.width}x${size.height} ticks=${model.ticks} [${model.last}] `,
        PLAIN,
      );
      return grid;
    },
    fromTerminal: (message) => message,
    perform(effect, host) {
      if (effect === "quit") host.quit(3);
      else if (effect === "tick") host.after("t", 5, { kind: "tick" });
      else if (effect === "exit") process.exit(5);
      else if (effect === "reject") void Promise.reject(new Error("rejected in an effect"));
      else {
        setImmediate(() => {
          throw new Error("thrown in an effect");
        });
      }
    },
  });
  writeSync(1, `ended ${code}\n`);
  process.exitCode = code;
} catch (error) {
  writeSync(2, `failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
