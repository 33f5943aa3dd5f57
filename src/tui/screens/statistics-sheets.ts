// The tables of the Statistics screen: their columns, what each line is sorted by, and the filter that finds a line's packets.

import { sizeText } from "../../trace/words.ts";
import type { EndCounts, PairCounts, TrafficCounts } from "../../capture/statistics/traffic-counts.ts";
import { hasPorts } from "../../capture/statistics/traffic-counts.ts";
import type { ProtocolLevel } from "../../capture/statistics/hierarchy.ts";
import { EXPERT_SEVERITIES } from "../../capture/fields-expert.ts";
import type { FindingCount } from "../../capture/statistics/expert.ts";
import type { Theme } from "../theme.ts";
import { protocolAttr } from "../theme.ts";
import { barText } from "../widgets/bar-text.ts";

export interface SheetColumn {
  readonly title: string;
  /** Cells; columns that do not fit whole are left out from the right. */
  readonly width: number;
  /** Takes the room that is left over. */
  readonly grow?: number;
  readonly align?: "left" | "right";
  /** Only in tables of this width or more. */
  readonly from?: number;
  readonly cell: (line: number) => string;
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
  readonly empty: string;
}

const BAR_CELLS = 10;
/** Cells of an end in a narrow table. */
const END_CELLS = 20;

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
  const cells = endCells(ends, ports);
  const end = (at: number): string => endText(ends, at, ports);
  return {
    columns: [
      {
        title: "A",
        width: cells,
        grow: 1,
        cell: (line) => end(pairs.from[line]),
        key: (line) => end(pairs.from[line]),
      },
      {
        title: "B",
        width: cells,
        grow: 1,
        cell: (line) => end(pairs.to[line]),
        key: (line) => end(pairs.to[line]),
      },
      ...totals(pairs, theme, most),
      number("A → B", 7, (line) => pairs.packetsOut[line]),
      size("bytes", (line) => pairs.bytesOut[line]),
      number("B → A", 7, (line) => pairs.packetsIn[line]),
      size("bytes", (line) => pairs.bytesIn[line]),
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
    empty: `no ${kind === "eth" ? "Ethernet" : kind} conversations here`,
  };
}

/** Lines are numbers of ends. */
export function endpointSheet(traffic: TrafficCounts, theme: Theme): Sheet {
  const { ends, kind } = traffic;
  const ports = hasPorts(kind);
  const most = ends.bytesMost;
  const end = (line: number): string => endText(ends, line, ports);
  return {
    columns: [
      {
        title: ports ? "Address and port" : "Address",
        width: endCells(ends, ports),
        grow: 1,
        cell: end,
        key: end,
      },
      ...totals(ends, theme, most),
      number("Sent", 8, (line) => ends.packetsOut[line]),
      size("bytes", (line) => ends.bytesOut[line]),
      number("Received", 8, (line) => ends.packetsIn[line]),
      size("bytes", (line) => ends.bytesIn[line]),
    ],
    count: ends.count,
    sort: 1,
    filter: (line) => endpointFilter(ends, line, kind),
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
        grow: 1,
        cell: (line) => kinds[line].summary.replaceAll("\\r\\n", ""),
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
    number("Packets", 8, (line) => counts.packets(line)),
    size("Bytes", (line) => counts.bytes(line)),
    {
      title: "",
      width: BAR_CELLS,
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
    width: 12,
    align: "right",
    cell: (line) => rateText(bytes(line), ns(line)),
    key: (line) => (ns(line) > 0 ? bytes(line) / ns(line) : 0),
    descending: true,
  };
}

/** Room for the longest of the first ends there are. */
function endCells(ends: EndCounts, ports: boolean): number {
  let cells = 8;
  for (let end = 0; end < Math.min(ends.count, 64); end++) {
    cells = Math.max(cells, endText(ends, end, ports).length);
  }
  return Math.min(cells, END_CELLS);
}

/** `ip` or `ipv6` by the look of an address. */
function family(address: string): "ip" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ip";
}

function conversationFilter({ ends, pairs, kind }: TrafficCounts, line: number): string {
  const [from, to] = [ends.addresses[pairs.from[line]], ends.addresses[pairs.to[line]]];
  if (kind === "eth") return `eth.addr == ${from} && eth.addr == ${to}`;
  if (hasPorts(kind) && pairs.stream[line] >= 0) return `${kind}.stream == ${pairs.stream[line]}`;
  const ip = family(from);
  const addresses = `${ip}.addr == ${from} && ${ip}.addr == ${to}`;
  if (!hasPorts(kind)) return addresses;
  const [a, b] = [ends.ports[pairs.from[line]], ends.ports[pairs.to[line]]];
  return `${addresses} && ${kind}.port == ${a} && ${kind}.port == ${b}`;
}

function endpointFilter(ends: EndCounts, line: number, kind: TrafficCounts["kind"]): string {
  const address = ends.addresses[line];
  if (kind === "eth") return `eth.addr == ${address}`;
  const ip = family(address);
  if (!hasPorts(kind)) return `${ip}.addr == ${address}`;
  const port = ends.ports[line];
  return `(${ip}.src == ${address} && ${kind}.srcport == ${port}) || (${ip}.dst == ${address} && ${kind}.dstport == ${port})`;
}
