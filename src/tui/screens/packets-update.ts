// What keys and the mouse do on the Packets screen, and the filter's way through a long capture.

import { lineOf } from "../line-edit.ts";
import type { Action } from "../keys.ts";
import type { Effect, MouseAction } from "../messages.ts";
import type { Model, PacketsPane, PacketsView, TypingPurpose } from "../model.ts";
import type { Step } from "./screen.ts";
import { nextStop, previousStop } from "../playback.ts";
import { isLab, loopbackRun, replaySpeed } from "../session.ts";
import { hexByteAt, hexBytesPerRow, hexRows } from "../widgets/hex.ts";
import { scrollTo } from "../widgets/scroll.ts";
import { tableRowAt, tableRows } from "../widgets/table.ts";
import { alongStream, originalOf, partnerOf } from "./packets-jump.ts";
import { COLUMNS_MAX, USUAL_COLUMNS } from "./packets-columns.ts";
import { columnAt, columnIds } from "./packets-list.ts";
import { isFilterBehind } from "./filter-scan.ts";
import { findAgain, onlyMarked, showTimes, sortByColumn, withoutFilter } from "./packets-reading.ts";
import { nextTimeForm } from "./packets-time.ts";
import { goToRow, nextMark, selectPacket, turnMark } from "./packets-select.ts";
import { moveTo } from "./lab-update.ts";
import {
  atCursor,
  dissectedAt,
  followsCursor,
  isSelectedReady,
  lineAtCursor,
  listCount,
  selectedRow,
  shownTrace,
} from "./packet-data.ts";
import { rowOfByte, treeRows, turnedAll } from "./packet-tree.ts";
import { insideOf, packetsLayout } from "./packets-layout.ts";
import { scrubberStep } from "./scrubber-pane.ts";

const NOTHING: readonly Effect[] = [];
const PANES: readonly PacketsPane[] = ["list", "tree", "bytes"];
const WHEEL = 3;
const LAST_OF_STREAM = "no further packet of this stream";
const FIRST_OF_STREAM = "no packet of this stream before";
const NO_FILE = "only a capture's packets are written here: wirelab export writes a run's";
const STREAM_UNREAD = "the stream is being read up to this packet: once more in a moment";
const NO_ORIGINAL = "nothing of this was sent before";

/** Does `action` in the pane with the focus. */
export function packetsAction(model: Model, action: Action): Step {
  const { focus } = model.packets;
  switch (action) {
    case "up":
      return [moveBy(model, focus, -1), NOTHING];
    case "down":
      return [moveBy(model, focus, 1), NOTHING];
    case "page up":
      return [moveBy(model, focus, -pageOf(model, focus)), NOTHING];
    case "page down":
      return [moveBy(model, focus, pageOf(model, focus)), NOTHING];
    case "first":
      return [moveBy(model, focus, -Infinity), NOTHING];
    case "last":
      return [moveBy(model, focus, Infinity), NOTHING];
    case "next pane":
      return [withView(model, { focus: PANES[(PANES.indexOf(focus) + 1) % PANES.length] }), NOTHING];
    case "previous pane":
      return [withView(model, { focus: PANES[(PANES.indexOf(focus) + 2) % PANES.length] }), NOTHING];
    case "alone":
      return [withView(model, { alone: !model.packets.alone }), NOTHING];
    case "forward":
      return [focus === "list" ? cursorBy(model, 1) : openNode(model, true), NOTHING];
    case "back":
      return [focus === "list" ? cursorBy(model, -1) : openNode(model, false), NOTHING];
    case "expand":
      return [focus === "list" ? withView(model, { focus: "tree" }) : openNode(model, null), NOTHING];
    case "filter":
    case "find":
    case "goto":
      return [openLine(model, action), NOTHING];
    case "write":
      return [hasFile(model) ? openLine(model, action) : { ...model, notice: NO_FILE }, NOTHING];
    case "find next":
      return findAgain(model, 1);
    case "find previous":
      return findAgain(model, -1);
    case "times":
      return showTimes(model, nextTimeForm(model));
    case "mark":
      return [turnMark(model), NOTHING];
    case "next mark":
      return [nextMark(model, 1), NOTHING];
    case "previous mark":
      return [nextMark(model, -1), NOTHING];
    case "only marked":
      return onlyMarked(model);
    case "expand all":
      return [turnAll(model, true), NOTHING];
    case "collapse all":
      return [turnAll(model, false), NOTHING];
    case "expand below":
      return [turnBelow(model), NOTHING];
    case "next in stream":
      return [goToRow(model, alongStream(shownTrace(model), selectedRow(model), 1), LAST_OF_STREAM), NOTHING];
    case "previous in stream":
      return [
        goToRow(model, alongStream(shownTrace(model), selectedRow(model), -1), FIRST_OF_STREAM),
        NOTHING,
      ];
    case "partner":
      // Who answers whom is known of what has been read of a stream.
      if (!isSelectedReady(model)) return [{ ...model, notice: STREAM_UNREAD }, NOTHING];
      return [
        goToRow(model, partnerOf(model, selectedRow(model)), "no request and no answer is known"),
        NOTHING,
      ];
    case "original":
      return [goToRow(model, originalOf(shownTrace(model), selectedRow(model)), NO_ORIGINAL), NOTHING];
    case "other side":
      return [otherSide(model), NOTHING];
    case "escape":
      return withoutFilter(model);
    default:
      return [model, NOTHING];
  }
}

