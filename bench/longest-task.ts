// The longest task of the dashboard's thread after each thing a user does, on a capture of a million packets and a simulated run of a fifth of
// them: a message with its frame, and each slice
// of what it made unread with its own. Target: 50 ms, on every screen. `npm run bench tasks`, or
// `node .bench/bench/longest-task.js [packets]`.
//
// Every screen is looked at in a process of its own, so that its first visit is a first one: nothing is kept of it yet, and nothing compiled.
// Times are of the thread by the processor, where the system tells them: not what others on the machine take, nor compilers beside it.

import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

import { begin, update, view } from "../src/tui/app.ts";
import { hasScreen, initialModel, SCREEN_NAMES } from "../src/tui/model.ts";
import type { Effect, Message } from "../src/tui/messages.ts";
import type { Model, ScreenName } from "../src/tui/model.ts";
import type { Session } from "../src/tui/session.ts";
import { streamCodecs } from "../src/tui/stream-codecs.ts";
import { prepareSome } from "../src/tui/prepare.ts";
import { actionsOf } from "./dashboard-actions.ts";
import { millionCapture, millionLab } from "./million.ts";
import { threadMs } from "./thread-time.ts";

const PACKETS = 1_000_000;
/** Of a simulated run fewer do: its steps are several times its packets. */
const LAB_SHARE = 0.2;
const SIZE = { width: 200, height: 60 };
/** Slices of a reading that never ends are looked at no further than this. */
const SLICES_MAX = 20_000;
const TARGET_MS = 50;

/** Of a process that has compiled nothing yet. */
const FIRST = "the first frame";

const KINDS = ["capture", "run"] as const;
type Kind = (typeof KINDS)[number];

export interface TaskMeasurement {
  readonly kind: Kind;
  readonly screen: ScreenName;
  readonly action: string;
  /** The longest of them all. */
  readonly longestMs: number;
  readonly tasks: number;
}

/** Runs every action of `screen`; each answer is the longest task of one. */
export function* longestTasks(session: Session, kind: Kind, screen: ScreenName): Generator<TaskMeasurement> {
  let model: Model = initialModel({ session, size: SIZE, screen: kind === "run" ? "lab" : "packets" });
  /** What was asked of the outside and has not been done. */
  const asked = new Set<Effect["kind"]>();
  let longestMs = 0;
  let tasks = 0;
  const task = (work: () => readonly Effect[]): void => {
    const from = threadMs();
    for (const effect of work()) asked.add(effect.kind);
    longestMs = Math.max(longestMs, threadMs() - from);
    tasks++;
  };
  const send = (message: Message): void =>
    task(() => {
      const [next, effects] = update(model, message);
      model = next;
      view(model, model.size);
      return effects;
    });
  const settle = (): void => {
    for (let slices = 0; slices < SLICES_MAX; slices++) {
      if (asked.delete("codecs")) send({ kind: "codecs", codecs: streamCodecs() });
      else if (asked.delete("scan")) send({ kind: "scan" });
      else return;
    }
  };
  const done = (action: string): TaskMeasurement => {
    const measured = { kind, screen, action, longestMs, tasks };
    longestMs = 0;
    tasks = 0;
    return measured;
  };
  task(() => {
    const [first, effects] = begin(model);
    model = first;
    view(model, SIZE);
    return effects;
  });
  settle();
  yield done(FIRST);
  if (model.screen !== screen) send({ kind: "key", key: String(SCREEN_NAMES.indexOf(screen) + 1) });
  settle();
  yield done("first visit");
  for (const [name, messages] of actionsOf(screen, SIZE)) {
    for (const message of messages) send(message);
    settle();
    yield done(name);
  }
}

async function sessionOf(kind: Kind, packets: number): Promise<Session> {
  if (kind === "capture") return millionCapture(packets);
  const lab = await millionLab(Math.floor(packets * LAB_SHARE));
  // As the dashboard does before it shows a run.
  while (!prepareSome(lab.sim.trace));
  return lab;
}

/** Every screen of a capture and of a run, each in a process of its own. */
export function* measureTasks(packets: number = PACKETS): Generator<TaskMeasurement> {
  for (const kind of KINDS) {
    for (const screen of SCREEN_NAMES) {
      if (screen === "framing" || (screen === "lab" && kind === "capture")) continue;
      const args = [fileURLToPath(import.meta.url), String(packets), kind, screen];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`${kind} ${screen}: ${stderr}`);
      yield* stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as TaskMeasurement);
    }
  }
}

/** A measurement in words; says where it is over the target. */
export function taskLine({ kind, screen, action, longestMs, tasks }: TaskMeasurement): string {
  const name = `${kind}, ${screen}: ${action}`.padEnd(44);
  const words = `${name} longest ${longestMs.toFixed(1).padStart(6)} ms of ${tasks} tasks`;
  return longestMs > TARGET_MS ? `${words}   TOO LONG` : words;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [packets = PACKETS, kind, screen] = process.argv.slice(2);
  if (kind === undefined) for (const one of measureTasks(Number(packets))) console.log(taskLine(one));
  const session = kind === "capture" || kind === "run" ? await sessionOf(kind, Number(packets)) : null;
  const name = SCREEN_NAMES.find((known) => known === screen);
  if (
    session !== null &&
    name !== undefined &&
    hasScreen(session, name) &&
    (kind === "capture" || kind === "run")
  )
    for (const one of longestTasks(session, kind, name)) console.log(JSON.stringify(one));
}
