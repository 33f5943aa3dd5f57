// A run or a capture as one HTML page that needs nothing else: no network, no server. The same bytes each time.
//
// The page allows its own style and script alone, by their hashes. What programs and packets hold is data in it, never markup.

import { createHash } from "node:crypto";
import type { RunResult } from "../scenario/run.ts";
import { millisText } from "../trace/words.ts";
import { initialModel } from "../tui/model.ts";
import type { Model } from "../tui/model.ts";
import { hostsOf, isLab, traceOf } from "../tui/session.ts";
import type { CaptureSession } from "../tui/session.ts";
import type { LabSession } from "../scenario/session.ts";
import { isAnalysisUnread, readAnalysis } from "../tui/screens/packet-data.ts";
import { streamTable } from "../tui/screens/flow-data.ts";
import { PAGE_THEMES } from "./colours.ts";
import type { PageTheme } from "./colours.ts";
import { DetailStore } from "./details.ts";
import { FLOW_STREAMS_MAX, flowsOf } from "./graphs.ts";
import { pageKeys } from "./page-keys.ts";
import type { PageData, PageScreen } from "./page/data.ts";
import { keptBytes, lifelinesOf, packetsOf } from "./packets.ts";
import { pageScript } from "./script.ts";
import { Sources } from "./sources.ts";
import { callsOf, connectionsOf, marksOf, notesOf, Stops } from "./steps.ts";
import { pageStyle } from "./style.ts";

/** Packets and stops a page has at most. */
const PACKETS_MAX = 20_000;
const STOPS_MAX = 100_000;

export interface PageOptions {
  /** The colours it opens with; by default those the reader's system prefers. */
  readonly theme?: PageTheme;
  /** Packets kept; 20,000 by default. */
  readonly packetsMax?: number;
}

export interface Page {
  readonly html: string;
  /** What of the trace the page leaves out, a sentence each; empty where it has all. */
  readonly omissions: readonly string[];
}

/** The page of `session`. */
export async function htmlPage(
  session: LabSession | CaptureSession,
  options: PageOptions = {},
): Promise<Page> {
  const trace = traceOf(session);
  let model: Model = initialModel({ session, size: { width: 120, height: 40 } });
  while (isAnalysisUnread(model)) readAnalysis(model);
  const stops = new Stops(trace, options.packetsMax ?? PACKETS_MAX, STOPS_MAX);
  const lifelines = lifelinesOf(trace, isLab(session) ? hostsOf(session) : [], stops.packets);
  const bytesMax = keptBytes(trace, stops.packets);
  const store = new DetailStore();
  const packets = packetsOf(model, trace, stops, lifelines, bytesMax, (row, packet) =>
    store.add(row, packet),
  );
  const lastNs = stops.length === 0 ? 0 : trace.timeNs(stops.length - 1);
  const isWhole = stops.length === trace.length;
  const flows = flowsOf(model, isWhole ? Infinity : lastNs);
  const screens: PageScreen[] = [
    ...(isLab(session) ? (["lab"] as const) : []),
    ...(packets.count > 0 || isLab(session) ? (["sequence", "packets"] as const) : (["packets"] as const)),
    ...(flows.length > 0 ? (["graphs"] as const) : []),
  ];
  const sources = isLab(session) ? new Sources(session.sim.callSites) : null;
  const data: PageData = {
    screens,
    keys: pageKeys(screens),
    themes: PAGE_THEMES,
    lifelines: lifelines.names,
    stops: stops.rows(),
    opening: isLab(session) ? stops.steps.length - 1 : 0,
    marks: marksOf(trace, stops),
    notes: notesOf(trace, stops, lifelines.host),
    calls: callsOf(trace, stops, sources),
    sources: sources?.list ?? [],
    connections: connectionsOf(trace, stops),
    packets,
    details: store.details(),
    flows,
  };
  const omissions = omissionsOf(session, {
    packets: stops.packets,
    isWhole,
    lastNs,
    bytes: bytesMax,
    longest: Math.max(0, ...packets.captured),
    details: store.count,
    streams: streamTable(model).tcpCount,
  });
  const script = (await pageScript()).replaceAll("</script", "<\\/script");
  return { html: documentOf(session, data, omissions, script, options.theme), omissions };
}

interface Kept {
  readonly packets: number;
  readonly isWhole: boolean;
  readonly lastNs: number;
  readonly bytes: number;
  readonly longest: number;
  readonly details: number;
  readonly streams: number;
}

