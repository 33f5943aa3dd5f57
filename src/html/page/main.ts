// The page's script: reads the data, makes the views, and turns keys, clicks and time into changes of one state.

import { callsView, connectionsView } from "./calls.ts";
import type { PageData, PageScreen } from "./data.ts";
import { detailView } from "./detail.ts";
import { byId, make, oncePerFrame } from "./dom.ts";
import { lineOf, listTexts, passing } from "./filter.ts";
import { graphsView } from "./graphs.ts";
import { actionFor, helpLines, keyName } from "./keys.ts";
import { ladderView } from "./ladder.ts";
import { listView } from "./list.ts";
import { sourceView } from "./source.ts";
import { scrubberView } from "./scrubber.ts";
import { initialState, packetAt, packetsByStop, SPEEDS } from "./state.ts";
import type { State, View } from "./state.ts";

const data = JSON.parse(byId("data").textContent ?? "") as PageData;
const byStop = packetsByStop(data);
const texts = listTexts(data.packets);
let state = initialState(data, byStop, location.hash);
let timer = 0;

const repaint = oncePerFrame(() => {
  document.body.dataset["screen"] = state.screen;
  for (const tab of document.querySelectorAll<HTMLElement>("[data-go]")) {
    if (tab.dataset["go"] === state.screen) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  for (const view of views) view(state);
});

function change(part: Partial<State>): void {
  state = { ...state, ...part };
  repaint();
  remember();
}

function go(stop: number): void {
  pause();
  moveTo(stop);
}

function moveTo(stop: number): void {
  const last = data.stops.length - 1;
  const to = Math.max(Math.min(0, last), Math.min(stop, last));
  change({ stop: to, packet: packetAt(data, byStop, to) });
}

/** The last stop at or before a time. */
function goToTime(timeNs: number): void {
  let low = 0;
  let high = data.stops.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (data.stops[middle][0] <= timeNs) low = middle + 1;
    else high = middle;
  }
  go(Math.max(0, low - 1));
}

const detail = detailView(data, change);
const views: readonly View[] = [
  ladderView(data, go),
  listView(data, go),
  detail.show,
  graphsView(data, goToTime),
  sourceView(data),
  callsView(data, go),
  connectionsView(data),
  scrubberView(data, go),
  showChoices,
];

/** What stands in the headings: the flow, whether one conversation is shown. */
function showChoices(now: State): void {
  (byId("flow") as HTMLSelectElement).value = String(now.flow);
  byId("conversation").setAttribute("aria-pressed", now.conversation ? "true" : "false");
}

// Playing: as in the dashboard, a pause is as long as it was within bounds that keep it worth watching.

const WAIT_MIN_MS = 80;
const WAIT_MAX_MS = 700;

function pause(): void {
  clearTimeout(timer);
  if (state.playing) change({ playing: false });
}

function play(): void {
  const last = data.stops.length - 1;
  if (last < 1) return;
  if (state.stop >= last) moveTo(0);
  change({ playing: true });
  wait();
}

function wait(): void {
  const [nowNs] = data.stops[state.stop];
  const [nextNs] = data.stops[Math.min(state.stop + 1, data.stops.length - 1)];
  const ms = Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, (nextNs - nowNs) / 1e6)) / SPEEDS[state.speed];
  timer = window.setTimeout(() => {
    moveTo(state.stop + 1);
    if (state.stop < data.stops.length - 1) wait();
    else change({ playing: false });
  }, ms);
}

/** The packet `by` lines further on in the list. */
function byPackets(by: number): void {
  const count = state.rows?.length ?? data.packets.count;
  if (count === 0) return;
  const line = lineOf(state.rows, state.packet);
  // Before the first packet that passes the filter, the next one is that.
  const isBefore = state.rows !== null && state.rows[line] > state.packet && by > 0;
  const to = Math.max(0, Math.min(count - 1, isBefore ? line : line + by));
  const packet = state.rows === null ? to : state.rows[to];
  go(data.packets.stops[packet]);
  change({ packet });
}

/** The next packet of the selected one's stream. */
function alongStream(by: 1 | -1): void {
  const { streams, count } = data.packets;
  for (let packet = state.packet + by; packet >= 0 && packet < count; packet += by) {
    if (streams[packet] === streams[state.packet] && streams[packet] >= 0) {
      go(data.packets.stops[packet]);
      change({ packet });
      return;
    }
  }
}

function open(screen: PageScreen): void {
  if (data.screens.includes(screen)) change({ screen });
}

/** The streams' directions: to the next or previous stream, or to the other direction of this one. */
function toFlow(action: string): void {
  const { flows } = data;
  if (flows.length === 0) return;
  const here = flows[state.flow].stream;
  if (action === "turn") {
    const other = flows.findIndex(({ stream }, i) => stream === here && i !== state.flow);
    if (other >= 0) change({ flow: other });
    return;
  }
  const ahead = flows.findIndex(({ stream }) => stream > here);
  const before = flows.findLastIndex(({ stream }) => stream < here);
  const to = action === "next stream" ? ahead : before;
  if (to >= 0) change({ flow: to });
}

