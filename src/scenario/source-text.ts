// The text a program was written as: its file, or what the source map beside a built file says.

import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { StackFrame } from "./stack-frames.ts";

/** A longer file is no program anybody reads line by line. */
const BYTES_MAX = 1 << 20;

interface MapPayload {
  readonly sources?: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

const maps = new Map<string, SourceMap | null>();
const texts = new Map<string, readonly string[] | null>();

/**
 * The frame in the source that its file was built of; the frame itself where no map is beside the file, or none of its sources is wanted:
 * to read a large file's map takes longer than to show a program.
 */
export function toSource(frame: StackFrame, isWanted: (path: string) => boolean): StackFrame {
  if (!/\.[cm]?js$/.test(frame.path)) return frame;
  const entry = mapOf(frame.path, isWanted)?.findEntry(frame.line - 1, frame.column - 1);
  if (entry === undefined || !("originalSource" in entry)) return frame;
  return {
    path: pathIn(dirname(frame.path), entry.originalSource),
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

function mapOf(path: string, isWanted: (path: string) => boolean): SourceMap | null {
  let map = maps.get(path);
  if (map === undefined) maps.set(path, (map = readMap(path, isWanted)));
  return map;
}

function readMap(path: string, isWanted: (path: string) => boolean): SourceMap | null {
  const text = read(`${path}.map`);
  if (text === null) return null;
  try {
    const payload = JSON.parse(text) as MapPayload;
    const folder = dirname(path);
    const sources = (payload.sources ?? []).map((source) => pathIn(folder, source));
    if (!sources.some(isWanted)) return null;
    // A package holds the text of its sources in its maps, and not as files.
    for (const [index, source] of sources.entries()) {
      const content = payload.sourcesContent?.[index] ?? null;
      if (content !== null) texts.set(source, linesOf(content));
    }
    return new SourceMap(payload as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    // Whatever it is, it maps nothing.
    return null;
  }
}

/** A source as a map names it: by a URL, or from the folder the map is in. */
function pathIn(folder: string, source: string): string {
  return source.startsWith("file:") ? fileURLToPath(source) : resolve(folder, decodeURI(source));
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
