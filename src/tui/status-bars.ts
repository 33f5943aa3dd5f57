// The bars at the top and at the bottom: screens, what is shown and how it is doing; the keys.

import { basename } from "node:path";
import { durationText, millisText } from "../trace/words.ts";
import { lawRows } from "./framing-cursor.ts";
import { KEYS } from "./key-table.ts";
import { worksOn } from "./keys.ts";
import { screensFor, SPEEDS, tabTitle } from "./model.ts";
import type { Model, ScreenName } from "./model.ts";
import { onBackground } from "./render/grid.ts";
import type { Grid } from "./render/grid.ts";
import { atEnd } from "./screens/lab.ts";
import { outcomeSpan } from "./screens/outcome-pane.ts";
import { countOfGrowing, isFraming, isLab, replaySpeed, traceOf } from "./session.ts";
import type { FramingSession } from "./session.ts";
import type { Theme } from "./theme.ts";
import { keyBar, tabsBar } from "./widgets/bars.ts";
import type { KeyHint, TabPlace } from "./widgets/bars.ts";
import { richWidth } from "./widgets/spans.ts";
import type { Span } from "./widgets/spans.ts";

/** Brand and state in the top bar. */
const STATUS_CELLS = 52;
const BRAND = "WIRELAB";

/** Titles of the tabs; where they would leave no room for the state, the number alone of those that are not open. */
function tabTitles(width: number, screens: readonly ScreenName[], open: ScreenName): string[] {
  const whole = screens.map(tabTitle);
  const cells = whole.reduce((sum, title) => sum + title.length + 2, 0);
  if (cells + STATUS_CELLS <= width) return whole;
  return screens.map((screen, i) => (screen === open ? whole[i] : whole[i].split(" ")[0]));
}

/** Paints the top bar, and answers where its tabs are. */
export function topTabs(grid: Grid, theme: Theme, model: Model): TabPlace[] {
  const screens = screensFor(model.session);
  const tabs = tabTitles(grid.width, screens, model.screen);
  const room = grid.width - BRAND.length - 6 - tabs.reduce((sum, title) => sum + title.length + 2, 0);
  return tabsBar(grid, theme, {
    brand: BRAND,
    tabs,
    active: screens.indexOf(model.screen),
    status: statusIn(model, theme, room),
  });
}

/** The state; where it would not fit, a file's name without its folders, and then what is wrong with it in fewer words. */
function statusIn(model: Model, theme: Theme, room: number): readonly Span[] {
  const whole = statusOf(model, theme);
  const { session } = model;
  if (richWidth(whole) <= room || isFraming(session) || isLab(session)) return fitting(whole, room);
  const named = { ...session, name: basename(session.name) };
  const short = statusOf({ ...model, session: named }, theme);
  if (richWidth(short) <= room || session.problems.length === 0) return fitting(short, room);
  const problems = [inShort(session.problems[0])];
  return fitting(statusOf({ ...model, session: { ...named, problems } }, theme), room);
}

