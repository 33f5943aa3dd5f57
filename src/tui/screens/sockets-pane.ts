// Every connection at the cursor: its state, and its queues as bars.

import { indexOf } from "../../trace/state-at.ts";
import type { ConnectionState } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { sizeText } from "../../trace/words.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { gauge } from "../widgets/gauge.ts";

const STATE_CELLS = 11;
const BAR_MIN = 6;

/** Paints the connections of `trace` at `step`, one a row; the newest are shown when there are too many. */
export function socketsPane(
  grid: Grid,
  theme: Theme,
  trace: Trace,
  step: number,
  hosts: readonly string[],
): void {
  const all = indexOf(trace).connectionsAt(step);
  // Stable: connections of one host stay in the order they appeared.
  all.sort((a, b) => hosts.indexOf(a.track.host) - hosts.indexOf(b.track.host));
  if (all.length === 0) {
    grid.put(1, 0, "no connection yet", theme.muted);
    return;
  }
  const rows = grid.height - 1;
  const shown = all.length > rows ? all.slice(-rows) : all;
  const hostCells = Math.max(4, ...shown.map(({ track }) => track.host.length));
  const nameCells = Math.min(44, Math.max(...shown.map((connection) => nameOf(connection).length)));
  // What a narrow pane leaves out first is the addresses: hosts tell most connections apart.
  const fixed = 1 + hostCells + 2 + STATE_CELLS + 2;
  const withNames = grid.width - fixed - nameCells - 2 >= 2 * (BAR_MIN + 12);
  const bars = fixed + (withNames ? nameCells + 2 : 0);
  const half = Math.floor((grid.width - bars - 1) / 2);
  grid.put(1, 0, "host", theme.header);
  grid.put(1 + hostCells + 2, 0, "state", theme.header);
  if (withNames) grid.put(fixed, 0, "local → remote", theme.header, nameCells);
  grid.put(bars, 0, "to send", theme.header, half - 1);
  grid.put(bars + half, 0, "to read", theme.header, half - 1);
  shown.forEach((connection, i) => {
    const y = 1 + i;
    const ground = i % 2 === 0 ? theme.zebra : theme.background;
    grid.fill(0, y, grid.width, 1, ground);
    const on = (attr: number): number => onBackground(attr, ground);
    grid.put(1, y, connection.track.host, on(theme.text), hostCells);
    grid.put(
      1 + hostCells + 2,
      y,
      connection.state ?? "",
      on(stateAttr(theme, connection.state)),
      STATE_CELLS,
    );
    if (withNames) grid.put(fixed, y, nameOf(connection), on(theme.muted), nameCells);
    const { buffers } = connection;
    queue(grid, theme, bars, y, half - 1, buffers?.sendQueue ?? 0, buffers?.sendBuffer ?? 0, on);
    queue(grid, theme, bars + half, y, half - 1, buffers?.receiveQueue ?? 0, buffers?.receiveBuffer ?? 0, on);
  });
}

/** A bar and the bytes in it. Bars stand on a logarithmic scale: 14 bytes in 64 KiB must still be seen. */
function queue(
  grid: Grid,
  theme: Theme,
  x: number,
  y: number,
  cells: number,
  bytes: number,
  limit: number,
  on: (attr: number) => number,
): void {
  const text = sizeText(bytes);
  const textCells = 9;
  const bar = cells - textCells - 1;
  if (bar >= 3)
    gauge(
      grid,
      theme,
      x,
      y,
      bar,
      bytes <= 0 ? 0 : Math.log2(1 + bytes) / Math.log2(1 + Math.max(limit, bytes)),
    );
  const at = bar >= 3 ? x + bar + 1 : x;
  grid.put(at, y, text, on(bytes > 0 ? theme.strong : theme.muted), Math.max(0, x + cells - at));
}

function nameOf({ track }: ConnectionState): string {
  return `${track.local} → ${track.remote}`;
}

function stateAttr(theme: Theme, state: string | null): number {
  switch (state) {
    case "ESTABLISHED":
      return theme.ok;
    case "LISTEN":
      return theme.info;
    case "CLOSED":
    case "TIME_WAIT":
      return theme.muted;
    default:
      return theme.warn;
  }
}