/** Whether the packets are those of a capture that is read. */
function hasFile({ session }: Model): boolean {
  return !isLab(session) && replaySpeed(session) === null;
}

/** The line opened for `purpose`, with what was typed there last. */
export function openLine(model: Model, purpose: TypingPurpose): Model {
  const { filter, find } = model.packets;
  const text = purpose === "filter" ? (filter?.text ?? "") : purpose === "find" ? (find?.text ?? "") : "";
  const typing = { purpose, line: lineOf(text), choice: -1 };
  return withView({ ...model, playing: false }, { typing, filterError: null });
}

/** Turns a column on, at its usual place or before Info, or off; the last one stays. */
export function turnColumn(model: Model, id: string): Model {
  const now = columnIds(model, insideOf(model, "list").width);
  if (now.includes(id)) {
    if (now.length === 1) return { ...model, notice: "a list has one column at least" };
    return withView(model, { columns: now.filter((other) => other !== id) });
  }
  if (now.length >= COLUMNS_MAX) return { ...model, notice: `${COLUMNS_MAX} columns are all that fit` };
  const order: readonly string[] = USUAL_COLUMNS;
  const place = order.indexOf(id);
  const before = now.findIndex((other) => (place < 0 ? other === "info" : order.indexOf(other) > place));
  return withView(model, { columns: before < 0 ? [...now, id] : now.toSpliced(before, 0, id) });
}

/** Puts selections and scrolls back into what there is, after anything may have changed it. */
export function settlePackets(model: Model): Model {
  const { packets } = model;
  const count = listCount(model);
  const last = Math.max(0, count - 1);
  // Until then the list stays where it is: following what was found last would dissect other packets for every frame.
  const isAtCursor = followsCursor(model) && !isFilterBehind(model);
  const chosen = isAtCursor ? lineAtCursor(model) : packets.selected;
  const selected = Math.max(0, Math.min(last, chosen));
  const rows = tableRows(insideOf(model, "list").height);
  const top = scrollTo(packets.top, selected, rows, count);
  let { treeSelected, treeTop, bytesTop } = packets;
  const at = { ...model, packets: { ...packets, selected } };
  if (model.screen === "packets" && isSelectedReady(at)) {
    const tree = treeOf(at);
    // Where there is no packet, nothing is chosen for the first that comes.
    if (tree.length > 0) {
      if (treeSelected < 0) treeSelected = tree.findIndex(({ depth, expanded }) => depth === 0 && expanded);
      treeSelected = Math.max(0, Math.min(tree.length - 1, treeSelected));
    }
    treeTop = scrollTo(treeTop, treeSelected, insideOf(model, "tree").height, tree.length);
    const bytes = bytesOf(at);
    bytesTop = scrollTo(bytesTop, -1, insideOf(model, "bytes").height, hexRows(bytes, bytesPerRow(model)));
  }
  if (
    selected === packets.selected &&
    top === packets.top &&
    treeSelected === packets.treeSelected &&
    treeTop === packets.treeTop &&
    bytesTop === packets.bytesTop
  ) {
    return model;
  }
  return { ...model, packets: { ...packets, selected, top, treeSelected, treeTop, bytesTop } };
}

