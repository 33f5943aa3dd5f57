// `wirelab snapshot`: any screen, at any moment, after any keys, as text, ANSI, SVG or PNG. The same bytes every time.

import { extname } from "node:path";
import type { Command } from "commander";
import { LESSON_LIST } from "../scenario/catalogue.ts";
import { InputError } from "../scenario/input-error.ts";
import { hasScreen, SCREEN_NAMES } from "../tui/model.ts";
import { renderScreen } from "../tui/snapshot.ts";
import type { Moment } from "../tui/snapshot.ts";
import { themeFor, themeNamed, themes } from "../tui/theme.ts";
import { parseChoice, parseSeed, parseSize, parseWhole } from "./arguments.ts";
import { addKeyLogFlag } from "./key-log-flag.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";
import { addNetworkFlags } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { addThemeFlag } from "./screen-flags.ts";
import { writeOutput } from "./output-file.ts";
import { PICTURES, pictureOf } from "./picture.ts";
import type { Picture } from "./picture.ts";
import { openSession } from "./source.ts";
import { openFraming } from "./verify-open.ts";

interface SnapshotFlags extends NetworkFlags, KeyLogFlags {
  readonly screen?: string;
  readonly size: string;
  readonly format?: string;
  readonly at?: string;
  readonly keys?: string;
  readonly loopback?: true;
  readonly theme?: string;
  readonly output?: string;
}

export function addSnapshot(program: Command): void {
  const command = program
    .command("snapshot <what>")
    .description("a screen of a lesson, scenario file, capture or codec, without a terminal")
    .option(
      "--screen <name>",
      `${SCREEN_NAMES.join(", ")} (default: lab, for a capture packets); framing is for a codec's file`,
    )
    .option("--size <WxH>", "in cells", "120x40")
    .option("--format <format>", "txt, ansi, svg or png; by default what --output's name ends in, else txt")
    .option("--at <moment>", "end, a step (12), or a time (20.5ms, 1.2s); by default where the screen opens")
    .option("--keys <keys>", "keys pressed first, separated by spaces: 2 j j enter")
    .option("--loopback", "run on real sockets too; then times differ from run to run")
    .option("-o, --output <file>", "file to write; standard output by default");
  addKeyLogFlag(addThemeFlag(addNetworkFlags(command))).action(snapshot);
}

async function snapshot(what: string, flags: SnapshotFlags): Promise<void> {
  const format = formatOf(flags);
  const size = parseSize(flags.size);
  if (flags.theme !== undefined) parseChoice("--theme", flags.theme, [...themes.keys()]);
  const at = flags.at === undefined ? undefined : parseMoment(flags.at);
  const screen = flags.screen === undefined ? undefined : parseChoice("--screen", flags.screen, SCREEN_NAMES);
  if (format === "png" && flags.output === undefined && process.stdout.isTTY) {
    throw new InputError("--format png: name a file with --output");
  }
  const session =
    screen === "framing"
      ? await openFraming(what, flags.seed === undefined ? undefined : parseSeed(flags.seed))
      : await openSession(what, flags, flags.loopback === true);
  if (screen !== undefined && !hasScreen(session, screen)) {
    const has = SCREEN_NAMES.filter((name) => hasScreen(session, name)).join(", ");
    throw new InputError(`--screen ${screen}: ${what} has nothing for it; use ${has}`);
  }
  const grid = renderScreen(session, {
    size,
    lessons: LESSON_LIST,
    theme: flags.theme === undefined ? themeFor(process.env) : themeNamed(flags.theme),
    keys: (flags.keys ?? "").split(/\s+/).filter((key) => key !== ""),
    ...(at === undefined ? {} : { at }),
    ...(screen === undefined ? {} : { screen }),
    codecs: (await import("../tui/stream-codecs.ts")).streamCodecs(),
  });
  writeOutput(flags.output, pictureOf(grid, format));
}

function formatOf({ format, output }: SnapshotFlags): Picture {
  if (format !== undefined) return parseChoice("--format", format, PICTURES);
  const ending = extname(output ?? "").toLowerCase();
  return PICTURES.find((picture) => ending === `.${picture}`) ?? "txt";
}

function parseMoment(text: string): Moment {
  if (text === "end") return "end";
  if (/^\d+$/.test(text)) return { step: parseWhole("--at", text, 0, 1e9) };
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(text);
  if (match === null)
    throw new InputError(`--at ${text}: want end, a step such as 12, or a time such as 20.5ms`);
  return { timeNs: Math.round(Number(match[1]) * { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[match[2]]!) };
}
