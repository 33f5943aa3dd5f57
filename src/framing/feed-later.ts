// Feeds decoders that answer with promises.

import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { AsyncDecoder, Codec } from "./codec.ts";
import { Feeding } from "./feed.ts";
import type { Feed, Outcome } from "./feed.ts";
import { guarded } from "./guard.ts";

export interface LaterOptions {
  /** How long an answer may take in ms. */
  readonly answerMs: number;
  /** Whether calls are stopped that do not return; costs some 0.3 ms each. */
  readonly guardMs: number | null;
}

/** Turns of the event loop before the clock is looked at: streams answer within a few. */
const TURNS = 8;

/** Feeds a decoder that answers later; resolves also when it never answers. */
export async function feedLater<F>(
  codec: Pick<Codec<F>, "decoder" | "errorKind" | "afterError">,
  feed: Feed,
  options: LaterOptions,
): Promise<Outcome<F>> {
  const feeding = new Feeding(codec, feed);
  const decoder = feeding.decoder as AsyncDecoder<F>;
  try {
    if (feed.tick) await oneByOne(feeding, decoder, options);
    else await allAtOnce(feeding, decoder, options);
    if (feed.end && !feeding.over) {
      feeding.chunk = feeding.chunkCount;
      await answerTo(feeding, () => decoder.end(), options);
    }
  } finally {
    decoder.close?.();
  }
  return feeding.outcome();
}

async function oneByOne<F>(
  feeding: Feeding<F>,
  decoder: AsyncDecoder<F>,
  options: LaterOptions,
): Promise<void> {
  for (; feeding.chunk < feeding.chunkCount && !feeding.over; feeding.chunk++) {
    const chunk = feeding.take(feeding.chunk);
    const good = await answerTo(feeding, () => decoder.push(chunk), options);
    feeding.scribble();
    if (!good && feeding.codec.afterError !== "resumes") feeding.over = true;
    await turn();
  }
}

async function allAtOnce<F>(
  feeding: Feeding<F>,
  decoder: AsyncDecoder<F>,
  options: LaterOptions,
): Promise<void> {
  const answers: Answer<F>[] = [];
  const push = (): void => {
    for (feeding.chunk = 0; feeding.chunk < feeding.chunkCount; feeding.chunk++) {
      const chunk = feeding.take(feeding.chunk);
      answers.push(new Answer(() => decoder.push(chunk)));
    }
  };
  if (options.guardMs === null) push();
  else if (!guarded(push, options.guardMs)) {
    feeding.hang = { kind: "does not return", chunk: feeding.chunk };
    feeding.over = true;
    return;
  }
  for (const [index, answer] of answers.entries()) {
    feeding.chunk = index;
    const good = await take(feeding, answer, options);
    if (!good && feeding.codec.afterError !== "resumes") feeding.over = true;
    if (feeding.over) return;
  }
}

async function answerTo<F>(
  feeding: Feeding<F>,
  call: () => Promise<readonly F[]>,
  options: LaterOptions,
): Promise<boolean> {
  let answer: Answer<F> | null = null;
  const make = (): void => {
    answer = new Answer(call);
  };
  if (options.guardMs === null) make();
  else if (!guarded(make, options.guardMs)) {
    feeding.hang = { kind: "does not return", chunk: feeding.chunk };
    feeding.over = true;
    return false;
  }
  return answer === null ? false : take(feeding, answer, options);
}

/** Waits for an answer and writes it down; false when it is an error or does not come. */
async function take<F>(feeding: Feeding<F>, answer: Answer<F>, options: LaterOptions): Promise<boolean> {
  if (!(await answer.wait(options.answerMs))) {
    feeding.hang = { kind: "never answers", chunk: feeding.chunk };
    feeding.over = true;
    return false;
  }
  if (answer.frames === null) {
    feeding.failed(answer.error);
    return false;
  }
  try {
    feeding.collect(answer.frames);
    return true;
  } catch (error) {
    feeding.failed(error);
    return false;
  }
}

/** A promise that can be asked whether it has settled. */
class Answer<F> {
  frames: readonly F[] | null = null;
  error: unknown = null;
  #settled = false;
  readonly #done: Promise<void>;

  constructor(call: () => Promise<readonly F[]>) {
    this.#done = this.#settle(call);
  }

  async #settle(call: () => Promise<readonly F[]>): Promise<void> {
    try {
      this.frames = await call();
    } catch (error) {
      this.error = error;
    }
    this.#settled = true;
  }

  async wait(limitMs: number): Promise<boolean> {
    for (let i = 0; i < TURNS && !this.#settled; i++) await Promise.race([this.#done, turn()]);
    const started = performance.now();
    while (!this.#settled && performance.now() - started < limitMs)
      await Promise.race([this.#done, delay(Math.max(1, limitMs / 20))]);
    return this.#settled;
  }
}
