/** The colours of every screen, by name. Widgets and screens take attributes from here and make none of their own. */

import { darkPalette, PALETTES } from "./palettes.ts";
import type { Palette } from "./palettes.ts";
import { BOLD, DEFAULT_COLOR, INVERSE, makeAttr, UNDERLINE } from "./render/grid.ts";

/** Layers of a packet, outermost first, as bytes are coloured by. */
export type ByteLayer = "link" | "network" | "transport" | "payload" | "other";

/** Attributes packed as in `Grid`. Each has its own background; lay it on a row with `onBackground`. */
export interface Theme {
  readonly name: string;
  /** A few words for who chooses one. */
  readonly about: string;
  /** True when colours are not used: marks, bold, underline and inverse carry everything. */
  readonly mono: boolean;

  /** Empty ground of a screen. */
  readonly background: number;
  readonly text: number;
  /** Text that stands back: columns of secondary interest, hints, axis labels. */
  readonly muted: number;
  /** Text that stands back further: hidden bytes, grid lines. */
  readonly faint: number;
  readonly strong: number;
  readonly accent: number;

  readonly title: number;
  readonly titleFocus: number;
  readonly border: number;
  readonly borderFocus: number;
  /** Top and bottom bars. */
  readonly bar: number;
  readonly barMuted: number;
  readonly barKey: number;
  readonly brand: number;
  readonly tab: number;
  readonly tabActive: number;
  readonly popup: number;

  readonly header: number;
  readonly zebra: number;
  readonly selected: number;
  /** The selected row of a list that does not have the focus. */
  readonly selectedBlur: number;
  /** The bar at the left of the selected row. */
  readonly marker: number;
  /** Text that matches what is searched for, bytes that belong to the selected field. */
  readonly lit: number;
  readonly input: number;
  readonly cursor: number;
  readonly scrollbar: number;
  readonly scrollTrack: number;

  readonly tcp: number;
  readonly udp: number;
  readonly dns: number;
  readonly http: number;
  readonly icmp: number;
  readonly arp: number;
  /** A protocol without a colour of its own. */
  readonly protocol: number;

  readonly sim: number;
  readonly loopback: number;
  readonly error: number;
  readonly warn: number;
  readonly ok: number;
  readonly info: number;
  /** A call that waits, a packet in flight, a timer that runs. */
  readonly pending: number;
  readonly dropped: number;
  readonly number: number;
  readonly string: number;

  readonly bytes: Readonly<Record<ByteLayer, number>>;
  /** Lines of a chart, in order of use. */
  readonly series: readonly number[];
  readonly gauge: number;
  readonly gaugeTrack: number;
}

/** A palette as a theme: which colour everything has. */
function themeOf(colours: Palette): Theme {
  const on = (bg: number, fg: number, flags = 0): number => makeAttr(fg, bg, flags);
  const ground = (fg: number, flags = 0): number => makeAttr(fg, colours.ground, flags);
  const { accent, cyan, green, magenta, muted, orange, text, yellow } = colours;
  return {
    name: colours.name,
    about: colours.about,
    mono: false,
    background: ground(text),
    text: ground(text),
    muted: ground(muted),
    faint: ground(colours.faint),
    strong: ground(colours.strong, BOLD),
    accent: ground(accent),
    title: ground(accent, BOLD),
    titleFocus: on(colours.selected, colours.onSelected, BOLD),
    border: ground(colours.faint),
    borderFocus: ground(accent),
    bar: on(colours.bar, text),
    barMuted: on(colours.bar, muted),
    barKey: on(colours.bar, accent, BOLD),
    brand: on(accent, colours.onPlate, BOLD),
    tab: on(colours.bar, muted),
    tabActive: on(colours.tab, colours.onSelected, BOLD),
    popup: on(colours.popup, text),
    header: ground(muted),
    zebra: on(colours.zebra, text),
    selected: on(colours.selected, colours.onSelected),
    selectedBlur: on(colours.selectedBlur, colours.strong),
    marker: on(colours.selected, accent, BOLD),
    lit: on(colours.selected, colours.onSelected, BOLD),
    input: on(colours.input, colours.strong),
    cursor: on(text, colours.onPlate),
    scrollbar: ground(accent),
    scrollTrack: ground(colours.track),
    tcp: ground(colours.plain, BOLD),
    udp: ground(yellow, BOLD),
    dns: ground(cyan, BOLD),
    http: ground(green, BOLD),
    icmp: ground(magenta, BOLD),
    arp: ground(colours.tan, BOLD),
    protocol: ground(colours.other, BOLD),
    sim: ground(cyan),
    loopback: ground(orange),
    error: ground(colours.red, BOLD),
    warn: ground(yellow),
    ok: ground(green),
    info: ground(accent),
    pending: ground(colours.amber),
    dropped: ground(colours.red),
    number: ground(colours.tan),
    string: ground(green),
    bytes: {
      link: ground(magenta),
      network: ground(cyan),
      transport: ground(yellow),
      payload: ground(green),
      other: ground(colours.other),
    },
    series: [accent, orange, green, magenta, cyan, yellow].map((fg) => ground(fg)),
    gauge: ground(accent),
    gaugeTrack: on(colours.track, muted),
  };
}

