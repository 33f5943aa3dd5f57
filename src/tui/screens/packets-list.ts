// The list of packets: its columns, the glyphs in front, what became of each.

import type { DissectedPacket } from "../../capture/dissect/dissect.ts";
import { findField } from "../../capture/fields.ts";
import { fieldText } from "../../capture/print/fields.ts";
import type { Fate } from "../../trace/state-at.ts";
import type { Grid } from "../render/grid.ts";
import { textCut, textWidth } from "../render/width.ts";
import { protocolAttr, themeNamed } from "../theme.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { columnWidths, table, tableColumnAt } from "../widgets/table.ts";
import type { Column } from "../widgets/table.ts";
import { shortenedAddress } from "../widgets/shortened.ts";
import type { Span } from "../widgets/spans.ts";
import { isLab, loopbackRun } from "../session.ts";
import type { Model } from "../model.ts";
import {
  fateOf,
  isAhead,
  listCount,
  listRow,
  selectedRow,
  shownAt,
  shownLoopback,
  shownTrace,
} from "./packet-data.ts";
import { COLUMNS_BY_DEFAULT, fieldCells, isColumn, isNumeric, isUsual } from "./packets-columns.ts";
import type { UsualColumn } from "./packets-columns.ts";
import { insideOf } from "./packets-layout.ts";
import { shownRule } from "./packets-rules.ts";
import type { ColourRule } from "./packets-rules.ts";
import { undissected } from "./packets-shown.ts";
import { timeCells, timeText, timeTitle } from "./packets-time.ts";

/** From this width on titles are whole words, and the length has a column. */
const WIDE = 100;

/** Below this width Info would have no room beside the time. */
const TIMED = 64;

/** The narrowest column of addresses; one for those of cards, `02:42:ac:11:00:02`, and one that shows both their ends. */
const ADDRESS_CELLS_MIN = 8;
const MAC_CELLS = 17;
const MAC_CELLS_MIN = 11;
/** Addresses and packets that say how wide such a column is to be, and the share of packets that are many. */
const LOOKED_AT = 64;
const MANY = 0.25;

/** How far sorting has come, while it goes on. */
function sortNote(model: Model): string {
  const { sort } = model.packets;
  return sort === null || sort.order !== null ? "" : `sorting ${Math.floor(sort.progress * 100)} %  `;
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
  readonly rule: ColourRule | null;
  /** Yet to leave, at the cursor. */
  readonly ahead: boolean;
}

