// Where the panes of the Packets screen stand at each size.

import { shownTrace } from "./packet-data.ts";
import type { Model, PacketsPane } from "../model.ts";
import { replaySpeed } from "../session.ts";

export interface PacketsPlace {
  readonly part: PacketsPane | "filter" | "time";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells of a hex pane with its border, for 16, 12 and 8 bytes a row. */
const HEX_16 = 77;
const HEX_12 = 60;
const HEX_8 = 44;
const LIST_MIN = 9;
/** The timeline, and a line on what happens at the cursor. */
const TIME_ROWS = 2;

/** What is shown: all panes, or the filter line and the pane with the focus, with the room of all. */
export function packetsLayout(model: Model): PacketsPlace[] {
  const places = allPlaces(model);
  return model.packets.alone ? places.flatMap((place) => alonePlaces(model, places, place)) : places;
}

function alonePlaces(model: Model, places: readonly PacketsPlace[], place: PacketsPlace): PacketsPlace[] {
  if (place.part === "filter" || place.part === "time") return [place];
  if (place.part !== model.packets.focus) return [];
  const { width } = model.size;
  const [list, tree] = places.filter(({ part }) => part === "list" || part === "tree");
  return [{ part: place.part, x: 0, y: list.y, width, height: list.height + tree.height }];
}

/** The filter line, the list, and below it details and bytes side by side; where a capture plays, its timeline last. */
function allPlaces(model: Model): PacketsPlace[] {
  const { width, height } = model.size;
  const filterRows = filterError(model) === null ? 1 : 2;
  const timeRows = replaySpeed(model.session) === null ? 0 : TIME_ROWS;
  const rows = height - 2 - filterRows - timeRows;
  // A short run leaves the room to its packets' details.
  const needed = Math.max(LIST_MIN, shownTrace(model).packets.count + 3);
  const listRows = Math.max(4, Math.min(Math.round(rows * 0.5), needed));
  const listY = 1 + filterRows;
  const lowerY = listY + listRows;
  const lowerRows = height - 1 - lowerY - timeRows;
  const bytes = bytesWidth(width);
  return [
    { part: "filter", x: 0, y: 1, width, height: filterRows },
    { part: "list", x: 0, y: listY, width, height: listRows },
    { part: "tree", x: 0, y: lowerY, width: width - bytes, height: lowerRows },
    { part: "bytes", x: width - bytes, y: lowerY, width: bytes, height: lowerRows },
    ...(timeRows === 0
      ? []
      : [{ part: "time" as const, x: 0, y: height - 1 - timeRows, width, height: timeRows }]),
  ];
}

/** The inside of a pane: rows and columns within its border; of one that gives its room to another, those it would have. */
export function insideOf(
  model: Model,
  part: PacketsPane,
): { readonly width: number; readonly height: number } {
  const isPart = (at: PacketsPlace): boolean => at.part === part;
  const place = packetsLayout(model).find(isPart) ?? allPlaces(model).find(isPart);
  return { width: Math.max(0, (place?.width ?? 2) - 2), height: Math.max(0, (place?.height ?? 2) - 2) };
}

/** Why the filter typed or applied does not work, or null. */
export function filterError(model: Model): { readonly message: string; readonly column: number } | null {
  return model.packets.filterError;
}

function bytesWidth(width: number): number {
  if (width >= 150) return HEX_16;
  return width >= 110 ? HEX_12 : Math.min(HEX_8, Math.floor(width / 2) + 4);
}
