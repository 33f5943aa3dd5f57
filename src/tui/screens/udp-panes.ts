// Beside the picture of a UDP conversation: what is known of the datagram under the cursor, the list of all, and both directions followed.

import { millisText } from "../../trace/words.ts";
import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { scrollbar, scrollTo } from "../widgets/scroll.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { datagramBytes } from "./datagrams.ts";
import type { Datagram } from "./datagrams.ts";
import { shownTrace } from "./packet-data.ts";
import { shownStep } from "./sequence-data.ts";
import { followAcross } from "./stream-follow.ts";
import { datagramShown, datagramsOf, udpDirection, udpSide } from "./udp-data.ts";
import { hasCalls } from "./udp-picture.ts";
import { bytesWords, partSpans, recvSpans, sendWords } from "./udp-words.ts";

const NAME_CELLS = 7;
/** Cells of a datagram's number and the arrow, and lines of one that are followed at most. */
const MARGIN = 11;
const LINES_MAX = 64;
/** Where in the pane the cursor's line stands, of its height. */
const CURSOR_AT = 0.5;

/** Everything known of the datagram the cursor is on, a line each. */
export function datagramPane(grid: Grid, theme: Theme, model: Model): void {
  const side = udpSide(model);
  const datagram = side[datagramShown(model)];
  if (datagram === undefined) {
    grid.put(1, 0, "nothing was sent this way", theme.muted);
    return;
  }
  const name = (text: string): Span => ({ text: text.padEnd(NAME_CELLS), attr: theme.muted });
  const lines: Span[][] = [
    [
      name("number"),
      { text: `${datagram.number} of ${side.length}`, attr: theme.strong },
      { text: `  ${bytesWords(datagram.length)}`, attr: theme.text },
    ],
  ];
  if (hasCalls(model)) lines.push([name("sent"), { text: sendWords(datagram), attr: theme.text }]);
  else lines.push([name("sent"), { text: "a capture does not tell of calls", attr: theme.muted }]);
  for (const part of datagram.parts) {
    lines.push([name("wire"), ...partSpans(model, theme, part, datagram.parts.length > 1)]);
  }
  if (hasCalls(model)) lines.push([name("read"), ...recvSpans(model, theme, datagram)]);
  // What was read of it is worth more than the last of many fragments.
  const shown =
    lines.length <= grid.height ? lines : [...lines.slice(0, grid.height - 1), lines[lines.length - 1]];
  for (const [y, line] of shown.entries()) putSpans(grid, 1, y, line, grid.width - 2);
}

/** The datagrams of the direction, a line each, the cursor's lit. */
export function datagramList(grid: Grid, theme: Theme, model: Model): void {
  const side = udpSide(model);
  const step = shownStep(model);
  const index = indexOf(shownTrace(model));
  const calls = hasCalls(model);
  grid.put(
    1,
    0,
    `  No.${"ms".padStart(10)}${"bytes".padStart(8)}${calls ? `${"read".padStart(8)}${"at ms".padStart(10)}` : ""}`,
    theme.header,
  );
  const rows = grid.height - 1;
  const cursor = datagramShown(model);
  const top = scrollTo(0, Math.min(side.length - 1, cursor + 1), rows, side.length);
  for (let y = 0; y < rows && top + y < side.length; y++) {
    const { number, parts, length, recv } = side[top + y];
    const ground = top + y === cursor ? theme.selectedBlur : theme.background;
    const hasLeft = index.packetStep(parts[0].row) <= step;
    const on = (attr: number): number => onBackground(hasLeft ? attr : theme.faint, ground);
    grid.fill(0, 1 + y, grid.width - 1, 1, on(theme.text));
    const isLost = parts.some(({ row }) => index.dropStep(row) !== NEVER);
    const read: readonly Span[] = !calls
      ? []
      : recv === null
        ? [{ text: isLost ? "  ✗ lost" : "   -", attr: on(isLost ? theme.error : theme.muted) }]
        : [
            { text: String(recv.bytes).padStart(8), attr: on(recv.bytes < length ? theme.error : theme.ok) },
            {
              text: (recv.call.endNs === null ? "" : millisText(recv.call.endNs)).padStart(10),
              attr: on(theme.muted),
            },
            { text: recv.bytes < length ? "  ✂" : "", attr: on(theme.error) },
          ];
    const spans = [
      { text: String(number).padStart(5), attr: on(theme.strong) },
      { text: millisText(shownTrace(model).packetNs(parts[0].row)).padStart(10), attr: on(theme.muted) },
      { text: String(length).padStart(8), attr: on(theme.number) },
      ...read,
    ];
    putSpans(grid, 1, 1 + y, spans, grid.width - 3);
  }
  scrollbar(grid, theme, 1, rows, top, side.length);
}

