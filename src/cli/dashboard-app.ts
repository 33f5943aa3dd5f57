// The dashboard in a terminal: does what the model asks of the outside, which is time, runs, files, the clipboard.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { passes } from "../framing/report/report.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { completeLab } from "../scenario/session.ts";
import type { LabSession } from "../scenario/session.ts";
import { clipboardSequence } from "../tui/clipboard.ts";
import { firstScreen, initialModel } from "../tui/model.ts";
import type { Effect, Message } from "../tui/messages.ts";
import type { InitialOptions, Model } from "../tui/model.ts";
import { gridToText } from "../tui/render/text.ts";
import { isLab } from "../tui/session.ts";
import type { Played } from "../tui/tape/player.ts";
import type { Tape } from "../tui/tape/tape.ts";
import type { FramingSession, Session } from "../tui/session.ts";
import { runApp } from "../tui/terminal.ts";
import type { TerminalApp, TerminalHost, TerminalMessage } from "../tui/terminal.ts";
import type { RawInput } from "../tui/terminal-input.ts";
import { labFrame } from "../tui/whole-screen.ts";
import { loadApp } from "./dashboard-loading.ts";
import type { App } from "./dashboard-loading.ts";
import { FramingSource, LabSource, eventLoopTurn, StillSource } from "./dashboard-source.ts";
import type { DashboardSource, LabSettings, RunSettings } from "./dashboard-source.ts";
import type * as Opening from "./dashboard-opening.ts";
import { listFolder } from "./list-folder.ts";
import { writeNewFile } from "./new-file.ts";
import { write } from "./print.ts";
import { screenIn, stateOf, withRecent } from "./saved-state.ts";
import { screenStart } from "./screen-start.ts";
import type { ScreenStart } from "./screen-start.ts";

/** All screens are there. */
interface Loaded {
  readonly kind: "loaded";
}

type Host = TerminalHost<Message | Loaded>;

/** The Lab has been shown: load the other screens, then send `loaded`. */
interface LoadEffect {
  readonly kind: "load";
}

/** The terminal is there: what a session still lacks can be asked for. */
interface BeginEffect {
  readonly kind: "begin";
}

/** Screen without a terminal, in cells. */
export const PLAIN_SIZE = { width: 120, height: 40 };
/** A replay behind its time by more than this has been paused, and does not hurry after it. */
const LATE_MAX_MS = 100;

/** Whether the dashboard can have the terminal. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb";
}

/** The Lab on `scenario`, until the user quits. `given` is how the command line named and changed it. */
export async function runDashboard(
  scenario: Scenario,
  settings: RunSettings,
  given?: LabSession["given"],
  start: ScreenStart = screenStart({}),
): Promise<void> {
  const source = await LabSource.open(scenario, settings, given);
  if (!hasTerminal()) {
    await printScreen(await completeLab(source.session, settings));
    return;
  }
  await runSource(source, { step: 0, playing: true }, { start, path: fileOf(given?.what) });
}

/** The whole path of a file that was opened by name; null for a lesson's name and for a pipe. */
export function fileOf(what: string | undefined): string | null {
  return what === undefined || what === "-" || !existsSync(what) ? null : resolve(what);
}

/** The Framing screen, the first counterexample playing, until the user quits. */
export async function runFraming(
  session: FramingSession,
  start: ScreenStart = screenStart({}),
): Promise<void> {
  if (!hasTerminal()) {
    await printScreen(session);
    return;
  }
  await runSource(new StillSource(session), { step: 0, playing: hasBroken(session) }, { start });
}

export interface LiveFraming {
  /** More is known. */
  show(session: FramingSession): void;
  close(): void;
  /** When the user has quit, or `close` was called. */
  readonly closed: Promise<void>;
}

/** The Framing screen while laws are tried. Needs a terminal. */
export function runFramingLive(first: FramingSession, start: ScreenStart = screenStart({})): LiveFraming {
  const source = new FramingSource(first);
  const run = new DashboardRun(source, { start });
  return {
    show: (session) => source.show(session),
    close: () => run.quit(),
    closed: run.toEnd({}),
  };
}

function hasBroken({ reports }: FramingSession): boolean {
  return reports.some((report) => !passes(report));
}

/** The screen that `session` opens on, as text; with a filter, of the packets that pass it. */
export async function printScreen(
  session: Session,
  filtered: { readonly filter?: string } = {},
): Promise<void> {
  const { renderScreen } = await import("../tui/snapshot.ts");
  const { LESSON_LIST } = await import("../scenario/catalogue.ts");
  write(gridToText(renderScreen(session, { size: PLAIN_SIZE, lessons: LESSON_LIST, ...filtered })));
}

