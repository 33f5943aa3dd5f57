// The colours of the themes, one table: what each is for, as numbers of xterm's 256 (0 to 15 are the terminal's own sixteen).

/** Grounds first, then what is written on them. */
export interface Palette {
  readonly name: string;
  /** A few words for who chooses one. */
  readonly about: string;

  readonly ground: number;
  readonly bar: number;
  readonly zebra: number;
  readonly popup: number;
  readonly input: number;
  /** The selected row, and that of a list without the focus. */
  readonly selected: number;
  readonly selectedBlur: number;
  /** The tab that is open. */
  readonly tab: number;
  /** The part of a gauge or a scrollbar that is empty. */
  readonly track: number;

  readonly text: number;
  readonly strong: number;
  /** Text that stands back. */
  readonly muted: number;
  /** Lines, hidden bytes, what is yet to come. */
  readonly faint: number;
  /** On the selected row, on the open tab. */
  readonly onSelected: number;
  /** What is on the plate of the product's name and under the cursor, where the colours are turned round. */
  readonly onPlate: number;

  readonly accent: number;
  readonly cyan: number;
  readonly yellow: number;
  readonly green: number;
  readonly magenta: number;
  readonly tan: number;
  readonly orange: number;
  readonly red: number;
  /** What waits or is on its way. */
  readonly amber: number;
  /** TCP, and protocols without a colour of their own. */
  readonly plain: number;
  readonly other: number;
}

export const darkPalette: Palette = {
  name: "dark",
  about: "light text on dark grey",
  ground: 235,
  bar: 236,
  zebra: 236,
  popup: 236,
  input: 238,
  selected: 24,
  selectedBlur: 239,
  tab: 240,
  track: 237,
  text: 252,
  strong: 255,
  muted: 247,
  faint: 241,
  onSelected: 255,
  onPlate: 234,
  accent: 75,
  cyan: 80,
  yellow: 221,
  green: 114,
  magenta: 176,
  tan: 180,
  orange: 215,
  red: 210,
  amber: 222,
  plain: 253,
  other: 250,
};

export const PALETTES: readonly Palette[] = [
  darkPalette,
  {
    name: "light",
    about: "dark text on near-white",
    ground: 255,
    bar: 253,
    zebra: 254,
    popup: 254,
    input: 231,
    selected: 153,
    selectedBlur: 252,
    tab: 250,
    track: 252,
    text: 235,
    strong: 16,
    muted: 240,
    faint: 246,
    onSelected: 16,
    onPlate: 231,
    accent: 25,
    cyan: 23,
    yellow: 58,
    green: 22,
    magenta: 90,
    tan: 52,
    orange: 88,
    red: 124,
    amber: 58,
    plain: 234,
    other: 239,
  },
  {
    name: "high-contrast",
    about: "white and bright colours on black",
    ground: 16,
    bar: 16,
    zebra: 16,
    popup: 16,
    input: 18,
    selected: 18,
    selectedBlur: 236,
    tab: 18,
    track: 238,
    text: 231,
    strong: 231,
    muted: 253,
    faint: 248,
    onSelected: 231,
    onPlate: 16,
    accent: 123,
    cyan: 87,
    yellow: 226,
    green: 120,
    magenta: 219,
    tan: 223,
    orange: 215,
    red: 217,
    amber: 228,
    plain: 231,
    other: 255,
  },
  {
    // Okabe and Ito's eight colours, as near as the 256 come: told apart with every kind of colour vision.
    name: "colour-blind",
    about: "blue, orange and yellow, no red beside green",
    ground: 235,
    bar: 236,
    zebra: 236,
    popup: 236,
    input: 238,
    selected: 24,
    selectedBlur: 239,
    tab: 240,
    track: 237,
    text: 252,
    strong: 255,
    muted: 247,
    faint: 241,
    onSelected: 255,
    onPlate: 234,
    accent: 75,
    cyan: 43,
    yellow: 227,
    green: 117,
    magenta: 182,
    tan: 181,
    orange: 214,
    red: 208,
    amber: 229,
    plain: 253,
    other: 250,
  },
  {
    name: "16",
    about: "the sixteen colours every terminal has",
    ground: 0,
    bar: 0,
    zebra: 0,
    popup: 0,
    input: 0,
    selected: 4,
    selectedBlur: 0,
    tab: 4,
    track: 0,
    text: 7,
    strong: 15,
    muted: 7,
    faint: 8,
    onSelected: 15,
    onPlate: 0,
    accent: 14,
    cyan: 6,
    yellow: 11,
    green: 10,
    magenta: 13,
    tan: 3,
    orange: 3,
    red: 9,
    amber: 11,
    plain: 15,
    other: 7,
  },
];
