// Whether a codec can be tried at all: it is one, it encodes something, and the same input gives the same answer.

import * as fc from "fast-check";
import { answersLater } from "./answers-later.ts";
import type { AnyCodec } from "./laws/law.ts";
import { CodecProblem, EncodeFailed, encodeFrames, whole } from "./laws/law.ts";
import { Feeding } from "./feed.ts";
import type { Outcome } from "./feed.ts";
import { AnswersLater } from "./feed.ts";
import { guarded } from "./guard.ts";
import { sameBytes, sameValue } from "./same.ts";

const SAMPLES = 30;
const SAMPLE_SEED = 7;
const LIMIT_MS = 1000;
/** Two answers may come from state that decoders share, which is a law's business; more of them, of so many, are chance. */
const SHARED_STATE_ANSWERS = 2;
const REPEATS = 8;

/** What is missing for `value` to be a stream codec, or null. */
export function missingIn(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return "it is no object";
  const record = value as Record<string, unknown>;
  if (typeof record["name"] !== "string" || record["name"] === "") return "name must be a text";
  if (typeof record["encode"] !== "function") return "encode must be a function from a frame to a Uint8Array";
  const hasDecoder = typeof record["decoder"] === "function" || typeof record["decode"] === "function";
  if (!hasDecoder) return "decoder must be a function that makes a decoder";
  const frames = record["frames"];
  // A codec may come with a fast-check of its own: by its methods, not by its class.
  if (typeof frames !== "object" || frames === null || !("generate" in frames) || !("shrink" in frames))
    return "frames must be a fast-check arbitrary of what encode takes: of wirelab/framing, payloads() for bytes or texts() for text";
  return null;
}

/** Throws `CodecProblem` for a codec that encodes nothing or answers differently each time. */
export function checkTryable(codec: AnyCodec): void {
  const frames = sample(codec);
  const again = sample(codec);
  const problem = (text: string): never => {
    throw new CodecProblem(text);
  };
  try {
    const encoded = frames.map((frame) => encodeFrames(codec, [frame]).bytes.slice());
    if (encoded.every(({ length }) => length === 0))
      problem("encode gives no bytes for any frame: return the frame's bytes from encode");
    for (const [i, bytes] of encoded.entries()) {
      if (!sameBytes(bytes, encodeFrames(codec, [again[i]]).bytes))
        problem(
          "it is not deterministic: the same frame encodes to other bytes the second time; take randomness and clocks out of `frames` and encode",
        );
    }
    // What answers later is the laws' business: a hang in a promise's callback could not be stopped here.
    if (answersLater(codec, LIMIT_MS)) return;
    for (const [i, bytes] of encoded.entries()) {
      if (frames.length > 10 && i % 3 !== 0) continue;
      const answers = distinctAnswers(codec, bytes);
      if (answers === null) return;
      if (answers > SHARED_STATE_ANSWERS)
        problem(
          "it is not deterministic: the same bytes decode to other frames each time; take randomness and clocks out of the decoder",
        );
    }
  } catch (error) {
    if (error instanceof EncodeFailed)
      problem(`encode fails on a frame that \`frames\` made: ${error.message}`);
    throw error;
  }
}

function sample(codec: AnyCodec): unknown[] {
  try {
    return fc.sample(codec.frames, { seed: SAMPLE_SEED, numRuns: SAMPLES });
  } catch (error) {
    throw new CodecProblem(
      `frames cannot be made: ${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)}`,
    );
  }
}

/** How many different answers some decoders give to the same bytes; null when they answer later or hang. */
function distinctAnswers(codec: AnyCodec, bytes: Uint8Array): number | null {
  const answers: unknown[] = [];
  for (let i = 0; i < (answers.length > 1 ? REPEATS : 2); i++) {
    const outcome = decodeOnce(codec, bytes);
    if (outcome === null) return null;
    const answer = plain(outcome);
    if (answers.every((other) => !sameValue(other, answer))) answers.push(answer);
  }
  return answers.length;
}

function plain({ frames, errors }: Outcome<unknown>): unknown {
  return [frames, errors];
}

/** Null when the decoder answers later, or hangs: the laws see to both. */
function decodeOnce(codec: AnyCodec, bytes: Uint8Array): Outcome<unknown> | null {
  let outcome: Outcome<unknown> | null = null;
  try {
    guarded(() => {
      const feeding = new Feeding(codec, whole(bytes));
      while (feeding.step());
      outcome = feeding.outcome();
    }, LIMIT_MS);
  } catch (error) {
    if (error instanceof AnswersLater) return null;
    throw new CodecProblem(
      `decoder() throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    );
  }
  return outcome;
}
