// Where the Lab's panes stand at each size: one function for painting and for the mouse.
//
// From 160x40 on everything is on the screen, from 100x30 the ladder with the programs beside it and a row of smaller
// panes; below that one pane at a time, with tabs.

import { indexOf } from "../../trace/state-at.ts";
import { paragraphHeight } from "../widgets/paragraph.ts";
import { hostsOf, isLab, programHosts } from "../session.ts";
import type { LabSession } from "../../scenario/session.ts";
import type { LabPane, Model } from "../model.ts";
import { hasSource } from "./source-pane.ts";

export type LabPart = LabPane | "chart" | "scrubber" | "tabs";

export interface Place {
  readonly part: LabPart;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Hosts of a transcript. */
  readonly hosts?: readonly string[];
  /** Rows inside a program's pane for its source, above the transcript. */
  readonly sourceRows?: number;
}

export type LabShape = "wide" | "medium" | "small";

const SCRUBBER_ROWS = 4;
/** Transcripts beside the ladder at most; more hosts share the last one. */
const PROGRAMS_MAX = 3;
/** Rows inside a pane from which on a program's source and its transcript both have room, and the source's part of them. */
const BOTH_ROWS = 22;
const SOURCE_PART = 0.45;

export function labShape(width: number, height: number): LabShape {
  if (width >= 160 && height >= 40) return "wide";
  return width >= 100 && height >= 30 ? "medium" : "small";
}

/** Every part on the screen; the rows of the top and the key bar (first and last) are not the Lab's. */
export function labLayout(model: Model): Place[] {
  if (!isLab(model.session)) return [];
  const { width, height } = model.size;
  const shape = labShape(width, height);
  const places =
    shape === "small"
      ? smallLayout(model, width, height)
      : shape === "wide"
        ? wideLayout(model.session, width, height)
        : mediumLayout(model.session, width, height);
  return places.map((place) => withSource(model, place));
}

/** A program's pane has its source too where there is room for both; elsewhere it has either. */
function withSource(model: Model, place: Place): Place {
  const { session, turned } = model;
  if (place.hosts === undefined || !isLab(session) || !hasSource(session, place.hosts)) return place;
  const rows = Math.max(0, place.height - 2);
  if (rows < BOTH_ROWS) return { ...place, sourceRows: turned ? rows : 0 };
  return { ...place, sourceRows: turned ? 0 : Math.round(rows * SOURCE_PART) };
}

/** Panes that can have the focus, in the order Tab goes through them. */
export function labPanes(model: Model): LabPane[] {
  if (!isLab(model.session)) return [];
  const shape = labShape(model.size.width, model.size.height);
  const programs = programGroups(model.session, shape === "small" ? 9 : PROGRAMS_MAX).map(paneOf);
  if (shape === "small") return ["ladder", ...programs, "sockets", "outcome", "lesson"];
  return ["ladder", ...programs, "sockets", "outcome"];
}

/** The name of a pane, for its frame or tab. */
export function paneTitle(pane: LabPart): string {
  switch (pane) {
    case "ladder":
      return "Ladder";
    case "lesson":
      return "Lesson";
    case "sockets":
      return "Sockets";
    case "outcome":
      return "Outcome";
    case "chart":
      return "Bytes in flight";
    case "scrubber":
      return "Time";
    case "tabs":
      return "";
    default:
      return pane.slice("program:".length);
  }
}

/** Hosts with a program, one a transcript; the last takes all that are left. */
function programGroups(session: LabSession, max: number): string[][] {
  const hosts = programHosts(session);
  const groups = hosts.slice(0, max).map((host) => [host]);
  if (hosts.length > max) groups[max - 1].push(...hosts.slice(max));
  return groups;
}

function paneOf(hosts: readonly string[]): LabPane {
  return `program:${hosts.join(" ")}`;
}

