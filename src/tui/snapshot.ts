// A screen without a terminal: the same messages through the same update, and the grid it comes to.

import { stepAtTime } from "../trace/state-at.ts";
import { update, view } from "./app.ts";
import { initialModel } from "./model.ts";
import type { Effect, Message } from "./messages.ts";
import type { InitialOptions, Model, ScreenName, Size } from "./model.ts";
import type { Grid } from "./render/grid.ts";
import { isFraming, traceOf } from "./session.ts";
import type { LessonEntry, Session } from "./session.ts";
import type { StreamCodec } from "./screens/stream-frames.ts";
import type { Theme } from "./theme.ts";
import { darkTheme } from "./theme.ts";

/** A moment of a run: a step counted from 0, a time in ns since its start, or its end. */
export type Moment = "end" | { readonly step: number } | { readonly timeNs: number };

export interface SnapshotOptions {
  /** `lab` by default, where the session is one. */
  readonly screen?: ScreenName;
  readonly size: Size;
  /** Where the session opens by default: the end of a run, the first packet of a capture. */
  readonly at?: Moment;
  /** Keys pressed before, named as terminals name them: `space`, `tab`, `j`, `pagedown`, ... */
  readonly keys?: readonly string[];
  readonly lessons?: readonly LessonEntry[];
  readonly theme?: Theme;
  /** The display filter that is on, one that holds; none by default. */
  readonly filter?: string;
  /** For the frames of the Stream screen (`streamCodecs`); without them it shows none. */
  readonly codecs?: readonly StreamCodec[];
}

/** Messages a snapshot follows at most: effects that ask for messages must come to an end. */
const MESSAGES_MAX = 1_000_000;

/** The model after `keys`, with everything done that needs nothing from outside. */
export function modelAt(session: Session, options: SnapshotOptions): Model {
  const initial: InitialOptions = {
    session,
    size: options.size,
    ...stepOf(session, options.at),
    ...(options.lessons === undefined ? {} : { lessons: options.lessons }),
    ...(options.screen === undefined ? {} : { screen: options.screen }),
    ...(options.codecs === undefined ? {} : { codecs: options.codecs }),
    ...(options.filter === undefined ? {} : { filter: options.filter }),
  };
  const messages: Message[] = [{ kind: "resize", ...options.size }];
  if (options.filter !== undefined) messages.push({ kind: "scan" });
  for (const key of options.keys ?? []) messages.push({ kind: "key", key });
  let model = initialModel(initial);
  for (const message of messages) model = follow(model, message);
  return model;
}

/** The screen of `session` after `keys`, as a grid of cells. */
export function renderScreen(session: Session, options: SnapshotOptions): Grid {
  return view(modelAt(session, options), options.size, options.theme ?? darkTheme);
}

/** Sends one message, and then what its effects ask for, playing excepted: that needs time. */
function follow(start: Model, first: Message): Model {
  let [model, effects] = update(start, first);
  for (let i = 0; i < MESSAGES_MAX && effects.some((effect: Effect) => effect.kind === "scan"); i++) {
    [model, effects] = update(model, { kind: "scan" });
  }
  return model;
}

/** The step of a moment; none for that where a model stands by itself. Chunks have no times: any time is their end. */
function stepOf(session: Session, at: Moment | undefined): { readonly step?: number } {
  if (at === undefined) return {};
  if (at === "end") return isFraming(session) ? {} : { step: traceOf(session).length - 1 };
  if ("step" in at) return { step: at.step };
  return isFraming(session) ? {} : { step: stepAtTime(traceOf(session), at.timeNs) };
}
