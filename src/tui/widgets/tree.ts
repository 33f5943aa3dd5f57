/** A tree shown as indented lines, of which only the visible ones are painted. */

import { type Grid, onBackground } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "./scroll.ts";
import { putSpans, type Rich, toSpans } from "./spans.ts";

/** One visible line of a tree. */
export interface TreeRow<Node> {
  readonly node: Node;
  readonly depth: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
}

/** Deeper than this a tree is cut off: what comes from a capture must not nest without bound. */
const MAX_DEPTH = 64;

/** The lines of a tree as it is expanded now, parents before children. */
export function flattenTree<Node>(
  roots: readonly Node[],
  childrenOf: (node: Node) => readonly Node[],
  isExpanded: (node: Node, depth: number) => boolean,
): TreeRow<Node>[] {
  const rows: TreeRow<Node>[] = [];
  const visit = (nodes: readonly Node[], depth: number) => {
    for (const node of nodes) {
      const children = childrenOf(node);
      const expandable = children.length > 0 && depth < MAX_DEPTH;
      const expanded = expandable && isExpanded(node, depth);
      rows.push({ node, depth, expandable, expanded });
      if (expanded) visit(children, depth + 1);
    }
  };
  visit(roots, 0);
  return rows;
}

export interface TreeOptions<Node> {
  readonly rows: readonly TreeRow<Node>[];
  readonly top: number;
  /** Index of the selected line, -1 for none. */
  readonly selected: number;
  readonly focused?: boolean;
  /** The text of a line; plain text is painted in `attr`. */
  label(node: Node, depth: number): Rich;
  /** Attribute of plain text; the theme's text by default. */
  attr?(node: Node, depth: number): number;
  readonly empty?: string;
}

/** Paints the tree over all of `grid`; column 0 is for the mark of the selection, the last one for the scrollbar. */
export function tree<Node>(grid: Grid, theme: Theme, options: TreeOptions<Node>): void {
  const { rows, top, selected } = options;
  grid.fill(0, 0, grid.width, grid.height, theme.background);
  if (rows.length === 0) grid.put(1, 0, options.empty ?? "", theme.muted);
  for (let line = 0; line < grid.height; line++) {
    const row = rows[top + line];
    if (row === undefined) continue;
    const isSelected = top + line === selected;
    let ground = theme.background;
    if (isSelected) ground = options.focused === false ? theme.selectedBlur : theme.selected;
    if (isSelected) grid.fill(0, line, grid.width - 1, 1, ground);
    const x = 1 + row.depth * 2;
    if (row.expandable) {
      grid.put(x, line, row.expanded ? "▾" : "▸", onBackground(theme.accent, ground));
    }
    const attr = options.attr?.(row.node, row.depth) ?? theme.text;
    const spans = toSpans(options.label(row.node, row.depth), attr);
    putSpans(grid, x + 2, line, spans, grid.width - x - 3, ground);
    if (isSelected) {
      if (theme.mono) grid.recolor(1, line, grid.width - 2, 1, (under) => under | ground);
      grid.cell(0, line, "▌", onBackground(theme.marker, ground));
    }
  }
  scrollbar(grid, theme, 0, grid.height, top, rows.length);
}