/** A problem's packet and what it is, without the byte and the numbers: `packet 7: cut short in a block`. */
function inShort(problem: string): string {
  const match = /^(packet \d+)?(?:, )?byte \d+: ([^:(]+)/.exec(problem);
  if (match === null) return problem;
  const [, packet, what] = match;
  return packet === undefined ? what.trim() : `${packet}: ${what.trim()}`;
}

/** The beginning of a state: of what does not fit, whole parts are left out from the end, the first two excepted. */
function fitting(spans: readonly Span[], room: number): readonly Span[] {
  let count = spans.length;
  while (count > 2 && richWidth(spans.slice(0, count)) > room) count--;
  return spans.slice(0, count);
}

function framingStatus(model: Model, session: FramingSession, theme: Theme): Span[] {
  const on = (attr: number): number => (attr & ~511) | (theme.bar & 511);
  const broken = lawRows(session).filter(({ law }) => law.verdict === "broken").length;
  const verdict: Span =
    session.progress !== null && broken === 0
      ? { text: `… ${session.progress}`, attr: on(theme.pending) }
      : broken === 0
        ? { text: "✓ keeps all laws asked", attr: on(theme.ok) }
        : { text: `✗ breaks ${broken} ${broken === 1 ? "law" : "laws"}`, attr: on(theme.error) };
  const seed = session.reports[0]?.seed;
  const rest = `  ×${SPEEDS[model.speed]}${seed === undefined ? "" : `  seed ${seed}`}`;
  return [
    { text: `${session.name}  `, attr: on(theme.text) },
    verdict,
    { text: rest, attr: on(theme.muted) },
  ];
}

function statusOf(model: Model, theme: Theme): Span[] {
  const on = (attr: number): number => (attr & ~511) | (theme.bar & 511);
  if (model.notice !== null) return [{ text: model.notice, attr: on(theme.error) }];
  if (model.note !== null) return [{ text: `✓ ${model.note}`, attr: on(theme.ok) }];
  if (model.busy !== null) return [{ text: `… ${model.busy}`, attr: on(theme.pending) }];
  if (isFraming(model.session)) return framingStatus(model, model.session, theme);
  if (!isLab(model.session)) {
    const { name, problems, reading } = model.session;
    const spans = [{ text: name, attr: on(theme.text) }];
    if (reading !== undefined)
      spans.push({ text: `  … reading ${Math.floor(reading * 100)}%`, attr: on(theme.pending) });
    if (countOfGrowing(model.session) !== null) spans.push({ text: "  ● live", attr: on(theme.ok) });
    const own = replaySpeed(model.session);
    if (own !== null) spans.push(...replayStatus(model, own * SPEEDS[model.speed], theme));
    if (problems.length > 0) spans.unshift({ text: `! ${problems[0]}  `, attr: on(theme.warn) });
    return spans;
  }
  const { sim, scenario } = model.session;
  const end = atEnd(model);
  const state: Span = model.playing
    ? { text: "▶ playing", attr: theme.ok }
    : end
      ? outcomeSpan(sim, theme)
      : { text: "┃┃ paused", attr: theme.warn };
  const spans: Span[] = [
    { text: `${scenario.name}  `, attr: on(theme.text) },
    { ...state, attr: on(state.attr) },
  ];
  if (model.step >= 0) {
    const ns = sim.trace.timeNs(model.step);
    const time = end ? durationText(ns) : `${millisText(ns)} ms`;
    spans.push({ text: `  t=${time}`, attr: on(theme.text) });
  }
  const changes = sim.interventions.length;
  if (changes > 0) spans.push({ text: `  Δ${changes}`, attr: on(theme.warn) });
  spans.push({ text: `  seed ${sim.seed}`, attr: on(theme.muted) });
  spans.push({ text: `  ×${SPEEDS[model.speed]}`, attr: on(theme.muted) });
  return spans;
}

function replayStatus(model: Model, speed: number, theme: Theme): Span[] {
  const on = (attr: number): number => (attr & ~511) | (theme.bar & 511);
  const trace = traceOf(model.session);
  const ns = model.step < 0 ? 0 : trace.timeNs(model.step);
  const isEnd = model.step >= trace.length - 1;
  const state = model.playing ? "▶ playing" : isEnd ? "■ at the end" : "┃┃ paused";
  return [
    { text: `  ${state}`, attr: on(model.playing ? theme.ok : theme.warn) },
    { text: `  t=${(ns / 1e9).toFixed(3)} s`, attr: on(theme.text) },
    { text: `  ×${Number(speed.toPrecision(3))}`, attr: on(theme.muted) },
  ];
}

/** The keys that work here; instead of them, until the first one, what a newcomer should know. */
export function paintBottomBar(grid: Grid, theme: Theme, model: Model): void {
  const hints: KeyHint[] = [];
  if (model.hint !== null) {
    grid.fill(0, 0, grid.width, 1, theme.bar);
    grid.put(1, 0, model.hint, onBackground(theme.accent, theme.bar), grid.width - 2);
    return;
  }
  const late: KeyHint[] = [];
  for (const binding of KEYS) {
    const { hint, hintsLate, action } = binding;
    if (hint === undefined || !worksOn(binding, model)) continue;
    const [shown, does] = hint;
    const key = { key: shown, does: action === "play" && model.playing ? "pause" : does };
    (hintsLate === true ? late : hints).push(key);
  }
  hints.push(...late);
  const key = (text: string): Span => ({ text, attr: theme.barKey });
  const does = (text: string): Span => ({ text, attr: theme.barMuted });
  // The way out and the way to everything else stay, however narrow the bar.
  keyBar(grid, theme, hints, [key("?"), does(" help   "), key("q"), does(" quit")]);
}