/** A click, a drag or a turn of the wheel at cell (x, y) of the screen. */
export function packetsMouse(model: Model, action: MouseAction, x: number, y: number): Step {
  const place = packetsLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place?.part === "time") {
    return [atCursor(model, scrubberStep(shownTrace(model), x, place.width)), NOTHING];
  }
  if (place === undefined || action === "drag") return [model, NOTHING];
  if (place.part === "filter") return action === "click" ? packetsAction(model, "filter") : [model, NOTHING];
  if (action !== "click") {
    return [moveBy(model, place.part, action === "wheelup" ? -WHEEL : WHEEL), NOTHING];
  }
  const closed = withView(model, { focus: place.part, typing: null, filterError: null });
  const line = y - place.y - 1;
  if (place.part === "list" && line === 0) {
    const column = columnAt(model, x - place.x - 1);
    return column === null ? [closed, NOTHING] : sortByColumn(closed, column);
  }
  if (place.part === "list") {
    const index = tableRowAt(line, model.packets.top, listCount(model));
    return [index < 0 ? closed : selectPacket(closed, index), NOTHING];
  }
  if (place.part === "tree") return [clickTree(closed, line, x - place.x - 1), NOTHING];
  const perRow = bytesPerRow(model);
  const byte = hexByteAt(x - place.x - 1, line, model.packets.bytesTop, bytesOf(model), perRow);
  const tree = treeOf(model);
  const source = tree[model.packets.treeSelected]?.node.detail.source ?? 0;
  const row = byte < 0 ? -1 : rowOfByte(tree, source, byte);
  return [row < 0 ? closed : withView(closed, { treeSelected: row }), NOTHING];
}

function clickTree(model: Model, line: number, x: number): Model {
  const rows = treeOf(model);
  const index = model.packets.treeTop + line;
  if (line < 0 || index >= rows.length) return model;
  const chosen = selectLine(model, index);
  const { depth, expandable } = rows[index];
  return expandable && x <= depth * 2 + 2 ? openNode(chosen, null) : chosen;
}

function moveBy(model: Model, pane: PacketsPane, by: number): Model {
  const { packets } = model;
  if (pane === "list") return selectPacket(model, clamp(packets.selected + by, listCount(model) - 1));
  if (pane === "tree") return selectLine(model, clamp(packets.treeSelected + by, treeOf(model).length - 1));
  const rows = hexRows(bytesOf(model), bytesPerRow(model));
  return withView(model, { bytesTop: clamp(packets.bytesTop + by, rows - 1) });
}

/** Selects a line of the details and brings its bytes into view. */
function selectLine(model: Model, treeSelected: number): Model {
  const node = treeOf(model)[treeSelected]?.node.detail;
  const next = withView(model, { treeSelected });
  if (node === undefined || node.length === 0) return next;
  const perRow = bytesPerRow(model);
  const { height } = insideOf(model, "bytes");
  const first = Math.floor(node.start / perRow);
  const bytesTop = scrollTo(model.packets.bytesTop, first, height, hexRows(bytesOf(next), perRow));
  return withView(next, { bytesTop });
}

