/** A screen that uses every widget: what pictures, recordings, the terminal and the benchmark are tested with. */

import { Grid, onBackground } from "../../src/tui/render/grid.ts";
import { protocolAttr, type Theme } from "../../src/tui/theme.ts";
import { helpPopup, type KeyGroup } from "../../src/tui/widgets/popup.ts";
import { keyBar, tabsBar } from "../../src/tui/widgets/bars.ts";
import { chart } from "../../src/tui/widgets/chart.ts";
import { frame } from "../../src/tui/widgets/frame.ts";
import { gauge, sparkline } from "../../src/tui/widgets/gauge.ts";
import { hexView } from "../../src/tui/widgets/hex.ts";
import { paragraph } from "../../src/tui/widgets/paragraph.ts";
import { scrubber } from "../../src/tui/widgets/scrubber.ts";
import { table } from "../../src/tui/widgets/table.ts";
import { flattenTree, tree } from "../../src/tui/widgets/tree.ts";

export interface ShowcaseState {
  readonly selected: number;
  readonly top: number;
  readonly help: boolean;
}

interface PacketRow {
  readonly no: number;
  readonly proto: string;
}

const PROTOCOLS = ["DNS", "TCP", "HTTP", "UDP", "ICMP", "ARP", "QUIC"];
const INFO: Readonly<Record<string, string>> = {
  DNS: "Standard query 0x1a2b A example.com",
  TCP: "51234 → 443 [ACK] Seq=1 Ack=1 Win=64240 Len=0",
  HTTP: "GET /index.html HTTP/1.1",
  UDP: "53011 → 9000 Len=120",
  ICMP: "Echo (ping) request id=0x0001, seq=4/1024",
  ARP: "Who has 10.0.0.1? Tell 10.0.0.2",
  QUIC: "日本語のテキスト, e\u0301te\u0301, \u001B[31mnot red\u0007",
};

interface Node {
  readonly label: string;
  readonly children: readonly Node[];
}

const TREE: readonly Node[] = [
  { label: "Frame 5: 1392 bytes", children: [] },
  {
    label: "Internet Protocol Version 4, Src: 10.0.0.2, Dst: 93.184.216.195",
    children: [
      { label: "Total Length: 1392", children: [] },
      { label: "Flags: 0x2, Don't fragment", children: [{ label: "Reserved bit: Not set", children: [] }] },
    ],
  },
  { label: "Transmission Control Protocol, Src Port: 51234", children: [{ label: "Window", children: [] }] },
];

const BYTES = Uint8Array.from({ length: 220 }, (_, i) =>
  i < 54 ? (i * 37 + 11) & 255 : 32 + ((i * 7) % 95),
);

const KEYS: readonly KeyGroup[] = [
  {
    title: "Moving",
    keys: [
      { key: "↑ ↓ j k", does: "row up and down" },
      { key: "PgUp PgDn", does: "a page" },
      { key: "Home End", does: "first and last" },
    ],
  },
  {
    title: "Time",
    keys: [
      { key: "space", does: "play and pause" },
      { key: "← →", does: "one step" },
    ],
  },
];

/** The whole screen. */
export function showcase(width: number, height: number, theme: Theme, state: ShowcaseState): Grid {
  const grid = new Grid(width, height, theme.background);
  tabsBar(grid, theme, {
    brand: "WIRELAB",
    tabs: ["1 Lab", "2 Packets", "3 Flows"],
    active: 1,
    status: [
      { text: "▶ running", attr: onBackground(theme.ok, theme.bar) },
      { text: "  t=12.482s  ×1.0", attr: theme.bar },
    ],
  });
  keyBar(
    grid.sub(0, height - 1, width, 1),
    theme,
    [
      { key: "F1", does: "help" },
      { key: "/", does: "filter" },
      { key: "space", does: "pause" },
      { key: "←→", does: "step" },
      { key: "q", does: "quit" },
    ],
    "tcp-hello",
  );
  const body = grid.sub(0, 1, width, height - 2);
  const listHeight = Math.max(5, Math.floor(body.height * 0.4));
  const rest = body.height - listHeight;
  const half = Math.floor(width / 2);
  const chartHeight = Math.floor(rest / 2);
  packetList(body.sub(0, 0, width, listHeight), theme, state);
  throughput(body.sub(0, listHeight, half, chartHeight), theme);
  bytes(body.sub(half, listHeight, width - half, chartHeight), theme);
  details(body.sub(0, listHeight + chartHeight, half, rest - chartHeight), theme);
  lesson(body.sub(half, listHeight + chartHeight, width - half, rest - chartHeight), theme, state);
  if (state.help) helpPopup(grid, theme, KEYS);
  return grid;
}

