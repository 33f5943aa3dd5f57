// `wirelab record`: plays a tape on the dashboard, without a terminal, and writes down what it shows. The same bytes every time.

import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Command } from "commander";
import { InputError, suggest } from "../scenario/input-error.ts";
import { hasScreen, SCREEN_NAMES } from "../tui/model.ts";
import { framesToSvg } from "../tui/render/animated-svg.ts";
import { toAsciicast } from "../tui/render/asciicast.ts";
import type { CastFrame } from "../tui/render/asciicast.ts";
import { heldFrames } from "../tui/render/frames.ts";
import { framesToGif } from "../tui/render/gif.ts";
import { gridToText } from "../tui/render/text.ts";
import type { Played } from "../tui/tape/player.ts";
import { parseTape, TapeError } from "../tui/tape/tape.ts";
import type { Tape } from "../tui/tape/tape.ts";
import { themes } from "../tui/theme.ts";
import { collect, parseChoice } from "./arguments.ts";
import { runTape } from "./dashboard-app.ts";
import { openSource } from "./dashboard-opening.ts";
import { StillSource } from "./dashboard-source.ts";
import type { DashboardSource, LabSettings } from "./dashboard-source.ts";
import { writeOutput } from "./output-file.ts";
import { pictureOf } from "./picture.ts";
import type { Picture } from "./picture.ts";
import { screenStart } from "./screen-start.ts";
import { openFraming } from "./verify-open.ts";

const FORMATS = [".cast", ".svg", ".gif", ".txt"] as const;
type Format = (typeof FORMATS)[number];

/** Tapes are written by hand. */
const TAPE_BYTES_MAX = 1 << 20;

interface RecordFlags {
  readonly output?: string[];
}

export function addRecord(program: Command): void {
  program
    .command("record <tape>")
    .description("play a tape of keys on the dashboard and record the screens, on a clock of its own")
    .option(
      "-o, --output <file>",
      "file for the recording: .cast (asciicast), .svg, .gif or .txt; several times for several; asciicast to standard output by default",
      collect,
    )
    .action(record);
}

async function record(path: string, flags: RecordFlags): Promise<void> {
  const tape = readTape(path);
  const outputs = [...tape.outputs, ...(flags.output ?? [])];
  const formats = outputs.map(formatOf);
  const { frames, snapshots } = await play(path, tape);
  for (const { path, grid } of snapshots)
    writeOutput(path, pictureOf(grid, extname(path).slice(1) as Picture));
  try {
    for (const [i, file] of outputs.entries()) writeOutput(file, recordingOf(frames, formats[i], tape.opens));
  } catch (error) {
    throw error instanceof RangeError ? new InputError(`${path}: ${error.message}`) : error;
  }
  if (outputs.length === 0 && snapshots.length === 0) writeOutput(undefined, toAsciicast(frames));
}

/** What the tape in file `path` shows when it is played. Throws `InputError`. */
export async function playedTape(path: string): Promise<readonly CastFrame[]> {
  return (await play(path, readTape(path))).frames;
}

async function play(path: string, tape: Tape): Promise<Played> {
  try {
    return await playOn(tape);
  } catch (error) {
    if (error instanceof TapeError) throw new InputError(`${path}:${error.message}`);
    if (error instanceof RangeError) throw new InputError(`${path}: ${error.message}`);
    throw error;
  }
}

function readTape(path: string): Tape {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`);
  const text = readFileSync(path, "utf8");
  if (text.length > TAPE_BYTES_MAX) throw new InputError(`${path}: larger than a tape is, 1 MiB`);
  try {
    return parseTape(text, suggest);
  } catch (error) {
    throw error instanceof TapeError ? new InputError(`${path}:${error.message}`) : error;
  }
}

async function playOn(tape: Tape): Promise<Played> {
  const theme = parseChoice("Set Theme", tape.theme ?? "dark", [...themes.keys()]);
  const screen = tape.screen === null ? undefined : parseChoice("Set Screen", tape.screen, SCREEN_NAMES);
  const settings: LabSettings = { loopback: false, ...(tape.seed === null ? {} : { seed: tape.seed }) };
  const source: DashboardSource =
    screen === "framing"
      ? new StillSource(await openFraming(tape.opens, tape.seed ?? undefined))
      : await openSource(tape.opens, settings);
  if (screen !== undefined && !hasScreen(source.session, screen)) {
    const has = SCREEN_NAMES.filter((name) => hasScreen(source.session, name)).join(", ");
    throw new InputError(`Set Screen ${screen}: ${tape.opens} has nothing for it; use ${has}`);
  }
  return runTape(
    source,
    tape,
    {
      size: tape.size,
      ...(screen === undefined ? {} : { screen }),
      ...(tape.playing ? { step: 0, playing: true } : {}),
    },
    { start: { ...screenStart({ state: false, theme }) }, settings },
  );
}

function formatOf(path: string): Format {
  const format = FORMATS.find((known) => path.endsWith(known));
  if (format === undefined)
    throw new InputError(`--output ${path}: want a name that ends in ${FORMATS.join(", ")}`);
  return format;
}

function recordingOf(frames: readonly CastFrame[], format: Format, title: string): string | Uint8Array {
  switch (format) {
    case ".cast":
      return toAsciicast(frames, { title });
    case ".svg":
      return framesToSvg(frames, { title });
    case ".gif":
      return framesToGif(frames);
    case ".txt":
      return heldFrames(frames, 1, 1000)
        .map(({ grid, fromMs }) => `--- ${fromMs} ms ---\n${gridToText(grid)}`)
        .join("");
  }
}
