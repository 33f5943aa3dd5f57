// `-z follow,tcp,ascii,N` and its like: a stream's data as tshark prints it, each side's in turn.

import type { DissectContext } from "../dissect/dissect.ts";
import { followStream, segmentBytes } from "../reassembly/follow.ts";
import type { FollowEnd, FollowSegment } from "../reassembly/follow.ts";
import type { Trace } from "../../trace/trace.ts";
import { messageParts } from "./follow-messages.ts";
import type { MessagePart, MessageProtocol } from "./follow-messages.ts";
import { tlsContents } from "./follow-tls.ts";

export type FollowProtocol = "tcp" | "udp" | "tls" | MessageProtocol;
export type FollowMode = "ascii" | "hex" | "raw" | "yaml";

/** The names of both, for reading what a user asks. */
export const FOLLOW_PROTOCOLS: readonly FollowProtocol[] = ["tcp", "udp", "tls", "http", "websocket"];
export const FOLLOW_MODES: readonly FollowMode[] = ["ascii", "hex", "raw", "yaml"];

const RULE = "=".repeat(67);
const HEX_WIDTH = 16;
/** Bytes a line of base64. */
const BASE64_WIDTH = 57;

/** A run of bytes from one side: 0 is who the stream is shown to begin with. */
interface Piece {
  readonly row: number;
  readonly direction: 0 | 1;
  readonly bytes: Uint8Array;
}

interface Pieces {
  /** The second is not there where nobody says who it is. */
  readonly ends: readonly [FollowEnd, FollowEnd?] | null;
  readonly pieces: readonly Piece[];
}

/** Which of a stream's pieces are shown: `first` to `last`, from 1. */
export interface PieceRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The lines of `stream` (numbered as in `tcp.stream`); the second side's are set off by a tab. `yaml` is a document of both ends and
 * the pieces, each in base64 with its packet and time.
 */
export function* printFollow(
  trace: Trace,
  context: DissectContext,
  protocol: FollowProtocol,
  mode: FollowMode,
  stream: number,
  range: PieceRange,
): Generator<string> {
  const { ends, pieces } = piecesOf(trace, context, protocol, stream);
  if (mode === "yaml") {
    yield* yamlLines(trace, ends, pieces.slice(range.first - 1, range.last));
    return;
  }
  yield "";
  yield RULE;
  yield `Follow: ${protocol},${mode}`;
  yield `Filter: ${protocol === "udp" ? "udp" : "tcp"}.stream eq ${stream}`;
  yield `Node 0: ${endText(ends?.[0])}`;
  yield `Node 1: ${endText(ends?.[1])}`;
  const sent: [number, number] = [0, 0];
  for (const [i, { direction, bytes }] of pieces.entries()) {
    const indent = direction === 1 ? "\t" : "";
    if (i + 1 < range.first || i + 1 > range.last) {
      // Passed over, but counted in the offsets of what follows.
    } else if (mode === "ascii") {
      yield `${indent}${bytes.length}`;
      yield asciiText(bytes);
    } else if (mode === "raw") {
      yield `${indent}${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`;
    } else {
      yield* hexText(bytes, sent[direction], indent);
    }
    sent[direction] += bytes.length;
  }
  yield RULE;
}

function piecesOf(trace: Trace, context: DissectContext, protocol: FollowProtocol, stream: number): Pieces {
  switch (protocol) {
    case "tcp":
    case "udp":
      return piecesOfStream(trace, context, protocol, stream);
    case "tls":
      return piecesOfTls(trace, context, stream);
    case "http":
    case "websocket":
      return piecesOfMessages(trace, context, protocol, stream);
  }
}

function piecesOfStream(
  trace: Trace,
  context: DissectContext,
  protocol: "tcp" | "udp",
  stream: number,
): Pieces {
  const { reassembly } = context;
  const options = reassembly === undefined ? { protocol } : { protocol, reassembly };
  const { segments, ends } = followStream(trace, stream, options);
  // What the capture's snap length cut off is passed over.
  const shown = segments.filter(
    (segment) => segment.kind !== "gap" || segment.reason !== "cut by snap length",
  );
  const pieces = shown.map((segment) => ({
    row: segment.row,
    direction: segment.direction,
    bytes: bytesOf(trace, context, segment),
  }));
  // Of datagrams tshark takes note once one has data.
  return { ends: protocol === "udp" && segments.length === 0 ? null : ends, pieces };
}

