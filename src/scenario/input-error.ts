// A mistake in what the user gave: one line that says what, where and what would do.

/** As much of a name is taken for one of its words. */
const PART_MIN = 3;

export class InputError extends Error {
  override readonly name = "InputError";
}

/** The known names nearest to `name`, as the end of a sentence: ` (did you mean loss?)`, or all of them when none is near. */
export function suggest(name: string, known: readonly string[]): string {
  const typed = name.toLowerCase();
  const near = known
    .map((candidate) => ({ candidate, edits: distance(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= 2 + name.length / 6 || isPart(typed, candidate.toLowerCase()))
    .toSorted((left, right) => left.edits - right.edits)
    .map(({ candidate }) => candidate);
  if (near.length > 0) return ` (did you mean ${near.slice(0, 3).join(", ")}?)`;
  return ` (known: ${known.join(", ")})`;
}

/** A word of a name, as far as it was typed, says which was meant. */
function isPart(typed: string, candidate: string): boolean {
  return typed.length >= PART_MIN && candidate.includes(typed);
}

/** Edits (insert, delete, replace) between two short texts. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
