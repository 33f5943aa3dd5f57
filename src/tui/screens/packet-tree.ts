// The detail tree of a packet as lines, and the way between a line and the bytes it came from.

import type { DetailNode, DissectedPacket } from "../../capture/dissect/dissect.ts";
import { isHidden } from "../../capture/dissect/hidden-fields.ts";
import type { ByteLayer, Theme } from "../theme.ts";
import type { ByteRange } from "../widgets/hex.ts";
import type { Span } from "../widgets/spans.ts";
import type { TreeRow } from "../widgets/tree.ts";

/** A node and its path: field names from the top, so that what was opened stays open from packet to packet. */
export interface PathNode {
  readonly detail: DetailNode;
  readonly path: string;
}

/** Layers that start closed: what every packet has alike. */
const CLOSED = new Set(["frame", "eth", "vlan", "ieee8021ad", "sll", "null", "raw", "ip", "ipv6", "llc"]);
const DEPTH_MAX = 64;

/** The tree's lines as opened and closed: layers about the packet's own business are open at first. */
export function treeRows(packet: DissectedPacket, toggled: ReadonlySet<string>): TreeRow<PathNode>[] {
  const rows: TreeRow<PathNode>[] = [];
  visit(packet.tree, "", 0, (row, opens) => {
    const expanded = row.expandable && opens !== toggled.has(row.node.path);
    rows.push({ ...row, expanded });
    return expanded;
  });
  return rows;
}

/** What is opened and closed by hand once every line whose path begins with `under` is open, or closed. */
export function turnedAll(
  packet: DissectedPacket,
  toggled: ReadonlySet<string>,
  open: boolean,
  under = "",
): Set<string> {
  const next = new Set(toggled);
  visit(packet.tree, "", 0, ({ node: { path }, expandable }, opens) => {
    const isUnder = path === under || path.startsWith(`${under}/`);
    if (expandable && isUnder) {
      if (opens === open) next.delete(path);
      else next.add(path);
    }
    return expandable && (isUnder || under.startsWith(`${path}/`));
  });
  return next;
}

/** Goes through the lines there are; `each` is told whether a line starts open, and answers whether to go on below it. */
function visit(
  nodes: readonly DetailNode[],
  above: string,
  depth: number,
  each: (row: Omit<TreeRow<PathNode>, "expanded">, opens: boolean) => boolean,
): void {
  const seen = new Map<string, number>();
  for (const detail of nodes) {
    if (isHidden(detail)) continue;
    const name = detail.field ?? detail.label;
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    const path = `${above}/${name}${nth === 0 ? "" : `#${nth}`}`;
    const expandable = detail.children.some((child) => !isHidden(child)) && depth < DEPTH_MAX;
    const opens = depth === 0 && !CLOSED.has(name);
    if (each({ node: { detail, path }, depth, expandable }, opens))
      visit(detail.children, path, depth + 1, each);
  }
}

/** The innermost visible line whose bytes hold byte `at` of source `source`; -1 for none. */
export function rowOfByte(rows: readonly TreeRow<PathNode>[], source: number, at: number): number {
  let best = -1;
  let bestLength = Infinity;
  rows.forEach(({ node: { detail } }, i) => {
    if (detail.source !== source || detail.field === "frame" || at < detail.start) return;
    if (at < detail.start + detail.length && detail.length <= bestLength) {
      best = i;
      bestLength = detail.length;
    }
  });
  return best;
}

/** Layers stand out; in a field the name stands back and the value forward. */
export function labelSpans(label: string, depth: number, theme: Theme): Span[] {
  if (depth === 0) return [{ text: label, attr: label.startsWith("[") ? theme.warn : theme.strong }];
  const colon = label.indexOf(": ");
  if (colon < 0 || label.startsWith("[")) return [{ text: label, attr: theme.text }];
  return [
    { text: label.slice(0, colon + 2), attr: theme.muted },
    { text: label.slice(colon + 2), attr: theme.text },
  ];
}

/** The bytes of each layer in its colour. */
export function layerRanges(packet: DissectedPacket, theme: Theme): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const { field, start, length, source } of packet.tree) {
    if (field === null || field === "frame" || source !== 0) continue;
    ranges.push({ start, length, attr: theme.bytes[layerOf(field)] });
  }
  return ranges;
}

function layerOf(field: string): ByteLayer {
  switch (field) {
    case "eth":
    case "vlan":
    case "ieee8021ad":
    case "sll":
    case "null":
    case "llc":
    case "raw":
      return "link";
    case "ip":
    case "ipv6":
    case "arp":
      return "network";
    case "tcp":
    case "udp":
    case "icmp":
    case "icmpv6":
      return "transport";
    default:
      return "payload";
  }
}
