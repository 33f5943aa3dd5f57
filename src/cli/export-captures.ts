// `export` of captures as pcapng: cut, merged, shifted in time, made anonymous.

import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import { instantAfter, isWithin, parseFrames, parseInstant } from "../capture/edit/cut.ts";
import type { Cut, Instant } from "../capture/edit/cut.ts";
import { NotAnonymous, TimeOutOfRange } from "../capture/edit/edited-packets.ts";
import { editedChunks } from "../capture/edit/write-edited.ts";
import { InputError } from "../scenario/input-error.ts";
import { compileDisplayFilter } from "./display-filter.ts";
import { parseSpan } from "./durations.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";
import { writeChunks } from "./output-file.ts";
import { openDecoded, tellProblems } from "./capture-session.ts";

export interface EditFlags extends KeyLogFlags {
  readonly filter?: string;
  readonly frames?: string;
  readonly after?: string;
  readonly before?: string;
  readonly shift?: string;
  /** True for the seed that is taken where none is given. */
  readonly anonymise?: string | true;
}

const SEED = "wirelab";

/** Whether a flag asks for anything only captures can have done to them. */
export function isEdited(flags: EditFlags): boolean {
  const { filter, frames, after, before, shift, anonymise } = flags;
  return [filter, frames, after, before, shift, anonymise].some((flag) => flag !== undefined);
}

/** Writes the packets of `paths` as one pcapng file; exit code 2 where one of them is damaged. Throws `InputError` or `CaptureError`. */
export async function exportCaptures(
  paths: readonly string[],
  flags: EditFlags,
  output: string | undefined,
): Promise<void> {
  const filter = compileDisplayFilter(flags.filter ?? "");
  const frames = flags.frames === undefined ? [] : parseFrames(flags.frames);
  if (frames === null)
    throw new InputError(`--frames ${flags.frames}: want numbers and ranges, as in 1-100,205`);
  const shift = flags.shift === undefined ? undefined : parseSpan("--shift", flags.shift);
  const seed = flags.anonymise === true ? SEED : flags.anonymise;
  const captures: Capture[] = [];
  try {
    for (const path of paths) captures.push(await openDecoded(path, flags));
    const sources = captures.map((capture) => {
      const cut: Cut = {
        frames,
        ...moment("after", flags.after, capture),
        ...moment("before", flags.before, capture),
      };
      const passes = filter.on(capture.trace, contextOf(capture));
      return {
        capture,
        rows: rowsOf(capture, (row) => isWithin(capture.trace.packets, row, cut) && passes(row)),
      };
    });
    const options = {
      ...(shift === undefined ? {} : { shift }),
      ...(seed === undefined ? {} : { anonymousSeed: seed }),
    };
    writeChunks(output, editedChunks(sources, options), paths);
    for (const capture of captures) if (tellProblems(capture)) process.exitCode = 2;
  } catch (error) {
    if (error instanceof TimeOutOfRange) throw new InputError(`--shift ${flags.shift}: ${error.message}`);
    if (error instanceof NotAnonymous)
      throw new InputError(`--anonymise: ${error.message}; -Y or --frames leaves it out`);
    throw error;
  } finally {
    for (const capture of captures) capture.close();
  }
}

/** `--after` or `--before`: a day and time, or a time after the capture's first packet. */
function moment(name: "after" | "before", text: string | undefined, capture: Capture): Partial<Cut> {
  if (text === undefined) return {};
  let at: Instant | null = parseInstant(text);
  if (at === null) {
    if (/^\d{4}-/.test(text))
      throw new InputError(`--${name} ${text}: want a time as in 2020-06-10T09:21:03.5Z`);
    at = instantAfter(capture.trace.packets, 0, parseSpan(`--${name}`, text));
  }
  return { [name]: at };
}

function* rowsOf(capture: Capture, isKept: (row: number) => boolean): Generator<number> {
  for (let row = 0; row < capture.trace.packets.count; row++) if (isKept(row)) yield row;
}
