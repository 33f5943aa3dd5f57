// What every screen is to the dashboard: how it is painted, what keys and the mouse do on it.

import type { Action } from "../keys.ts";
import type { Effect, MouseAction } from "../messages.ts";
import type { Model, ScreenName } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";

export type Step = readonly [Model, readonly Effect[]];

export interface Screen {
  readonly name: ScreenName;
  /** Paints over all of `grid` but its first and last row. */
  readonly paint: (grid: Grid, theme: Theme, model: Model) => void;
  /** Does `action`; one it does not know leaves the model as it is. */
  readonly act: (model: Model, action: Action) => Step;
  /** A click, a drag or a turn of the wheel at cell (x, y) of the terminal. */
  readonly mouse: (model: Model, action: MouseAction, x: number, y: number) => Step;
  /** What changes when the screen is opened, from another one. */
  readonly enter?: (model: Model) => Model;
  /** For screens that show something of all packets: what reads them, a slice at a time. */
  readonly count?: Count;
}

/** Reads through a trace in slices short enough that keys are answered in between. */
export interface Count {
  /** Whether there is more to read for what the screen shows. */
  readonly unread: (model: Model) => boolean;
  /** Reads the next slice. */
  readonly read: (model: Model) => void;
  /** Reads what is there in so little time that the frame of a key waits for it: of most keys that is all. */
  readonly soon?: (model: Model) => void;
}
