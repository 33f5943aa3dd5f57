// The dashboard's whole state.

import { firstLaw, lastStep, lawRows } from "./framing-cursor.ts";
import type { DecodeAs } from "../capture/dissect/decode-as.ts";
import type { LinkSettings } from "../sim/topology.ts";
import { hasPackets, isFraming, isLab, traceOf } from "./session.ts";
import type { LineEdit } from "./line-edit.ts";
import type { LessonEntry, Session } from "./session.ts";
import type { StreamCodec } from "./screens/stream-frames.ts";
import { INITIAL_GRAPHS, INITIAL_STATISTICS, INITIAL_STREAM } from "./views.ts";
import type { Flow, GraphsView, StatisticsView, StreamView } from "./views.ts";
import { darkTheme } from "./theme.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Every screen; the number of one, from 1, is its key. */
export const SCREEN_NAMES = [
  "lab",
  "sequence",
  "packets",
  "stream",
  "graphs",
  "framing",
  "statistics",
] as const;

export type ScreenName = (typeof SCREEN_NAMES)[number];

const SCREEN_TITLES: Readonly<Record<ScreenName, string>> = {
  lab: "Lab",
  sequence: "Sequence",
  packets: "Packets",
  stream: "Stream",
  graphs: "Graphs",
  framing: "Framing",
  statistics: "Statistics",
};

/** `3 Packets`: the title of a screen's tab with its key. */
export function tabTitle(name: ScreenName): string {
  return `${SCREEN_NAMES.indexOf(name) + 1} ${SCREEN_TITLES[name]}`;
}

/** Panes of the Lab that take the focus; `program:` and a host is that host's transcript. */
export type LabPane = "ladder" | "lesson" | "sockets" | "outcome" | `program:${string}`;

export type PacketsPane = "list" | "tree" | "bytes";

/** Panes of the Framing screen that take the focus: where it is small, the one that is shown. */
export type FramingPane = "laws" | "cut";

export interface FramingView {
  readonly focus: FramingPane;
  /** Index of the law looked at, among those of all codecs. */
  readonly selected: number;
}

/** A filter and the rows it lets through, found a piece at a time so that a long capture does not stop the screen. */
export interface FilterState {
  readonly text: string;
  /** Rows that match, among the first `scanned`. Appended to in place. */
  readonly rows: number[];
  readonly scanned: number;
}

export interface SequenceView {
  /** Doublings of the time a row stands for, from the scale a sequence opens with; null where time takes no room. */
  readonly zoom: number | null;
  /** Whether runs of alike packets share a line. */
  readonly folded: boolean;
  /** Whether only the selected packet's conversation is shown. */
  readonly conversation: boolean;
}

/** What the line above the packet list is for. */
export type TypingPurpose = "filter" | "find" | "goto" | "write";

export interface Typing {
  readonly purpose: TypingPurpose;
  readonly line: LineEdit;
  /** The completion chosen, among those offered; -1 for none. */
  readonly choice: number;
}

/** A search through the list. */
export interface FindState {
  readonly mode: "text" | "hex" | "filter";
  readonly text: string;
  /** The line it began at, and which way it goes. */
  readonly from: number;
  readonly by: 1 | -1;
  /** Lines looked at so far. */
  readonly looked: number;
  /** The line found, -1 for none, null while it is being looked for. */
  readonly found: number | null;
}

/** The order a list was asked to have. */
export interface SortState {
  readonly column: string;
  readonly descending: boolean;
  /** Rows in their order; null while they are being sorted. */
  readonly order: Uint32Array | null;
  /** The line of each row. */
  readonly places: Uint32Array | null;
  /** How far sorting has come, 0 to 1. */
  readonly progress: number;
}

/** What the Time column of the packet list counts from: the first packet, the one displayed before, midnight, and with the date. */
export const TIME_FORMS = ["elapsed", "delta", "clock", "date"] as const;

export type TimeForm = (typeof TIME_FORMS)[number];

