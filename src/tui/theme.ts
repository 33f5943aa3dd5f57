/** The colours of every screen, by name. Widgets and screens take attributes from here and make none of their own. */

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

const GROUND = 235;
const BAR = 236;

function on(bg: number, fg: number, flags = 0): number {
  return makeAttr(fg, bg, flags);
}

function ground(fg: number, flags = 0): number {
  return makeAttr(fg, GROUND, flags);
}

/** The palette of every screen by default: light text on dark grey, 256 colours. */
export const darkTheme: Theme = {
  name: "dark",
  about: "light text on dark grey, 256 colours",
  mono: false,
  background: ground(252),
  text: ground(252),
  muted: ground(245),
  faint: ground(240),
  strong: ground(255, BOLD),
  accent: ground(75),
  title: ground(75, BOLD),
  titleFocus: on(24, 255, BOLD),
  border: ground(240),
  borderFocus: ground(75),
  bar: on(BAR, 252),
  barMuted: on(BAR, 245),
  barKey: on(BAR, 75, BOLD),
  brand: on(75, 234, BOLD),
  tab: on(BAR, 246),
  tabActive: on(240, 255, BOLD),
  popup: on(237, 252),
  header: ground(245),
  zebra: on(236, 252),
  selected: on(24, 255),
  selectedBlur: on(239, 255),
  marker: on(24, 75, BOLD),
  lit: on(24, 255, BOLD),
  input: on(237, 255),
  cursor: on(252, 235),
  scrollbar: ground(75),
  scrollTrack: ground(237),
  tcp: ground(253, BOLD),
  udp: ground(221, BOLD),
  dns: ground(80, BOLD),
  http: ground(114, BOLD),
  icmp: ground(176, BOLD),
  arp: ground(180, BOLD),
  protocol: ground(250, BOLD),
  sim: ground(80),
  loopback: ground(215),
  error: ground(210, BOLD),
  warn: ground(221),
  ok: ground(114),
  info: ground(75),
  pending: ground(222),
  dropped: ground(210),
  number: ground(180),
  string: ground(114),
  bytes: {
    link: ground(176),
    network: ground(80),
    transport: ground(221),
    payload: ground(114),
    other: ground(250),
  },
  series: [ground(75), ground(215), ground(114), ground(176), ground(80), ground(221)],
  gauge: ground(75),
  gaugeTrack: on(237, 245),
};

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
export const themes: ReadonlyMap<string, Theme> = new Map([
  [darkTheme.name, darkTheme],
  [monoTheme.name, monoTheme],
]);

/** The theme of that name, the dark one where there is none. */
export function themeNamed(name: string): Theme {
  return themes.get(name) ?? darkTheme;
}

/** The theme an environment asks for: NO_COLOR set to anything but nothing means no colours (no-color.org). */
export function themeFor(environment: { readonly NO_COLOR?: string | undefined }): Theme {
  const noColor = environment.NO_COLOR;
  return noColor !== undefined && noColor !== "" ? monoTheme : darkTheme;
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
