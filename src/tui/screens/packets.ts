// The Packets screen: list, details, bytes; of a capture, or of a lab, where what is ahead of the cursor stands back.

import type { DissectedPacket } from "../../capture/dissect/dissect.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { hexBytesPerRow, hexView } from "../widgets/hex.ts";
import { tree } from "../widgets/tree.ts";
import type { Model } from "../model.ts";
import { selectedRow, shownAt, shownTrace } from "./packet-data.ts";
import { labelSpans, layerRanges, treeRows } from "./packet-tree.ts";
import { packetsLayout } from "./packets-layout.ts";
import { paintCompletions, paintLine } from "./packets-line.ts";
import { paintList } from "./packets-list.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import type { PacketsPlace } from "./packets-layout.ts";

/** In the place of what is about to be there. */
const ELLIPSIS = "…";

/** Paints the screen over all of `grid` but its first and last row. */
export function packetsScreen(grid: Grid, theme: Theme, model: Model): void {
  const row = selectedRow(model);
  const packet = row < 0 ? null : shownAt(model, row);
  for (const place of packetsLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    if (place.part === "filter") paintLine(view, theme, model);
    else if (place.part === "list") paintList(view, theme, model);
    else if (place.part === "time") paintTime(view, theme, model);
    else if (place.part === "tree") paintTree(view, theme, model, packet);
    else paintBytes(view, theme, model, packet, place);
  }
  paintCompletions(grid, theme, model);
}

/** Where in its time a playing capture is. */
function paintTime(view: Grid, theme: Theme, model: Model): void {
  const trace = shownTrace(model);
  const label = (row: number): string => shownAt(model, row)?.info ?? ELLIPSIS;
  scrubberPane(view, theme, { trace, label, step: model.step, focused: true });
}

function paintTree(view: Grid, theme: Theme, model: Model, packet: DissectedPacket | null): void {
  const { alone, focus, treeSelected, treeTop, toggled, typing } = model.packets;
  const focused = focus === "tree" && typing === null;
  const rows = packet === null ? [] : treeRows(packet, toggled);
  const field = rows[treeSelected]?.node.detail.field ?? "";
  const title = alone ? `Details of packet ${selectedRow(model) + 1}` : "Details";
  const inner = frame(view, theme, { title, status: field, focused, footer: aloneHint(model) });
  tree(inner, theme, {
    rows,
    top: treeTop,
    selected: packet === null ? -1 : treeSelected,
    focused,
    label: ({ detail }, depth) => labelSpans(detail.label, depth, theme),
    empty: selectedRow(model) < 0 ? "no packet selected" : ELLIPSIS,
  });
}

/** How the other panes come back. */
function aloneHint(model: Model): string {
  return model.packets.alone ? "tab: another pane  z: all" : "";
}

function paintBytes(
  view: Grid,
  theme: Theme,
  model: Model,
  packet: DissectedPacket | null,
  place: PacketsPlace,
): void {
  const { focus, treeSelected, toggled, bytesTop, typing } = model.packets;
  const node = packet === null ? undefined : treeRows(packet, toggled)[treeSelected]?.node.detail;
  const source = node?.source ?? 0;
  const data = packet?.sources[source];
  const lit = node !== undefined && node.length > 0 && node.field !== "frame" ? node : null;
  const bytes = data?.bytes ?? new Uint8Array();
  const status = lit === null ? `${bytes.length} bytes` : `${lit.length} of ${bytes.length} bytes`;
  const whose = model.packets.alone ? ` of packet ${selectedRow(model) + 1}` : "";
  const title = source === 0 || data === undefined ? `Bytes${whose}` : data.name;
  const focused = focus === "bytes" && typing === null;
  const inner = frame(view, theme, { title, status, focused, footer: aloneHint(model) });
  hexView(inner, theme, {
    bytes,
    top: bytesTop,
    lit,
    ranges: packet === null || source !== 0 ? [] : layerRanges(packet, theme),
    bytesPerRow: hexBytesPerRow(place.width - 2),
    empty: packet === null && selectedRow(model) >= 0 ? ELLIPSIS : "no bytes",
  });
}
