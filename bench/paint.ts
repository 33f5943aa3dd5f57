// Milliseconds a painted frame takes at 200x60, from the message to the bytes for the terminal (update, view,
// comparison, escape sequences): `npx tsx bench/paint.ts`. Target: below 16 ms.

import { EventEmitter } from "node:events";
import { pathToFileURL } from "node:url";

import { runApp, type TerminalHost } from "../src/tui/terminal.ts";
import { Grid } from "../src/tui/render/grid.ts";
import { darkTheme } from "../src/tui/theme.ts";
import { showcase } from "../test/tui/showcase.ts";

const WIDTH = 200;
const HEIGHT = 60;
const WARM_UP = 100;
const FRAMES = 400;

export interface PaintMeasurement {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly bytesPerFrame: number;
}

/** A terminal of the given size that counts what is written to it. */
class CountingOutput extends EventEmitter {
  readonly isTTY = true;
  readonly columns = WIDTH;
  readonly rows = HEIGHT;
  readonly writable = true;
  bytes = 0;

  write(text: string): boolean {
    this.bytes += Buffer.byteLength(text);
    return true;
  }
}

class NoInput extends EventEmitter {
  readonly isTTY = true;
  readonly isRaw = true;

  setRawMode(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  pause(): this {
    return this;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function measure(name: string, view: (frame: number) => Grid): Promise<PaintMeasurement> {
  const output = new CountingOutput();
  const started: { host: TerminalHost<number> | null } = { host: null };
  const running = runApp<number, number, "start">(
    {
      initial: 0,
      effects: ["start"],
      update: (_, frame) => [frame, []],
      view,
      fromTerminal: () => null,
      perform: (_, host) => {
        started.host = host;
      },
    },
    { input: new NoInput(), output: output as unknown as NodeJS.WriteStream },
  );
  const times: number[] = [];
  let before = 0;
  for (let frame = 1; frame <= WARM_UP + FRAMES; frame++) {
    if (frame === WARM_UP + 1) before = output.bytes;
    const from = performance.now();
    started.host?.dispatch(frame);
    await turn();
    if (frame > WARM_UP) times.push(performance.now() - from);
  }
  const bytesPerFrame = Math.round((output.bytes - before) / FRAMES);
  started.host?.quit();
  await running;
  times.sort((a, b) => a - b);
  return {
    name,
    medianMs: times[Math.floor(FRAMES / 2)],
    p95Ms: times[Math.floor(FRAMES * 0.95)],
    bytesPerFrame,
  };
}

/** All cases, in order; prints nothing. */
export async function measurePainting(): Promise<PaintMeasurement[]> {
  const noise = [0, 1].map((shift) => {
    const grid = new Grid(WIDTH, HEIGHT);
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      grid.put(
        i % WIDTH,
        Math.floor(i / WIDTH),
        String.fromCharCode(33 + ((i + shift) % 90)),
        (((i + shift) % 216) << 9) | 235,
      );
    }
    return grid;
  });
  const rows = [0, 1].map((frame) => {
    const grid = showcase(WIDTH, HEIGHT, darkTheme, { selected: 0, top: 0, help: false });
    grid.put(1, HEIGHT >> 1, `row ${frame} `.repeat(WIDTH).slice(0, WIDTH - 2), darkTheme.text);
    return grid;
  });
  return [
    await measure("one row changes", (frame) => rows[frame % 2]),
    await measure("selection moves a row", (frame) =>
      showcase(WIDTH, HEIGHT, darkTheme, { selected: frame % 20, top: 0, help: false }),
    ),
    await measure("list scrolls a page", (frame) =>
      showcase(WIDTH, HEIGHT, darkTheme, { selected: frame * 20, top: frame * 20, help: false }),
    ),
    await measure("every cell changes character and colour", (frame) => noise[frame % 2]),
  ];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const result of await measurePainting()) {
    const { name, medianMs, p95Ms, bytesPerFrame } = result;
    console.log(
      `${name.padEnd(42)} median ${medianMs.toFixed(2).padStart(6)} ms   p95 ${p95Ms.toFixed(2).padStart(6)} ms   ${bytesPerFrame} bytes`,
    );
  }
}
