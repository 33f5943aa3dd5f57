// Detail trees as a page keeps them. Packets have most of their lines in common: each is kept once, and so is a branch that is like another.

import type { DetailNode, DissectedPacket } from "../capture/dissect/dissect.ts";
import { isHidden } from "../capture/dissect/hidden-fields.ts";
import type { PageDetails, PageNode } from "./page/data.ts";
import { base64 } from "./packets.ts";

/** Characters of all lines, roughly what they take in the page. */
const CHARACTERS_MAX = 3 << 20;
/** Lines of one packet, and how deep they go. */
const LINES_MAX = 4000;
const DEPTH_MAX = 32;
/** Bytes of data put together from several packets. */
const SOURCE_BYTES_MAX = 4096;

export class DetailStore {
  readonly #fields: string[] = [];
  readonly #fieldAt = new Map<string, number>();
  readonly #nodes: PageNode[] = [];
  readonly #nodeAt = new Map<string, number>();
  readonly #packets: number[][] = [];
  readonly #sources: Record<string, (readonly [string, string])[]> = {};
  #characters = 0;
  #lines = 0;

  /** Keeps the tree of packet `row`, which must be the next one; answers whether there is room for another. */
  add(row: number, packet: DissectedPacket): boolean {
    this.#lines = 0;
    this.#packets[row] = this.#branch(packet.tree, 0);
    if (packet.sources.length > 1) {
      this.#sources[row] = packet.sources.slice(1).map(({ name, bytes }) => {
        const text = base64(bytes, SOURCE_BYTES_MAX);
        this.#characters += text.length;
        return [name, text];
      });
    }
    return this.#characters < CHARACTERS_MAX;
  }

  /** Packets whose trees are kept. */
  get count(): number {
    return this.#packets.length;
  }

  /** All that was kept. */
  details(): PageDetails {
    return { fields: this.#fields, nodes: this.#nodes, packets: this.#packets, sources: this.#sources };
  }

  #branch(nodes: readonly DetailNode[], depth: number): number[] {
    const kept: number[] = [];
    for (const node of nodes) {
      if (this.#lines >= LINES_MAX || depth >= DEPTH_MAX) break;
      if (isHidden(node)) continue;
      this.#lines++;
      kept.push(this.#node(node, depth));
    }
    return kept;
  }

  #node({ field, label, start, length, source, children }: DetailNode, depth: number): number {
    const below = this.#branch(children, depth + 1);
    const name = field === null ? -1 : this.#field(field);
    const key = `${name} ${start} ${length} ${source} ${below.join()} ${label}`;
    const known = this.#nodeAt.get(key);
    if (known !== undefined) return known;
    this.#characters += key.length;
    const at = this.#nodes.push([name, label, start, length, source, below]) - 1;
    this.#nodeAt.set(key, at);
    return at;
  }

  #field(name: string): number {
    let at = this.#fieldAt.get(name);
    if (at === undefined) this.#fieldAt.set(name, (at = this.#fields.push(name) - 1));
    return at;
  }
}
