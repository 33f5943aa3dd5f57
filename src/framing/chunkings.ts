// The ways to cut a stream: where one read ends and the next begins.
//
// A chunking is its cuts: ascending offsets from 0 to the stream's length. The same offset twice is an empty chunk between, a cut at 0 an
// empty first chunk, one at the end an empty last chunk. No cuts at all is the whole stream in one chunk.

/** Every position is tried for streams up to this long; longer ones are cut around the frames' borders and at random. */
const EVERY_CUT_BYTES = 48;
/** The same for two cuts at once: some 120 chunkings. */
const EVERY_PAIR_BYTES = 16;
/** For a search that wants the fewest cuts, where a stream is tried once and not a thousand times. */
const EVERY_CUT_BYTES_SEARCH = 512;
const EVERY_PAIR_BYTES_SEARCH = 24;
/** Longer streams are not fed a byte at a time, except by the law that times it. */
const BYTEWISE_BYTES = 4096;

/** How thorough `chunkings` is. */
export type Effort =
  /** One of many runs: all single cuts of short streams, some of long ones. */
  | "run"
  /** Two of each kind: for the thousandth run. */
  | "glance"
  /** Fewest cuts first, nearly all of them: for shrinking. */
  | "search";

/** Chunkings of a stream of `length` bytes whose frames end at `ends`, simplest first. The same arguments give the same chunkings. */
export function* chunkings(length: number, ends: readonly number[], effort: Effort): Generator<number[]> {
  const random = randomOffsets(length, ends);
  if (effort === "glance") {
    yield [nearBorder(length, ends, random)];
    yield [random()];
    yield randomCuts(length, random);
    if (length <= EVERY_CUT_BYTES) yield bytewise(length);
    return;
  }
  const search = effort === "search";
  yield* singleCuts(length, ends, search ? EVERY_CUT_BYTES_SEARCH : EVERY_CUT_BYTES, random);
  yield* emptyChunks(length, ends);
  if (length <= (search ? EVERY_PAIR_BYTES_SEARCH : EVERY_PAIR_BYTES)) yield* doubleCuts(length);
  if (length <= BYTEWISE_BYTES) {
    yield bytewise(length);
    yield bytewiseWithEmpty(length);
  }
  for (let i = search ? 8 : 3; i > 0; i--) yield randomCuts(length, random);
}

/** A byte a chunk. */
export function bytewise(length: number): number[] {
  return Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1);
}

/** A byte a chunk, with an empty chunk after each. */
export function bytewiseWithEmpty(length: number): number[] {
  return Array.from({ length: length * 2 }, (_, i) => (i + 1) >> 1);
}

/** Each chunking with one cut, for 2-way splits: all of them up to `everyBytes`, else those around the frames' borders and a few more. */
function* singleCuts(
  length: number,
  ends: readonly number[],
  everyBytes: number,
  random: () => number,
): Generator<number[]> {
  if (length <= everyBytes) {
    for (let cut = 1; cut < length; cut++) yield [cut];
    return;
  }
  const seen = new Set<number>();
  for (const cut of borders(length, ends)) seen.add(cut);
  for (let i = 0; i < 8; i++) seen.add(random());
  for (const cut of [...seen].sort((a, b) => a - b)) yield [cut];
}

/** Each chunking with two cuts that leave no chunk empty. */
export function* doubleCuts(length: number): Generator<number[]> {
  for (let a = 1; a < length - 1; a++) for (let b = a + 1; b < length; b++) yield [a, b];
}

/** One empty chunk: before, after, and inside at the borders of frames and in their middles. */
function* emptyChunks(length: number, ends: readonly number[]): Generator<number[]> {
  yield [0];
  yield [length];
  let before = 0;
  for (const end of ends.slice(0, 4)) {
    const middle = (before + end) >> 1;
    if (middle > before) yield [middle, middle];
    if (end < length) yield [end, end];
    before = end;
  }
}

/** Offsets just before, at and just behind the borders of frames: where headers and delimiters are. */
function borders(length: number, ends: readonly number[]): number[] {
  const offsets: number[] = [];
  let before = 0;
  for (const end of ends.slice(0, 8)) {
    for (const near of [before + 1, before + 2, before + 3, before + 5, end - 2, end - 1, end, end + 1])
      if (near > 0 && near < length) offsets.push(near);
    before = end;
  }
  return offsets;
}

function nearBorder(length: number, ends: readonly number[], random: () => number): number {
  const offsets = borders(length, ends);
  return offsets.length === 0 ? random() : offsets[random() % offsets.length];
}

function randomCuts(length: number, random: () => number): number[] {
  const cuts: number[] = [];
  for (let count = 1 + (random() % 6); count > 0; count--) cuts.push(random());
  return length === 0 ? [0] : cuts.sort((a, b) => a - b);
}

/** Offsets 0 to `length`, drawn by Marsaglia's xorshift from a state that the arguments make: a chunking needs no seed of its own. */
function randomOffsets(length: number, ends: readonly number[]): () => number {
  let state = (length + 1) * 0x9e37_79b1;
  for (const end of ends) state = Math.imul(state ^ end, 0x85eb_ca6b);
  state = state | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % (length + 1);
  };
}

/** Number of chunks `cuts` make. */
export function chunkCount(cuts: readonly number[]): number {
  return cuts.length + 1;
}

/** Where chunk `index` begins. */
export function chunkStart(cuts: readonly number[], index: number): number {
  return index === 0 ? 0 : cuts[index - 1];
}

/** Where chunk `index` of a stream of `length` bytes ends. */
export function chunkEnd(cuts: readonly number[], index: number, length: number): number {
  return index >= cuts.length ? length : cuts[index];
}

/** Index of the chunk that holds byte `offset`. */
export function chunkOf(cuts: readonly number[], offset: number): number {
  let index = 0;
  while (index < cuts.length && cuts[index] <= offset) index++;
  return index;
}
