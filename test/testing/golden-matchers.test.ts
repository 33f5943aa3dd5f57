// The matchers with a record of snapshots in vitest's place, so that what fails can be looked at.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

import { Trace } from "../../src/trace/trace.ts";
import type { GoldenMeta } from "../../src/testing/golden-claim.ts";
import { settleBytes } from "../../src/testing/golden-file.ts";
import type { SnapshotRecord, UpdateMode } from "../../src/testing/golden-file.ts";
import { goldenMatchers } from "../../src/testing/vitest.ts";
import type { GoldenOptions } from "../../src/testing/vitest.ts";
import { Grid } from "../../src/tui/render/grid.ts";
import { darkTheme } from "../../src/tui/theme.ts";
import { helloSession } from "../tui/build-session.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-goldens-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => readdirSync(folder).forEach((name) => rmSync(join(folder, name), { recursive: true })));

interface FakeRecord extends SnapshotRecord {
  readonly snapshotUpdateState: UpdateMode;
}

/** Decides as vitest does, and writes at once. */
function recordOf(mode: UpdateMode): FakeRecord {
  return {
    snapshotPath: join(folder, "a.test.ts.snap"),
    snapshotUpdateState: mode,
    match({ received, rawSnapshot: { file, content, readonly } }) {
      if (content === received) return { pass: true };
      const pass = mode === "all" || (mode === "new" && content === undefined);
      if (pass && readonly !== true) writeFileSync(file, received);
      return { pass };
    },
  };
}

function contextOf(mode: UpdateMode, change: object = {}) {
  const task: { id: string; meta: GoldenMeta; promises?: Promise<unknown>[] } = { id: "1", meta: {} };
  return { isNot: false, currentTestName: "a test", snapshotState: recordOf(mode), task, ...change };
}

type Matcher = keyof typeof goldenMatchers;

function ask(
  context: ReturnType<typeof contextOf>,
  matcher: Matcher,
  subject: unknown,
  name: string,
  options?: GoldenOptions,
) {
  return goldenMatchers[matcher].call(context, subject, name, options);
}