function packetList(grid: Grid, theme: Theme, state: ShowcaseState): void {
  const inner = frame(grid, theme, {
    title: "Packets",
    status: `${state.selected + 1} of 1000000`,
    focused: true,
  });
  table<PacketRow>(inner, theme, {
    count: 1_000_000,
    row: (index) => ({ no: index + 1, proto: PROTOCOLS[(index * 5) % PROTOCOLS.length] }),
    top: state.top,
    selected: state.selected,
    columns: [
      { title: "No.", width: 7, align: "right", cell: (row) => String(row.no), attr: () => theme.muted },
      { title: "Time", width: 9, cell: (row) => (row.no * 0.001173).toFixed(6), attr: () => theme.muted },
      { title: "Source", width: 15, cell: (row) => `10.0.0.${row.no % 9}` },
      { title: "Destination", width: 15, cell: (row) => `93.184.216.${(row.no * 71) % 251}` },
      { title: "Proto", width: 5, cell: (row) => row.proto, attr: (row) => protocolAttr(theme, row.proto) },
      { title: "Len", width: 5, align: "right", cell: (row) => String((row.no * 389) % 1480) },
      { title: "Info", width: 20, grow: 1, cell: (row) => INFO[row.proto] },
    ],
  });
}

function throughput(grid: Grid, theme: Theme): void {
  const inner = frame(grid, theme, { title: "Throughput" });
  const wave = (phase: number) =>
    Array.from({ length: 61 }, (_, i) => [i - 60, 50 + 35 * Math.sin(i / 9 + phase) + (i % 7)] as const);
  chart(inner, theme, {
    series: [
      { name: "tx", points: wave(0), value: "71.3" },
      { name: "rx", points: wave(2), value: "44.9" },
    ],
    formatX: (x) => `${x}s`,
    formatY: String,
    cursor: -20,
  });
}

function bytes(grid: Grid, theme: Theme): void {
  const inner = frame(grid, theme, { title: "Bytes" });
  hexView(inner, theme, {
    bytes: BYTES,
    top: 0,
    ranges: [
      { start: 0, length: 14, attr: theme.bytes.link },
      { start: 14, length: 20, attr: theme.bytes.network },
      { start: 34, length: 20, attr: theme.bytes.transport },
      { start: 54, length: 166, attr: theme.bytes.payload },
    ],
    lit: { start: 26, length: 8 },
  });
}

function details(grid: Grid, theme: Theme): void {
  const inner = frame(grid, theme, { title: "Details" });
  tree(inner, theme, {
    rows: flattenTree(
      TREE,
      (node) => node.children,
      (_, depth) => depth === 0,
    ),
    top: 0,
    selected: 2,
    focused: false,
    label: (node) => node.label,
  });
}

function lesson(grid: Grid, theme: Theme, state: ShowcaseState): void {
  const inner = frame(grid, theme, { title: "Lesson", footer: "step 12 of 40" });
  const lines = paragraph(inner, theme, {
    text: "A stream has no messages: what one send hands over, several recv may take, and one recv may take what several sends handed over.",
  });
  inner.put(1, lines + 1, "rcv buffer", theme.muted);
  gauge(inner, theme, 13, lines + 1, inner.width - 14, ((state.selected * 13) % 100) / 100);
  inner.put(1, lines + 2, "in flight", theme.muted);
  sparkline(
    inner,
    13,
    lines + 2,
    inner.width - 14,
    Array.from({ length: 90 }, (_, i) => (i * i) % 17),
    theme.sim,
  );
  scrubber(inner.sub(1, inner.height - 2, inner.width - 2, 2), theme, {
    start: 0,
    end: 40,
    cursor: 12,
    marks: [
      { at: 3, char: "▾", attr: theme.info },
      { at: 17, char: "✗", attr: theme.error },
    ],
  });
}
