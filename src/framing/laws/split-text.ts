// Split text: a cut inside a character of UTF-8.

import type { Test, TestContext } from "./law.ts";
import { cut, encodeFrames } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { difference } from "../judge.ts";
import { simplerFrames } from "../simpler.ts";

const PLACES_MAX = 32;

export const splitText = defineLaw<unknown[]>({
  name: "split-text",
  demands: "a cut inside a character of two to four bytes leaves the character whole",
  bug: "`chunk.toString()` a chunk at a time: an é, a € or an emoji on the border of two reads turns into replacement characters",
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    const characters = characterSpans(bytes).slice(0, PLACES_MAX);
    if (characters.length > 0) context.tally.set("texts", (context.tally.get("texts") ?? 0) + 1);
    for (const { start, end } of characters) {
      // Only what goes wrong inside a character, and not beside it, is about text.
      const beside = [start, end]
        .filter((at) => at > 0 && at < bytes.length)
        .map((at) => cut(bytes, [at], true));
      let good = true;
      for (const feed of beside) {
        const [outcome] = yield { feeds: [feed] };
        if (difference(codec, frames, outcome, 2) !== null) good = false;
      }
      if (!good) continue;
      for (let at = start + 1; at < end; at++) {
        const feed = cut(bytes, [at], true);
        const [outcome] = yield { feeds: [feed] };
        const problem = difference(codec, frames, outcome, 2);
        if (problem !== null)
          return {
            problem: `cut inside a character of ${end - start} bytes, ${problem}`,
            feed,
            outcome,
            frames,
            ends,
          };
      }
    }
    return null;
  },
  simpler: simplerFrames,
});

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the bytes look like characters of two to four bytes (RFC 3629, section 4). */
function characterSpans(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sequenceLength(bytes[at]);
    let end = at + 1;
    while (end < at + size && end < bytes.length && (bytes[end] & 0xc0) === 0x80) end++;
    if (size > 1 && end === at + size) spans.push({ start: at, end });
    at = end;
  }
  return spans;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}
