// The timeline of the whole run: a slider over the stops, marks where something happened, and what the stop is in words.

import { millisText } from "../../trace/words.ts";
import type { PageData, PageMark } from "./data.ts";
import { byId, draw } from "./dom.ts";
import { SPEEDS } from "./state.ts";
import type { State, View } from "./state.ts";

const SIGNS: Readonly<Record<PageMark[1], readonly [sign: string, ink: string]>> = {
  state: ["·", "sim"],
  exit: ["▪", "muted"],
  intervention: ["◆", "info"],
  error: ["!", "error"],
  drop: ["✗", "error"],
};
/** Of marks in one place, the one furthest in this order is seen. */
const WEIGHTS = Object.keys(SIGNS);
/** Room of a mark. */
const CELL = 9;

/** Shows the scrubber in `#scrubber`, its words in `#step` and how it plays in `#playing`; `go` is told where it was moved. */
export function scrubberView(data: PageData, go: (stop: number) => void): View {
  const slider = byId("scrubber") as HTMLInputElement;
  const marks = byId("marks");
  const words = byId("step");
  const playing = byId("playing");
  const button = byId("play");
  slider.max = String(Math.max(0, data.stops.length - 1));
  slider.addEventListener("input", () => go(Number(slider.value)));
  let width = -1;

  function paintMarks(): void {
    const cells = Math.max(1, Math.floor(marks.clientWidth / CELL));
    const best = new Map<number, PageMark[1]>();
    const most = Math.max(1, data.stops.length - 1);
    for (const [stop, kind] of data.marks) {
      const cell = Math.min(cells - 1, Math.floor((stop / most) * cells));
      const known = best.get(cell);
      if (known === undefined || WEIGHTS.indexOf(kind) > WEIGHTS.indexOf(known)) best.set(cell, kind);
    }
    const signs = [...best].map(([cell, kind]) => {
      const [sign, ink] = SIGNS[kind];
      return draw("text", {
        class: `ink-${ink}`,
        x: ((cell + 0.5) / cells) * marks.clientWidth,
        y: 11,
        "text-anchor": "middle",
        text: sign,
      });
    });
    marks.replaceChildren(
      draw("svg", { width: marks.clientWidth, height: 14, "aria-hidden": "true" }, ...signs),
    );
  }

  return (state) => {
    if (marks.clientWidth !== width) {
      width = marks.clientWidth;
      paintMarks();
    }
    slider.value = String(Math.max(0, state.stop));
    slider.style.setProperty(
      "--part",
      `${(Math.max(0, state.stop) / Math.max(1, data.stops.length - 1)) * 100}%`,
    );
    const text = stepText(data, state);
    slider.setAttribute("aria-valuetext", text);
    words.setAttribute("aria-live", state.playing ? "off" : "polite");
    if (words.textContent !== text) words.textContent = text;
    const speed = SPEEDS[state.speed];
    const time = state.stop < 0 ? "" : `t=${millisText(data.stops[state.stop][0])} ms`;
    playing.textContent = `${state.playing ? "► playing" : "❚❚ paused"} ${time}${speed === 1 ? "" : ` ×${speed}`}`;
    playing.className = state.playing ? "ink-ok" : "ink-warn";
    button.textContent = state.playing ? "❚❚" : "►";
    button.setAttribute("aria-label", state.playing ? "pause" : "play");
  };
}

/** `61/90  50.000 ms  server → client  PSH ACK Seq=17 Len=24`. */
export function stepText(data: PageData, state: State): string {
  if (state.stop < 0) return "nothing happened";
  const [timeNs, kind, packet, words] = data.stops[state.stop];
  const label =
    packet >= 0 && (kind === "packet" || kind === "arrive" || kind === "drop")
      ? data.packets.labels[packet]
      : "";
  const { from, to } = data.packets;
  // A capture says who between the lines of its packets only.
  const way =
    words === "" && packet >= 0 ? `${data.lifelines[from[packet]]} → ${data.lifelines[to[packet]]}` : words;
  return `${state.stop + 1}/${data.stops.length}  ${millisText(timeNs)} ms  ${way}${label === "" ? "" : `  ${label}`}`;
}
