// Times are numbers of ns, and outgrow V8's small integers after 2.1 s. A field whose first value was a small integer changes its
// layout then, and all code optimized until then is thrown away, in the middle of a run: 40% of the time of a transfer of 9 s.

/** A time that is zero and floating-point from the start. Being -0, it is for sums and comparisons, not for showing. */
export const ZERO_NS = -0;

/** No time yet; before every other. */
export const NEVER_NS = -Infinity;
