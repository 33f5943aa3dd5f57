// Feeds decoders that answer with promises.

import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { AsyncDecoder, Codec } from "./codec.ts";
import { Feeding } from "./feed.ts";
import type { Feed, Outcome } from "./feed.ts";
import { guardedTurn } from "./guard.ts";

export interface LaterOptions {
  /** How long an answer may take in ms. */
  readonly answerMs: number;
  /** After how many ms calls that do not return are stopped, and the promise callbacks that follow from them; null for never. */
  readonly guardMs: number | null;
  /** Whether each call is guarded also of decoders that answer in later turns of the event loop, which costs some 0.4 ms a call; false by default. */
  readonly guardsEach?: boolean;
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
    let begun: Answer<F> | null = null;
    if (!feed.tick) await allAtOnce(feeding, decoder, options);
    else {
      if (options.guardMs !== null) begun = await inOneTurn(feeding, decoder, options.guardMs);
      if (feeding.chunk < feeding.chunkCount) {
        await oneByOne(feeding, decoder, begun, options);
        begun = null;
      }
    }
    if (feed.end && !feeding.over) {
      feeding.chunk = feeding.chunkCount;
      if (begun === null) await answerTo(feeding, () => decoder.end(), options);
      else await take(feeding, begun, options);
    }
  } finally {
    decoder.close?.();
  }
  return feeding.outcome();
}

/** Codecs that once had no answer before the next turn of the event loop. */
const answersInTurns = new WeakSet<object>();

/**
 * Feeds as much of the stream, its end included, as is answered within one guarded turn of the event loop. What it returns is the answer still to
 * come, that to `feeding.chunk`; null when there is none.
 */
async function inOneTurn<F>(
  feeding: Feeding<F>,
  decoder: AsyncDecoder<F>,
  guardMs: number,
): Promise<Answer<F> | null> {
  const { chunkCount, codec, feed } = feeding;
  if (answersInTurns.has(codec)) return null;
  const begun: Answer<F>[] = [];
  const done = await guardedTurn((settle) => {
    for (const last = feed.end ? chunkCount : chunkCount - 1; feeding.chunk <= last; feeding.chunk++) {
      const chunk = feeding.chunk === chunkCount ? null : feeding.take(feeding.chunk);
      const answer = new Answer(() => (chunk === null ? decoder.end() : decoder.push(chunk)));
      settle();
      if (!answer.settled) {
        begun.push(answer);
        answersInTurns.add(codec);
        return;
      }
      const good = note(feeding, answer);
      feeding.scribble();
      if (chunk === null || (!good && codec.afterError !== "resumes")) feeding.over = true;
      if (feeding.over) return;
    }
  }, guardMs);
  if (!done) {
    feeding.hang = { kind: "does not return", chunk: feeding.chunk };
    feeding.over = true;
  }
  return begun.at(0) ?? null;
}

/** From `feeding.chunk` on, whose answer may already be under way. */
async function oneByOne<F>(
  feeding: Feeding<F>,
  decoder: AsyncDecoder<F>,
  begun: Answer<F> | null,
  options: LaterOptions,
): Promise<void> {
  for (let waiting = begun; feeding.chunk < feeding.chunkCount && !feeding.over; feeding.chunk++) {
    let good: boolean;
    if (waiting === null) {
      const chunk = feeding.take(feeding.chunk);
      good = await answerTo(feeding, () => decoder.push(chunk), options);
    } else good = await take(feeding, waiting, options);
    waiting = null;
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
  else if (!(await guardedTurn(callingAndSettling(push), options.guardMs))) {
    // In a call, or in a promise callback of the first one that has no answer.
    const unanswered = answers.findIndex(({ settled }) => !settled);
    const chunk = feeding.chunk < feeding.chunkCount ? feeding.chunk : Math.max(0, unanswered);
    feeding.hang = { kind: "does not return", chunk };
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

function callingAndSettling(work: () => void): (settle: () => void) => void {
  return (settle) => {
    work();
    settle();
  };
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
  if (options.guardMs === null || options.guardsEach !== true) make();
  else if (!(await guardedTurn(callingAndSettling(make), options.guardMs))) {
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
  return note(feeding, answer);
}

/** Writes down a settled answer; false when it is an error. */
function note<F>(feeding: Feeding<F>, answer: Answer<F>): boolean {
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
  settled = false;
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
    this.settled = true;
  }

  async wait(limitMs: number): Promise<boolean> {
    for (let i = 0; i < TURNS && !this.settled; i++) await Promise.race([this.#done, turn()]);
    const started = performance.now();
    while (!this.settled && performance.now() - started < limitMs)
      await Promise.race([this.#done, delay(Math.max(1, limitMs / 20))]);
    return this.settled;
  }
}
