// The tables of the Statistics screen: their columns and what each line is sorted by.

import { sizeText } from "../../trace/words.ts";
import type { EndCounts, PairCounts, TrafficCounts } from "../../capture/statistics/traffic-counts.ts";
import { hasPorts } from "../../capture/statistics/traffic-counts.ts";
import type { ProtocolLevel } from "../../capture/statistics/hierarchy.ts";
import { EXPERT_SEVERITIES } from "../../capture/fields-expert.ts";
import type { FindingCount } from "../../capture/statistics/expert.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import { protocolAttr } from "../theme.ts";
import { conversationFilter, endpointFilter } from "./statistics-filters.ts";
import { barText } from "../widgets/bar-text.ts";
import { shortenedAddress } from "../widgets/shortened.ts";

export interface SheetColumn {
  readonly title: string;
  /** What it is called where its neighbours do not explain it; its title by default. */
  readonly name?: string;
  /** Cells; columns that do not fit whole are left out from the right. */
  readonly width: number;
  /** What it says may be cut: to this many cells for columns that matter as much, to its width for all others. */
  readonly least?: number;
  /** Matters as much as what may be cut. */
  readonly core?: boolean;
  /** Left out before others are. */
  readonly spare?: boolean;
  /** Takes the room that is left over. */
  readonly grow?: number;
  readonly align?: "left" | "right";
  /** Only in tables of this width or more. */
  readonly from?: number;
  /** The text in so many cells. */
  readonly cell: (line: number, cells: number) => string;
  readonly attr?: (line: number) => number;
  /** What lines are sorted by; numbers with the largest first. None where the order is the table's own. */
  readonly key?: (line: number) => number | string;
  readonly descending?: boolean;
}

export interface Sheet {
  readonly columns: readonly SheetColumn[];
  readonly count: number;
  /** Index of the column that gives the order until the user chooses; -1 for the lines' own. */
  readonly sort: number;
  /** The display filter that lets through the packets of a line. */
  readonly filter: (line: number) => string;
  /** What the columns that may be cut say of a line, whole, with a word for each: shown of the line selected where the longest is cut in the table. */
  readonly whole?: (line: number) => readonly (readonly [what: string, text: string])[];
  /** The longest of those texts. */
  readonly wholeCells?: number;
  readonly empty: string;
}

const BAR_CELLS = 10;
/** Cells of an end for which other columns are left out, and those it keeps for packets and bytes. */
const END_CELLS = 47;
const END_LEAST = 12;

/** `12.345678`: seconds, as Wireshark's tables have them. */
function secondsText(ns: number): string {
  return (ns / 1e9).toFixed(6);
}