type Program = TerminalApp<Model, Message | Loaded, Effect | BeginEffect | LoadEffect>;

interface RunInput {
  /** What the program is run in, instead of the terminal. */
  readonly terminal?: (app: Program) => Promise<number>;
  /** How labs that are opened on the way are run. */
  readonly settings?: LabSettings;
  readonly input?: RawInput;
  readonly start?: ScreenStart;
  /** The file that is opened, null where it is none. */
  readonly path?: string | null;
  /** Waits are those of a capture: late timers are made up for. */
  readonly inOwnTime?: boolean;
}

/** The dashboard on a tape instead of a terminal. */
export async function runTape(
  source: DashboardSource,
  tape: Tape,
  options: Partial<InitialOptions>,
  run: Pick<RunInput, "start" | "settings">,
): Promise<Played> {
  let played: Played = { frames: [], snapshots: [], seconds: 0 };
  const terminal = async (app: Program): Promise<number> => {
    const { playTape } = await import("../tui/tape/player.ts");
    played = await playTape(app, tape);
    return 0;
  };
  await new DashboardRun(source, { ...run, terminal }).toEnd(options);
  return played;
}

/** The dashboard on `source`, until the user quits. */
export async function runSource(
  source: DashboardSource,
  options: Partial<InitialOptions>,
  run: RunInput = {},
): Promise<void> {
  await new DashboardRun(source, run).toEnd(options);
}

/** A dashboard from its start to its end, whatever it shows in between. */
class DashboardRun {
  #source: DashboardSource;
  readonly #terminal: (app: Program) => Promise<number>;
  /** Played on a clock of its own: every frame is recorded. */
  readonly #isTape: boolean;
  readonly #settings: LabSettings;
  readonly #start: ScreenStart;
  /** The model as it is now: what of it is to be remembered is known at the end. */
  #model: Model | null = null;
  #recent: readonly string[];
  #inOwnTime: boolean;
  /** When the step that is waited for is due, in ms of the process's clock. */
  #due = 0;
  #host: Host | null = null;
  /** Null while only the Lab is there. */
  #app: App | null = null;
  /** What came before the rest was there. */
  readonly #early: Message[] = [];
  #ended = false;
  /** Grows when something else is opened: what was asked for last is what comes. */
  #opening = 0;

  constructor(source: DashboardSource, run: RunInput) {
    const { input = process.stdin, inOwnTime = false, start = screenStart({}), path = null } = run;
    this.#terminal = run.terminal ?? ((app) => runApp(app, { input, output: process.stdout }));
    this.#isTape = run.terminal !== undefined;
    this.#settings = run.settings ?? {};
    this.#source = source;
    this.#start = start;
    this.#recent = path === null ? start.state.recent : withRecent(start.state.recent, path);
    this.#inOwnTime = inOwnTime;
  }