/** One line of a datagram that is followed: bytes [start, end) of it. */
interface FollowLine {
  readonly datagram: Datagram;
  readonly start: number;
  readonly end: number;
}

/** Both directions in the order they were sent, as text or as hex, around the cursor's datagram: each begins on a line of its own. */
export function udpFollow(grid: Grid, theme: Theme, model: Model, mode: "text" | "hex"): void {
  const { order } = datagramsOf(model);
  const chosen = udpSide(model)[datagramShown(model)];
  if (order.length === 0 || chosen === undefined) {
    grid.put(1, 0, "nothing was sent yet", theme.muted);
    return;
  }
  const at = placeOf(order, chosen);
  const lines: FollowLine[] = [];
  const across = followAcross(mode, grid.width);
  // As many before the cursor's as there are lines, and as many behind it.
  const first = Math.max(0, at - grid.height);
  let cursorLine = 0;
  for (let i = first; i < order.length && (i <= at || lines.length < cursorLine + grid.height); i++) {
    if (i === at) cursorLine = lines.length;
    const { length } = order[i];
    lines.push({ datagram: order[i], start: 0, end: Math.min(across, length) });
    for (let start = across; start < Math.min(length, across * LINES_MAX); start += across) {
      lines.push({ datagram: order[i], start, end: Math.min(length, start + across) });
    }
  }
  const top = Math.max(
    0,
    Math.min(cursorLine - Math.floor(grid.height * CURSOR_AT), lines.length - grid.height),
  );
  for (let y = 0; y < grid.height && top + y < lines.length; y++) {
    paintLine(
      grid.sub(0, y, grid.width, 1),
      theme,
      model,
      lines[top + y],
      mode,
      lines[top + y].datagram === chosen,
    );
  }
}

/** Where a datagram is among those of both directions: they are in the order of their packets. */
function placeOf(order: readonly Datagram[], { parts }: Datagram): number {
  let low = 0;
  let high = order.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order[middle].parts[0].row < parts[0].row) low = middle + 1;
    else high = middle;
  }
  return low;
}

function paintLine(
  grid: Grid,
  theme: Theme,
  model: Model,
  { datagram, start, end }: FollowLine,
  mode: "text" | "hex",
  isCursor: boolean,
): void {
  const { direction, number, length, recv, parts } = datagram;
  const trace = shownTrace(model);
  const index = indexOf(trace);
  const color = direction === 0 ? theme.series[0] : theme.series[1];
  const isLost = parts.some(({ row }) => index.dropStep(row) !== NEVER);
  if (start === 0) {
    grid.put(1, 0, String(number).padStart(6), isCursor ? theme.cursor : theme.muted, 6);
    grid.put(8, 0, isLost ? "✗" : direction === 0 ? "→" : "←", isLost ? theme.error : color);
  }
  if (length === 0) {
    grid.put(MARGIN, 0, "∅ empty", theme.muted);
    return;
  }
  const { bytes, known } = datagramBytes(trace, datagram, start, end);
  const across = followAcross("hex", grid.width);
  for (let i = 0; i < bytes.length; i++) {
    const isCut = recv !== null && start + i >= recv.bytes;
    const attr =
      isLost || isCut ? theme.error : direction === udpDirection(model) || !isCursor ? color : theme.text;
    const isText = bytes[i] >= 0x20 && bytes[i] < 0x7f;
    const char = known[i] === 0 ? "?" : isText ? String.fromCharCode(bytes[i]) : "·";
    if (mode === "text") {
      grid.cell(MARGIN + i, 0, char, char === "·" ? theme.faint : attr);
      continue;
    }
    const x = MARGIN + i * 3 + (i >= across / 2 ? 1 : 0);
    grid.put(x, 0, known[i] === 0 ? "??" : bytes[i].toString(16).padStart(2, "0"), attr, 2);
    grid.cell(MARGIN + across * 3 + 3 + i, 0, char, char === "·" ? theme.faint : attr);
  }
}