/** Opens (true), closes (false) or turns (null) the selected line; closing a line without children goes to its parent. */
function openNode(model: Model, open: boolean | null): Model {
  const rows = treeOf(model);
  const { treeSelected, toggled } = model.packets;
  const row = rows[treeSelected];
  if (row === undefined) return model;
  if (row.expandable && (open === null || open !== row.expanded)) {
    const next = new Set(toggled);
    if (!next.delete(row.node.path)) next.add(row.node.path);
    return withView(model, { toggled: next });
  }
  if (open === false) {
    const parent = rows.findLastIndex(({ depth }, i) => i < treeSelected && depth < row.depth);
    if (parent >= 0) return selectLine(model, parent);
  }
  if (open === true && row.expanded) return selectLine(model, treeSelected + 1);
  return model;
}

/** Every line of the details opened, the one selected still so; or every line closed, its layer selected. */
function turnAll(model: Model, open: boolean): Model {
  const row = selectedRow(model);
  if (row < 0 || !isSelectedReady(model)) return model;
  const packet = dissectedAt(model, row);
  const path = treeOf(model)[model.packets.treeSelected]?.node.path ?? "";
  const toggled = turnedAll(packet, model.packets.toggled, open);
  const rows = treeRows(packet, toggled);
  const at = rows.findLastIndex(({ node }) => node.path === path || path.startsWith(`${node.path}/`));
  return selectLine(withView(model, { toggled, focus: "tree" }), Math.max(0, at));
}

/** All below the selected line opened. */
function turnBelow(model: Model): Model {
  const row = selectedRow(model);
  const line = treeOf(model)[model.packets.treeSelected];
  if (row < 0 || line === undefined) return model;
  const toggled = turnedAll(dissectedAt(model, row), model.packets.toggled, true, line.node.path);
  return withView(model, { toggled, focus: "tree" });
}

function cursorBy(model: Model, by: 1 | -1): Model {
  if (!followsCursor(model)) return model;
  const trace = shownTrace(model);
  return moveTo(model, by === 1 ? nextStop(trace, model.step) : previousStop(trace, model.step));
}

/** From the simulation's packets to loopback's and back; says why when there are none. */
function otherSide(model: Model): Model {
  if (!isLab(model.session)) return model;
  const run = loopbackRun(model.session);
  if (run === null || !run.hasPackets) {
    const { loopback } = model.session;
    const why =
      typeof loopback === "object" && "unavailable" in loopback ? loopback.unavailable : "not there yet";
    return { ...model, notice: `no loopback packets: ${run?.packetsNote ?? why}` };
  }
  const side = model.packets.side === "sim" ? "loopback" : "sim";
  const start = {
    selected: 0,
    top: 0,
    treeSelected: -1,
    treeTop: 0,
    bytesTop: 0,
    filter: null,
    filterError: null,
    sort: null,
    find: null,
    marks: new Set<number>(),
  };
  return withView({ ...model, playing: false }, { side, ...start });
}

function pageOf(model: Model, pane: PacketsPane): number {
  const { height } = insideOf(model, pane);
  return Math.max(1, (pane === "list" ? tableRows(height) : height) - 1);
}

function treeOf(model: Model): ReturnType<typeof treeRows> {
  const row = selectedRow(model);
  return row < 0 || !isSelectedReady(model) ? [] : treeRows(dissectedAt(model, row), model.packets.toggled);
}

/** How many bytes the bytes pane shows. */
function bytesOf(model: Model): number {
  const row = selectedRow(model);
  if (row < 0 || !isSelectedReady(model)) return 0;
  const packet = dissectedAt(model, row);
  const source = treeOf(model)[model.packets.treeSelected]?.node.detail.source ?? 0;
  return packet.sources[source]?.bytes.length ?? 0;
}

function bytesPerRow(model: Model): number {
  return hexBytesPerRow(insideOf(model, "bytes").width);
}

function clamp(index: number, last: number): number {
  return Math.max(0, Math.min(last, index));
}

function withView(model: Model, change: Partial<PacketsView>): Model {
  return { ...model, packets: { ...model.packets, ...change } };
}
