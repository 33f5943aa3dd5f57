// Runs a decoder over a stream cut in many ways and insists that the answer is the same.

import { expect } from "vitest";
import type { Codec, Decoder, FramingErrorKind } from "../../../src/framing/codec.ts";
import { FramingError } from "../../../src/framing/codec.ts";
import { bytewise, doubleCuts } from "../../../src/framing/chunkings.ts";

export interface Decoded<F> {
  readonly frames: readonly F[];
  /** The first error: its kind and the byte it names; null for none. */
  readonly error: { readonly kind: FramingErrorKind; readonly offset: number } | null;
}

const EVERY_CUT_BYTES = 2048;
const DOUBLE_CUTS_BYTES = 24;

/** What comes of `bytes`, whole. Goes on after errors when the codec does. */
export function decodeCut<F>(
  codec: Codec<F>,
  bytes: Uint8Array,
  cuts: readonly number[],
  end = true,
): Decoded<F> {
  const decoder = codec.decoder() as Decoder<F>;
  const frames: F[] = [];
  let error: FramingError | null = null;
  const call = (work: () => Iterable<F>): boolean => {
    try {
      for (const frame of work()) frames.push(frame);
      return true;
    } catch (caught) {
      if (!(caught instanceof FramingError)) throw caught;
      error ??= caught;
      return false;
    }
  };
  const ends = [...cuts, bytes.length];
  for (const [i, to] of ends.entries()) {
    // A copy that is overwritten afterwards, as a buffer that is read into again would be.
    const chunk = bytes.slice(i === 0 ? 0 : ends[i - 1], to);
    let good = call(() => decoder.push(chunk));
    chunk.fill(0xa5);
    if (!good && codec.afterError !== "resumes") return answer(frames, error);
    while (!good) good = call(() => decoder.push(new Uint8Array()));
  }
  if (end) call(() => decoder.end?.() ?? []);
  return answer(frames, error);
}

function answer<F>(frames: F[], error: FramingError | null): Decoded<F> {
  return { frames, error: error === null ? null : { kind: error.kind, offset: error.offset } };
}

/** What comes of `bytes`: the same whole, bytewise, at every cut, and at all pairs of cuts of short streams. */
export function decodeEveryWay<F>(codec: Codec<F>, bytes: Uint8Array, end = true): Decoded<F> {
  const whole = decodeCut(codec, bytes, [], end);
  const same = (cuts: readonly number[]): void => {
    expect(decodeCut(codec, bytes, cuts, end), `cut at ${cuts.join(", ")}`).toStrictEqual(whole);
  };
  same(bytewise(bytes.length));
  // Comparing long frames takes longer than decoding them.
  const step = bytes.length <= EVERY_CUT_BYTES ? 1 : Math.ceil(bytes.length / 8);
  for (let cut = 0; cut <= bytes.length; cut += step) same([cut]);
  if (bytes.length <= DOUBLE_CUTS_BYTES) for (const cuts of doubleCuts(bytes.length)) same(cuts);
  return whole;
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}
