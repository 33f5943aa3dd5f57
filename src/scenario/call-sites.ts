// Which line of its program made a call: the stack is kept when the call begins, and read when somebody looks.

import { PACKAGE_ROOT } from "../package-files.ts";
import { framesOf } from "./stack-frames.ts";
import { sourceText, toSource } from "./source-text.ts";

/** A line of a program's file. */
export interface CallSite {
  /** The whole path, or the URL where it is no file here. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** Calls beyond these have no line: each stack takes some hundred bytes. */
const CALLS_MAX = 10_000;
/** Frames looked through, those awaited included. */
const FRAMES_MAX = 30;
/** What is ours, and no program: all of the package's sources but the lessons. */
const OURS = new URL("src/", PACKAGE_ROOT).pathname;
const LESSONS = new URL("src/scenario/lessons/", PACKAGE_ROOT).pathname;
const BUILT = new URL("dist/", PACKAGE_ROOT).pathname;

export class CallSites {
  readonly #stacks = new Map<number, { stack?: string }>();
  readonly #sites = new Map<number, CallSite | null>();

  /** Keeps where call `callId`, which begins now, was made. */
  note(callId: number): void {
    if (this.#stacks.size >= CALLS_MAX) return;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = FRAMES_MAX;
    const here: { stack?: string } = {};
    Error.captureStackTrace(here);
    Error.stackTraceLimit = stackTraceLimit;
    this.#stacks.set(callId, here);
  }

  /** The line of the program that made the call; null where it cannot be told. */
  of(callId: number): CallSite | null {
    let site = this.#sites.get(callId);
    if (site === undefined) this.#sites.set(callId, (site = siteIn(this.#stacks.get(callId)?.stack)));
    return site;
  }

  /** The lines of the file a call was made in; null where it cannot be read. */
  text({ path }: CallSite): readonly string[] | null {
    return sourceText(path);
  }
}

/**
 * The innermost line of the file that the outermost frame of the program is in: the program's own line, where what it calls for it is in other
 * files. Frames further out than ours that started the program are of whoever started the run.
 */
function siteIn(stack: string | undefined): CallSite | null {
  const frames = framesOf(stack ?? "").map((frame) => toSource(frame, isProgram));
  const from = frames.findIndex(({ path }) => isProgram(path));
  if (from === -1) return null;
  const until = frames.findIndex(({ path }, index) => index > from && isOurs(path));
  const program = frames.slice(from, until === -1 ? undefined : until).filter(({ path }) => isProgram(path));
  const { path, line } = program.find((frame) => frame.path === program.at(-1)?.path) ?? frames[from];
  return { path, line };
}

function isOurs(path: string): boolean {
  return (path.startsWith(OURS) && !path.startsWith(LESSONS)) || path.startsWith(BUILT);
}

/** Of somebody's program, and not of a package it uses. */
function isProgram(path: string): boolean {
  return path.startsWith(LESSONS) || (!isOurs(path) && !path.includes("/node_modules/"));
}