function omissionsOf(session: LabSession | CaptureSession, kept: Kept): string[] {
  const { count } = traceOf(session).packets;
  const sentences: string[] = [];
  if (!kept.isWhole) {
    sentences.push(
      `The page ends at ${millisText(kept.lastNs)} ms, after the first ${kept.packets} of ${count} packets.`,
    );
  }
  if (kept.longest > kept.bytes) sentences.push(`Of each packet it has the first ${kept.bytes} bytes.`);
  if (kept.details < kept.packets) sentences.push(`It has the details of the first ${kept.details} packets.`);
  if (kept.streams > FLOW_STREAMS_MAX) {
    sentences.push(`It has the graphs of the first ${FLOW_STREAMS_MAX} of ${kept.streams} TCP streams.`);
  }
  return sentences;
}

/** Characters nobody sees, or that turn the order of others round: controls, bidirectional marks, halves of pairs. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `text` with such characters as their numbers. */
export function seen(text: string): string {
  return text.replaceAll(UNSEEN, (letter) => {
    const code = letter.charCodeAt(0);
    return `‹${code.toString(16).padStart(2, "0")}›`;
  });
}

/** JSON that may stand in a script element: no text in it can end one. */
export function jsonInPage(value: unknown): string {
  const json = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "string" ? seen(inner) : inner,
  );
  return json.replaceAll("<", "\\u003c");
}

