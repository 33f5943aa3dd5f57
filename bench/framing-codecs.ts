// How many chunks a second the built-in decoders take. Target: a million through the length prefix.

import type { Codec, Decoder } from "../src/framing/codec.ts";
import { cobs } from "../src/framing/codecs/cobs.ts";
import { lengthPrefix } from "../src/framing/codecs/length-prefix.ts";
import { lines } from "../src/framing/codecs/lines.ts";
import { webSocket } from "../src/framing/codecs/websocket.ts";

const CHUNKS = 1_000_000;
const ROUNDS = 5;

interface Case {
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly frame: unknown;
  /** Bytes of a chunk. */
  readonly chunkBytes: number;
}

const payload = new Uint8Array(60).fill(0x61);
const CASES: readonly Case[] = [
  {
    name: "length prefix, 62-byte frames, a frame a chunk",
    codec: lengthPrefix({ bits: 16 }),
    frame: payload,
    chunkBytes: 62,
  },
  {
    name: "length prefix, 62-byte frames, 50-byte chunks",
    codec: lengthPrefix({ bits: 16 }),
    frame: payload,
    chunkBytes: 50,
  },
  {
    name: "length prefix, 62-byte frames, bytewise",
    codec: lengthPrefix({ bits: 16 }),
    frame: payload,
    chunkBytes: 1,
  },
  { name: "lines, 61-byte lines, 50-byte chunks", codec: lines(), frame: "a".repeat(60), chunkBytes: 50 },
  { name: "COBS, 62-byte frames, 50-byte chunks", codec: cobs(), frame: payload, chunkBytes: 50 },
  {
    name: "WebSocket, masked, 66-byte frames, 50-byte chunks",
    codec: webSocket({ from: "client" }),
    frame: { type: "binary", data: payload },
    chunkBytes: 50,
  },
];

/** Chunks a second, the median of some rounds. */
function measure({ codec, frame, chunkBytes }: Case): number {
  const one = codec.encode(frame);
  // A stretch of the stream that is whole frames and whole chunks.
  const stretch = new Uint8Array(one.length * chunkBytes);
  for (let i = 0; i < chunkBytes; i++) stretch.set(one, i * one.length);
  const chunks = Array.from({ length: one.length }, (_, i) =>
    stretch.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const decoder = codec.decoder() as Decoder<unknown>;
    let frames = 0;
    const started = performance.now();
    for (let i = 0; i < CHUNKS; i++) for (const _ of decoder.push(chunks[i % chunks.length])) frames++;
    rates.push((CHUNKS / (performance.now() - started)) * 1000);
    if (frames !== Math.floor((CHUNKS * chunkBytes) / one.length))
      throw new Error(`${codec.name}: frames are missing`);
  }
  return rates.sort((a, b) => a - b)[ROUNDS >> 1];
}

/** Prints a line for each case. */
export function benchFramingCodecs(): void {
  for (const one of CASES)
    console.log(`${one.name.padEnd(52)} ${(measure(one) / 1e6).toFixed(2).padStart(6)} million chunks/s`);
}
