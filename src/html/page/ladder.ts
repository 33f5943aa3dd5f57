// The ladder: lifelines with slanted arrows between them. Only what is in sight is drawn; the rest is room to scroll through.

import { durationText, millisText } from "../../trace/words.ts";
import type { PageData } from "./data.ts";
import { lossText } from "./filter.ts";
import { byId, draw, oncePerFrame, scrollTo } from "./dom.ts";
import { firstReaching, layOut, LINE, RIM } from "./ladder-layout.ts";
import type { LadderLayout } from "./ladder-layout.ts";
import type { State, View } from "./state.ts";

/** Room for the times at the left; beside the first and the last lifeline, with states outside them and where there is no room for those; between two. */
const TIMES = 82;
const SIDE = 96;
const SIDE_NARROW = 34;
const BETWEEN_MIN = 130;
/** Below this width, or where lifelines are many, states stand on the lifelines. */
const NARROW = 620;
/** Words: how wide a letter is, and how far from the lifeline they begin. */
const LETTER = 6.65;
const INDENT = 12;
/** How far a packet that is lost on its way gets. */
const LOST_AT = 0.62;
const HEAD = 30;
/** A click nearer than this is for the packet. */
const NEAR = 14;

/** Shows the ladder in the element `#ladder`; `go` is told which stop was clicked. */
export function ladderView(data: PageData, go: (stop: number) => void): View {
  const box = byId("ladder");
  const room = byId("ladder-room");
  const picture = draw("svg", { "aria-hidden": "true", focusable: "false" });
  room.append(picture);
  const again = new Set(data.packets.again);
  const copies = new Set(data.packets.copies);
  let layout: LadderLayout | null = null;
  let key = "";
  let last: State | null = null;
  let seenStop = -2;

  function isNarrow(width: number, lifelines: number): boolean {
    return width < NARROW || width < TIMES + 2 * SIDE + lifelines * BETWEEN_MIN;
  }

  function xsOf(width: number, lifelines: readonly number[]): Map<number, number> {
    const side = isNarrow(width, lifelines.length) ? SIDE_NARROW : SIDE;
    const between = Math.max(BETWEEN_MIN, (width - TIMES - 2 * side) / Math.max(1, lifelines.length - 1));
    return new Map(lifelines.map((lifeline, i) => [lifeline, TIMES + side + i * between]));
  }

  /** On which side of a lifeline its states stand: 0 on the lifeline itself, where packets' words give way. */
  function outside(x: number, xs: ReadonlyMap<number, number>): -1 | 0 | 1 {
    if (isNarrow(box.clientWidth, xs.size)) return 0;
    if (x <= Math.min(...xs.values())) return -1;
    return x >= Math.max(...xs.values()) ? 1 : 0;
  }

  function paint(): void {
    if (last === null || layout === null || box.clientHeight === 0) return;
    const xs = xsOf(box.clientWidth, layout.lifelines);
    const width = Math.max(box.clientWidth, Math.max(TIMES, ...xs.values()) + SIDE_NARROW);
    const { scrollTop, clientHeight } = box;
    room.style.height = `${Math.max(layout.height, clientHeight)}px`;
    room.style.width = `${width}px`;
    picture.setAttribute("width", String(width));
    picture.setAttribute("height", String(clientHeight));
    picture.setAttribute("viewBox", `0 ${scrollTop} ${width} ${clientHeight}`);
    picture.replaceChildren(...piecesOf(last, layout, xs, width, scrollTop, scrollTop + clientHeight));
  }

  function piecesOf(
    state: State,
    layout: LadderLayout,
    xs: ReadonlyMap<number, number>,
    width: number,
    top: number,
    bottom: number,
  ): Node[] {
    const nowNs = state.stop < 0 ? 0 : data.stops[state.stop][0];
    const cursor = state.stop < 0 ? RIM : layout.stops[state.stop];
    const behind: Node[] = [
      draw("rect", { class: "cursor-band", x: 0, y: cursor - LINE / 2, width, height: LINE }),
      draw("rect", { class: "cursor-edge", x: 0, y: cursor - LINE / 2, width: 3, height: LINE }),
    ];
    for (const x of xs.values()) {
      behind.push(draw("line", { class: "lifeline", x1: x, x2: x, y1: Math.max(top, RIM - 12), y2: bottom }));
    }
    const lines: Node[] = [];
    const words: Node[] = [];
    const { shown, leaves } = layout;
    let timeY = -LINE;
    for (let i = firstReaching(layout, top - LINE); i < shown.length; i++) {
      const packet = shown[i];
      const y = leaves[packet];
      if (y > bottom + LINE) break;
      packetPieces(state, layout, xs, packet, nowNs, lines, words);
      if (y - timeY >= LINE * 0.9 && y > top - LINE) {
        timeY = y;
        words.push(timeText(data.packets.times[packet], y, data.packets.stops[packet] > state.stop));
      }
    }
    for (const { note, y } of layout.notes) {
      if (y < top - LINE || y > bottom + LINE) continue;
      words.push(...notePieces(state, note, y, xs, width));
    }
    for (const { y, ns } of layout.gaps) {
      if (y < top - LINE || y > bottom + LINE) continue;
      words.push(
        draw("text", {
          class: "gap",
          x: TIMES - 8,
          y: y + 4,
          "text-anchor": "end",
          text: `⋮ ${durationText(ns)}`,
        }),
      );
    }
    const head: Node[] = [draw("rect", { class: "head", x: 0, y: top, width, height: HEAD })];
    head.push(draw("text", { class: "time", x: TIMES - 8, y: top + 19, "text-anchor": "end", text: "ms" }));
    for (const [lifeline, x] of xs) {
      const name = cut(data.lifelines[lifeline], 24);
      head.push(draw("text", { class: "host", x, y: top + 19, "text-anchor": "middle", text: name }));
    }
    return [...behind, ...lines, ...words, ...head];
  }

  function packetPieces(
    state: State,
    layout: LadderLayout,
    xs: ReadonlyMap<number, number>,
    packet: number,
    nowNs: number,
    lines: Node[],
    words: Node[],
  ): void {
    const { packets } = data;
    const from = xs.get(packets.from[packet]) ?? TIMES;
    const to = xs.get(packets.to[packet]) ?? TIMES;
    const isAhead = packets.stops[packet] > state.stop;
    const endNs = packets.endNs[packet];
    const isLost = packets.lost[packet] !== undefined;
    const isOver = endNs === null ? packets.stops[packet] <= state.stop && !isLost : endNs <= nowNs;
    const y1 = layout.leaves[packet];
    const y2 = Number.isNaN(layout.ends[packet]) ? y1 : layout.ends[packet];
    const rightwards = to >= from;
    const endX = isLost && packets.lost[packet][1] === "" ? from + (to - from) * LOST_AT : to;
    const kind = isAhead ? "ahead" : isLost && isOver ? "lost" : isOver ? "arrived" : "flying";
    const chosen = packet === state.packet ? " chosen" : "";
    if (kind === "flying" && endNs !== null) {
      const part = Math.max(
        0,
        Math.min(1, (nowNs - packets.times[packet]) / Math.max(1, endNs - packets.times[packet])),
      );
      const [midX, midY] = [from + (endX - from) * part, y1 + (y2 - y1) * part];
      lines.push(
        lineOf(from, y1, midX, midY, `arrow flying${chosen}`),
        lineOf(midX, midY, endX, y2, "arrow ahead"),
      );
    } else lines.push(lineOf(from, y1, endX, y2, `arrow ${kind}${chosen}`));
    const end = kind === "flying" ? "ahead" : kind;
    lines.push(isLost ? crossAt(endX, y2, end) : headAt(endX, y2, from, y1, end));
    const isAgain = again.has(packet);
    const tail = `${isAgain ? " (again)" : ""}${copies.has(packet) ? " (copy)" : ""}`;
    const lost = isAhead || !isLost ? "" : `✗ ${lossText(packets, packet)}  `;
    const indent = INDENT + chipAt(packets.from[packet], y1, xs);
    const letters = Math.max(8, Math.floor((Math.abs(to - from) - indent - INDENT) / LETTER));
    const ink = isAhead ? "ahead" : lost === "" ? (isAgain || copies.has(packet) ? "again" : "") : "lost";
    words.push(
      draw("text", {
        class: `label ${ink}${chosen}`,
        x: from + (rightwards ? indent : -indent),
        y: y1 - 5,
        "text-anchor": rightwards ? "start" : "end",
        text: `${cut(`${lost}${data.packets.labels[packet]}`, Math.max(8, letters - tail.length))}${tail}`,
      }),
    );
  }

  /** Half the width of a state's chip that stands on the lifeline near `y`. */
  function chipAt(lifeline: number, y: number, xs: ReadonlyMap<number, number>): number {
    const x = xs.get(lifeline) ?? 0;
    if (layout === null || outside(x, xs) !== 0) return 0;
    const beside = layout.notes.find((item) => {
      const [, own, kind] = data.notes[item.note];
      return kind === "state" && own === lifeline && Math.abs(item.y - y) < LINE;
    });
    return beside === undefined ? 0 : chipWidth(data.notes[beside.note][3]) / 2;
  }

  function notePieces(
    state: State,
    index: number,
    y: number,
    xs: ReadonlyMap<number, number>,
    width: number,
  ): Node[] {
    const [stop, lifeline, kind, text] = data.notes[index];
    const ahead = stop > state.stop ? " ahead" : "";
    if (lifeline < 0) {
      return [
        draw("line", { class: `change${ahead}`, x1: TIMES, x2: width - 8, y1: y, y2: y }),
        draw("text", { class: `note intervention${ahead}`, x: TIMES + 8, y: y - 3, text: `◆ ${text}` }),
      ];
    }
    const x = xs.get(lifeline);
    if (x === undefined) return [];
    if (kind === "state") {
      const cells = chipWidth(text);
      const side = outside(x, xs);
      const left = side === 0 ? x - cells / 2 : side < 0 ? x - cells - 6 : x + 6;
      return [
        draw("rect", { class: `chip${ahead}`, x: left, y: y - 8, width: cells, height: 16, rx: 3 }),
        draw("text", {
          class: `state${ahead}`,
          x: left + cells / 2,
          y: y + 4,
          "text-anchor": "middle",
          text,
        }),
      ];
    }
    const isLast = xs.size > 1 && x >= Math.max(...xs.values());
    const indent = INDENT + chipAt(lifeline, y, xs);
    const sign = kind === "timer" ? "◷ " : kind === "error" ? "✗ " : "» ";
    const room = Math.floor(BETWEEN_MIN / LETTER);
    return [
      draw("text", {
        class: `note ${kind}${ahead}`,
        x: x + (isLast ? -indent : indent),
        y: y + 4,
        "text-anchor": isLast ? "end" : "start",
        text: `${sign}${cut(text, Math.max(room, 28))}`,
      }),
    ];
  }

  function stopNear(x: number, y: number): number {
    if (layout === null) return -1;
    const xs = xsOf(box.clientWidth, layout.lifelines);
    let best = -1;
    let bestAway = NEAR;
    for (let i = firstReaching(layout, y - LINE); i < layout.shown.length; i++) {
      const packet = layout.shown[i];
      const y1 = layout.leaves[packet];
      if (y1 > y + LINE) break;
      const from = xs.get(data.packets.from[packet]) ?? 0;
      const to = xs.get(data.packets.to[packet]) ?? 0;
      if (x < Math.min(from, to) - NEAR || x > Math.max(from, to) + NEAR) continue;
      const y2 = Number.isNaN(layout.ends[packet]) ? y1 : layout.ends[packet];
      const part = from === to ? 0 : Math.max(0, Math.min(1, (x - from) / (to - from)));
      // Its words are as good as its line.
      const away = Math.min(Math.abs(y1 + (y2 - y1) * part - y), Math.abs(y1 - 7 - y));
      if (away < bestAway) [best, bestAway] = [packet, away];
    }
    if (best >= 0) return data.packets.stops[best];
    return layout.stops.findLastIndex((at) => at <= y + LINE / 2);
  }

  /** Where not all lifelines fit, those of the selected packet are to be seen. */
  function scrollAside(state: State, { lifelines }: LadderLayout): void {
    const xs = xsOf(box.clientWidth, lifelines);
    const ends = [data.packets.from[state.packet], data.packets.to[state.packet]].map((end) => xs.get(end));
    if (state.packet < 0 || ends.includes(undefined)) return;
    const [left, right] = [Math.min(...(ends as number[])), Math.max(...(ends as number[]))];
    if (left - SIDE_NARROW < box.scrollLeft) box.scrollLeft = left - SIDE_NARROW - TIMES;
    else if (right + SIDE_NARROW > box.scrollLeft + box.clientWidth)
      box.scrollLeft = right + SIDE_NARROW - box.clientWidth;
  }

  box.addEventListener("scroll", oncePerFrame(paint), { passive: true });
  room.addEventListener("click", (event) => {
    const place = room.getBoundingClientRect();
    const stop = stopNear(event.clientX - place.left, event.clientY - place.top);
    if (stop >= 0) go(stop);
  });

  return (state) => {
    const stream = state.conversation && state.packet >= 0 ? data.packets.streams[state.packet] : null;
    const asked = `${state.ladderZoom} ${stream}`;
    if (layout === null || key !== asked) {
      layout = layOut(data, state.ladderZoom, stream);
      key = asked;
      seenStop = -2;
    }
    last = state;
    room.style.height = `${Math.max(layout.height, box.clientHeight)}px`;
    if (state.stop !== seenStop && state.stop >= 0 && box.clientHeight > 0) {
      scrollTo(box, layout.stops[state.stop] - LINE, layout.stops[state.stop] + LINE, HEAD + LINE);
      scrollAside(state, layout);
      seenStop = state.stop;
    }
    paint();
  };
}

