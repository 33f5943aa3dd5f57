// The form that changes a simulated network at the cursor, and the list of what was changed so far.

import { interventionText } from "../../scenario/intervention.ts";
import type { Intervention } from "../../scenario/intervention.ts";
import type { LabSession } from "../../scenario/session.ts";
import type { LinkSettings } from "../../sim/topology.ts";
import { millisText } from "../../trace/words.ts";
import type { LinkDraft, Model, NetworkForm } from "../model.ts";
import { changeTime, dropOf, linksAt, repeatingCommand } from "../network.ts";
import type { LinkState } from "../network.ts";
import { isLab } from "../session.ts";
import { onBackground } from "../render/grid.ts";
import type { Grid } from "../render/grid.ts";
import { dissectedAt, selectedRow, shownLoopback } from "../screens/packet-data.ts";
import type { Step } from "../screens/screen.ts";
import type { Theme } from "../theme.ts";
import { popup, popupPlace } from "../widgets/popup.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";

/** Values a key goes through; a value between two of them goes to its neighbour. */
const LOSSES = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];
const DELAYS_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
/** Slowest first; 0 is unlimited. */
const BANDWIDTHS_BPS = [1e4, 5e4, 1e5, 5e5, 1e6, 5e6, 1e7, 1e8, 1e9, 0];
const NOTHING_CHANGED = "nothing was changed in this run";
const LABEL_CELLS = 12;
/** Line of the form's inside the settings begin at. */
const FIRST_LINE = 3;
/** Of changes made, the last ones are listed. */
const LISTED_MAX = 8;

type Field = keyof Required<LinkDraft>;

const FIELDS: readonly { readonly field: Field; readonly label: string }[] = [
  { field: "loss", label: "loss" },
  { field: "delayMs", label: "delay" },
  { field: "bandwidthBps", label: "bandwidth" },
  { field: "down", label: "link" },
];

/** The form, opened at the cursor; where nothing can be changed any more, why. */
export function openNetwork(model: Model): Model {
  if (!isLab(model.session)) return model;
  const { sim } = model.session;
  if (sim.topology.links.length === 0) return { ...model, notice: "this lesson has no links to change" };
  const { playing } = model;
  return {
    ...model,
    playing: false,
    popup: { kind: "network", link: 0, direction: "both", selected: 0, draft: {}, playing },
  };
}

/** What a key does in the form. */
export function networkKey(model: Model, form: NetworkForm, key: string): Step {
  if (!isLab(model.session)) return [{ ...model, popup: null }, []];
  const lines = linesOf(model, model.session);
  const to = (change: Partial<NetworkForm>): Step => [{ ...model, popup: { ...form, ...change } }, []];
  switch (key) {
    case "up":
    case "k":
      return to({ selected: (form.selected + lines.length - 1) % lines.length });
    case "down":
    case "j":
      return to({ selected: (form.selected + 1) % lines.length });
    case "left":
    case "h":
    case "-":
      return to({ draft: turned(model, model.session, form, -1) });
    case "right":
    case "l":
    case "+":
    case "space":
      return to({ draft: turned(model, model.session, form, 1) });
    case "tab":
      return to({ link: (form.link + 1) % linksOf(model, model.session).length, draft: {} });
    case "d":
      return to({ direction: nextDirection(form.direction), draft: {} });
    case "x":
      return dropSelected({ ...model, popup: null });
    case "u":
      return undoChange({ ...model, popup: null });
    case "y":
      return [
        { ...model, popup: null },
        [{ kind: "copy", what: "the command", text: repeatingCommand(model.session) }],
      ];
    case "w":
      return saveChanges({ ...model, popup: null }, model.session);
    case "enter":
      return lines[form.selected] === "drop"
        ? dropSelected({ ...model, popup: null })
        : apply(model, model.session, form);
    case "escape":
    case "q":
    case "i":
      return [{ ...model, popup: null }, []];
    default:
      return [model, []];
  }
}

/** The changes as a file that `--changes` reads; the command that repeats the run is in its first line. */
function saveChanges(model: Model, session: LabSession): Step {
  const { interventions } = session.sim;
  if (interventions.length === 0) return [{ ...model, notice: NOTHING_CHANGED }, []];
  const lines = [`# ${repeatingCommand(session)}`, ...interventions.map(interventionText)];
  return [model, [{ kind: "save", name: `${session.scenario.name}.changes`, text: `${lines.join("\n")}\n` }]];
}

