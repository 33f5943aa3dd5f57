// The frames in a stream: its bytes through a codec's decoder, one at a time, so that each frame's first and last byte are known.

import type { Decoder } from "../../framing/codec.ts";
import { showValue } from "../../framing/report/show.ts";
import type { Model } from "../model.ts";
import { flowBytes } from "./flow-bytes.ts";
import { sideShown } from "./flow-data.ts";
import type { FlowSide } from "./flow-side.ts";
import { dissectedAt } from "./packet-data.ts";
import { forSlice } from "./slice.ts";

/** A codec as this screen needs it. */
export interface StreamCodec {
  readonly name: string;
  decoder(): Decoder<unknown>;
}

export interface StreamFrame {
  /** Counted from 1. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface StreamFrames {
  readonly codec: StreamCodec;
  readonly frames: readonly StreamFrame[];
  /** Bytes read so far. */
  readonly read: number;
  /** What the decoder cannot take, or what is missing, and where; frames end here. */
  readonly problem: { readonly offset: number; readonly message: string } | null;
}

/** Bytes decoded between two looks at the clock, and at most in all: nobody looks for frames behind a megabyte of them. */
const BYTES_A_LOOK = 1024;
const BYTES_MAX = 1 << 20;

class FrameReading implements StreamFrames {
  readonly codec: StreamCodec;
  readonly frames: StreamFrame[] = [];
  read = 0;
  problem: { readonly offset: number; readonly message: string } | null = null;
  readonly #decoder: Decoder<unknown>;
  #start = 0;

  constructor(codec: StreamCodec) {
    this.codec = codec;
    this.#decoder = codec.decoder();
  }

  /** Decodes a few bytes more of `side`; answers whether there are others. */
  readOn(side: FlowSide): boolean {
    const end = Math.min(side.length, BYTES_MAX, this.read + BYTES_A_LOOK);
    const { bytes, known } = flowBytes(side, this.read, end);
    for (let i = 0; i < bytes.length && this.problem === null; i++) {
      if (known[i] === 0) {
        this.problem = { offset: this.read, message: "bytes are missing here" };
        return false;
      }
      this.#push(bytes.subarray(i, i + 1));
    }
    return this.problem === null && end < Math.min(side.length, BYTES_MAX);
  }

  #push(byte: Uint8Array): void {
    this.read++;
    try {
      for (const frame of this.#decoder.push(byte)) {
        const text = showValue(frame);
        this.frames.push({ number: this.frames.length + 1, start: this.#start, end: this.read, text });
        this.#start = this.read;
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.problem = { offset: this.#start, message };
    }
  }
}

const readings = new WeakMap<FlowSide, FrameReading>();

/** The codec frames are taken out with: the chosen one, or the one the stream's protocol goes by; null for none, or none yet. */
export function codecShown(model: Model): StreamCodec | null {
  const { codecs } = model;
  if (codecs === null) return null;
  const { codec } = model.stream;
  if (codec !== null) return codecs[codec] ?? null;
  const name = guessOf(model);
  return codecs.find((candidate) => candidate.name === name) ?? null;
}

/** The frames found so far; null without a codec. */
export function framesOf(model: Model): StreamFrames | null {
  const codec = codecShown(model);
  return codec === null ? null : readingOf(model, codec);
}

/** Whether bytes are left to take frames from. */
export function areFramesUnread(model: Model): boolean {
  const frames = framesOf(model);
  if (frames === null || frames.problem !== null) return false;
  return frames.read < Math.min(sideShown(model).length, BYTES_MAX);
}

export function readFrames(model: Model): void {
  const codec = codecShown(model);
  if (codec === null) return;
  const frames = readingOf(model, codec);
  const side = sideShown(model);
  forSlice(() => frames.readOn(side));
}

function readingOf(model: Model, codec: StreamCodec): FrameReading {
  const side = sideShown(model);
  let reading = readings.get(side);
  if (reading?.codec !== codec) readings.set(side, (reading = new FrameReading(codec)));
  return reading;
}

/** Frames by what a packet list calls the stream's protocol. */
const BY_PROTOCOL: ReadonlyMap<string, string> = new Map([
  ["MQTT", "MQTT packets"],
  ["RESP", "RESP values"],
  ["DNS", "DNS messages"],
]);

/** The codec a stream looks made for: by its protocol, or by how it begins. */
function guessOf(model: Model): string | null {
  const side = sideShown(model);
  if (side.count === 0) return null;
  const { protocol } = dissectedAt(model, side.rows[0]);
  const known = BY_PROTOCOL.get(protocol);
  if (known !== undefined) return known;
  const { bytes } = flowBytes(side, 0, Math.min(side.length, 256));
  const text = Buffer.from(bytes).toString("latin1");
  if (/^HTTP\/1\.[01] /.test(text)) return "HTTP responses";
  if (/^[A-Z]{3,10} \S+ HTTP\/1\.[01]\r\n/.test(text)) return "HTTP requests";
  if (bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] === 3 && bytes[2] <= 4) return "TLS records";
  if (/^[{[].*\n/.test(text)) return "JSON lines";
  return /^[ -~\t\u0080-\u00ff]*\r?\n/.test(text) ? "lines" : null;
}

/** Index of the first frame that ends beyond `offset`. */
export function frameAfter(frames: readonly StreamFrame[], offset: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (frames[middle].end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