function chipWidth(text: string): number {
  return text.length * LETTER * 0.92 + 8;
}

function timeText(timeNs: number, y: number, isAhead: boolean): Node {
  const text = millisText(timeNs);
  return draw("text", {
    class: `time${isAhead ? " ahead" : ""}`,
    x: TIMES - 8,
    y: y + 4,
    "text-anchor": "end",
    text,
  });
}

function lineOf(x1: number, y1: number, x2: number, y2: number, kind: string): Node {
  return draw("line", { class: kind, x1, y1, x2, y2 });
}

function headAt(x: number, y: number, fromX: number, fromY: number, kind: string): Node {
  const angle = Math.atan2(y - fromY, x - fromX);
  const corner = (turn: number): string =>
    `${(x - 9 * Math.cos(angle + turn)).toFixed(1)},${(y - 9 * Math.sin(angle + turn)).toFixed(1)}`;
  return draw("polygon", { class: `tip ${kind}`, points: `${x},${y} ${corner(0.42)} ${corner(-0.42)}` });
}

function crossAt(x: number, y: number, kind: string): Node {
  const d = `M${x - 5},${y - 5}L${x + 5},${y + 5}M${x + 5},${y - 5}L${x - 5},${y + 5}`;
  return draw("path", { class: `cross ${kind}`, d });
}

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`;
}
