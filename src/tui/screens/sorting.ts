// A merge sort from the bottom up, stable, in steps: a capture may have millions of packets and conversations, and keys are answered
// while they are put in order.

/** What lines are sorted by: numbers before texts, nothing last. */
export type SortKey = number | string | null;

/** Keys read between two steps, some of which are found by dissecting a packet, and lines compared and moved. */
const KEYS_A_STEP = 16;
const MOVES_A_STEP = 5000;

/**
 * `items`, or 0 to `items.length` - 1 where there is nothing else in it, by their keys; yields its progress, 0 to 1, and returns them in
 * order. Those without a key come last either way.
 */
export function* sorting(
  items: { readonly length: number; readonly [index: number]: number },
  keyOf: (item: number) => SortKey,
  descending: boolean,
): Generator<number, Uint32Array> {
  const count = items.length;
  const keys: SortKey[] = [];
  let from = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    from[i] = i;
    keys.push(keyOf(items[i] ?? i));
    if (i % KEYS_A_STEP === KEYS_A_STEP - 1) yield (i / count) * 0.8;
  }
  let into = new Uint32Array(count);
  let moved = 0;
  const passes = Math.ceil(Math.log2(Math.max(2, count)));
  for (let width = 1, pass = 0; width < count; width *= 2, pass++) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeLeft =
          right >= end ||
          (left < middle && compareKeys(keys[from[left]], keys[from[right]], descending) <= 0);
        into[at] = takeLeft ? from[left++] : from[right++];
        if (++moved % MOVES_A_STEP === 0) yield 0.8 + (0.2 * (pass + at / count)) / passes;
      }
    }
    [from, into] = [into, from];
  }
  for (let i = 0; i < count; i++) {
    into[i] = items[from[i]] ?? from[i];
    if (i % MOVES_A_STEP === MOVES_A_STEP - 1) yield 0.999;
  }
  return into;
}

/** Numbers before texts, both ascending; nothing last. */
function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const isLess = typeof a === typeof b ? a < b : typeof a === "number";
  return isLess === descending ? 1 : -1;
}
