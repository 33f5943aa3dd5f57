// Work that reads many packets is done for some milliseconds at a time: keys are looked at in between, and frames painted.

/** What a slice takes, about. With its frame it is to stay well below what a hand notices. */
const SLICE_MS = 6;

/** Repeats `step`, some tenths of a millisecond's work, until it answers that nothing is left or the slice, of `ms` milliseconds, is over. */
export function forSlice(step: () => boolean, ms: number = SLICE_MS): void {
  const until = performance.now() + ms;
  while (step() && performance.now() < until);
}

/** Work written as a generator: it yields after some tenths of a millisecond each, how far it has come, 0 to 1. */
export class Sliced<Result> {
  /** How far it has come, 0 to 1. */
  progress = 0;
  /** What it came to; null until it is done. */
  result: Result | null = null;
  readonly #steps: Iterator<number, Result>;

  /** Takes the first `atOnce` steps: small work is done with that. */
  constructor(steps: Iterator<number, Result>, atOnce: number = 0) {
    this.#steps = steps;
    for (let i = 0; i < atOnce && this.#step(); i++);
  }

  get isDone(): boolean {
    return this.progress === 1;
  }

  /** Goes on for a slice. */
  advance(): void {
    if (!this.isDone) forSlice(() => this.#step());
  }

  #step(): boolean {
    const step = this.#steps.next();
    if (step.done === true) this.result = step.value;
    this.progress = step.done === true ? 1 : Math.min(0.999, step.value);
    return step.done !== true;
  }
}