/** A click on a line of the form chooses it, one on the line chosen turns it on; beside the form it closes it. The wheel turns. */
export function networkMouse(
  model: Model,
  form: NetworkForm,
  action: "click" | "drag" | "wheelup" | "wheeldown",
  x: number,
  y: number,
): Step {
  if (!isLab(model.session) || action === "drag") return [model, []];
  if (action !== "click") return networkKey(model, form, action === "wheelup" ? "right" : "left");
  const lines = linesOf(model, model.session);
  const place = popupPlace(model.size, sizeOf(model.session, lines.length));
  const inside = x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height;
  if (!inside) return [{ ...model, popup: null }, []];
  const line = y - place.y - 1 - FIRST_LINE;
  if (line < 0 || line >= lines.length) return [model, []];
  if (line === form.selected) return networkKey(model, form, lines[line] === "drop" ? "enter" : "right");
  return [{ ...model, popup: { ...form, selected: line } }, []];
}

/** The form's size with its border. */
function sizeOf(session: LabSession, lines: number): { readonly width: number; readonly height: number } {
  const listed = Math.min(LISTED_MAX, session.sim.interventions.length);
  return { width: 74, height: 6 + lines + 1 + (listed === 0 ? 1 : listed + 1) + 1 };
}

/** Runs again without the packet selected; says why where that cannot be. */
export function dropSelected(model: Model): Step {
  if (!isLab(model.session)) return [model, []];
  if (shownLoopback(model) !== null) {
    return [
      { ...model, notice: "real sockets cannot be run again with a packet less: o goes to the simulation" },
      [],
    ];
  }
  const { sim } = model.session;
  const row = selectedRow(model);
  const drop = dropOf(sim, row);
  if ("why" in drop) return [{ ...model, notice: drop.why }, []];
  return rerunWith(model, [...sim.interventions, drop], `without packet ${row + 1}`, { dropOf: row });
}

/** Runs again without the change asked for last. */
export function undoChange(model: Model): Step {
  if (!isLab(model.session)) return [model, []];
  const { interventions, trace } = model.session.sim;
  const last = interventions.at(-1);
  if (last === undefined) return [{ ...model, notice: NOTHING_CHANGED }, []];
  const timeNs = model.step < 0 ? 0 : trace.timeNs(model.step);
  return rerunWith(model, interventions.slice(0, -1), `without ${interventionText(last)}`, { timeNs });
}

function apply(model: Model, session: LabSession, form: NetworkForm): Step {
  const { trace, interventions } = session.sim;
  const changed = Object.keys(form.draft).length > 0;
  if (!changed) return [{ ...model, popup: null }, []];
  const timeNs = changeTime(trace, model.step);
  const link = linksOf(model, session)[form.link].name;
  const made = Object.entries(form.draft).map(([field, value]): Intervention => ({
    timeNs,
    link,
    direction: form.direction,
    change: { kind: "set", settings: { [field]: value } },
  }));
  const next = { ...model, popup: null };
  if (model.step >= trace.length - 1) {
    return [{ ...next, notice: "the run is over here: step back to where the change should come" }, []];
  }
  const words = made
    .map(({ change }) => ("settings" in change ? Object.keys(change.settings).join() : ""))
    .join(", ");
  return rerunWith(
    next,
    [...interventions, ...made],
    `with another ${words}`,
    { step: model.step },
    form.playing,
  );
}

function rerunWith(
  model: Model,
  interventions: readonly Intervention[],
  how: string,
  stand: { readonly step: number } | { readonly timeNs: number } | { readonly dropOf: number },
  playing: boolean = model.playing,
): Step {
  return [
    { ...model, playing: false, busy: `running ${how}` },
    [{ kind: "change", interventions, stand, playing }],
  ];
}

function linksOf(model: Model, session: LabSession): LinkState[] {
  const { trace } = session.sim;
  return linksAt(session.sim, changeTime(trace, model.step));
}

/** The lines of the form: settings, and the packet that could be dropped. */
function linesOf(model: Model, session: LabSession): (Field | "drop")[] {
  const fields = FIELDS.map(({ field }) => field);
  const row = shownLoopback(model) === null ? selectedRow(model) : -1;
  return "why" in dropOf(session.sim, row) ? fields : [...fields, "drop"];
}

function turned(model: Model, session: LabSession, form: NetworkForm, by: 1 | -1): LinkDraft {
  const field = linesOf(model, session)[form.selected];
  if (field === undefined || field === "drop") return form.draft;
  const now = settingsOf(linksOf(model, session)[form.link], form);
  const value = nextValue(field, form.draft[field] ?? now[field], by);
  const { [field]: _, ...rest } = form.draft;
  return value === now[field] ? rest : { ...rest, [field]: value };
}

function nextValue(field: Field, value: LinkSettings[Field], by: 1 | -1): LinkSettings[Field] {
  if (field === "down") return value !== true;
  const number = typeof value === "number" ? value : 0;
  if (field === "loss") return neighbour(LOSSES, number, by);
  if (field === "delayMs") return neighbour(DELAYS_MS, number, by);
  const speed = (bps: number): number => (bps === 0 ? Infinity : bps);
  return neighbour(BANDWIDTHS_BPS.map(speed), speed(number), by) % Infinity || 0;
}