export interface PacketsView {
  readonly focus: PacketsPane;
  /** Whether the pane with the focus has the room of all of them. */
  readonly alone: boolean;
  /** Whose packets a lab shows. */
  readonly side: "sim" | "loopback";
  /** Index in the list, not a packet row. */
  readonly selected: number;
  readonly top: number;
  /** -1 until a line was chosen: the first layer that starts open. */
  readonly treeSelected: number;
  readonly treeTop: number;
  /** Paths of tree lines opened or closed by hand. */
  readonly toggled: ReadonlySet<string>;
  readonly bytesTop: number;
  /** What is being typed into the line above the list, null when it is not open. */
  readonly typing: Typing | null;
  readonly filter: FilterState | null;
  /** Why what is typed cannot be a filter, and the column it is about, from 0. */
  readonly filterError: { readonly message: string; readonly column: number } | null;
  /** The last search, and what it is to be told to search for. */
  readonly find: FindState | null;
  readonly findMode: FindState["mode"];
  readonly sort: SortState | null;
  /** Rows marked by hand. */
  readonly marks: ReadonlySet<number>;
  /** Columns chosen, by name; null for the usual ones. */
  readonly columns: readonly string[] | null;
  /** What the Time column counts from. */
  readonly times: TimeForm;
  /** Protocols chosen for ports, the first that fits a packet counts; null for those the capture was opened with. */
  readonly decodeAs: readonly DecodeAs[] | null;
}

/** What can be chosen from a list that is narrowed down by typing. */
export type Choosing =
  | "commands"
  | "lessons"
  | "files"
  | "themes"
  | "columns"
  | "sorting"
  | "rules"
  | "filters"
  | "copies"
  | "decodings";

/** A list to choose from. */
export interface Chooser {
  readonly kind: "choose";
  readonly from: Choosing;
  /** What was typed to narrow the list down. */
  readonly query: string;
  /** Index among the choices that are left. */
  readonly selected: number;
}

/** Settings of a link that are changed during a run. */
export type LinkDraft = Partial<Pick<LinkSettings, "loss" | "delayMs" | "bandwidthBps" | "down">>;

/** A change of the simulated network on its way to be asked for. */
export interface NetworkForm {
  readonly kind: "network";
  /** Index of the link, in the topology's order. */
  readonly link: number;
  readonly direction: "both" | "forward" | "backward";
  /** Line of the form. */
  readonly selected: number;
  readonly draft: LinkDraft;
  /** Whether the run was playing, and goes on with it. */
  readonly playing: boolean;
}

export type Popup = { readonly kind: "help"; readonly top: number } | Chooser | NetworkForm;

/** A file or folder that can be opened. */
export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: "folder" | "capture" | "scenario";
  /** Its size, or what it is. */
  readonly detail: string;
}

/** A folder that was looked into. */
export interface Folder {
  readonly path: string;
  readonly entries: readonly FolderEntry[];
}

export interface Model {
  readonly session: Session;
  readonly lessons: readonly LessonEntry[];
  /** The theme's name. */
  readonly theme: string;
  /** Paths of captures and scenarios opened lately, the last one first. */
  readonly recent: readonly string[];
  /** Display filters that were set lately, the last one first. */
  readonly filters: readonly string[];
  /** Where files are chosen from; null until one looks. */
  readonly folder: Folder | null;
  readonly size: Size;
  readonly screen: ScreenName;
  /** The last step shown, -1 for none of an empty trace. On the Framing screen chunks pushed of the selected law's counterexample. */
  readonly step: number;
  readonly playing: boolean;
  /** Index into SPEEDS. */
  readonly speed: number;
  readonly focus: LabPane;
  /** Lines scrolled away of the lesson or the outcome, whichever has the focus. */
  readonly scroll: number;
  /** The Lab shows of programs what it does not by default: the source where there is room for one, the calls alone where there is for both. */
  readonly turned: boolean;
  readonly packets: PacketsView;
  readonly sequence: SequenceView;
  readonly framing: FramingView;
  readonly statistics: StatisticsView;
  /** The stream shown as such and in graphs; null until one was chosen: the first. */
  readonly flow: Flow | null;
  readonly graphs: GraphsView;
  readonly stream: StreamView;
  /** The codecs a stream can be looked at through; null until they were wanted and are there. */
  readonly codecs: readonly StreamCodec[] | null;
  readonly codecsAsked: boolean;
  /** A screen that reads through all packets has asked for a `scan` that has not come yet. */
  readonly counting: boolean;
  readonly popup: Popup | null;
  /** What is being waited for, shown in the top bar. */
  readonly busy: string | null;
  /** What went wrong with the last thing asked for. */
  readonly notice: string | null;
  /** What was done, where that cannot be seen: shown until the next key. */
  readonly note: string | null;
  /** What somebody should know who has not been here before, in the place of the keys until the first one. */
  readonly hint: string | null;
}

