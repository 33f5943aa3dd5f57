// Time a repaint of every screen at 200x60 on a million packets, update and view together: `npx tsx bench/paint-screens.ts [packets]`.
// Target: 10 ms for 95 of 100. What reads all packets once, in slices between keys, is timed apart: no slice may take 50 ms.

import { pathToFileURL } from "node:url";

import { begin, update, view } from "../src/tui/app.ts";
import { hasScreen, initialModel, SCREEN_NAMES } from "../src/tui/model.ts";
import type { Effect } from "../src/tui/messages.ts";
import type { ScreenName } from "../src/tui/model.ts";
import type { Session } from "../src/tui/session.ts";
import { prepareSome } from "../src/tui/prepare.ts";
import { streamCodecs } from "../src/tui/stream-codecs.ts";
import { millionCapture, millionLab } from "./million.ts";

const PACKETS = 1_000_000;
const SIZE = { width: 200, height: 60 };
const WARM_UP = 20;
const FRAMES = 200;
/** Of a simulated run fewer do: its steps are several times its packets. */
const LAB_SHARE = 0.2;

/** Keys pressed on a screen, over and over: rows, pages, both ends, time. */
const KEYS: Readonly<Partial<Record<ScreenName, readonly string[]>>> = {
  stream: ["right", "down", "pagedown", "left", "up", "home", "pagedown", "end", "pageup"],
  graphs: ["right", "pagedown", "]", "right", "pageup", "[", "home", "pagedown", "end"],
  statistics: ["down", "pagedown", "right", "end", "up", "home"],
};
const OTHER_KEYS = ["right", "down", "pagedown", "left", "end", "pageup", "up", "home", "pagedown"];

/** Milliseconds this process has computed for: on a busy machine the clock on the wall tells of the others. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export interface ScreenMeasurement {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
  /** The first frame, and the longest slice of what is read once; the Lab's is also of what is prepared before it is shown. */
  readonly firstMs: number;
  readonly sliceMs: number;
}

export function measureScreen(session: Session, screen: ScreenName, name: string): ScreenMeasurement {
  const start = now();
  let [model, effects] = begin(initialModel({ session, size: SIZE, screen, codecs: streamCodecs() }));
  view(model, SIZE);
  const firstMs = now() - start;
  let sliceMs = 0;
  const isScan = (effect: Effect): boolean => effect.kind === "scan";
  while (effects.some(isScan)) {
    const from = now();
    [model, effects] = update(model, { kind: "scan" });
    view(model, SIZE);
    sliceMs = Math.max(sliceMs, now() - from);
  }
  const keys = KEYS[screen] ?? OTHER_KEYS;
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + FRAMES; i++) {
    const from = now();
    [model, effects] = update(model, { kind: "key", key: keys[i % keys.length] });
    view(model, SIZE);
    if (i >= WARM_UP) times.push(now() - from);
    // What a key made unread is read before the next one.
    while (effects.some(isScan)) [model, effects] = update(model, { kind: "scan" });
  }
  times.sort((a, b) => a - b);
  return {
    name,
    medianMs: times[times.length >> 1],
    p95Ms: times[Math.floor(times.length * 0.95)],
    firstMs,
    sliceMs,
  };
}

/** Every screen of a capture and of a simulated run of so many packets. */
export async function* measureScreens(packets: number = PACKETS): AsyncGenerator<ScreenMeasurement> {
  const capture = millionCapture(packets);
  for (const screen of SCREEN_NAMES) {
    if (hasScreen(capture, screen)) yield measureScreen(capture, screen, `capture, ${screen}`);
  }
  const lab = await millionLab(Math.floor(packets * LAB_SHARE));
  const steps = lab.sim.trace.length.toLocaleString("en");
  // As the dashboard does before it shows a run: keys are looked at between these slices, too.
  let preparingMs = 0;
  for (let isDone = false; !isDone;) {
    const from = now();
    isDone = prepareSome(lab.sim.trace);
    preparingMs = Math.max(preparingMs, now() - from);
  }
  for (const screen of SCREEN_NAMES) {
    if (!hasScreen(lab, screen)) continue;
    const measured = measureScreen(lab, screen, `run of ${steps} steps, ${screen}`);
    yield screen === "lab" ? { ...measured, sliceMs: Math.max(preparingMs, measured.sliceMs) } : measured;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for await (const { name, medianMs, p95Ms, firstMs, sliceMs } of measureScreens(
    Number(process.argv[2] ?? PACKETS),
  )) {
    const ms = (value: number): string => value.toFixed(1).padStart(7);
    console.log(
      `${name.padEnd(40)} median ${ms(medianMs)}  p95 ${ms(p95Ms)}  first ${ms(firstMs)}  slice ${ms(sliceMs)} ms`,
    );
  }
}