/** `1.2 Mbit/s`: bits of `bytes` in `ns`; a dash where no time passed. */
export function rateText(bytes: number, ns: number): string {
  if (ns <= 0) return "-";
  const bits = (bytes * 8e9) / ns;
  const units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
  let value = bits;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  // Of a packet a day little would be left.
  if (bits > 0 && bits < 10) return `${Number(bits.toPrecision(2))} ${units[0]}`;
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `10.0.0.1:80`, `[fe80::1]:80`, or the address alone. */
function endText(ends: EndCounts, end: number, ports: boolean): string {
  const address = ends.addresses[end];
  if (!ports) return address;
  return address.includes(":") ? `[${address}]:${ends.ports[end]}` : `${address}:${ends.ports[end]}`;
}

/** Lines are numbers of conversations. */
export function conversationSheet(traffic: TrafficCounts, theme: Theme): Sheet {
  const { ends, pairs, kind } = traffic;
  const ports = hasPorts(kind);
  const most = pairs.bytesMost;
  const wholeCells = longestEnd(ends, ports);
  const cells = endWidth(wholeCells);
  const end = (at: number): string => endText(ends, at, ports);
  return {
    columns: [
      {
        title: "A",
        ...cells,
        grow: 1,
        cell: (line, room) => shortenedAddress(end(pairs.from[line]), room),
        key: (line) => end(pairs.from[line]),
      },
      {
        title: "B",
        ...cells,
        grow: 1,
        cell: (line, room) => shortenedAddress(end(pairs.to[line]), room),
        key: (line) => end(pairs.to[line]),
      },
      ...totals(pairs, theme, most),
      number("A → B", 7, (line) => pairs.packetsOut[line]),
      { ...size("bytes", (line) => pairs.bytesOut[line]), name: "bytes A → B" },
      number("B → A", 7, (line) => pairs.packetsIn[line]),
      { ...size("bytes", (line) => pairs.bytesIn[line]), name: "bytes B → A" },
      {
        title: "Start s",
        width: 11,
        align: "right",
        cell: (line) => secondsText(pairs.startNs[line]),
        attr: () => theme.muted,
        key: (line) => pairs.startNs[line],
      },
      {
        title: "Duration s",
        width: 11,
        align: "right",
        cell: (line) => secondsText(pairs.endNs[line] - pairs.startNs[line]),
        key: (line) => pairs.endNs[line] - pairs.startNs[line],
        descending: true,
      },
      rate("A → B", pairs, (line) => pairs.bytesOut[line]),
      rate("B → A", pairs, (line) => pairs.bytesIn[line]),
    ],
    count: pairs.count,
    sort: 2,
    filter: (line) => conversationFilter(traffic, line),
    whole: (line) => [
      ["A", end(pairs.from[line])],
      ["B", end(pairs.to[line])],
    ],
    wholeCells,
    empty: `no ${kind === "eth" ? "Ethernet" : kind} conversations here`,
  };
}

/** Lines are numbers of ends. */
export function endpointSheet(traffic: TrafficCounts, theme: Theme): Sheet {
  const { ends, kind } = traffic;
  const ports = hasPorts(kind);
  const most = ends.bytesMost;
  const wholeCells = longestEnd(ends, ports);
  const end = (line: number): string => endText(ends, line, ports);
  return {
    columns: [
      {
        title: ports ? "Address and port" : "Address",
        ...endWidth(wholeCells),
        grow: 1,
        cell: (line, room) => shortenedAddress(end(line), room),
        key: end,
      },
      ...totals(ends, theme, most),
      number("Sent", 8, (line) => ends.packetsOut[line]),
      { ...size("bytes", (line) => ends.bytesOut[line]), name: "bytes sent" },
      number("Received", 8, (line) => ends.packetsIn[line]),
      { ...size("bytes", (line) => ends.bytesIn[line]), name: "bytes received" },
    ],
    count: ends.count,
    sort: 1,
    filter: (line) => endpointFilter(ends, line, kind),
    whole: (line) => [["", end(line)]],
    wholeCells,
    empty: `no ${kind === "eth" ? "Ethernet" : kind} endpoints here`,
  };
}

interface ProtocolLine {
  readonly name: string;
  readonly depth: number;
  readonly level: ProtocolLevel;
}

/** Lines are levels of the hierarchy, those inside another below it. */
export function protocolSheet(top: ProtocolLevel, durationNs: number, theme: Theme): Sheet {
  const lines: ProtocolLine[] = [];
  const visit = (above: ProtocolLevel, depth: number): void => {
    for (const [name, level] of above.below) {
      lines.push({ name, depth, level });
      visit(level, depth + 1);
    }
  };
  visit(top, 0);
  const share = (value: number, of: number): number => (of === 0 ? 0 : value / of);
  const percent = (value: number, of: number): string => `${(share(value, of) * 100).toFixed(1)} %`;
  return {
    columns: [
      {
        title: "Protocol",
        width: 22,
        grow: 1,
        cell: (line) => `${"  ".repeat(lines[line].depth)}${lines[line].name}`,
        attr: (line) => protocolAttr(theme, lines[line].name.toUpperCase()),
      },
      {
        title: "Packets",
        width: 8,
        align: "right",
        cell: (line) => String(lines[line].level.packets),
      },
      {
        title: "of all",
        width: 7,
        align: "right",
        cell: (line) => percent(lines[line].level.packets, top.packets),
        attr: () => theme.muted,
      },
      {
        title: "",
        width: BAR_CELLS,
        cell: (line) => barText(share(lines[line].level.packets, top.packets), BAR_CELLS),
        attr: () => theme.gauge,
      },
      { title: "Bytes", width: 9, align: "right", cell: (line) => sizeText(lines[line].level.bytes) },
      {
        title: "of all",
        width: 7,
        align: "right",
        cell: (line) => percent(lines[line].level.bytes, top.bytes),
        attr: () => theme.muted,
      },
      {
        title: "Rate",
        width: 12,
        align: "right",
        cell: (line) => rateText(lines[line].level.bytes, durationNs),
        attr: () => theme.muted,
      },
    ],
    count: lines.length,
    sort: -1,
    filter: (line) => lines[line].name,
    empty: "no packets here",
  };
}

const SEVERITIES: readonly string[] = Object.keys(EXPERT_SEVERITIES);

/** Lines are kinds of findings. */
export function expertSheet(kinds: readonly FindingCount[], theme: Theme): Sheet {
  const attr = (line: number): number => severityAttr(kinds[line].severity, theme);
  const summary = (line: number): string => kinds[line].summary.replaceAll("\\r\\n", "");
  return {
    columns: [
      {
        title: "Severity",
        width: 9,
        cell: (line) => `${severityMark(kinds[line].severity)} ${kinds[line].severity}`,
        attr,
        // Most severe first, and within that the most frequent: counts stay far below the step between severities.
        key: (line) => SEVERITIES.indexOf(kinds[line].severity) * 1e12 - kinds[line].count,
        descending: false,
      },
      number("Count", 8, (line) => kinds[line].count),
      {
        title: "Protocol",
        width: 8,
        cell: (line) => kinds[line].protocol,
        key: (line) => kinds[line].protocol,
      },
      {
        title: "Summary",
        width: 24,
        least: 24,
        grow: 1,
        cell: summary,
        attr,
        key: (line) => kinds[line].summary,
      },
      {
        title: "Group",
        width: 9,
        // What a summary says counts more.
        from: 90,
        cell: (line) => kinds[line].group,
        key: (line) => kinds[line].group,
      },
    ],
    count: kinds.length,
    sort: 0,
    filter: (line) => kinds[line].field,
    whole: (line) => [["", summary(line)]],
    wholeCells: longestOf(kinds, kinds.length, (line) => textWidth(summary(line))),
    empty: "nothing worth saying was found",
  };
}

/** What a severity looks like without its colour. */
function severityMark(severity: string): string {
  return { Error: "✗", Warning: "!", Note: "·", Chat: " ", Comment: "#" }[severity] ?? " ";
}

function severityAttr(severity: string, theme: Theme): number {
  switch (severity) {
    case "Error":
      return theme.error;
    case "Warning":
      return theme.warn;
    case "Note":
      return theme.info;
    case "Comment":
      return theme.ok;
    default:
      return theme.muted;
  }
}

function totals(counts: PairCounts | EndCounts, theme: Theme, most: number): SheetColumn[] {
  return [
    { ...number("Packets", 8, (line) => counts.packets(line)), core: true },
    { ...size("Bytes", (line) => counts.bytes(line)), core: true },
    {
      title: "",
      width: BAR_CELLS,
      spare: true,
      cell: (line) => barText(most === 0 ? 0 : counts.bytes(line) / most, BAR_CELLS),
      attr: () => theme.gauge,
    },
  ];
}

function number(title: string, width: number, of: (line: number) => number): SheetColumn {
  return { title, width, align: "right", cell: (line) => String(of(line)), key: of, descending: true };
}

function size(title: string, of: (line: number) => number): SheetColumn {
  return { title, width: 9, align: "right", cell: (line) => sizeText(of(line)), key: of, descending: true };
}

function rate(title: string, pairs: PairCounts, bytes: (line: number) => number): SheetColumn {
  const ns = (line: number): number => pairs.endNs[line] - pairs.startNs[line];
  return {
    title,
    name: `rate ${title}`,
    width: 12,
    align: "right",
    cell: (line) => rateText(bytes(line), ns(line)),
    key: (line) => (ns(line) > 0 ? bytes(line) / ns(line) : 0),
    descending: true,
  };
}

/** How long the longest of a list is that only grows, and how many of it have been looked at. */
interface Longest {
  seen: number;
  cells: number;
}

const longest = new WeakMap<object, Longest>();

/** The longest of the first `count` texts of `list`: each is looked at once. */
function longestOf(list: object, count: number, cellsOf: (line: number) => number): number {
  let known = longest.get(list);
  if (known === undefined) longest.set(list, (known = { seen: 0, cells: 0 }));
  for (; known.seen < count; known.seen++) known.cells = Math.max(known.cells, cellsOf(known.seen));
  return known.cells;
}

function longestEnd(ends: EndCounts, ports: boolean): number {
  return longestOf(ends, ends.count, (end) => endText(ends, end, ports).length);
}

/** Room for an end, of which the longest takes `cells`. */
function endWidth(cells: number): { readonly width: number; readonly least: number } {
  const width = Math.max(8, Math.min(cells, END_CELLS));
  return { width, least: Math.min(width, END_LEAST) };
}