/** Factors on the pace of playing. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
export const SPEED_NORMAL = 2;

export interface InitialOptions {
  readonly session: Session;
  readonly lessons?: readonly LessonEntry[];
  readonly size: Size;
  readonly screen?: ScreenName;
  /** The step to stand at; by default the last of a run, the first of a capture. */
  readonly step?: number;
  readonly playing?: boolean;
  /** Where what asks for them cannot wait. */
  readonly codecs?: readonly StreamCodec[];
  readonly theme?: string;
  readonly recent?: readonly string[];
  /** Display filters that were set lately, the last one first. */
  readonly filters?: readonly string[];
  readonly columns?: readonly string[] | null;
  /** What the Time column counts from; the first packet by default. */
  readonly times?: TimeForm;
  /** The display filter that is on, one that holds; none by default. */
  readonly filter?: string;
  readonly hint?: string | null;
  readonly notice?: string | null;
}

/** The packet list of something just opened. */
export const EMPTY_PACKETS: PacketsView = {
  focus: "list",
  alone: false,
  side: "sim",
  selected: 0,
  top: 0,
  treeSelected: -1,
  treeTop: 0,
  toggled: new Set(),
  bytesTop: 0,
  typing: null,
  filter: null,
  filterError: null,
  find: null,
  findMode: "text",
  sort: null,
  marks: new Set(),
  columns: null,
  times: "elapsed",
  decodeAs: null,
};

/** The state a dashboard starts in. */
export function initialModel(options: InitialOptions): Model {
  const { session, size } = options;
  const selected = isFraming(session) ? firstLaw(session) : 0;
  const last = lastOf(session, selected);
  const broken = isFraming(session) && lawRows(session)[selected]?.law.verdict === "broken";
  return {
    session,
    lessons: options.lessons ?? [],
    theme: options.theme ?? darkTheme.name,
    recent: options.recent ?? [],
    filters: options.filters ?? [],
    folder: null,
    size,
    screen: options.screen ?? firstScreen(session),
    step: Math.max(Math.min(options.step ?? openingStep(session, selected), last), Math.min(0, last)),
    playing: options.playing ?? false,
    speed: SPEED_NORMAL,
    focus: "ladder",
    scroll: 0,
    turned: false,
    packets: {
      ...EMPTY_PACKETS,
      columns: options.columns ?? null,
      times: options.times ?? EMPTY_PACKETS.times,
      filter: options.filter === undefined ? null : { text: options.filter, rows: [], scanned: 0 },
    },
    // The hosts of a lab are few; the addresses of a capture may be any number.
    sequence: { zoom: 0, folded: true, conversation: !isLab(session) },
    framing: { focus: broken ? "cut" : "laws", selected },
    statistics: INITIAL_STATISTICS,
    flow: null,
    graphs: INITIAL_GRAPHS,
    stream: INITIAL_STREAM,
    codecs: options.codecs ?? null,
    codecsAsked: false,
    counting: false,
    popup: null,
    busy: null,
    notice: options.notice ?? null,
    note: null,
    hint: options.hint ?? null,
  };
}

/** Whether a screen has something to show of `session`. */
export function hasScreen(session: Session, name: ScreenName): boolean {
  if (name === "lab") return isLab(session);
  if (name === "framing") return isFraming(session);
  return hasPackets(session);
}

/** The screens that have something to show of `session`. */
export function screensFor(session: Session): ScreenName[] {
  return SCREEN_NAMES.filter((name) => hasScreen(session, name));
}

/** The screen a session opens on. */
export function firstScreen(session: Session): ScreenName {
  if (isFraming(session)) return "framing";
  return isLab(session) ? "lab" : "packets";
}

/** The step a session opens at: a run at its end, a capture at its first packet. */
export function openingStep(session: Session, selected = 0): number {
  const last = lastOf(session, selected);
  return isLab(session) || isFraming(session) ? last : Math.min(0, last);
}

function lastOf(session: Session, selected: number): number {
  return isFraming(session) ? lastStep(session, selected) : traceOf(session).length - 1;
}
