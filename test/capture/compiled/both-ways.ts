// Lines of fields, and of the list, as compiled code writes them, many at once, and as they are written without it.

import { FOURTEEN_FIELDS } from "../../../bench/read-peers.ts";
import type { Capture } from "../../../src/capture/capture.ts";
import { openCapture, openChunks } from "../../../src/capture/open.ts";
import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import type { DecodeAs } from "../../../src/capture/dissect/decode-as.ts";
import { compileFilter, isFilterError } from "../../../src/capture/filter/compile.ts";
import type { Filter } from "../../../src/capture/filter/compile.ts";
import { fieldsWriter } from "../../../src/capture/print/fields.ts";
import { LineBytes, linesOf } from "../../../src/capture/print/line-bytes.ts";
import type { LineWriter } from "../../../src/capture/print/line-bytes.ts";
import { textWriter } from "../../../src/capture/print/text.ts";

/** Fields that compiled code writes. */
export const FIELDS = ["ipv6.src", "ipv6.dst", ...FOURTEEN_FIELDS] as const;
const MORE_FIELDS = ["frame.len", "_ws.col.Protocol", "_ws.col.Info"] as const;

/** What lines have: these fields, or the columns of the list. */
export type LineKind = readonly string[] | "list";
/** All that compiled code writes. */
export const KINDS: readonly LineKind[] = [FIELDS, MORE_FIELDS, "list"];

/** Digits of times in the list. */
const DECIMALS = 6;

function writerOf(capture: Capture, kind: LineKind, digits: number): LineWriter {
  const decimals = (): number => digits;
  return kind === "list"
    ? textWriter(capture.trace, contextOf(capture), { timeDecimals: decimals, commonTimeDecimals: decimals })
    : fieldsWriter(capture.trace, kind, contextOf(capture));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The lines of a capture as many as can be at once, where the user said `rules`; null where each is written by itself. */
export async function linesAtOnce(
  file: string,
  kind: LineKind,
  rules: readonly DecodeAs[] = [],
  decimals = DECIMALS,
): Promise<string[] | null> {
  const capture = await openCapture(file, { lazy: true });
  decodeCaptureAs(capture, rules);
  try {
    const { packets } = capture.trace;
    const { many } = writerOf(capture, kind, decimals);
    if (many === undefined) return null;
    const out = new LineBytes(packets.memory);
    let text = "";
    let row = 0;
    // As packets come, so that what was read last is at hand.
    for (let isWhole = false; !isWhole;) {
      isWhole = await capture.indexSome(0);
      while (row < packets.count) {
        const next = many(row, packets.count, out);
        row = next;
        text += out.textFrom(0);
        out.length = 0;
      }
    }
    return text.split("\n").slice(0, -1);
  } finally {
    capture.close();
  }
}

/** The same lines, each by itself, of a capture that came as a stream and of which nothing was compiled. */
export async function linesEach(
  bytes: Uint8Array,
  kind: LineKind,
  rules: readonly DecodeAs[] = [],
  decimals = DECIMALS,
): Promise<string[]> {
  const capture = await openChunks(once(bytes), "-");
  decodeCaptureAs(capture, rules);
  try {
    const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
    return [...linesOf(writerOf(capture, kind, decimals), rows)];
  } finally {
    capture.close();
  }
}

/** The rows of a capture that pass `filter`, asked for as packets come, and of one that came as a stream. */
export async function rowsPassing(file: string, filter: string): Promise<number[]> {
  const capture = await openCapture(file, { lazy: true });
  try {
    const passes = filterOf(filter).on(capture.trace, contextOf(capture));
    const rows: number[] = [];
    let row = 0;
    for (let isWhole = false; !isWhole;) {
      isWhole = await capture.indexSome(0);
      for (; row < capture.trace.packets.count; row++) if (passes(row)) rows.push(row);
    }
    return rows;
  } finally {
    capture.close();
  }
}

export async function rowsPassingEach(bytes: Uint8Array, filter: string): Promise<number[]> {
  const capture = await openChunks(once(bytes), "-");
  try {
    const { trace } = capture;
    const passes = filterOf(filter).on(trace, contextOf(capture));
    return Array.from({ length: trace.packets.count }, (_, row) => row).filter(passes);
  } finally {
    capture.close();
  }
}

function filterOf(text: string): Filter {
  const filter = compileFilter(text);
  if (isFilterError(filter)) throw new Error(filter.problem);
  return filter;
}
