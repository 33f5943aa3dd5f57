// `toMatchScreen`, `toMatchLadder`, `toMatchTranscript`: a run as text in a file that a reviewer reads, kept by vitest as it keeps its own snapshots.

import { dirname, join, relative } from "node:path";
import { pictureOf } from "./golden-claim.ts";
import type { GoldenClaim, GoldenMeta } from "./golden-claim.ts";
import type { Drawn } from "./golden-drawing.ts";
import type { GoldenTest, SnapshotRecord } from "./golden-file.ts";
import type { GoldenKind } from "./golden-text.ts";

export interface GoldenOptions {
  /** Whether a picture, `name.svg`, is kept beside the text; true by default. */
  readonly svg?: boolean;
}

/** The part of a running test that is used. vitest calls it internal, and has had it since before version 3. */
interface RunningTest {
  readonly id: string;
  readonly meta: object;
  readonly result?: { readonly retryCount?: number; readonly repeatCount?: number };
  promises?: Promise<unknown>[];
}

/** What vitest calls a matcher with. */
interface MatcherContext {
  readonly isNot: boolean;
  readonly poll?: boolean;
  readonly currentTestName?: string;
  readonly snapshotState: object;
  readonly task?: object | undefined;
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend`. Each is awaited, and takes a promise as well: `await expect(runScenario(scenario)).toMatchLadder("hello")`. */
export const goldenMatchers = {
  toMatchScreen(
    this: MatcherContext,
    subject: unknown,
    name: string,
    options?: GoldenOptions,
  ): Promise<MatcherResult> {
    return match(this, "screen", subject, name, options);
  },
  toMatchLadder(
    this: MatcherContext,
    subject: unknown,
    name: string,
    options?: GoldenOptions,
  ): Promise<MatcherResult> {
    return match(this, "ladder", subject, name, options);
  },
  toMatchTranscript(
    this: MatcherContext,
    subject: unknown,
    name: string,
    options?: GoldenOptions,
  ): Promise<MatcherResult> {
    return match(this, "transcript", subject, name, options);
  },
};

/** The text each test file's goldens got in this run, by file and attempt: two goldens of one name would take turns for ever. */
const written = new WeakMap<object, Map<string, { readonly attempt: string; readonly text: string }>>();

function match(
  context: MatcherContext,
  kind: GoldenKind,
  subject: unknown,
  name: string,
  options: GoldenOptions = {},
): Promise<MatcherResult> {
  const settled = settle(context, kind, subject, name, options);
  // A test that forgot to await this must not end before it: vitest writes a file's snapshots when its tests are through.
  const test = context.task as RunningTest | undefined;
  if (test !== undefined) (test.promises ??= []).push(settled.catch(() => null));
  return settled;
}

async function settle(
  context: MatcherContext,
  kind: GoldenKind,
  given: unknown,
  name: string,
  { svg = true }: GoldenOptions,
): Promise<MatcherResult> {
  const task = await runningTest(context, kind);
  const record = context.snapshotState as SnapshotRecord;
  const file = join(dirname(record.snapshotPath), `${checkedName(name)}.txt`);
  const subject = await given;
  // Loaded when the first golden is asked for: what has only codecs to check pays nothing for screens.
  const drawing = await import("./golden-drawing.ts");
  const { goldenText } = await import("./golden-text.ts");
  const { readGolden, settleDerived, settleText, updateModeOf } = await import("./golden-file.ts");
  const { mismatchMessage, missingMessage } = await import("./golden-message.ts");
  let drawn: Drawn;
  if (kind === "screen") drawn = await drawing.drawScreen(subject);
  else drawn = kind === "ladder" ? drawing.drawLadder(subject) : drawing.drawTranscript(subject);
  const text = goldenText(kind, drawn.grid, drawn.theme);
  const place = { name, path: relative(process.cwd(), file) };
  const test: GoldenTest = {
    record,
    testId: task.id,
    testName: `${context.currentTestName ?? ""} > ${name}`,
  };
  const twice = claimedTwice(record, task, file, text);
  if (twice)
    return { pass: false, message: () => `two goldens are called "${name}" and differ: name them apart` };

  const expected = readGolden(file);
  const pass = settleText(test, file, text, expected);
  if (pass && svg) {
    const { gridToSvg } = await import("../tui/render/svg.ts");
    const title = `wirelab ${kind} ${name}`;
    settleDerived(pictureOf(file), expected !== text, updateModeOf(record), () =>
      gridToSvg(drawn.grid, { title }),
    );
  }
  claim(task, { name, file, picture: svg, ...(pass ? {} : { failure: { expected, actual: text } }) });
  const message = (): string =>
    expected === null ? missingMessage(place) : mismatchMessage(place, expected, text);
  return { pass, message };
}

/** The test that calls. vitest gives it to matchers since version 4, and before that to those who ask. */
async function runningTest(context: MatcherContext, kind: GoldenKind): Promise<RunningTest> {
  const matcher = `toMatch${kind[0].toUpperCase()}${kind.slice(1)}`;
  if (context.isNot)
    throw new TypeError(`${matcher}: "not" has no golden to be written; say what is to be seen`);
  if (context.poll === true)
    throw new TypeError(`${matcher} cannot be polled: wait for what is to be seen first`);
  const test = context.task ?? (await import("vitest/suite")).getCurrentTest();
  if (test === undefined) throw new TypeError(`${matcher} is for the body of a test`);
  return test as RunningTest;
}

/** A name is a path below the folder of snapshots, of characters every file system has. */
function checkedName(name: string): string {
  if (
    typeof name !== "string" ||
    !/^[\w.-]+(?: [\w.-]+)*(?:\/[\w.-]+(?: [\w.-]+)*)*$/.test(name) ||
    /(?:^|\/)\.+(?:\/|$)/.test(name)
  )
    throw new TypeError(
      `a golden's name has letters, digits, and . _ - or spaces between them, and / for folders; got ${JSON.stringify(name)}`,
    );
  return name;
}

function claimedTwice(record: object, task: RunningTest, file: string, text: string): boolean {
  let texts = written.get(record);
  if (texts === undefined) written.set(record, (texts = new Map()));
  const { retryCount = 0, repeatCount = 0 } = task.result ?? {};
  const attempt = `${retryCount} ${repeatCount}`;
  const before = texts.get(file);
  texts.set(file, { attempt, text });
  // A test that is tried again asks for its goldens again.
  return before !== undefined && before.attempt === attempt && before.text !== text;
}

function claim(task: RunningTest, claimed: GoldenClaim): void {
  const meta = task.meta as GoldenMeta;
  const others = (meta.wirelabGoldens ?? []).filter(({ file }) => file !== claimed.file);
  meta.wirelabGoldens = [...others, claimed];
}
