// What an exported page is given: a run or a capture as plain data, written into the page as JSON. The exporter makes it, the page's script reads
// it, and both hold to these types. Times are nanoseconds since the start; lists of numbers are columns, one entry a packet or a point.

export type PageScreen = "lab" | "sequence" | "packets" | "graphs";

/** A key of the dashboard that works here too: names as terminals have them. */
export interface PageKey {
  readonly keys: readonly string[];
  readonly action: string;
  /** Screens it works on; all where it is missing. */
  readonly on?: readonly string[];
  readonly group: string;
  readonly help: string;
}

/** What a stop is about. The words of the first three end with the packet's label, which is not repeated. */
export type StopKind = "packet" | "arrive" | "drop" | "call" | "failed" | "event";

/** A place the cursor stops at: when, what, the packet it is about (-1 for none), and what happens in words. */
export type PageStop = readonly [timeNs: number, kind: StopKind, packet: number, words: string];

/** What the scrubber marks. */
export type PageMark = readonly [stop: number, kind: "drop" | "error" | "exit" | "intervention" | "state"];

/** A line on one lifeline, or with -1 on all of them: a state entered, a timer, what a program said, a change of the network. */
export type PageNote = readonly [
  stop: number,
  lifeline: number,
  kind: "state" | "timer" | "log" | "error" | "intervention",
  text: string,
];

/** A call of a program, or what it said: the stop where it began, where it was answered (-1 for never), who, what, the answer. */
export interface PageCall {
  readonly stop: number;
  readonly end: number;
  readonly host: string;
  readonly socket: string;
  readonly text: string;
  /** Null where none came, or none is due. */
  readonly answer: string | null;
  readonly kind: "call" | "failed" | "log" | "error" | "intervention";
  /** The line of its program that made the call: an index into `sources`, and the line from 1. Missing where it is not known. */
  readonly line?: readonly [source: number, line: number];
}

/** A program's file. */
export interface PageSource {
  /** Without its folder. */
  readonly name: string;
  readonly lines: readonly string[];
}

/** One end of a TCP connection: its states and the bytes it holds, each from a stop on. */
export interface PageConnection {
  readonly host: string;
  readonly local: string;
  readonly remote: string;
  readonly states: readonly (readonly [stop: number, state: string])[];
  /** Written and not acknowledged, of those in flight, received and not read; and the room of both buffers. */
  readonly queues: readonly (readonly [
    stop: number,
    toSend: number,
    inFlight: number,
    toRead: number,
    sendRoom: number,
    readRoom: number,
  ])[];
}

export interface PagePackets {
  readonly count: number;
  readonly times: readonly number[];
  /** The stop at which each leaves. */
  readonly stops: readonly number[];
  /** Lifelines. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** When it arrived or was lost; null where nobody knows, as in a capture, or where it never did. */
  readonly endNs: readonly (number | null)[];
  /** Why it was lost, by packet, and which host dropped it: "" on its way. Missing for those that were not. */
  readonly lost: Readonly<Record<string, readonly [reason: string, host: string]>>;
  /** Packets that say again what was said, and copies the network made. */
  readonly again: readonly number[];
  readonly copies: readonly number[];
  readonly lengths: readonly number[];
  /** Indexes into `names`. */
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  readonly protocols: readonly number[];
  readonly names: readonly string[];
  /** A class of colour for each of `names` that is a protocol. */
  readonly colours: Readonly<Record<string, string>>;
  readonly infos: readonly string[];
  /** What stands on the ladder. */
  readonly labels: readonly string[];
  /** Streams, counted over protocols; -1 for none. */
  readonly streams: readonly number[];
  /** The colour rule that fits: an index into `rules`, -1 for none. */
  readonly rule: readonly number[];
  readonly rules: readonly { readonly glyph: string; readonly name: string; readonly colour: string }[];
  /** Captured bytes in base64, as far as they are kept. */
  readonly bytes: readonly string[];
  /** How many there were. */
  readonly captured: readonly number[];
}

/** A line of a detail tree: its field, its words, its bytes, which of the packet's sources they are in, and the lines below it. */
export type PageNode = readonly [
  field: number,
  label: string,
  start: number,
  length: number,
  source: number,
  children: readonly number[],
];

/** Detail trees: lines that are alike are kept once, whole branches too. */
export interface PageDetails {
  readonly fields: readonly string[];
  readonly nodes: readonly PageNode[];
  /** Lines at the top, a packet each; packets beyond have none. */
  readonly packets: readonly (readonly number[])[];
  /** Data put together from several packets, by packet: what source 1 and on are. */
  readonly sources: Readonly<Record<string, readonly (readonly [name: string, base64: string])[]>>;
}

export interface PageLine {
  readonly name: string;
  readonly colour: string;
  readonly style: "line" | "dashed" | "dotted" | "points" | "marks";
  readonly mark: string;
  /** Values hold until the next point. */
  readonly step: boolean;
  /** Does not stretch the axis. */
  readonly clipped: boolean;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

export interface PageGraph {
  readonly title: string;
  readonly unit: "bytes" | "ns" | "bits" | "count";
  /** The axis begins at the lowest value shown. */
  readonly floats: boolean;
  readonly empty: string;
  readonly lines: readonly PageLine[];
}

/** One direction of a stream, or the queues alone where there is no stream. */
export interface PageFlow {
  readonly title: string;
  readonly stream: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly graphs: readonly PageGraph[];
}

export interface PageData {
  readonly screens: readonly PageScreen[];
  readonly keys: readonly PageKey[];
  readonly themes: readonly string[];
  readonly lifelines: readonly string[];
  readonly stops: readonly PageStop[];
  /** Where the cursor is when the page opens. */
  readonly opening: number;
  readonly marks: readonly PageMark[];
  readonly notes: readonly PageNote[];
  readonly calls: readonly PageCall[];
  readonly sources: readonly PageSource[];
  readonly connections: readonly PageConnection[];
  readonly packets: PagePackets;
  readonly details: PageDetails;
  readonly flows: readonly PageFlow[];
}
