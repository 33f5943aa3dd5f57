// The Packets screen: list, details, bytes; of a capture, or of a lab, where what is ahead of the cursor stands back.

import type { DissectedPacket } from "../../capture/dissect/dissect.ts";
import type { Fate } from "../../trace/state-at.ts";
import { onBackground } from "../render/grid.ts";
import type { Grid } from "../render/grid.ts";
import { protocolAttr } from "../theme.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { hexBytesPerRow, hexView } from "../widgets/hex.ts";
import { table } from "../widgets/table.ts";
import type { Column } from "../widgets/table.ts";
import { tree } from "../widgets/tree.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { isLab, loopbackRun } from "../session.ts";
import type { Model } from "../model.ts";
import {
  dissectedAt,
  fateOf,
  isAhead,
  listCount,
  listRow,
  selectedRow,
  shownLoopback,
  shownTrace,
} from "./packet-data.ts";
import { labelSpans, layerRanges, treeRows } from "./packet-tree.ts";
import { filterError, packetsLayout } from "./packets-layout.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import type { PacketsPlace } from "./packets-layout.ts";

/** Paints the screen over all of `grid` but its first and last row. */
export function packetsScreen(grid: Grid, theme: Theme, model: Model): void {
  const row = selectedRow(model);
  const packet = row < 0 ? null : dissectedAt(model, row);
  for (const place of packetsLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    if (place.part === "filter") paintFilter(view, theme, model);
    else if (place.part === "list") paintList(view, theme, model);
    else if (place.part === "time") paintTime(view, theme, model);
    else if (place.part === "tree") paintTree(view, theme, model, packet);
    else paintBytes(view, theme, model, packet, place);
  }
}

/** Where in its time a playing capture is. */
function paintTime(view: Grid, theme: Theme, model: Model): void {
  const trace = shownTrace(model);
  const label = (row: number): string => dissectedAt(model, row).info;
  scrubberPane(view, theme, { trace, label, step: model.step, focused: true });
}

/** Whose packets these are, and that there are others. */
function listTitle(model: Model): string {
  if (!isLab(model.session)) return "Packets";
  const run = shownLoopback(model);
  if (run !== null) return `Packets on loopback (${run.backend})`;
  return loopbackRun(model.session)?.hasPackets === true
    ? "Packets, simulated (o: loopback)"
    : "Packets, simulated";
}

interface ListLine {
  readonly row: number;
  readonly packet: DissectedPacket;
  readonly fate: Fate | null;
}

function paintList(view: Grid, theme: Theme, model: Model): void {
  const count = listCount(model);
  const { selected, top, focus, filter, typing } = model.packets;
  const all = shownTrace(model).packets.count;
  const focused = focus === "list" && typing === null;
  const status = count === 0 ? "" : `${selected + 1} of ${count}${count === all ? "" : ` (${all} in all)`}`;
  const inner = frame(view, theme, {
    title: listTitle(model),
    status,
    focused,
  });
  table<ListLine>(inner, theme, {
    columns: columnsOf(inner.width, theme, model),
    count,
    row: (index) => {
      const row = listRow(model, index);
      return { row, packet: dissectedAt(model, row), fate: fateOf(model, row) };
    },
    top,
    selected: count === 0 ? -1 : selected,
    focused,
    rowAttr: ({ fate }, index) => {
      if (index === selected) return theme.selected;
      if (isAhead(model, listRow(model, index))) return theme.faint;
      return fate === null || fate.kind === "delivered" ? null : fateAttr(fate, theme);
    },
    empty:
      filter !== null ? "no packet passes the filter" : isLab(model.session) ? "no packet yet" : "no packets",
  });
}

function columnsOf(width: number, theme: Theme, model: Model): Column<ListLine>[] {
  const trace = shownTrace(model);
  const narrow = width < 100;
  const address = addressCells(model, narrow ? 15 : 28);
  const digits = Math.max(narrow ? 3 : 5, String(trace.packets.count).length);
  const columns: Column<ListLine>[] = [
    {
      title: "No.",
      width: digits,
      align: "right",
      cell: ({ row }) => String(row + 1),
      attr: () => theme.muted,
    },
    {
      title: "Time",
      width: timeCells(model),
      align: "right",
      cell: ({ row }) => (trace.packetNs(row) / 1e9).toFixed(6),
      attr: () => theme.muted,
    },
    { title: "Source", width: address, cell: ({ packet }) => packet.source },
    {
      title: narrow ? "Dest" : "Destination",
      width: Math.max(address, narrow ? 0 : 11),
      cell: ({ packet }) => packet.destination,
    },
    {
      title: narrow ? "Proto" : "Protocol",
      width: narrow ? 5 : 8,
      cell: ({ packet }) => packet.protocol,
      attr: ({ packet }) => protocolAttr(theme, packet.protocol),
    },
  ];
  if (!narrow) {
    columns.push({
      title: "Length",
      width: 6,
      align: "right",
      cell: ({ row }) => String(trace.packets.length[row]),
      attr: () => theme.muted,
    });
  }
  columns.push({
    title: "Info",
    width: 10,
    grow: 1,
    cell: ({ packet, fate }) => infoSpans(packet, fate, theme),
  });
  return columns;
}