function wideLayout(session: LabSession, width: number, height: number): Place[] {
  const topRows = 8;
  const bottomRows = Math.max(9, Math.round(height * 0.19));
  const middleRows = height - 2 - topRows - bottomRows - SCRUBBER_ROWS;
  const side = Math.floor(width * (hostsOf(session).length > 2 ? 0.25 : 0.3));
  const centre = width - 2 * side;
  const middleY = 1 + topRows;
  const bottomY = middleY + middleRows;
  const lesson = side + Math.floor(centre * 0.62);
  const groups = programGroups(session, 6);
  // Hosts that come first in the topology stand left of the ladder, as their lifelines do.
  const leftCount = Math.ceil(groups.length / 2);
  const places: Place[] = [
    { part: "lesson", x: 0, y: 1, width: lesson, height: topRows },
    { part: "outcome", x: lesson, y: 1, width: width - lesson, height: topRows },
    ...stack(groups.slice(0, leftCount), 0, middleY, side, middleRows),
    { part: "ladder", x: side, y: middleY, width: centre, height: middleRows },
    ...stack(groups.slice(leftCount), side + centre, middleY, side, middleRows),
  ];
  const sockets = hasConnections(session) ? Math.floor(width * 0.55) : width;
  places.push({ part: "sockets", x: 0, y: bottomY, width: sockets, height: bottomRows });
  if (sockets < width) {
    places.push({ part: "chart", x: sockets, y: bottomY, width: width - sockets, height: bottomRows });
  }
  places.push({ part: "scrubber", x: 0, y: bottomY + bottomRows, width, height: SCRUBBER_ROWS });
  return places;
}

function mediumLayout(session: LabSession, width: number, height: number): Place[] {
  const lessonRows = Math.max(4, Math.min(7, paragraphHeight(session.scenario.lesson, width - 2) + 2));
  const bottomRows = Math.max(7, Math.round(height * 0.2));
  const middleRows = height - 2 - lessonRows - bottomRows - SCRUBBER_ROWS;
  // Of two hosts the ladder needs less room than their calls do.
  const ladder = Math.round(width * (hostsOf(session).length > 2 ? 0.6 : 0.5));
  const middleY = 1 + lessonRows;
  const bottomY = middleY + middleRows;
  const sockets = Math.round(width * 0.52);
  return [
    { part: "lesson", x: 0, y: 1, width, height: lessonRows },
    { part: "ladder", x: 0, y: middleY, width: ladder, height: middleRows },
    ...stack(programGroups(session, PROGRAMS_MAX), ladder, middleY, width - ladder, middleRows),
    { part: "sockets", x: 0, y: bottomY, width: sockets, height: bottomRows },
    { part: "outcome", x: sockets, y: bottomY, width: width - sockets, height: bottomRows },
    { part: "scrubber", x: 0, y: bottomY + bottomRows, width, height: SCRUBBER_ROWS },
  ];
}

function smallLayout(model: Model, width: number, height: number): Place[] {
  const scrubberRows = height >= 16 ? 2 : 1;
  const rows = Math.max(1, height - 3 - scrubberRows);
  const place: Place = { part: model.focus, x: 0, y: 2, width, height: rows };
  const hosts = model.focus.startsWith("program:") ? paneTitle(model.focus).split(" ") : undefined;
  return [
    { part: "tabs", x: 0, y: 1, width, height: 1 },
    hosts === undefined ? place : { ...place, hosts },
    { part: "scrubber", x: 0, y: 2 + rows, width, height: scrubberRows },
  ];
}

function stack(groups: readonly string[][], x: number, y: number, width: number, height: number): Place[] {
  return groups.map((hosts, i) => {
    const from = Math.floor((height * i) / groups.length);
    const to = Math.floor((height * (i + 1)) / groups.length);
    return { part: paneOf(hosts), x, y: y + from, width, height: to - from, hosts };
  });
}

/** Whether the run has TCP connections: without any, their pane shows the chart. */
export function hasConnections(session: LabSession): boolean {
  return indexOf(session.sim.trace).connections.length > 0;
}

/** What the run's connections are: TCP's, Unix sockets', or both. */
export function connectionsTitle(session: LabSession): string {
  const { connections } = indexOf(session.sim.trace);
  // Unix sockets have paths, or no names at all, where others have ports.
  const unix = connections.filter(({ local, remote }) => !/:\d+$/.test(`${local}${remote}`)).length;
  if (unix === 0) return "TCP connections";
  return unix === connections.length ? "Unix connections" : "Connections";
}

/** Names of all lifelines, for the ladder. */
export function lifelineHosts(session: LabSession): readonly string[] {
  return hostsOf(session);
}