/** The side that sends the first message is shown first, whoever opened the connection. */
function piecesOfMessages(
  trace: Trace,
  context: DissectContext,
  protocol: MessageProtocol,
  stream: number,
): Pieces {
  const parts = [...messageParts(trace, context, protocol, stream)];
  if (parts.length === 0) return { ends: null, pieces: [] };
  const [{ from, to }] = parts;
  return { ends: [from, to], pieces: piecesFrom(parts, from) };
}

/** The side whose record is the first that was opened is shown first; who the other is tshark does not say. */
function piecesOfTls(trace: Trace, context: DissectContext, stream: number): Pieces {
  const { first, parts } = tlsContents(trace, context, stream);
  return first === null ? { ends: null, pieces: [] } : { ends: [first], pieces: piecesFrom(parts, first) };
}

function piecesFrom(parts: readonly MessagePart[], first: FollowEnd): Piece[] {
  return parts.map(({ row, from, bytes }) => {
    const isFirst = from.address === first.address && from.port === first.port;
    return { row, direction: isFirst ? 0 : 1, bytes };
  });
}

function* yamlLines({ packets }: Trace, ends: Pieces["ends"], pieces: readonly Piece[]): Generator<string> {
  yield "peers:";
  for (const peer of [0, 1] as const) {
    yield `  - peer: ${peer}`;
    yield `    host: ${ends?.[peer]?.address ?? ""}`;
    yield `    port: ${ends?.[peer]?.port ?? 0}`;
  }
  yield "packets:";
  for (const { row, direction, bytes } of pieces) {
    yield `  - packet: ${row + 1}`;
    yield `    peer: ${direction}`;
    yield `    timestamp: ${(packets.seconds[row] + packets.nanoseconds[row] / 1e9).toFixed(9)}`;
    yield "    data: !!binary |";
    for (let at = 0; at < bytes.length; at += BASE64_WIDTH) {
      yield `      ${Buffer.from(bytes.subarray(at, at + BASE64_WIDTH)).toString("base64")}`;
    }
  }
}

function endText(end: FollowEnd | undefined): string {
  if (end === undefined) return ":0";
  return end.address.includes(":") ? `[${end.address}]:${end.port}` : `${end.address}:${end.port}`;
}

/** What is missing is said in the data's place. */
function bytesOf(trace: Trace, context: DissectContext, segment: FollowSegment): Uint8Array {
  if (segment.kind === "data") return segmentBytes(trace, segment, context.reassembly);
  return Buffer.from(`[${segment.length} bytes missing in capture file]\0`, "latin1");
}

/** Line breaks stay; whatever else a terminal might obey becomes a dot. */
function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const isShown = (byte >= 32 && byte < 127) || byte === 10 || byte === 13;
    text += isShown ? String.fromCharCode(byte) : ".";
  }
  return text;
}

/** As in tshark, a blank that would be a line's last is left out, unless it is the last of the first half. */
function* hexText(bytes: Uint8Array, offset: number, indent: string): Generator<string> {
  for (let at = 0; at < bytes.length; at += HEX_WIDTH) {
    let hex = "";
    let text = "";
    const end = Math.min(at + HEX_WIDTH, bytes.length);
    for (let i = at; i < end; i++) {
      const isHalf = i - at === HEX_WIDTH / 2;
      hex += `${isHalf ? "  " : " "}${bytes[i].toString(16).padStart(2, "0")}`;
      text += `${isHalf ? " " : ""}${bytes[i] >= 32 && bytes[i] < 127 ? String.fromCharCode(bytes[i]) : "."}`;
    }
    yield `${indent}${(offset + at).toString(16).toUpperCase().padStart(8, "0")} ${hex.padEnd(HEX_WIDTH * 3 + 1)}  ${end - at === HEX_WIDTH / 2 ? text : text.replace(/ $/, "")}`;
  }
}
