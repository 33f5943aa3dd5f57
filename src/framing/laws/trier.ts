// Runs a law's tests: gives them the feeds they ask for, from decoders that answer at once or later, and ends those that hang.

import type { AnyCodec, Finding, LawSpec, Test, TestContext, Wanted } from "./law.ts";
import type { Effort } from "../chunkings.ts";
import { answersLater } from "../answers-later.ts";
import { Feeding } from "../feed.ts";
import type { Feed, Hang, Outcome } from "../feed.ts";
import { feedLater } from "../feed-later.ts";
import { guarded } from "../guard.ts";

/** What a call that stops a test from outside throws through it. */
class Stopped extends Error {
  override readonly name = "Stopped";
  readonly finding: Finding;
  constructor(finding: Finding) {
    super("stopped");
    this.finding = finding;
  }
}

export interface TrierOptions {
  readonly hangMs: number;
  readonly leaveHangs?: boolean | undefined;
  /** Whether nothing is taken for a hang before all its time is up; false by default. */
  readonly patient?: boolean | undefined;
  readonly onFeed?: ((law: string, feed: Feed) => void) | undefined;
}

/** Trials share a guard for so long ... */
const BATCH_MS = 60;
/** ... and one of them may take so long before its feeds are looked at one by one. */
const TRIAL_MS = 120;
/** Trials whose every call to a decoder that answers in later turns is guarded, at 0.4 ms a call; a hang shows in one of the first. */
const GUARDED_TRIALS = 25;
/** What takes so long may hang: enough to begin making it smaller. */
const SUSPECT_MS = 80;
/** A smaller input than one that hangs is given less time: when all is done, the last one is given the full time again. */
const SMALLER_HANG_MS = 25;
/** How long making a decoder may take before it counts as a hang, in ms. */
const UNBORN_MS = 2000;

export class Trier<T> {
  readonly spec: LawSpec<T>;
  readonly codec: AnyCodec;
  readonly later: boolean;
  readonly tally = new Map<string, number>();
  /** Set while an input that hangs is made smaller: many tries end by their time limit. */
  expectsHang = false;
  /** Whether a hang is only to be noticed: another law makes sure of it. */
  readonly leavesHangs: boolean;
  readonly #hangMs: number;
  /** The time after which a search takes something for a hang; what is found has all its time once more. */
  readonly #suspectMs: number;
  readonly #onFeed: ((law: string, feed: Feed) => void) | null;
  #context: TestContext;
  /** The one under way. */
  #test: Test | null = null;
  #guardedTrials = 0;

  constructor(spec: LawSpec<T>, codec: AnyCodec, options: TrierOptions) {
    this.spec = spec;
    this.codec = codec;
    this.later = answersLater(codec, options.hangMs);
    this.#hangMs = Math.max(options.hangMs, spec.feedMs ?? 0);
    this.leavesHangs = options.leaveHangs === true;
    const usualMs = this.leavesHangs ? SMALLER_HANG_MS : SUSPECT_MS;
    this.#suspectMs =
      options.patient === true || spec.feedMs !== undefined ? this.#hangMs : Math.min(this.#hangMs, usualMs);
    this.#onFeed = options.onFeed ?? null;
    this.#context = this.#newContext("run", null);
  }

  /** The last test's. */
  get context(): TestContext {
    return this.#context;
  }

  /** Feeds the codec once, outside of any law, with all the time it may take or, where a hang is as good an answer as any, with little. */
  async feed(feed: Feed, time: "all" | "little" = "all"): Promise<Outcome<unknown>> {
    const limitMs = time === "all" ? this.#hangMs : SMALLER_HANG_MS;
    if (this.later)
      return feedLater(this.codec, feed, { answerMs: limitMs, guardMs: limitMs, guardsEach: true });
    try {
      return this.#feed({ feeds: [feed] }, limitMs)[0];
    } catch (error) {
      if (error instanceof Stopped) return error.finding.outcome;
      throw error;
    }
  }

  /** How often `trial` is tried depends on `effort`; with `onlyCuts`, the stream is cut there and nowhere else. */
  async try(trial: T, effort: Effort, onlyCuts: readonly number[] | null = null): Promise<Finding | null> {
    this.#context = this.#newContext(effort, onlyCuts);
    if (this.later) return this.#tryLater(trial);
    let finding: Finding | null = null;
    if (this.expectsHang) return this.#tryFeedByFeed(trial, effort, onlyCuts, SMALLER_HANG_MS);
    const done = guarded(() => {
      finding = this.#drive(this.spec.test(trial, this.#context), null);
    }, this.#hangMs);
    if (done) return finding;
    this.#leaveTest();
    return this.#tryFeedByFeed(trial, effort, onlyCuts, this.#suspectMs);
  }

  /**
   * Tries trials one after another as `next` makes them, until it makes no more or one is broken. For decoders that answer at once; hundreds
   * of trials share a guard.
   */
  async tryAll(next: () => { trial: T; effort: Effort } | null): Promise<Finding | null> {
    for (;;) {
      let finding: Finding | null = null;
      if (this.expectsHang) {
        const at = next();
        finding = at === null ? null : this.#tryFeedByFeed(at.trial, at.effort, null, SMALLER_HANG_MS);
        if (at === null || finding !== null) return finding;
        continue;
      }
      let last: { trial: T; effort: Effort } | null = null;
      const done = guarded(
        () => {
          const started = performance.now();
          do {
            last = next();
            if (last === null) return;
            this.#context = this.#newContext(last.effort, null);
            finding = this.#drive(this.spec.test(last.trial, this.#context), null);
          } while (finding === null && performance.now() - started < BATCH_MS);
        },
        BATCH_MS + Math.max(TRIAL_MS, this.spec.feedMs ?? 0),
      );
      // The guard's work is not seen by the compiler: both have been set in it.
      const at = last as { trial: T; effort: Effort } | null;
      if (finding !== null || at === null) return finding;
      if (done) continue;
      this.#leaveTest();
      finding = this.#tryFeedByFeed(at.trial, at.effort, null, this.#suspectMs);
      if (finding !== null) return finding;
    }
  }

  /** Every feed under a guard of its own, so that a slow trial is told from one that hangs. */
  #tryFeedByFeed(
    trial: T,
    effort: Effort,
    onlyCuts: readonly number[] | null,
    feedMs: number,
  ): Finding | null {
    this.#context = this.#newContext(effort, onlyCuts);
    try {
      return this.#drive(this.spec.test(trial, this.#context), feedMs);
    } catch (error) {
      if (error instanceof Stopped) return error.finding;
      throw error;
    }
  }

