// All screens and lessons, loaded behind the dashboard's first frame.

import type * as Catalogue from "../scenario/catalogue.ts";
import type * as TuiApp from "../tui/app.ts";
import { eventLoopTurn } from "./dashboard-source.ts";

/** Update and view of all screens, which take longer to load than to show the first one. */
export type App = typeof TuiApp & Pick<typeof Catalogue, "LESSON_LIST">;

/** What the screens are made of, the first parts needed by those behind them: each is loaded in some milliseconds, all at once would be felt. */
const PARTS: readonly (() => Promise<unknown>)[] = [
  () => import("../capture/fields.ts"),
  () => import("../capture/dissect/udp-protocols.ts"),
  () => import("../capture/dissect/tcp-protocols.ts"),
  () => import("../capture/dissect/dissect.ts"),
  () => import("../capture/filter/compile.ts"),
  () => import("../tui/screens/packets-update.ts"),
  () => import("../tui/screens/all.ts"),
];

/** Loads them a part at a time, keys looked at in between. */
export async function loadApp(): Promise<App> {
  for (const load of PARTS) {
    await load();
    await eventLoopTurn();
  }
  const app = await import("../tui/app.ts");
  await eventLoopTurn();
  const { LESSON_LIST } = await import("../scenario/catalogue.ts");
  return { ...app, LESSON_LIST };
}
