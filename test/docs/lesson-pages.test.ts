import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHAPTERS, LESSONS } from "../../src/scenario/catalogue.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { ladderText } from "../../src/trace/ladder-text.ts";
import { transcriptText } from "../../src/trace/transcript-text.ts";

const PAGES = join(import.meta.dirname, "../../docs/lessons");
const WIDTH = 96;
/** Lines of a transcript or a ladder that a page shows; of longer ones, their beginning. */
const LINES_MAX = 90;

function beginning(lines: readonly string[], whole: string): string[] {
  if (lines.length <= LINES_MAX) return [...lines];
  const more = lines.length - LINES_MAX;
  return [...lines.slice(0, LINES_MAX), `… ${more} more lines: ${whole}`];
}

/** Dots for the hex of bytes that no seed decides. */
function veiled(page: string): string {
  return page.replaceAll(/<[0-9a-f]{2}(?: [0-9a-f]{2})*>?/g, (hex) => hex.replaceAll(/[0-9a-f]/g, "·"));
}

/** The page of a lesson: what it says, and what a run of it with seed 1 shows. */
async function lessonPage(lesson: Scenario): Promise<string> {
  const { trace, claims } = await runScenario(lesson);
  const hosts = Object.keys(lesson.topology.hosts);
  const page = [
    `# ${lesson.title}`,
    "",
    lesson.lesson,
    "",
    ...(lesson.unseeded === undefined
      ? []
      : [`Not the same in every run, and so shown as dots: ${lesson.unseeded}.`, ""]),
    "```sh",
    `npx wirelab run ${lesson.name}`,
    `npx wirelab compare ${lesson.name}`,
    "```",
    "",
    `The programs: [${lesson.name}.ts](../../src/scenario/lessons/${lesson.name}.ts)`,
    "",
    "## What the programs did",
    "",
    "```text",
    ...beginning(transcriptText(trace.events), `wirelab run ${lesson.name}`),
    "```",
    "",
    "## What went over the wire",
    "",
    "```text",
    ...beginning(
      ladderText(trace, WIDTH, { hosts }).trimEnd().split("\n"),
      `wirelab export ${lesson.name} --to ladder`,
    ),
    "```",
    "",
    "## What it claims",
    "",
    ...claims.map(({ text }) => `- ${text}`),
    "",
  ].join("\n");
  return lesson.unseeded === undefined ? page : veiled(page);
}

/** The table of contents. */
function contents(): string {
  const chapters = CHAPTERS.flatMap(({ title, lessons }) => [
    `## ${title}`,
    "",
    ...lessons.map(({ name, title }) => `- [${name}](${name}.md): ${title}`),
    "",
  ]);
  return [
    "# Lessons",
    "",
    "In the order of a course. Each is a program of a few lines and what it claims, checked on every run: on the simulator, and on real sockets",
    "where they can show it. Its page is what a run with seed 1 shows.",
    "",
    ...chapters,
  ].join("\n");
}

describe("docs/lessons", () => {
  it("begins with the list of all", async () => {
    await expect(contents()).toMatchFileSnapshot(join(PAGES, "README.md"));
  });

  it.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))(
    "has the page of %s as a run shows it",
    async (name, lesson) => {
      await expect(await lessonPage(lesson)).toMatchFileSnapshot(join(PAGES, `${name}.md`));
    },
  );

  it("has no page without a lesson", () => {
    const pages = readdirSync(PAGES).filter((file) => file !== "README.md");
    expect(pages.toSorted()).toEqual(LESSONS.map(({ name }) => `${name}.md`).toSorted());
  });
});
