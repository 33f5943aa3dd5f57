// The themes of the dashboard as CSS: a variable for each role, and a block of them for each theme.

import { attrBg, attrFg } from "../tui/render/grid.ts";
import { paletteHex } from "../tui/render/palette.ts";
import { darkTheme, themeNamed } from "../tui/theme.ts";
import type { Theme } from "../tui/theme.ts";

/** Themes a page has: those that are made of 256 colours. The first two follow the reader's system. */
export const PAGE_THEMES = ["dark", "light", "high-contrast", "colour-blind"] as const;

export type PageTheme = (typeof PAGE_THEMES)[number];

/** Roles a page writes in, by their foreground. */
const INKS: Readonly<Record<string, (theme: Theme) => number>> = {
  text: (theme) => theme.text,
  muted: (theme) => theme.muted,
  faint: (theme) => theme.faint,
  strong: (theme) => theme.strong,
  accent: (theme) => theme.accent,
  "on-selected": (theme) => theme.selected,
  "on-brand": (theme) => theme.brand,
  "on-tab": (theme) => theme.tabActive,
  tcp: (theme) => theme.tcp,
  udp: (theme) => theme.udp,
  dns: (theme) => theme.dns,
  http: (theme) => theme.http,
  icmp: (theme) => theme.icmp,
  arp: (theme) => theme.arp,
  protocol: (theme) => theme.protocol,
  error: (theme) => theme.error,
  warn: (theme) => theme.warn,
  ok: (theme) => theme.ok,
  info: (theme) => theme.info,
  sim: (theme) => theme.sim,
  pending: (theme) => theme.pending,
  number: (theme) => theme.number,
  string: (theme) => theme.string,
  link: (theme) => theme.bytes.link,
  network: (theme) => theme.bytes.network,
  transport: (theme) => theme.bytes.transport,
  payload: (theme) => theme.bytes.payload,
  other: (theme) => theme.bytes.other,
  "series-0": (theme) => theme.series[0],
  "series-1": (theme) => theme.series[1],
  "series-2": (theme) => theme.series[2],
  "series-3": (theme) => theme.series[3],
  "series-4": (theme) => theme.series[4],
  "series-5": (theme) => theme.series[5],
};

/** Roles it lays them on, by their background. */
const GROUNDS: Readonly<Record<string, (theme: Theme) => number>> = {
  ground: (theme) => theme.background,
  bar: (theme) => theme.bar,
  zebra: (theme) => theme.zebra,
  popup: (theme) => theme.popup,
  input: (theme) => theme.input,
  selected: (theme) => theme.selected,
  "selected-blur": (theme) => theme.selectedBlur,
  tab: (theme) => theme.tabActive,
  brand: (theme) => theme.brand,
  track: (theme) => theme.gaugeTrack,
};

/** The role whose ink an attribute of the dark theme has. Roles of one ink in it have one ink in all: they come from one palette's entries. */
export function roleOf(attr: number): string {
  const ink = attrFg(attr);
  return Object.keys(INKS).find((role) => attrFg(INKS[role](darkTheme)) === ink) ?? "text";
}

function block(selector: string, name: PageTheme): string {
  const theme = themeNamed(name);
  const scheme = name === "light" ? "light" : "dark";
  const inks = Object.entries(INKS).map(([role, attr]) => `--${role}:${paletteHex(attrFg(attr(theme)))}`);
  const grounds = Object.entries(GROUNDS).map(
    ([role, attr]) => `--${role}-ground:${paletteHex(attrBg(attr(theme)))}`,
  );
  return `${selector}{color-scheme:${scheme};${[...inks, ...grounds].join(";")}}\n`;
}

/** The variables of every theme; with none chosen, of the one the reader's system prefers. */
export function colourStyle(): string {
  const chosen = PAGE_THEMES.map((name) => block(`:root[data-theme="${name}"]`, name)).join("");
  return `${block(":root", "dark")}@media (prefers-color-scheme: light){${block(":root:not([data-theme])", "light")}}\n${chosen}`;
}