  #newContext(effort: Effort, onlyCuts: readonly number[] | null): TestContext {
    return {
      codec: this.codec,
      effort,
      later: this.later,
      onlyCuts,
      tally: this.tally,
      about: { frames: null, ends: [] },
    };
  }

  #drive(test: Test, feedMs: number | null): Finding | null {
    this.#test = test;
    try {
      let step = test.next();
      while (step.done !== true) {
        const outcomes = this.#feed(step.value, feedMs);
        const hanging = outcomes.findIndex(({ hang }) => hang !== null);
        if (hanging !== -1) return this.#hung(step.value.feeds[hanging], outcomes[hanging]);
        step = test.next(outcomes);
      }
      return step.value;
    } finally {
      this.#leaveTest();
    }
  }

  /** A test that is left in the middle puts back what it changed. */
  #leaveTest(): void {
    const test = this.#test;
    this.#test = null;
    try {
      test?.return(null);
    } catch (error) {
      // Stopped in its own code, not while a decoder was fed: it can neither go on nor be ended, and nothing is changed there.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #feed({ feeds, codec }: Wanted, feedMs: number | null): Outcome<unknown>[] {
    const feedings: Feeding<unknown>[] = [];
    const work = (): void => {
      for (const feed of feeds) feedings.push(new Feeding(codec ?? this.codec, feed));
      if (feedings.length === 1) while (feedings[0].step());
      else for (let going = true; going;) going = stepEach(feedings);
    };
    if (feedMs === null) work();
    else if (!guarded(work, feedMs)) {
      const stuck = feedings.find(({ over }) => !over) ?? feedings.at(0);
      const hang: Hang = { kind: "does not return", chunk: stuck?.chunk ?? 0 };
      if (stuck === undefined) {
        // Stopped before there was a decoder: it is `decoder()` that does not return - or the machine was busy, and a longer look tells.
        if (feedMs < UNBORN_MS)
          return this.#feed({ feeds, ...(codec === undefined ? {} : { codec }) }, UNBORN_MS);
        throw new Stopped(this.#hung(feeds[0], { frames: [], chunks: [], errors: [], hang }));
      }
      throw new Stopped(this.#hung(stuck.feed, { ...stuck.outcome(), hang }));
    }
    return feedings.map((feeding) => feeding.outcome());
  }

  async #tryLater(trial: T): Promise<Finding | null> {
    const guardsEach = this.expectsHang || this.#guardedTrials++ < GUARDED_TRIALS;
    const answerMs = this.expectsHang ? SMALLER_HANG_MS : this.#suspectMs;
    const test = this.spec.test(trial, this.#context);
    this.#test = test;
    let step = test.next();
    while (step.done !== true) {
      const { feeds, codec } = step.value;
      for (const feed of feeds) this.#onFeed?.(this.spec.name, feed);
      const options = { answerMs, guardMs: this.spec.guards === true ? answerMs : null, guardsEach };
      const outcomes = await Promise.all(feeds.map((feed) => feedLater(codec ?? this.codec, feed, options)));
      const hanging = outcomes.findIndex(({ hang }) => hang !== null);
      if (hanging !== -1) {
        this.#leaveTest();
        return this.#hung(feeds[hanging], outcomes[hanging]);
      }
      step = test.next(outcomes);
    }
    return step.value;
  }

  #hung(feed: Feed, outcome: Outcome<unknown>): Finding {
    return { problem: hangProblem(outcome.hang, feed), feed, outcome, ...this.#context.about };
  }
}

/** Each takes a step; false when all are through. */
function stepEach(feedings: readonly Feeding<unknown>[]): boolean {
  let going = false;
  for (const feeding of feedings) if (feeding.step()) going = true;
  return going;
}

export function hangProblem(hang: Hang | null, feed: Feed): string {
  if (hang === null) return "the decoder hangs";
  const count = feed.cuts.length + 1;
  const where = hang.chunk >= count ? "the end of the stream" : `chunk ${hang.chunk + 1} of ${count}`;
  if (hang.kind === "makes frames without end") return `the decoder makes frames without end from ${where}`;
  return hang.kind === "never answers"
    ? `the decoder's promise for ${where} never settles`
    : `the decoder does not return from ${where}`;
}