/** Wireshark's colour rule of this name: what the analysis found, unless it is only a window update. */
function isBadTcp(packet: DissectedPacket): boolean {
  return packet.info.startsWith("[TCP ") && !packet.info.startsWith("[TCP Window Update]");
}

function infoSpans(packet: DissectedPacket, fate: Fate | null, theme: Theme): Span[] {
  if (fate === null || fate.kind === "delivered") {
    if (isBadTcp(packet)) {
      return [
        { text: "! ", attr: theme.warn },
        { text: packet.info, attr: theme.warn },
      ];
    }
    return [{ text: packet.info, attr: packet.stopped === "malformed" ? theme.warn : theme.text }];
  }
  const attr = fateAttr(fate, theme);
  if (fate.kind === "in flight")
    return [
      { text: "… ", attr },
      { text: packet.info, attr },
    ];
  return [
    { text: `✗ ${fate.reason} at ${fate.where}  `, attr },
    { text: packet.info, attr: theme.muted },
  ];
}

function fateAttr(fate: Fate, theme: Theme): number {
  return fate.kind === "dropped" ? theme.error : theme.pending;
}

/** Wide enough for the first addresses there are, within reason. */
function addressCells(model: Model, most: number): number {
  const { addresses } = shownTrace(model).packets;
  let cells = 8;
  for (let id = 1; id <= Math.min(addresses.size, 64); id++)
    cells = Math.max(cells, addresses.text(id).length);
  return Math.min(cells, most);
}

function timeCells(model: Model): number {
  const trace = shownTrace(model);
  const last = trace.packets.count - 1;
  return last < 0 ? 8 : Math.max(8, (trace.packetNs(last) / 1e9).toFixed(6).length);
}

function paintTree(view: Grid, theme: Theme, model: Model, packet: DissectedPacket | null): void {
  const { focus, treeSelected, treeTop, toggled, typing } = model.packets;
  const focused = focus === "tree" && typing === null;
  const rows = packet === null ? [] : treeRows(packet, toggled);
  const field = rows[treeSelected]?.node.detail.field ?? "";
  const inner = frame(view, theme, { title: "Details", status: field, focused });
  tree(inner, theme, {
    rows,
    top: treeTop,
    selected: packet === null ? -1 : treeSelected,
    focused,
    label: ({ detail }, depth) => labelSpans(detail.label, depth, theme),
    empty: "no packet selected",
  });
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
  const title = source === 0 || data === undefined ? "Bytes" : data.name;
  const inner = frame(view, theme, { title, status, focused: focus === "bytes" && typing === null });
  hexView(inner, theme, {
    bytes,
    top: bytesTop,
    lit,
    ranges: packet === null || source !== 0 ? [] : layerRanges(packet, theme),
    bytesPerRow: hexBytesPerRow(place.width - 2),
    empty: "no bytes",
  });
}

function paintFilter(view: Grid, theme: Theme, model: Model): void {
  const { typing, filter } = model.packets;
  const problem = filterError(model);
  view.fill(0, 0, view.width, view.height, theme.background);
  const prompt = " / ";
  view.put(0, 0, prompt, typing === null ? theme.muted : theme.accent);
  const count = filter === null ? "" : filterCount(model);
  const room = view.width - prompt.length - count.length - 2;
  if (typing === null) {
    if (filter === null)
      view.put(
        prompt.length,
        0,
        "press / to filter, e.g. tcp.len > 0 && ip.addr == 10.0.0.1",
        theme.muted,
        room,
      );
    else view.put(prompt.length, 0, filter.text, theme.strong, room);
  } else {
    view.fill(prompt.length, 0, room, 1, theme.input);
    const from = Math.max(0, typing.length - room + 1);
    const used = view.put(prompt.length, 0, typing.slice(from), onBackground(theme.text, theme.input), room);
    view.put(prompt.length + Math.min(used, room - 1), 0, " ", theme.cursor, 1);
    if (problem !== null) {
      const at = problem.column - from;
      if (at >= 0 && at < room)
        view.recolor(prompt.length + at, 0, 1, 1, () => onBackground(theme.error, theme.input));
    }
  }
  if (count !== "") view.put(view.width - count.length - 1, 0, count, theme.muted);
  if (problem === null) return;
  const spans: Span[] = [
    { text: "^ ", attr: theme.error },
    { text: problem.message, attr: theme.error },
  ];
  const cells = problem.message.length + 2;
  const at = Math.max(1, Math.min(prompt.length + problem.column, view.width - cells - 1));
  putSpans(view, at, 1, spans, view.width - at - 1);
}

function filterCount(model: Model): string {
  const { filter } = model.packets;
  if (filter === null) return "";
  const all = shownTrace(model).packets.count;
  return filter.scanned < all
    ? `${listCount(model)} so far, ${Math.floor((filter.scanned / all) * 100)} % read`
    : `${listCount(model)} shown`;
}
