// Where the reader is, in one object: every view shows it, every key and click changes it.

import type { PageData, PageScreen } from "./data.ts";

export interface State {
  readonly screen: PageScreen;
  /** Index into the stops; -1 where there are none. */
  readonly stop: number;
  /** The packet selected, -1 where there is none. */
  readonly packet: number;
  readonly playing: boolean;
  /** Index into SPEEDS. */
  readonly speed: number;
  readonly filter: string;
  /** Packets that pass the filter, ascending; null for all. */
  readonly rows: readonly number[] | null;
  /** Whether the ladder shows the selected packet's conversation alone. */
  readonly conversation: boolean;
  /** Doublings of the room that time takes on the ladder; halvings of the time the graphs show. */
  readonly ladderZoom: number;
  readonly graphZoom: number;
  /** Index into the flows. */
  readonly flow: number;
  /** The line chosen in the detail tree: its path, and which bytes it came from. */
  readonly field: { readonly path: string; readonly node: number } | null;
  /** Branches of detail trees opened or closed by hand: what was opened stays open from packet to packet. */
  readonly toggled: ReadonlySet<string>;
}

export type Change = (change: Partial<State>) => void;

/** Shows a state; asked whenever it has changed, or the page its size. */
export type View = (state: State) => void;

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
const SPEED_NORMAL = 2;
/** Lifelines beside each other; where there are more, one conversation is shown at first. */
const LIFELINES_AT_ONCE = 6;

/** The last packet that has left by each stop, -1 before the first. */
export function packetsByStop(data: PageData): Int32Array {
  const byStop = new Int32Array(data.stops.length).fill(-1);
  for (const [packet, stop] of data.packets.stops.entries()) byStop[stop] = packet;
  for (let stop = 1; stop < byStop.length; stop++) byStop[stop] = Math.max(byStop[stop], byStop[stop - 1]);
  return byStop;
}

/** The packet selected at a stop: the one it is about, else the last that has left, else the first. */
export function packetAt(data: PageData, byStop: Int32Array, stop: number): number {
  if (data.packets.count === 0) return -1;
  const own = stop < 0 ? -1 : data.stops[stop][2];
  return own >= 0 ? own : Math.max(0, stop < 0 ? 0 : byStop[stop]);
}

/** As the page opens; `hash` is what its address says: `#packets/12` is the twelfth stop of the Packets screen. */
export function initialState(data: PageData, byStop: Int32Array, hash: string): State {
  const [name, number] = hash.replace(/^#/, "").split("/");
  const screen = data.screens.find((known) => known === name) ?? data.screens[0];
  const asked = /^\d{1,9}$/.test(number ?? "") ? Number(number) - 1 : data.opening;
  const stop = Math.max(Math.min(asked, data.stops.length - 1), Math.min(0, data.stops.length - 1));
  return {
    screen,
    stop,
    packet: packetAt(data, byStop, stop),
    playing: false,
    speed: SPEED_NORMAL,
    filter: "",
    rows: null,
    conversation: data.lifelines.length > LIFELINES_AT_ONCE && !data.screens.includes("lab"),
    ladderZoom: 0,
    graphZoom: 0,
    flow: 0,
    field: null,
    toggled: new Set(),
  };
}
