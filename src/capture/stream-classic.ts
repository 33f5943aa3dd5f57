// Classic pcap arriving as a stream, decoded by pcap-parser behind a guard.
//
// pcap-parser knows microsecond files with 16-byte record headers and trusts every length. The guard reads the file
// header first and shows it one the parser knows (a nanosecond file differs in its magic only); it hands over bytes
// only when they complete what the parser waits for, which keeps its copying linear; it ends the walk at a captured
// length that cannot be, before the parser waits for it; and it knows where the input ends inside a record. Layouts
// the parser cannot know (modified headers, swapped lengths) take our own walk.

import pcapParser from "pcap-parser";
import type { PcapPacketHeader } from "pcap-parser";

import type { CaptureBuilder } from "./builder.ts";
import { ClassicDecoder, cutText, tooLongText } from "./classic.ts";
import type { ClassicHeader } from "./classic.ts";
import { StreamFeeder } from "./feeder.ts";
import type { ChunkSink } from "./feeder.ts";
import { CLASSIC_HEADER_BYTES } from "./format.ts";
import { packetBytesMax } from "./limits.ts";

const RECORD_HEADER_BYTES = 16;

/** Thrown through the parser to leave it at once; never seen outside. */
class Stop extends Error {}

/** A sink for the bytes after the file header `fileHeader`, read into `header` already. */
export function classicStream(
  builder: CaptureBuilder,
  header: ClassicHeader,
  fileHeader: Uint8Array,
): ChunkSink {
  if (header.layout.modified || header.lengthOrder !== "captured first") {
    return new StreamFeeder(new ClassicDecoder(builder, header), CLASSIC_HEADER_BYTES);
  }
  return new GuardedParser(builder, header, fileHeader);
}

class GuardedParser implements ChunkSink {
  stopped = false;
  readonly #builder: CaptureBuilder;
  readonly #linkType: number;
  readonly #capturedMax: number;
  readonly #fractions: number;
  readonly #scale: number;
  #deliver: (bytes: Buffer) => void = () => {};
  /** The record whose data the parser waits for; null while it waits for a header. */
  #record: PcapPacketHeader | null = null;
  /** Offset in the input of the record the parser is in. */
  #recordAt = CLASSIC_HEADER_BYTES;
  /** Bytes given to the parser, from the beginning of the input. */
  #given = 0;
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(builder: CaptureBuilder, header: ClassicHeader, fileHeader: Uint8Array) {
    this.#builder = builder;
    this.#linkType = header.linkType;
    this.#capturedMax = packetBytesMax(header.linkType);
    this.#fractions = header.layout.nanoseconds ? 1e9 : 1e6;
    this.#scale = header.layout.nanoseconds ? 1 : 1000;
    const parser = pcapParser.parse({
      pause: () => {},
      resume: () => {},
      on: (event, listener) => {
        if (event === "data") this.#deliver = listener;
      },
    });
    parser.on("packetHeader", (record) => this.#begin(record));
    parser.on("packetData", (data) => this.#packet(data));
    parser.on("error", (error) => this.#refused(error));
    this.#give(microsecondHeader(fileHeader, header.layout.bigEndian));
  }

  push(chunk: Uint8Array): void {
    if (this.stopped || chunk.length === 0) return;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#missing()) return;
    const bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
    this.#held.length = 0;
    this.#heldBytes = 0;
    this.#give(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  finish(): void {
    if (this.stopped) return;
    this.stopped = true;
    const left = this.#given + this.#heldBytes - this.#recordAt;
    if (left === 0) return;
    const whole = RECORD_HEADER_BYTES + (this.#record?.capturedLength ?? 0);
    this.#builder.problem(cutText(left, RECORD_HEADER_BYTES, whole), this.#recordAt);
  }

  /** Bytes the parser needs, beyond those it has, to get further. */
  #missing(): number {
    const wanted = RECORD_HEADER_BYTES + (this.#record?.capturedLength ?? 0);
    return this.#recordAt + wanted - this.#given;
  }

  #give(bytes: Buffer): void {
    this.#given += bytes.length;
    try {
      this.#deliver(bytes);
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      this.stopped = true;
    }
  }

  #begin(record: PcapPacketHeader): void {
    if (record.capturedLength > this.#capturedMax) {
      this.#builder.problem(tooLongText(record.capturedLength, this.#linkType), this.#recordAt);
      throw new Stop();
    }
    this.#record = record;
  }

  #packet(data: Buffer): void {
    const record = this.#record;
    if (record === null) return;
    let seconds = record.timestampSeconds;
    let fraction = record.timestampMicroseconds;
    if (fraction >= this.#fractions) {
      seconds += Math.floor(fraction / this.#fractions);
      fraction %= this.#fractions;
    }
    const at = this.#recordAt + RECORD_HEADER_BYTES;
    this.#builder.packet(data, 0, data.length, record.originalLength, seconds, fraction * this.#scale, 0, at);
    this.#recordAt = at + data.length;
    this.#record = null;
  }

  /** The parser refuses file headers only, and those it is given are sound: a refusal is a defect that must show. */
  #refused(error: Error): void {
    this.#builder.problem(`the packets cannot be decoded: ${error.message}`, this.#recordAt);
    throw new Stop();
  }
}

/** `fileHeader` with the magic of a microsecond file of the same byte order. */
function microsecondHeader(fileHeader: Uint8Array, bigEndian: boolean): Buffer {
  const header = Buffer.from(fileHeader.subarray(0, CLASSIC_HEADER_BYTES));
  if (bigEndian) header.writeUInt32BE(0xa1b2c3d4, 0);
  else header.writeUInt32LE(0xa1b2c3d4, 0);
  return header;
}
