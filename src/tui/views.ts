// Where the user stands on the screens about streams, graphs and statistics, and where they begin.

/** Tables of the Statistics screen, in the order of their tabs. */
export const STATISTICS_TABLES = ["conversations", "endpoints", "protocols", "io", "expert"] as const;

export type StatisticsTable = (typeof STATISTICS_TABLES)[number];

/** Layers whose ends conversations are between, as `-z conv` names them; null until the user chose: the one there is most to say about. */
export type StatisticsLayer = "eth" | "ip" | "ipv6" | "tcp" | "udp" | null;

export interface StatisticsView {
  readonly table: StatisticsTable;
  readonly layer: StatisticsLayer;
  /** Line, not a conversation's number. */
  readonly selected: number;
  readonly top: number;
  /** Index of the column that gives the order; null for the table's own. */
  readonly sort: number | null;
  readonly reversed: boolean;
  /** Whether only the packets are counted that the filter of the Packets screen lets through, where there is one. */
  readonly limited: boolean;
  /** Doublings, or halvings where negative, of the interval the IO graph opens with; counted in steps of 1, 2, 5. */
  readonly interval: number;
}

export const INITIAL_STATISTICS: StatisticsView = {
  table: "conversations",
  layer: null,
  selected: 0,
  top: 0,
  sort: null,
  reversed: false,
  limited: false,
  interval: 0,
};

/** One direction of a TCP stream, for the screens that show one; on the Stream screen of a UDP conversation too. */
export interface Flow {
  /** As in `tcp.stream`; of UDP, conversations are counted from 0 as they first spoke. */
  readonly stream: number;
  readonly udp?: boolean;
  /** 0 is from the sender of the stream's first packet; null for the one that carries more. */
  readonly direction: 0 | 1 | null;
}

/** Graphs there are; which of them a trace has depends on where it comes from. */
export const GRAPHS = ["cwnd", "rtt", "flight", "throughput", "queue", "sequence"] as const;

export type GraphName = (typeof GRAPHS)[number];

export interface GraphsView {
  readonly graph: GraphName;
  /** Halvings of the time shown; 0 is the whole of the stream. */
  readonly zoom: number;
  /** Whether the chosen graph has the screen for itself; where it is narrow it always has. */
  readonly alone: boolean;
}

export const INITIAL_GRAPHS: GraphsView = { graph: "cwnd", zoom: 0, alone: false };

/** Ways to look at a stream, in the order of their tabs. */
export const STREAM_MODES = ["picture", "text", "hex"] as const;

export type StreamMode = (typeof STREAM_MODES)[number];

export interface StreamView {
  readonly mode: StreamMode;
  /** What TLS carried is shown where it is known, and not TCP's own bytes. */
  readonly decrypted: boolean;
  /** Index into the widths of a byte; null for the widest that lets the stream fit. */
  readonly cell: number | null;
  /** Index of the codec frames are taken out with, -1 for none; null for the one the stream looks like. */
  readonly codec: number | null;
  /** The byte the cursor is on, of UDP the datagram, chosen while the run's cursor stood at step `at`: elsewhere the step says which byte. */
  readonly byte: { readonly offset: number; readonly at: number } | null;
}

export const INITIAL_STREAM: StreamView = {
  mode: "picture",
  decrypted: true,
  cell: null,
  codec: null,
  byte: null,
};
