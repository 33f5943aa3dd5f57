// Lines of detail trees that many packets have alike: made once, and part of all their trees.
//
// A packet has some forty of them, which is nearly half of its tree: addresses of the link, pictures of flags, kinds of options.

import type { DetailNode } from "./tree.ts";

/** Lines kept of one kind: what hostile packets make of it must not grow without end. */
const KEPT_MAX = 1024;

const shared = new WeakSet<DetailNode>();

/** Whether `node`, with what is below it, is part of other packets' trees too, and will stay as it is. */
export function isShared(node: DetailNode): boolean {
  return shared.has(node);
}

/** Some lines, and how many they are with those below them. */
interface Kept {
  readonly nodes: readonly DetailNode[];
  readonly count: number;
}

/** Lines of one kind, by a number that says all there is to them. */
export class SharedNodes {
  readonly #labelled = new Map<number, Kept>();
  readonly #plain = new Map<number, Kept>();

  /** The lines of `key`, with their texts or without. */
  find(key: number, labels: boolean): Kept | undefined {
    return (labels ? this.#labelled : this.#plain).get(key);
  }

  keep(key: number, labels: boolean, nodes: readonly DetailNode[], count: number): void {
    const kept = labels ? this.#labelled : this.#plain;
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(key, { nodes, count });
    for (const node of nodes) shared.add(node);
  }
}