  async toEnd(options: Partial<InitialOptions>): Promise<void> {
    const { session } = this.#source;
    const opensOn = options.screen ?? screenIn(this.#start.state, session) ?? firstScreen(session);
    if (opensOn !== "lab" || this.#isTape) this.#app = await loadApp();
    const first = initialModel({
      session,
      ...(this.#app === null ? {} : { lessons: this.#app.LESSON_LIST }),
      size: PLAIN_SIZE,
      theme: this.#start.theme,
      recent: this.#recent,
      columns: this.#start.state.columns,
      filters: this.#start.state.filters ?? [],
      ...(this.#start.state.times === undefined ? {} : { times: this.#start.state.times }),
      hint: this.#start.hint,
      notice: this.#start.problem,
      ...options,
      screen: opensOn,
    });
    const [initial, effects] = this.#app?.begin(first) ?? [first, []];
    this.#model = initial;
    const app: Program = {
      initial,
      effects: this.#app === null ? [{ kind: "load" }] : [...effects, { kind: "begin" }],
      update: (model, message) => {
        const step = this.#update(model, message);
        [this.#model] = step;
        return step;
      },
      view: (model, size) => (this.#app?.view ?? labFrame)(model, size),
      fromTerminal,
      perform: (effect, host) => this.#perform(effect, host),
    };
    process.exitCode = await this.#terminal(app);
    this.#source.close();
    const { state, theme } = this.#start;
    if (this.#model !== null) this.#start.save(stateOf(this.#model, state, theme));
  }

  quit(): void {
    this.#ended = true;
    this.#host?.quit();
  }

  /** Until all screens are there, the Lab at its size is all there is, and what comes waits. */
  #update(model: Model, message: Message | Loaded): readonly [Model, readonly (Effect | BeginEffect)[]] {
    if (message.kind === "loaded") return this.#begun(model);
    if (this.#app !== null) return this.#app.update(model, message);
    if (message.kind === "resize") {
      const { width, height } = message;
      return [{ ...model, size: { width, height } }, []];
    }
    this.#early.push(message);
    return [model, []];
  }

  #begun(first: Model): readonly [Model, readonly (Effect | BeginEffect)[]] {
    if (this.#app === null) return [first, []];
    const { begin, update } = this.#app;
    let [model, own] = begin({ ...first, lessons: this.#app.LESSON_LIST });
    const effects: (Effect | BeginEffect)[] = [...own, { kind: "begin" }];
    for (const message of this.#early.splice(0)) {
      const [next, more] = update(model, message);
      model = next;
      effects.push(...more);
    }
    return [model, effects];
  }

  #perform(effect: Effect | BeginEffect | LoadEffect, host: Host): Promise<void> | void {
    this.#host = host;
    if (this.#ended) {
      host.quit();
      return;
    }
    switch (effect.kind) {
      case "load":
        return attempt(host, async () => {
          await eventLoopTurn();
          this.#app = await loadApp();
          host.dispatch({ kind: "loaded" });
        });
      case "begin":
        return attempt(host, () => this.#source.begin(host));
      case "quit":
        host.quit();
        return;
      case "wait":
        host.after("play", this.#inOwnTime ? this.#left(effect.ms) : effect.ms, { kind: "tick" });
        return;
      case "scan":
        host.after("scan", 0, { kind: "scan" });
        return;
      case "codecs":
        return attempt(host, async () => {
          const { streamCodecs } = await import("../tui/stream-codecs.ts");
          host.dispatch({ kind: "codecs", codecs: streamCodecs() });
        });
      case "list":
        return attempt(host, async () =>
          host.dispatch({ kind: "listed", folder: listFolder(effect.folder) }),
        );
      case "save":
        return attempt(host, async () => {
          const name = writeNewFile(".", effect.name, effect.text);
          host.dispatch({ kind: "done", what: `wrote ${name}: --changes ${name} repeats it` });
        });
      case "copy":
        copy(host, effect.what, effect.text);
        return;
      case "lesson": {
        const { session } = this.#source;
        const settings = isLab(session) ? { ...this.#settings, seed: session.sim.seed } : this.#settings;
        return this.#open(host, ({ openLesson }) => openLesson(effect.name, settings));
      }
      case "file":
        return this.#open(host, ({ openSource }) => openSource(effect.path, this.#settings), effect.path);
      default:
        return attempt(host, async () => this.#source.perform(effect, host) ?? undefined);
    }
  }

  /** Shows what `open` opens once it is there, unless something else was asked for in the meantime. */
  #open(
    host: Host,
    open: (opening: typeof Opening) => Promise<DashboardSource | null>,
    path: string | null = null,
  ): Promise<void> {
    const mine = ++this.#opening;
    return attempt(host, async () =>
      this.#opened(host, mine, await open(await import("./dashboard-opening.ts")), path),
    );
  }

  async #opened(host: Host, mine: number, next: DashboardSource | null, path: string | null): Promise<void> {
    if (next === null) return;
    if (mine !== this.#opening) {
      next.close();
      return;
    }
    const before = this.#source;
    this.#source = next;
    this.#inOwnTime = false;
    if (path !== null) this.#recent = withRecent(this.#recent, path);
    host.dispatch({ kind: "open", session: next.session, recent: this.#recent });
    before.close();
    await next.begin(host);
  }

  /** Timers are late each time: the next wait is shorter by as much, so that a replay keeps its time. */
  #left(ms: number): number {
    const now = performance.now();
    this.#due = Math.min(now, Math.max(this.#due, now - LATE_MAX_MS)) + ms;
    return Math.max(0, this.#due - now);
  }
}

function copy(host: Host, what: string, text: string): void {
  const sequence = clipboardSequence(text);
  if (sequence === null) {
    host.dispatch({ kind: "failed", why: `${what} is more than terminals take to copy` });
    return;
  }
  host.control(sequence);
  host.dispatch({ kind: "done", what: `copied ${what}` });
}

/** Runs something that takes time; what goes wrong is shown on the screen. */
function attempt(host: Host, work: () => Promise<void>): Promise<void> {
  return work().catch((error: unknown) => {
    host.dispatch({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  });
}

function fromTerminal(message: TerminalMessage): Message | null {
  if (message.kind !== "mouse") return message;
  const { action, x, y } = message;
  return action === "release" ? null : { kind: "mouse", action, x, y };
}