function markup(text: string): string {
  const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return seen(text).replaceAll(/[&<>"]/g, (letter) => named[letter]);
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 1v14M13 1v14M3 5l10 3M13 9L3 12' stroke='%235fafff' stroke-width='1.6' fill='none'/%3E%3C/svg%3E";

const SCREEN_TITLES: Readonly<Record<PageScreen, readonly [key: string, title: string]>> = {
  lab: ["1", "Lab"],
  sequence: ["2", "Sequence"],
  packets: ["3", "Packets"],
  graphs: ["5", "Graphs"],
};

function documentOf(
  session: LabSession | CaptureSession,
  data: PageData,
  omissions: readonly string[],
  script: string,
  theme: PageTheme | undefined,
): string {
  const style = pageStyle();
  const title = isLab(session) ? session.scenario.title : session.name;
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const chosen = theme === undefined ? "" : ` data-theme="${theme}"`;
  return `<!doctype html>
<html lang="en"${chosen}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${markup(title)} · wirelab</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body data-screen="${data.screens[0]}">
${bodyOf(session, data, omissions, theme)}
<script type="application/json" id="data">${jsonInPage(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function bodyOf(
  session: LabSession | CaptureSession,
  data: PageData,
  omissions: readonly string[],
  theme: PageTheme | undefined,
): string {
  const tabs = data.screens.map((name) => {
    const [key, title] = SCREEN_TITLES[name];
    return `<button data-go="${name}"><span class="key" aria-hidden="true">${key}</span> ${title}</button>`;
  });
  const options = PAGE_THEMES.map(
    (name) => `<option value="${name}"${name === theme ? " selected" : ""}>${name}</option>`,
  );
  const name = isLab(session) ? session.scenario.name : session.name;
  return `<header class="bar">
<h1 class="brand">WIRELAB</h1>
<nav aria-label="Screens">${tabs.join("")}</nav>
<span class="grow"></span>
<span class="file">${markup(name)}</span>
<span id="playing"></span>
<label><span class="out">Colours</span><select id="theme" title="colours (T)"><option value="">system's colours</option>${options.join("")}</select></label>
<button data-act="help" title="keys (?)"><span class="key" aria-hidden="true">?</span> keys</button>
</header>
<main>
${isLab(session) ? aboutOf(session) : ""}
<section class="pane p-ladder"><h2>Ladder</h2><div class="aside"><button id="conversation" data-act="conversation" aria-pressed="false" title="the selected packet's conversation alone (c)">conversation</button><button data-act="zoom out" title="less room for time ([)" aria-label="zoom out">−</button><button data-act="zoom in" title="more room for time (])" aria-label="zoom in">+</button></div><div class="scroll" id="ladder" tabindex="0" role="group" aria-label="Packets between the hosts as arrows, by time. The packet list has the same in words."><div id="ladder-room"></div></div></section>
<section class="pane p-source"><h2>Program</h2><div class="aside" id="source-name"></div><div class="scroll" id="source" tabindex="0" role="group" aria-label="The program, at the line whose call is the newest"></div></section>
<section class="pane p-calls"><h2>Calls</h2><div class="aside">${isLab(session) ? markup(whereOf(session.sim)) : ""}</div><div class="scroll" id="calls" tabindex="0" role="group" aria-label="Socket calls"><ol class="rows" id="calls-room"></ol></div></section>
<section class="pane p-connections"><h2>TCP connections</h2><div class="scroll" id="connections" role="table" aria-label="TCP connections" tabindex="0"></div></section>
<section class="pane p-list"><h2>Packets</h2><div class="aside" id="list-count"></div><div class="filter"><label for="filter"><span class="key">/</span> <span class="out">Filter</span></label><input id="filter" type="search" placeholder="words that a packet has: tcp again 10.0.0.1" autocomplete="off" spellcheck="false"></div><div class="heads" aria-hidden="true"><span class="right">No.</span><span></span><span>Time</span><span class="end">Source</span><span class="end">Destination</span><span>Protocol</span><span class="right len">Len</span><span>Info</span></div><div class="scroll" id="list" tabindex="0" role="listbox" aria-label="Packets"><div class="rows" id="list-room" role="presentation"></div></div></section>
<section class="pane p-tree"><h2>Packet</h2><div class="scroll" id="tree" tabindex="0" role="tree" aria-label="Details of the packet"></div></section>
<section class="pane p-bytes"><h2>Bytes</h2><div class="aside" id="bytes-title"></div><div class="scroll" id="bytes" tabindex="0" role="group" aria-label="Bytes of the packet"></div></section>
<section class="pane p-graphs"><h2>Graphs</h2><div class="aside"><label><span class="out">Stream</span><select id="flow" title="stream and direction (&lt; &gt; d)"></select></label><button data-act="zoom out" title="more time ([)" aria-label="more time">−</button><button data-act="zoom in" title="less time (])" aria-label="less time">+</button></div><div class="scroll" id="graphs" tabindex="0" role="group" aria-label="Graphs"></div></section>
</main>
<footer class="time">
<div class="timeline"><div id="marks"></div><input type="range" id="scrubber" min="0" step="1" aria-label="Time"></div>
<div class="transport"><button data-act="first" aria-label="to the beginning">⇤</button><button data-act="back" aria-label="one step back">←</button><button id="play" data-act="play" aria-label="play">►</button><button data-act="forward" aria-label="one step on">→</button><button data-act="last" aria-label="to the end">⇥</button><button data-act="slower" aria-label="slower">−</button><button data-act="faster" aria-label="faster">+</button><span id="step" aria-live="polite"></span><span class="keys"><span class="key">space</span> play <span class="key">←→</span> step <span class="key">↑↓</span> packet <span class="key">+-</span> speed</span></div>
${omissions.length === 0 ? "" : `<p class="note-line">${markup(omissions.join(" "))}</p>`}
<noscript><p class="note-line">The page needs its script, which is in the page itself.</p></noscript>
</footer>
<dialog id="help" aria-label="Keys"><h2>Keys</h2><div id="help-keys"></div><form method="dialog"><button>close</button></form></dialog>`;
}

/** What a lesson says, how the run ended, and what it claims. */
function aboutOf({ scenario, sim }: LabSession): string {
  const claims = sim.claims.map(
    ({ text, holds }) =>
      `<li><span class="ink-${holds ? "ok" : "error"}">${holds ? "✓ holds" : "✗ FAILS"}</span> ${markup(text)}</li>`,
  );
  const ends = [
    ...(sim.failure === null ? [] : [`failed: ${sim.failure}`]),
    ...sim.waiting.map(({ host, socket, call }) => `${host} waits for ever in ${call} on ${socket}`),
    ...(sim.packetsNote === null ? [] : [`no packets: ${sim.packetsNote}`]),
  ].map((text) => `<li class="ink-warn">! ${markup(text)}</li>`);
  return `<section class="pane about"><h2>${markup(scenario.title)}</h2><p class="text">${markup(scenario.lesson)}</p><ul>${[...ends, ...claims].join("")}</ul></section>`;
}

function whereOf({ backend, network, seed }: RunResult): string {
  if (network !== "simulated") return `on ${backend}`;
  return backend === "sim" ? `simulated, seed ${seed}` : `on ${backend} over simulated links, seed ${seed}`;
}