/** The theme by default: light text on dark grey, 256 colours. */
export const darkTheme: Theme = themeOf(darkPalette);

const D = DEFAULT_COLOR;
const normal = makeAttr(D, D);
const bold = makeAttr(D, D, BOLD);
const underline = makeAttr(D, D, UNDERLINE);
const inverse = makeAttr(D, D, INVERSE);

/** For NO_COLOR and terminals without colours: the terminal's own two colours, bold, underline and inverse. */
export const monoTheme: Theme = {
  name: "mono",
  about: "the terminal's own two colours",
  mono: true,
  background: normal,
  text: normal,
  muted: normal,
  faint: normal,
  strong: bold,
  accent: bold,
  title: bold,
  titleFocus: makeAttr(D, D, BOLD | INVERSE),
  border: normal,
  borderFocus: bold,
  bar: normal,
  barMuted: normal,
  barKey: bold,
  brand: makeAttr(D, D, BOLD | INVERSE),
  tab: normal,
  tabActive: inverse,
  popup: normal,
  header: underline,
  zebra: normal,
  selected: inverse,
  selectedBlur: underline,
  marker: bold,
  lit: inverse,
  input: underline,
  cursor: inverse,
  scrollbar: bold,
  scrollTrack: normal,
  tcp: normal,
  udp: normal,
  dns: bold,
  http: bold,
  icmp: bold,
  arp: bold,
  protocol: normal,
  sim: normal,
  loopback: normal,
  error: bold,
  warn: bold,
  ok: normal,
  info: normal,
  pending: normal,
  dropped: bold,
  number: normal,
  string: normal,
  bytes: { link: normal, network: underline, transport: bold, payload: normal, other: normal },
  series: [bold, normal, underline],
  gauge: bold,
  gaugeTrack: normal,
};

/** Themes by the name a user gives. */
export const themes: ReadonlyMap<string, Theme> = new Map(
  [darkTheme, ...PALETTES.filter((palette) => palette !== darkPalette).map(themeOf), monoTheme].map(
    (theme) => [theme.name, theme],
  ),
);

/** The theme of that name, the dark one where there is none. */
export function themeNamed(name: string): Theme {
  return themes.get(name) ?? darkTheme;
}

/** What of a process's environment speaks of colours. */
export interface ColourEnvironment {
  readonly NO_COLOR?: string | undefined;
  readonly COLORTERM?: string | undefined;
  readonly TERM?: string | undefined;
}

/** The theme of pictures, where no terminal has a say: NO_COLOR set to anything but nothing means no colours (no-color.org). */
export function themeFor(environment: ColourEnvironment): Theme {
  return wantsNoColour(environment) ? monoTheme : darkTheme;
}

/** Terminals known for 256 colours though their name does not say so. */
const KNOWN_FOR_256 = /256col|-direct|kitty|alacritty|foot|ghostty|wezterm|contour|konsole|iterm|rio/i;
/** Terminals without any. */
const KNOWN_FOR_NONE = /^(?:vt\d|dumb|ansi-m|.*-m$|.*-mono)/;
/** Themes a terminal of sixteen colours can show. */
const WITHIN_16: ReadonlySet<string> = new Set(["16", "mono"]);

/**
 * The theme of a terminal: `saved`, where it was chosen before and can be shown, else what the environment allows. NO_COLOR counts for
 * more than either.
 */
export function themeOfTerminal(environment: ColourEnvironment, saved: string | null): Theme {
  if (wantsNoColour(environment)) return monoTheme;
  const { COLORTERM = "", TERM = "" } = environment;
  const known = saved === null ? undefined : themes.get(saved);
  // Windows' terminals have no TERM, and 256 colours.
  if (COLORTERM !== "" || TERM === "" || KNOWN_FOR_256.test(TERM)) return known ?? darkTheme;
  if (KNOWN_FOR_NONE.test(TERM)) return monoTheme;
  return known !== undefined && WITHIN_16.has(known.name) ? known : themeNamed("16");
}

function wantsNoColour({ NO_COLOR }: ColourEnvironment): boolean {
  return NO_COLOR !== undefined && NO_COLOR !== "";
}

/** The attribute of a protocol's name as it stands in a list ("TCP", "DNS", "HTTP", ...). */
export function protocolAttr(theme: Theme, protocol: string): number {
  switch (protocol) {
    case "TCP":
      return theme.tcp;
    case "UDP":
      return theme.udp;
    case "DNS":
    case "MDNS":
    case "LLMNR":
      return theme.dns;
    case "HTTP":
      return theme.http;
    case "ICMP":
    case "ICMPv6":
      return theme.icmp;
    case "ARP":
      return theme.arp;
    default:
      return theme.protocol;
  }
}
