// What changes the dashboard's state, and what it asks of the outside.

import type { Intervention } from "../scenario/intervention.ts";
import type { Folder } from "./model.ts";
import type { StreamCodec } from "./screens/stream-frames.ts";
import type { Session } from "./session.ts";

export type MouseAction = "click" | "drag" | "wheelup" | "wheeldown";

export type Message =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "mouse"; readonly action: MouseAction; readonly x: number; readonly y: number }
  | { readonly kind: "resize"; readonly width: number; readonly height: number }
  /** The time asked for by a `wait` effect has passed. */
  | { readonly kind: "tick" }
  /** Go on with the filter, or with what a screen counts, as asked by a `scan` effect. */
  | { readonly kind: "scan" }
  /** The codecs asked for by a `codecs` effect. */
  | { readonly kind: "codecs"; readonly codecs: readonly StreamCodec[] }
  /** Another run or lesson is there: the view starts over. */
  | {
      readonly kind: "open";
      readonly session: Session;
      /** Files opened lately, where it was one of them. */
      readonly recent?: readonly string[];
    }
  /** The same session with more of it known: the loopback side, more of a growing capture. */
  | { readonly kind: "update"; readonly session: Session }
  /** The same run with other changes to its network: the cursor stands where it was told to. */
  | {
      readonly kind: "changed";
      readonly session: Session;
      readonly stand: Stand;
      readonly playing: boolean;
    }
  /** What is in the folder asked for. */
  | { readonly kind: "listed"; readonly folder: Folder }
  /** Something that cannot be seen has been done. */
  | { readonly kind: "done"; readonly what: string }
  /** Something asked for could not be done. */
  | { readonly kind: "failed"; readonly why: string };

export type Effect =
  | { readonly kind: "quit" }
  /** Send `tick` after so many ms; a later one replaces it. */
  | { readonly kind: "wait"; readonly ms: number }
  /** Send `scan` as soon as input has been looked at. */
  | { readonly kind: "scan" }
  /** Load the codecs for streams, then send them as `codecs`. */
  | { readonly kind: "codecs" }
  /** Run this lesson again with this seed, then send `open` and later `update`. */
  | { readonly kind: "rerun"; readonly seed: number }
  | { readonly kind: "lesson"; readonly name: string }
  /** Open a capture or a scenario's file, then send `open`. */
  | { readonly kind: "file"; readonly path: string }
  /** Look into a folder, the working one for null; then send `listed`. */
  | { readonly kind: "list"; readonly folder: string | null }
  /** Write `text` to a new file of about this name in the working folder. */
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  /** Write packets `rows` of a capture, in ascending order, all for null, to the new file `path` as pcapng. */
  | { readonly kind: "write"; readonly path: string; readonly rows: readonly number[] | null }
  /** Put `text` on the terminal's clipboard; `what` says what it is. */
  | { readonly kind: "copy"; readonly what: string; readonly text: string }
  /** Run the simulation again with these changes to its network, then send `changed` with the rest. */
  | {
      readonly kind: "change";
      readonly interventions: readonly Intervention[];
      readonly stand: Stand;
      readonly playing: boolean;
    };

/** Where the cursor goes once a run is there anew: to a step, to the last one of a time, to where a packet is dropped. */
export type Stand = { readonly step: number } | { readonly timeNs: number } | { readonly dropOf: number };
