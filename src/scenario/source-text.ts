// The text a program was written as: its file, or what the source map beside a built file says.

import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { StackFrame } from "./stack-frames.ts";

/** A longer file is no program anybody reads line by line. */
const BYTES_MAX = 1 << 20;

interface MapPayload {
  readonly sources?: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

const maps = new Map<string, SourceMap | null>();
const texts = new Map<string, readonly string[] | null>();

/** The frame in the source that its file was built of; the frame itself where no map is beside the file. */
export function toSource(frame: StackFrame): StackFrame {
  if (!/\.[cm]?js$/.test(frame.path)) return frame;
  const entry = mapOf(frame.path)?.findEntry(frame.line - 1, frame.column - 1);
  if (entry === undefined || !("originalSource" in entry)) return frame;
  return {
    path: fileURLToPath(new URL(entry.originalSource, pathToFileURL(frame.path))),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

/** The lines of a source; null where it is nowhere to be read. What was read once stays as it was. */
export function sourceText(path: string): readonly string[] | null {
  let text = texts.get(path);
  if (text === undefined) texts.set(path, (text = linesOf(read(path))));
  return text;
}

function mapOf(path: string): SourceMap | null {
  let map = maps.get(path);
  if (map === undefined) maps.set(path, (map = readMap(path)));
  return map;
}

function readMap(path: string): SourceMap | null {
  const text = read(`${path}.map`);
  if (text === null) return null;
  try {
    const payload = JSON.parse(text) as MapPayload;
    // A package holds the text of its sources in its maps, and not as files.
    for (const [index, source] of (payload.sources ?? []).entries()) {
      const content = payload.sourcesContent?.[index] ?? null;
      if (content !== null) texts.set(fileURLToPath(new URL(source, pathToFileURL(path))), linesOf(content));
    }
    return new SourceMap(payload as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    // Whatever it is, it maps nothing.
    return null;
  }
}

function read(path: string): string | null {
  try {
    const bytes = readFileSync(path);
    return bytes.length > BYTES_MAX && !path.endsWith(".map") ? null : bytes.toString();
  } catch {
    return null;
  }
}

function linesOf(text: string | null): readonly string[] | null {
  return text === null ? null : text.split(/\r\n|\n/);
}
