// All that the index holds of a capture, as texts to be compared: with compiled code and without.

import { writeFileSync } from "node:fs";

import { expect } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { compiledPacketsOf } from "../../../src/capture/compiled/packets.ts";
import { openCapture, openChunks } from "../../../src/capture/open.ts";
import { NO_STREAM, PROTOCOL } from "../../../src/trace/packets.ts";

const COLUMNS = [
  "seconds",
  "nanoseconds",
  "offset",
  "capturedLength",
  "length",
  "interfaceId",
  "protocol",
  "source",
  "destination",
  "networkOffset",
  "transportOffset",
  "payloadOffset",
  "sourcePort",
  "destinationPort",
  "payloadLength",
  "tcpSeq",
  "tcpAck",
  "tcpFlags",
  "tcpWindow",
  "stream",
  "analysis",
] as const;

type Indexed = Pick<Capture, "trace" | "streams" | "analysis">;

/** Everything that the index holds of each row, one text a row, and of the addresses and streams. */
export function contents({ trace, streams, analysis }: Indexed): string[] {
  const { packets: table } = trace;
  const { addresses } = table;
  const lines: string[] = [];
  const numbers = { seq: 0, ack: 0, window: 0, direction: 0 };
  for (let row = 0; row < table.count; row++) {
    const stream = table.stream[row];
    const columns = COLUMNS.map((name) => table[name][row]);
    const found = [
      analysis.acksRow(row),
      analysis.relatedRow(row),
      analysis.duplicateAckNumber(row),
      analysis.bytesInFlight(row),
      analysis.pushBytesSent(row),
      analysis.tsVal(row),
      analysis.tsEcr(row),
    ];
    if (table.protocol[row] === PROTOCOL.tcp && stream !== NO_STREAM) {
      streams.numbers(table, row, numbers);
      found.push(numbers.seq, numbers.ack, numbers.window, numbers.direction, analysis.initialRttNs(row));
      found.push(Number(analysis.closesFirst(row)), streams.tcpFirstRow(stream));
      for (const side of [0, 1] as const) {
        const { base, windowScale } = streams.tcpDirection(stream, side, row);
        found.push(base ?? -1, windowScale);
      }
    }
    lines.push(`${columns.join(" ")} | ${found.join(" ")}`);
  }
  const texts = Array.from({ length: addresses.size }, (_, i) => addresses.text(i + 1));
  return [...lines, texts.join(" "), `${streams.tcpCount} ${streams.udpCount}`];
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What a file holds, to be written to `path`, with compiled code and without: it is for ordinary files. */
export async function bothWays(
  path: string,
  file: Uint8Array,
): Promise<{ compiled: string[]; around: string[] }> {
  writeFileSync(path, file);
  const capture = await openCapture(path);
  const chunks = await openChunks(once(file), "-");
  try {
    expect(compiledPacketsOf(capture.trace.packets)).not.toBeNull();
    expect(compiledPacketsOf(chunks.trace.packets)).toBeNull();
    // A stream's bytes go elsewhere.
    chunks.trace.packets.offset.set(capture.trace.packets.offset.subarray(0, capture.trace.packets.count));
    return {
      compiled: [...contents(capture), ...problemsOf(capture)],
      around: [...contents(chunks), ...problemsOf(chunks)],
    };
  } finally {
    capture.close();
    chunks.close();
  }
}

function problemsOf({ problems }: Capture): string[] {
  return problems.map(({ message, offset, packet }) => `${packet} ${offset} ${message}`);
}