function kept(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

describe("what is given to a matcher", () => {
  const session = helloSession();
  const { sim: run } = session;

  test.each<[what: string, matcher: Matcher, subject: unknown, shown: RegExp]>([
    ["a run", "toMatchLadder", run, /client .* server[^]*wirelab ladder, 100 x/],
    ["a promise of a run", "toMatchLadder", Promise.resolve(run), /ESTABLISHED/],
    ["a trace in a width", "toMatchLadder", { trace: run.trace, width: 60 }, /wirelab ladder, 60 x/],
    [
      "hosts in their order",
      "toMatchLadder",
      { trace: run, hosts: ["server", "client"] },
      /server .* client/,
    ],
    ["a session", "toMatchTranscript", session, /connect\(server:80\) = ok/],
    ["a theme's name", "toMatchTranscript", { trace: run, theme: "mono" }, /theme mono\n/],
    [
      "nothing that calls",
      "toMatchTranscript",
      new Trace({ read: () => new Uint8Array(0) }),
      /^no socket call\n/,
    ],
    ["a grid", "toMatchScreen", new Grid(3, 1, darkTheme.background), /^\n\nwirelab screen, 3 x 1,/],
    ["a grid in a theme", "toMatchScreen", { grid: new Grid(3, 1), theme: "mono" }, /theme mono/],
  ])("%s is shown", async (_, matcher, subject, shown) => {
    expect(await ask(contextOf("new"), matcher, subject, "it", { svg: false })).toMatchObject({ pass: true });
    expect(kept("it.txt")).toMatch(shown);
  });

  test.each<[what: string, matcher: Matcher, subject: unknown, why: string]>([
    ["nothing", "toMatchLadder", undefined, "want a trace, a run, a session"],
    ["text", "toMatchTranscript", "trace", "got string"],
    ["a narrow ladder", "toMatchLadder", { trace: run, width: 39 }, "want 40 to 1000"],
    ["an unknown theme", "toMatchLadder", { trace: run, theme: "pink" }, 'no "pink"; there are dark'],
  ])("%s is refused", async (_, matcher, subject, why) => {
    await expect(ask(contextOf("all"), matcher, subject, "it")).rejects.toThrow(why);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("more rows than anybody reads are refused, and not cut", async () => {
    const trace = new Trace({ read: () => new Uint8Array(0) });
    for (let i = 0; i < 2001; i++)
      trace.addEvent({ kind: "log", timeNs: i, host: "client", text: `line ${i}` });
    await expect(ask(contextOf("all"), "toMatchTranscript", trace, "it")).rejects.toThrow(
      "more than 2000 rows",
    );
  });
});

describe("what is written", () => {
  const { sim: run } = helloSession();

  test("text and picture at first, none where nothing may be, and neither again when they are there", async () => {
    const none = await ask(contextOf("none"), "toMatchLadder", run, "it");
    expect(none.pass).toBe(false);
    expect(none.message()).toMatch(/^no golden "it": .*it\.txt is missing.* CI /);
    expect(readdirSync(folder)).toEqual([]);
    await ask(contextOf("new"), "toMatchLadder", run, "it");
    expect(readdirSync(folder).sort()).toEqual(["it.svg", "it.txt"]);
    expect(kept("it.svg")).toMatch(/^<svg [^>]*>\n<title>wirelab ladder it<\/title>\n/);
    writeFileSync(join(folder, "it.svg"), "drawn by another version");
    await ask(contextOf("new"), "toMatchLadder", run, "it");
    expect(kept("it.svg")).toBe("drawn by another version");
    await ask(contextOf("all"), "toMatchLadder", run, "it");
    expect(kept("it.svg")).toMatch(/^<svg /);
  });

  test("a golden that differs fails until all are to be updated; then the picture follows", async () => {
    await ask(contextOf("new"), "toMatchLadder", { trace: run, width: 60 }, "it");
    const picture = kept("it.svg");
    const context = contextOf("new");
    const changed = await ask(context, "toMatchLadder", { trace: run, width: 80 }, "it");
    expect(changed.message()).toContain("60 x 17 is 80 x 17 now");
    expect(context.task.meta.wirelabGoldens).toMatchObject([
      { name: "it", file: join(folder, "it.txt"), failure: { expected: kept("it.txt") } },
    ]);
    expect(kept("it.svg")).toBe(picture);
    await ask(contextOf("all"), "toMatchLadder", { trace: run, width: 80 }, "it");
    expect(kept("it.txt")).toContain("80 x 17");
    expect(kept("it.svg")).not.toBe(picture);
  });

  test("bytes are written by the same rules, and never as text", () => {
    const [file, bytes] = [join(folder, "a.png"), Uint8Array.of(137, 80, 0, 255)];
    const settle = (mode: UpdateMode, bytes: Uint8Array): boolean =>
      settleBytes({ record: recordOf(mode), testId: "1", testName: "a" }, file, bytes);
    expect(settle("none", bytes)).toBe(false);
    expect(existsSync(file)).toBe(false);
    expect(settle("new", bytes)).toBe(true);
    expect([...readFileSync(file)]).toEqual([...bytes]);
    expect(settle("new", Uint8Array.of(1))).toBe(false);
    expect([...readFileSync(file)]).toEqual([...bytes]);
    expect(settle("all", Uint8Array.of(1))).toBe(true);
    expect([...readFileSync(file)]).toEqual([1]);
  });
});

describe("a test that asks for goldens", () => {
  const { sim: run } = helloSession();

  test.each(["", "../it", "a/../b", "/it", "a//b", "a\\b", "it?", "a/", " it", "."])(
    "cannot call one %j",
    async (name) => {
      await expect(ask(contextOf("all"), "toMatchLadder", run, name)).rejects.toThrow("a golden's name");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("cannot want none, nor poll, nor be no test", async () => {
    for (const [change, why] of [
      [{ isNot: true }, '"not" has no golden'],
      [{ poll: true }, "cannot be polled"],
    ] as const)
      await expect(ask(contextOf("all", change), "toMatchScreen", run, "it")).rejects.toThrow(why);
  });

  test("cannot give two things one name, unless it is tried again", async () => {
    const context = contextOf("all");
    const wide = { trace: run, width: 90 };
    expect(await ask(context, "toMatchLadder", run, "it")).toMatchObject({ pass: true });
    expect(await ask(context, "toMatchLadder", run, "it")).toMatchObject({ pass: true });
    const second = await ask(context, "toMatchLadder", wide, "it");
    expect([second.pass, second.message()]).toEqual([
      false,
      'two goldens are called "it" and differ: name them apart',
    ]);
    const again = { ...context, task: { ...context.task, result: { retryCount: 1 } } };
    expect(await ask(again, "toMatchLadder", wide, "it")).toMatchObject({ pass: true });
  });

  test("is waited for by vitest where it forgot to wait", async () => {
    const context = contextOf("new");
    const forgotten = ask(context, "toMatchLadder", run, "it");
    expect(context.task.promises).toHaveLength(1);
    await Promise.all(context.task.promises ?? []);
    expect(kept("it.txt")).toContain("wirelab ladder");
    await forgotten;
  });
});
