// Work that reads many packets is done for some milliseconds at a time: keys are looked at in between, and frames painted.

/** What a slice takes, about. With its frame it is to stay well below what a hand notices. */
const SLICE_MS = 10;

/** Repeats `step`, some tenths of a millisecond's work, until it answers that nothing is left or the slice is over. */
export function forSlice(step: () => boolean): void {
  const until = performance.now() + SLICE_MS;
  while (step() && performance.now() < until);
}