const PAGE = 10;

/** Does what a key or a button asks for. */
function act(action: string): void {
  const isGraphs = state.screen === "graphs";
  switch (action) {
    case "lab":
    case "sequence":
    case "packets":
    case "graphs":
      open(action);
      break;
    case "play":
      if (state.playing) pause();
      else play();
      break;
    case "forward":
      go(state.stop + 1);
      break;
    case "back":
      go(state.stop - 1);
      break;
    case "first":
      go(0);
      break;
    case "last":
      go(data.stops.length - 1);
      break;
    case "down":
      byPackets(1);
      break;
    case "up":
      byPackets(-1);
      break;
    case "page down":
      byPackets(PAGE);
      break;
    case "page up":
      byPackets(-PAGE);
      break;
    case "faster":
      change({ speed: Math.min(SPEEDS.length - 1, state.speed + 1) });
      break;
    case "slower":
      change({ speed: Math.max(0, state.speed - 1) });
      break;
    case "zoom in":
      zoomBy(1, isGraphs);
      break;
    case "zoom out":
      zoomBy(-1, isGraphs);
      break;
    case "conversation":
      change({ conversation: !state.conversation });
      break;
    case "next in stream":
      alongStream(1);
      break;
    case "previous in stream":
      alongStream(-1);
      break;
    case "turn":
    case "next stream":
    case "previous stream":
      toFlow(action);
      break;
    case "filter":
      byId("filter").focus();
      break;
    case "escape":
      setFilter("");
      break;
    case "themes":
      nextTheme();
      break;
    case "help":
      toggleHelp();
      break;
    default:
  }
}

function zoomBy(by: number, isGraphs: boolean): void {
  if (isGraphs) change({ graphZoom: Math.max(0, Math.min(16, state.graphZoom + by)) });
  else change({ ladderZoom: Math.max(-8, Math.min(8, state.ladderZoom + by)) });
}

const filter = byId("filter") as HTMLInputElement;

function setFilter(text: string): void {
  if (filter.value !== text) filter.value = text;
  change({ filter: text, rows: passing(texts, text) });
}

const themes = byId("theme") as HTMLSelectElement;

function setTheme(name: string): void {
  themes.value = name;
  if (name === "") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = name;
}

function nextTheme(): void {
  const names = ["", ...data.themes];
  setTheme(names[(names.indexOf(themes.value) + 1) % names.length]);
}

const help = byId("help") as HTMLDialogElement;

function toggleHelp(): void {
  if (help.open) {
    help.close();
    return;
  }
  const groups = [...helpLines(data.keys, state.screen)].map(([title, lines]) => {
    const rows = [...lines].flatMap(([words, keys]) => [
      make("dt", { text: keys }),
      make("dd", { text: words }),
    ]);
    return make("section", {}, make("h3", { text: title }), make("dl", {}, ...rows));
  });
  byId("help-keys").replaceChildren(...groups);
  help.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = keyName(event.key);
  const { target } = event;
  if (target === filter) {
    if (name === "enter" || name === "escape" || name === "down") {
      if (name === "escape") setFilter("");
      filter.blur();
      byId("list").focus();
      event.preventDefault();
    }
    return;
  }
  if (target instanceof HTMLSelectElement) return;
  // A button is pressed by space and enter.
  if (target instanceof HTMLButtonElement && (name === "space" || name === "enter")) return;
  if (help.open && name !== "?") return;
  const action = actionFor(data.keys, name, state.screen);
  if (action === null) return;
  event.preventDefault();
  const isTree = target instanceof Element && target.closest("#tree") !== null;
  if (!isTree || !detail.act(state, action)) act(action);
});

document.addEventListener("click", (event) => {
  const button =
    event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act], [data-go]") : null;
  if (button === null) return;
  const action = button.dataset["act"] ?? button.dataset["go"];
  if (action !== undefined) act(action);
});
filter.addEventListener("input", () => setFilter(filter.value));
themes.addEventListener("change", () => setTheme(themes.value));
const flows = byId("flow") as HTMLSelectElement;
flows.append(...data.flows.map(({ title }, i) => make("option", { value: i, text: title })));
flows.addEventListener("change", () => change({ flow: Number(flows.value) }));
window.addEventListener("resize", repaint);

// The address says where one is, so that a place in a run can be given to somebody. Not at every step of playing.

const REMEMBER_MS = 400;
let remembering = 0;

function remember(): void {
  clearTimeout(remembering);
  remembering = window.setTimeout(() => {
    if (!state.playing) history.replaceState(null, "", `#${state.screen}/${state.stop + 1}`);
  }, REMEMBER_MS);
}

window.addEventListener("hashchange", () => {
  const { screen, stop, packet } = initialState(data, byStop, location.hash);
  change({ screen, stop, packet });
});

document.body.dataset["ready"] = "";
repaint();
