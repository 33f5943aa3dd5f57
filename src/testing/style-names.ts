// What a cell's colours are called: by the theme's own names, so that a golden says `selected` where a number would say nothing.

import {
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  DEFAULT_COLOR,
  INVERSE,
  onBackground,
  UNDERLINE,
} from "../tui/render/grid.ts";
import type { Theme } from "../tui/theme.ts";

/** Words for flags, in the order they are written. */
export const FLAG_WORDS: readonly (readonly [flag: number, word: string])[] = [
  [BOLD, "bold"],
  [UNDERLINE, "underline"],
  [INVERSE, "inverse"],
];

/** What a row's ground is taken from before any other colour of the theme. */
const GROUNDS = ["background", "zebra", "bar", "selected", "selectedBlur", "popup", "input"] as const;

const named = new WeakMap<Theme, (attr: number) => string>();

/**
 * Names attributes of `theme`: a colour of the theme by its name, one on another's ground as `muted/selected`, any other by its
 * numbers. Two attributes never share a name.
 */
export function styleNames(theme: Theme): (attr: number) => string {
  const known = named.get(theme);
  if (known !== undefined) return known;
  const colours = coloursOf(theme);
  const names = new Map<number, string>();
  for (const [name, attr] of colours) if (!names.has(attr)) names.set(attr, name);
  const grounds = new Map<number, string>();
  for (const name of GROUNDS) if (!grounds.has(attrBg(theme[name]))) grounds.set(attrBg(theme[name]), name);
  for (const [name, attr] of colours) if (!grounds.has(attrBg(attr))) grounds.set(attrBg(attr), name);
  const inks = new Map<number, string>();
  for (const [name, attr] of colours) {
    const ink = onBackground(attr, 0);
    if (!inks.has(ink)) inks.set(ink, name);
  }
  const nameOf = (attr: number): string => {
    let name = names.get(attr);
    if (name === undefined) {
      const [ink, ground] = [inks.get(onBackground(attr, 0)), grounds.get(attrBg(attr))];
      name =
        ink === undefined || ground === undefined ? styleText(attr).replaceAll(" ", "_") : `${ink}/${ground}`;
      names.set(attr, name);
    }
    return name;
  };
  named.set(theme, nameOf);
  return nameOf;
}

/** `234 on 75 bold`: palette numbers of ink and ground, and flags. */
export function styleText(attr: number): string {
  const colour = (value: number): string => (value === DEFAULT_COLOR ? "default" : String(value));
  const flags = FLAG_WORDS.filter(([flag]) => (attrFlags(attr) & flag) !== 0).map(([, word]) => ` ${word}`);
  return `${colour(attrFg(attr))} on ${colour(attrBg(attr))}${flags.join("")}`;
}

/** Every colour of a theme with its name, `text` first: it is what most cells have. */
function coloursOf(theme: Theme): (readonly [name: string, attr: number])[] {
  const found: (readonly [string, number])[] = [["text", theme.text]];
  for (const [name, value] of Object.entries(theme) as [string, unknown][]) {
    if (typeof value === "number") found.push([name, value]);
    else if (typeof value === "object" && value !== null)
      for (const [part, attr] of Object.entries(value) as [string, number][])
        found.push([`${name}.${part}`, attr]);
  }
  return found;
}
