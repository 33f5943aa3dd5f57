// The detail tree of each packet, as `tshark -V` prints it.

import { dissect } from "../dissect/dissect.ts";
import type { DataSource, DetailNode, DissectContext } from "../dissect/dissect.ts";
import { isShared } from "../dissect/shared-nodes.ts";
import { isHidden } from "../dissect/hidden-fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { LABEL_BYTES, lineText } from "./cut-label.ts";
import { writeHexLines } from "./hex.ts";
import { LineBytes, linesOf, pieceOf } from "./line-bytes.ts";
import type { LineWriter, Piece } from "./line-bytes.ts";

/** What a line begins with, by level; the same behind the end of the line before. */
const indents: string[] = [];
const starts: string[] = [];
const NO_SOURCES: readonly DataSource[] = [];

/**
 * Writes a line a node, four blanks a level, and the end of the last: with what ends the packet's text comes an empty line. As tshark does it,
 * bytes that nothing is known of are dumped below their line, unless `areBytesPrinted` says that all are printed anyway. Of layers that are
 * not among `only`, where that is not null, there is the first line.
 */
export function detailsWriter(
  trace: Trace,
  context: DissectContext = {},
  areBytesPrinted: boolean = false,
  only: ReadonlySet<string> | null = null,
): LineWriter {
  const lines = new TreeLines();
  return (row, out) => {
    const { tree, sources } = dissect(trace, row, context);
    const shown = areBytesPrinted ? NO_SOURCES : sources;
    if (only === null) lines.write(out, tree, shown);
    else
      for (const layer of tree)
        lines.write(out, [layerOf(layer, only)], only.has(layer.field ?? "") ? shown : NO_SOURCES);
  };
}

function layerOf(layer: DetailNode, only: ReadonlySet<string>): DetailNode {
  return only.has(layer.field ?? "") ? layer : { ...layer, children: [] };
}

function indentOf(level: number): string {
  return (indents[level] ??= " ".repeat(level * 4));
}

function startOf(level: number): string {
  return (starts[level] ??= `\n${indentOf(level)}`);
}

/** A node that many packets have, with what is below it, as lines of this level. */
interface Written extends Piece {
  readonly level: number;
}

/** Puts a tree's lines together. */
class TreeLines {
  /** Lines that are not written yet, without the end of the last, and how many they are. */
  #text = "";
  #count = 0;
  /** Their nodes and levels; what is beyond `#count` is of lines before. */
  readonly #nodes: DetailNode[] = [];
  readonly #levels: number[] = [];
  readonly #written: WeakMap<DetailNode, Written>;

  constructor(written: WeakMap<DetailNode, Written> = new WeakMap()) {
    this.#written = written;
  }

  /** Bytes of nodes that say nothing of theirs are dumped from `sources`. */
  write(out: LineBytes, tree: readonly DetailNode[], sources: readonly DataSource[]): void {
    this.#add(out, tree, 0, sources);
    this.#flush(out);
  }

  #add(out: LineBytes, nodes: readonly DetailNode[], level: number, sources: readonly DataSource[]): void {
    for (const node of nodes) {
      // Of fewer lines the texts are written as fast.
      if (node.children.length > 1 && isShared(node)) {
        this.#flush(out);
        out.piece(this.#writtenOnce(node, level));
      } else this.#addNode(out, node, level, sources);
    }
  }

  #addNode(out: LineBytes, node: DetailNode, level: number, sources: readonly DataSource[]): void {
    if (isHidden(node)) return;
    const label = node.label.length < LABEL_BYTES ? node.label : lineText(node);
    const count = this.#count++;
    this.#nodes[count] = node;
    this.#levels[count] = level;
    // Each plus makes an object: one the fewer with the end of the line before and the blanks in one.
    this.#text = count === 0 ? indentOf(level) + label : this.#text + startOf(level) + label;
    if (node.field === "data" && node.source < sources.length) {
      this.#flush(out);
      const { bytes } = sources[node.source];
      out.newline();
      writeHexLines(out, bytes.subarray(node.start, node.start + node.length));
    }
    if (node.children.length > 0) this.#add(out, node.children, level + 1, sources);
  }

  #writtenOnce(node: DetailNode, level: number): Piece {
    const known = this.#written.get(node);
    if (known?.level === level) return known;
    const out = new LineBytes();
    const lines = new TreeLines(this.#written);
    lines.#addNode(out, node, level, NO_SOURCES);
    lines.#flush(out);
    const written = { ...pieceOf(out.textFrom(0)), level };
    this.#written.set(node, written);
    return written;
  }

  #flush(out: LineBytes): void {
    const count = this.#count;
    if (count === 0) return;
    if (!out.plainLines(`${this.#text}\n`, count)) {
      for (let i = 0; i < count; i++) out.text(`${indentOf(this.#levels[i])}${lineText(this.#nodes[i])}\n`);
    }
    this.#text = "";
    this.#count = 0;
  }
}

/** The lines that `detailsWriter` writes, the empty one after each packet with them. */
export function* printDetails(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  for (const text of linesOf(detailsWriter(trace, context), rows)) yield* text.split("\n");
}
