// Independence: two decoders at once know nothing of each other.

import * as fc from "fast-check";
import type { Test, TestContext } from "./law.ts";
import { cut, encodeFrames } from "./law.ts";
import { defineLaw } from "./define.ts";
import { bytewise } from "../chunkings.ts";
import { difference } from "../judge.ts";

interface Trial {
  readonly first: unknown[];
  readonly second: unknown[];
}

const BYTEWISE_BYTES = 256;

export const independence = defineLaw<Trial>({
  name: "independence",
  demands: "two decoders, one after the other or fed by turns, give what each gives alone",
  bug: "a buffer, a regular expression's lastIndex or a TextDecoder at module level: fine with one connection, and a leak from one customer to another with two",
  guards: true,
  trials: (codec) => {
    const frames = fc.array(codec.frames, { minLength: 1, maxLength: 2 });
    return fc.record({ first: frames, second: frames });
  },
  *test({ first, second }: Trial, context: TestContext): Test {
    const { codec } = context;
    const [a, b] = [encodeFrames(codec, first), encodeFrames(codec, second)];
    context.about = { frames: first, ends: a.ends };
    const cutsOf = (length: number): number[] =>
      length <= BYTEWISE_BYTES ? bytewise(length) : [1, 2, 3, length >> 1, length - 1];
    const inHalves = (length: number): number[] => (length > 1 ? [length >> 1] : []);
    for (const shape of context.effort === "glance" ? [cutsOf] : [inHalves, cutsOf]) {
      const cuts = context.onlyCuts ?? shape(a.bytes.length);
      const feeds = [cut(a.bytes, cuts, true), cut(b.bytes, shape(b.bytes.length), true)];
      const [alone] = yield { feeds: [feeds[0]] };
      const [again] = yield { feeds: [feeds[0]] };
      const wrong = difference(codec, first, again, cuts.length + 1);
      if ((wrong === null) !== (difference(codec, first, alone, cuts.length + 1) === null)) {
        const [bad, others] = wrong === null ? [alone, "the second"] : [again, "the first"];
        const problem = `one of two decoders that read the same stream one after the other misreads it, ${others} does not`;
        return { problem, feed: feeds[0], outcome: bad, frames: first, ends: a.ends };
      }
      const [other] = yield { feeds: [feeds[1]] };
      if (difference(codec, first, alone, cuts.length + 1) !== null) continue;
      if (difference(codec, second, other, feeds[1].cuts.length + 1) !== null) continue;
      const outcomes = yield { feeds };
      const problem = difference(codec, first, outcomes[0], cuts.length + 1);
      if (problem === null) continue;
      return {
        problem: `with a second decoder fed between its chunks, ${problem}`,
        feed: feeds[0],
        outcome: outcomes[0],
        frames: first,
        ends: a.ends,
      };
    }
    return null;
  },
  *simpler({ first, second }: Trial): Generator<Trial> {
    for (let i = 0; i < first.length && first.length > 1; i++) yield { first: first.toSpliced(i, 1), second };
    for (let i = 0; i < second.length && second.length > 1; i++)
      yield { first, second: second.toSpliced(i, 1) };
  },
});