/** Paints the list into its pane. */
export function paintList(view: Grid, theme: Theme, model: Model): void {
  const count = listCount(model);
  const { selected, top, focus, filter, typing } = model.packets;
  const all = shownTrace(model).packets.count;
  const focused = focus === "list" && typing === null;
  const status =
    count === 0
      ? ""
      : `${sortNote(model)}${selected + 1} of ${count}${count === all ? "" : ` (${all} in all)`}`;
  const inner = frame(view, theme, {
    title: listTitle(model),
    status,
    focused,
    footer: cutInfo(model, view.width - 2),
  });
  table<ListLine>(inner, theme, {
    columns: columnsOf(inner.width, theme, model),
    count,
    row: (index) => {
      const row = listRow(model, index);
      const packet = shownAt(model, row);
      return {
        row,
        packet: packet ?? undissected(model, row),
        fate: fateOf(model, row),
        rule: packet === null ? null : shownRule(model, row),
        ahead: isAhead(model, row),
      };
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

/** Info of the packet selected, where its column in a list of `width` cells has no room for all of it; empty where it has. */
function cutInfo(model: Model, width: number): string {
  const row = selectedRow(model);
  const at = columnIds(model, width).indexOf("info");
  if (row < 0 || at < 0) return "";
  const cells = columnWidths(columnsOf(width, themeNamed(model.theme), model), width - 3)[at];
  const { info } = shownAt(model, row) ?? undissected(model, row);
  return textWidth(info) <= cells ? "" : textCut(info, width - 6);
}

/** The columns chosen, or the usual ones: of those, the length and the time only where there is room. */
export function columnIds(model: Model, width: number): readonly string[] {
  // Columns that were saved may be those of another version.
  const chosen = model.packets.columns?.filter(isColumn) ?? [];
  if (chosen.length > 0) return chosen;
  return COLUMNS_BY_DEFAULT.filter(
    (id) => width >= WIDE || (id !== "length" && (id !== "time" || width >= TIMED)),
  );
}

/** The column at cell `x` of the list's inside, for the mouse; null beside them. */
export function columnAt(model: Model, x: number): string | null {
  const { width } = insideOf(model, "list");
  const at = tableColumnAt(columnsOf(width, themeNamed(model.theme), model), width, x);
  return at < 0 ? null : columnIds(model, width)[at];
}

function columnsOf(width: number, theme: Theme, model: Model): Column<ListLine>[] {
  const { sort } = model.packets;
  return columnIds(model, width).map((id) => {
    const column = isUsual(id) ? usualColumn(id, width, theme, model) : fieldColumn(id, theme);
    if (sort?.column !== id) return column;
    const title = `${column.title} ${sort.descending ? "▼" : "▲"}`;
    return { ...column, title, width: Math.max(column.width, title.length) };
  });
}

function fieldColumn(id: string, theme: Theme): Column<ListLine> {
  const field = findField(id);
  return {
    title: id,
    width: field === null ? id.length : fieldCells(field),
    ...(field !== null && isNumeric(field) ? { align: "right" as const } : {}),
    cell: ({ packet }) => (field === null ? "" : fieldText(packet, field)),
    attr: () => theme.text,
  };
}

function usualColumn(id: UsualColumn, width: number, theme: Theme, model: Model): Column<ListLine> {
  const trace = shownTrace(model);
  const narrow = width < WIDE;
  const address = addressCells(model, narrow ? 15 : 28);
  const muted = (): number => theme.muted;
  switch (id) {
    case "no": {
      const digits = Math.max(narrow ? 3 : 5, String(trace.packets.count).length);
      const cell = (line: ListLine): Span[] => numberSpans(line, theme, model);
      return { title: "No.", width: digits + 2, align: "right", cell };
    }
    case "time":
      return {
        title: timeTitle(model, narrow),
        width: timeCells(model, narrow),
        align: "right",
        cell: ({ row }) => timeText(model, row, narrow),
        attr: muted,
      };
    case "source":
      return {
        title: "Source",
        width: address,
        cell: ({ packet }) => shortenedAddress(packet.source, address),
      };
    case "destination": {
      const title = narrow ? "Dest" : "Destination";
      const cells = Math.max(address, title.length);
      return { title, width: cells, cell: ({ packet }) => shortenedAddress(packet.destination, cells) };
    }
    case "protocol":
      return {
        title: narrow ? "Proto" : "Protocol",
        width: narrow ? 7 : 8,
        cell: ({ packet }) => packet.protocol,
        attr: ({ packet }) => protocolAttr(theme, packet.protocol),
      };
    case "length":
      return {
        title: "Length",
        width: 6,
        align: "right",
        cell: ({ row }) => String(trace.packets.length[row]),
        attr: muted,
      };
    case "info":
      return {
        title: "Info",
        width: 10,
        grow: 1,
        cell: (line) => infoSpans(line, theme),
      };
  }
}

/** The number behind the mark set by hand, or behind the glyph of the colour rule that fits. */
function numberSpans({ row, rule, ahead }: ListLine, theme: Theme, model: Model): Span[] {
  const isSelected = row === selectedRow(model);
  const attr = isSelected ? theme.strong : ahead ? theme.faint : theme.muted;
  const number = { text: String(row + 1), attr };
  if (model.packets.marks.has(row))
    return [
      { text: "◆ ", attr: theme.accent },
      { ...number, attr: theme.strong },
    ];
  return rule === null ? [number] : [{ text: `${rule.glyph} `, attr: rule.attr(theme) }, number];
}

function infoSpans({ packet, fate, rule, ahead }: ListLine, theme: Theme): Span[] {
  if (ahead && (fate === null || fate.kind !== "dropped")) return [{ text: packet.info, attr: theme.faint }];
  if (fate === null || fate.kind === "delivered") {
    const bad = packet.stopped === null || packet.stopped === "cut" ? theme.text : theme.warn;
    return [{ text: packet.info, attr: rule?.whole === true ? rule.attr(theme) : bad }];
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

/** Wide enough for the first addresses there are, within `most`. */
function addressCells(model: Model, most: number): number {
  const { addresses, count, source } = shownTrace(model).packets;
  let cells = ADDRESS_CELLS_MIN;
  for (let id = 1; id <= Math.min(addresses.size, LOOKED_AT); id++)
    cells = Math.max(cells, addresses.text(id).length);
  const looked = Math.min(count, LOOKED_AT);
  let local = 0;
  for (let row = 0; row < looked; row++) if (source[row] === 0) local++;
  // Packets of the network itself have the addresses of its cards: those are whole where there are many, and can be told apart where there are few.
  if (local > looked * MANY) cells = Math.max(cells, MAC_CELLS);
  else if (local > 0) cells = Math.max(cells, MAC_CELLS_MIN);
  return Math.min(cells, addresses.size === 0 ? MAC_CELLS : most);
}