/** The value of `values` (ascending) next above or below `value`; the last one there is where there is no further. */
function neighbour(values: readonly number[], value: number, by: 1 | -1): number {
  const beyond = by === 1 ? values.find((other) => other > value) : values.findLast((other) => other < value);
  return beyond ?? (by === 1 ? values[values.length - 1] : values[0]);
}

function nextDirection(direction: NetworkForm["direction"]): NetworkForm["direction"] {
  return direction === "both" ? "forward" : direction === "forward" ? "backward" : "both";
}

/** What the form begins with: of both directions, the forward one's. */
function settingsOf(link: LinkState, form: NetworkForm): LinkSettings {
  return form.direction === "backward" ? link.backward : link.forward;
}

/** A setting's value in words. */
export function valueWords(field: Field, value: LinkSettings[Field]): string {
  if (field === "down") return value === true ? "down" : "up";
  if (typeof value === "object") return "in bursts";
  const number = Number(value);
  if (field === "loss") return `${Number((number * 100).toPrecision(6))} %`;
  if (field === "delayMs") return `${number} ms`;
  if (number === 0) return "unlimited";
  const [unit, scale] = number >= 1e9 ? ["Gbit/s", 1e9] : number >= 1e6 ? ["Mbit/s", 1e6] : ["kbit/s", 1e3];
  return `${Number((number / scale).toPrecision(6))} ${unit}`;
}

/** Paints the form over `grid`. */
export function paintNetwork(grid: Grid, theme: Theme, model: Model, form: NetworkForm): void {
  if (!isLab(model.session)) return;
  const { session } = model;
  const { trace, interventions } = session.sim;
  const links = linksOf(model, session);
  const link = links[form.link];
  const lines = linesOf(model, session);
  const listed = interventions.slice(-LISTED_MAX);
  const inner = popup(grid, theme, {
    title: `Change the network at ${millisText(changeTime(trace, model.step))} ms`,
    ...sizeOf(session, lines.length),
    footer: "Enter applies, u undoes, y copies the command, w writes it",
  });
  const on = (attr: number): number => onBackground(attr, theme.popup);
  const arrow = form.direction === "both" ? "↔" : form.direction === "forward" ? "→" : "←";
  const head: Span[] = [
    { text: link.name, attr: on(theme.strong) },
    { text: `   ${link.from} ${arrow} ${link.to}`, attr: on(theme.text) },
    {
      text: links.length > 1 ? `   link ${form.link + 1} of ${links.length}: tab` : "",
      attr: on(theme.muted),
    },
    { text: "   d: direction", attr: on(theme.muted) },
  ];
  putSpans(inner, 1, 1, head);
  lines.forEach((line, i) =>
    paintLine(inner, theme, model, form, link, line, FIRST_LINE + i, i === form.selected),
  );
  let y = 4 + lines.length;
  const title = interventions.length === 0 ? "Nothing was changed in this run yet." : "Changed in this run";
  inner.put(1, y++, title, on(interventions.length === 0 ? theme.muted : theme.title));
  for (const change of listed) inner.put(1, y++, interventionText(change), on(theme.text), inner.width - 2);
}

function paintLine(
  inner: Grid,
  theme: Theme,
  model: Model,
  form: NetworkForm,
  link: LinkState,
  line: Field | "drop",
  y: number,
  chosen: boolean,
): void {
  const ground = chosen ? theme.selected : theme.popup;
  const on = (attr: number): number => onBackground(attr, ground);
  inner.fill(0, y, inner.width, 1, ground);
  if (chosen) inner.cell(0, y, "▌", on(theme.marker));
  if (line === "drop") {
    const row = selectedRow(model);
    const spans = [
      { text: "drop packet ", attr: on(theme.text) },
      { text: `${row + 1}  `, attr: on(theme.strong) },
      { text: dissectedAt(model, row).info, attr: on(theme.text) },
    ];
    putSpans(inner, 2, y, spans, inner.width - 3);
    return;
  }
  const now = settingsOf(link, form)[line];
  const draft = form.draft[line];
  inner.put(2, y, FIELDS.find(({ field }) => field === line)?.label ?? line, on(theme.text), LABEL_CELLS);
  const x = 2 + LABEL_CELLS;
  const spans: Span[] = [
    { text: valueWords(line, now), attr: on(draft === undefined ? theme.text : theme.muted) },
  ];
  if (draft !== undefined) {
    spans.push(
      { text: "  →  ", attr: on(theme.muted) },
      { text: valueWords(line, draft), attr: on(theme.warn) },
    );
  }
  putSpans(inner, x, y, spans, inner.width - x - 1);
  if (chosen) inner.put(inner.width - 4, y, "‹ ›", on(theme.muted));
}
